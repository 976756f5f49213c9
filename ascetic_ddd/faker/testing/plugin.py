"""The pytest plugin: the seed of the run, and words that tell how to repeat a failing test. It imports nothing before its use."""

import sys
from collections.abc import Callable, Generator, Iterator
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, isasyncgen, isawaitable, iscoroutine
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import asyncio

__all__ = ()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("ascetic_ddd")
    group.addoption(
        "--faker-seed",
        type=int,
        default=None,
        metavar="N",
        help="seed of the provider graphs of all tests, each of which has its own part of it "
        "(default: that of pytest-randomly if it is at work, else 0)",
    )
    group.addoption(
        "--faker-report",
        action="store_true",
        help="at the end, tell by aggregate how many were created and reused, and which providers and cascades took longest",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Watch what the tests make, if a report is asked for."""
    if config.getoption("faker_report"):
        from ascetic_ddd.faker.testing.reporting import Reporting

        reporting = Reporting()
        config.pluginmanager.register(reporting, "ascetic_ddd_reporting")
        reporting.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell, where a test that draws has failed, how to draw the same again."""
    report = yield
    if report.failed and "ascetic_ddd.faker.testing.fixtures" in sys.modules:
        from ascetic_ddd.faker.testing.seeds import node_id_of, run_seed
        from ascetic_ddd.faker.testing.tracing import graphs_of

        if graphs_of(item):
            words = f'pytest "{node_id_of(item)}" --faker-seed={run_seed(item.config)}'
            report.sections.append(("fake data: draws the same again by", words))
    return report


@pytest.fixture
def ascetic_ddd_runner() -> "Iterator[asyncio.Runner]":
    """The event loop on which the asynchronous steps of a scenario run."""
    import asyncio

    with asyncio.Runner() as runner:
        yield runner


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_before_scenario(request: pytest.FixtureRequest, feature: object, scenario: object) -> None:
    """Note where the test is in its feature, for a background that is made once."""
    if "ascetic_ddd.faker.testing.fixtures" in sys.modules:
        from ascetic_ddd.faker.testing.tracing import note_scene

        note_scene(request.node, feature, scenario)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_before_step(request: pytest.FixtureRequest, step_func: Callable[..., object]) -> None:
    """Refuse a step of pytest-bdd that would pass without having run."""
    from ascetic_ddd.faker.testing.awaiting import NotAwaitedError, unawaited_words, would_not_run

    if would_not_run(step_func):
        advice = (
            "Decorate it with @awaited of ascetic_ddd.faker.testing.pytest_bdd, between the step's decorator and the function."
        )
        raise NotAwaitedError(unawaited_words("Step", step_func, advice))
    if "ascetic_ddd.faker.testing.fixtures" in sys.modules:
        from ascetic_ddd.faker.testing.tracing import scene_of

        scene = scene_of(request.node)
        if scene is not None:
            scene.reached(is_sentence=getattr(step_func, "is_sentence", False))


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_before_step_call(step_func: Callable[..., object], step_func_args: dict[str, object]) -> None:
    """Refuse an argument that nobody has awaited: of a fixture, or what another step returned."""
    for name, value in step_func_args.items():
        if isawaitable(value) or isasyncgen(value):
            from ascetic_ddd.faker.testing.awaiting import NotAwaitedError

            if iscoroutine(value):
                value.close()
            raise NotAwaitedError(
                f"Step {getattr(step_func, '__qualname__', step_func)} was given {name!r}, which is asynchronous, and nobody has "
                "awaited it: let the plugin of your asynchronous tests make the fixture (@pytest_asyncio.fixture, or "
                "asyncio_mode=auto), or decorate the step that returns it with @awaited of ascetic_ddd.faker.testing.pytest_bdd."
            )


def pytest_plugin_registered(plugin: object) -> None:
    """Refuse a hook of a conftest, or of a plugin, that would never run."""
    for name, function in list(getattr(plugin, "__dict__", {}).items()):
        if name.startswith("pytest_") and callable(function):
            code = getattr(function, "__code__", None)
            if code is not None and code.co_flags & (CO_COROUTINE | CO_ASYNC_GENERATOR):
                raise pytest.UsageError(
                    f"Hook {name} ({code.co_filename}) is asynchronous, and nobody awaits it: make it synchronous."
                )

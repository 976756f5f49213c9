"""The vocabulary as steps of behave, with the guard against steps and hooks that nobody awaits.

Example, at the end of ``environment.py``::

    install(globals(), english, russian, create_schema=create_application_schema, providers=make_providers)
"""

import asyncio
import functools
import inspect
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from behave.matchers import Matcher
from behave.model_type import Argument

from ascetic_ddd.faker.domain.randomness import DEFAULT_SEED, seed_of
from ascetic_ddd.faker.testing.awaiting import NotAwaitedError, mark_awaited, unawaited_words, would_not_run
from ascetic_ddd.faker.testing.background import Scene
from ascetic_ddd.faker.testing.databases import Templates, prepared_databases
from ascetic_ddd.faker.testing.observing import Observer
from ascetic_ddd.faker.testing.scenario import Scenario, States
from ascetic_ddd.faker.testing.seeds import seed_graphs
from ascetic_ddd.faker.testing.tally import Tally
from ascetic_ddd.faker.testing.vocabulary import Vocabulary

__all__ = ("awaited", "guard", "install")

_HOOKS = [f"{when}_{what}" for when in ("before", "after") for what in ("all", "feature", "rule", "scenario", "step", "tag")]
_ADVICE = "Decorate it with @awaited of ascetic_ddd.faker.testing.behave."


def install(
    environment: dict[str, Any],
    *words: Vocabulary,
    create_schema: Callable[[str], object],
    providers: Callable[[], Any],
    states: Mapping[str, States] | None = None,
    server_dsn: str | None = None,
    background_once: bool = False,
) -> None:
    """Give each scenario ``context.session``, ``context.providers`` and ``context.scenario_words``; define the steps; guard.

    What a scenario stores is rolled back after it. Seeds follow from ``behave -D faker_seed=N`` and the scenario's name.

    Args:
        environment: ``globals()`` of ``environment.py``, at its end.
        words: the vocabularies.
        create_schema: creates the application's tables in an empty database, given its connection string.
        providers: makes the wired providers of one scenario, by key of the noun: a dict or a named tuple.
        states: by key: gives the states that are counted.
        server_dsn: a server of yours; None: the embedded one.
        background_once: the sentences with which the background of a feature begins are made once; each scenario is a savepoint.
    """
    run = ExitStack()
    observer = Observer(Tally())

    def before_all(context: Any) -> None:
        if context.config.userdata.getbool("faker_report"):
            run.callback(_write, observer.tally)
            run.enter_context(observer.watching())
        runner = run.enter_context(asyncio.Runner())
        context.ascetic_ddd_runner = runner
        templates = Templates(create_schema, providers)
        context.databases = run.enter_context(
            prepared_databases(templates, name="behave", run=str(id(run)), worker=None, folder=Path(), server_dsn=server_dsn)
        )
        steps = context._runner.step_registry.steps  # noqa: SLF001  # the module's own registry is another one
        _define_steps(steps, words)
        _check_steps(steps)

    def before_scenario(context: Any, scenario: Any) -> None:
        context.ascetic_ddd_stack = stack = ExitStack()
        run_seed = int(context.config.userdata.get("faker_seed", DEFAULT_SEED))
        seed = seed_of(run_seed, f"{scenario.feature.name}/{scenario.name}")
        said = tuple((step.name, str(_rows(step.table)), step.text) for step in scenario.background_steps)
        context.ascetic_ddd_scene = scene = Scene(Path(scenario.filename).as_posix(), said, run_seed, seed)
        if background_once and scene.has_background:
            kept = stack.enter_context(scene.inside(context.databases.scenario))
            context.session, context.providers = kept.session, kept.graphs("providers", providers)
        else:
            context.session, context.providers = stack.enter_context(context.databases.rolled_back_session()), providers()
            seed_graphs(context.providers, seed)
        context.scenario_words = Scenario(
            words, context.session, context.providers, seed=seed, states=states, background=scene.kept
        )

    def before_step(context: Any, step: Any) -> None:
        match = context._runner.step_registry.find_match(step)  # noqa: SLF001
        context.ascetic_ddd_scene.reached(is_sentence=getattr(match and match.func, "is_sentence", False))

    def after_scenario(context: Any, scenario: Any) -> None:
        observer.settle()
        context.ascetic_ddd_stack.close()

    guard(environment)
    environment["before_all"] = _both(before_all, environment.get("before_all"))
    environment["before_scenario"] = _both(before_scenario, environment.get("before_scenario"))
    environment["before_step"] = _both(before_step, environment.get("before_step"))
    environment["after_scenario"] = _both(environment.get("after_scenario"), after_scenario)
    environment["after_all"] = _both(environment.get("after_all"), lambda context: run.close())


def _write(tally: Tally) -> None:
    stream = sys.__stdout__ or sys.stdout  # behave keeps what hooks print
    stream.write("\n".join(["fake data:", *tally.lines(), ""]))


def guard(environment: dict[str, Any]) -> None:
    """Make a hook or a fixture of this environment fail where it is asynchronous and nobody awaits it.

    Raises:
        NotAwaitedError: a fixture is.
    """
    for name in _HOOKS:
        if name in environment:
            environment[name] = _checked("Hook", environment[name])
    for value in environment.values():
        if getattr(value, "behave_fixture", False) and would_not_run(value):
            raise NotAwaitedError(unawaited_words("Fixture", value, "Make it synchronous; it may use asyncio.Runner."))


def awaited(function: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
    """Let a coroutine function be a step or a hook: all run on one event loop."""

    @functools.wraps(function)
    def run(context: Any, *args: Any, **kwargs: Any) -> Any:
        return context.ascetic_ddd_runner.run(function(context, *args, **kwargs))

    mark_awaited(run)
    return run


def _check_steps(steps: Mapping[str, list[Any]]) -> None:
    for matchers in steps.values():
        for matcher in matchers:
            if type(matcher.func).__name__ != "AsyncStepFunction":  # which behave awaits itself
                matcher.func = _checked("Step", matcher.func)


def _checked(kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which fails if its result is something to be awaited."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if inspect.iscoroutine(result):
            result.close()
        if inspect.isawaitable(result) or inspect.isasyncgen(result):
            raise NotAwaitedError(unawaited_words(kind, function, _ADVICE))
        return result

    return call


def _both(first: Callable[..., Any] | None, second: Callable[..., Any] | None) -> Callable[..., None]:
    def hook(*args: Any) -> None:
        try:
            if first is not None:
                first(*args)
        finally:
            if second is not None:
                second(*args)

    return hook


def _define_steps(steps: Mapping[str, list[Any]], words: tuple[Vocabulary, ...]) -> None:
    """Behind the application's own steps, which go first."""

    def make(context: Any, sentence: str) -> None:
        context.ascetic_ddd_runner.run(context.scenario_words.given(sentence, _rows(context.table)))

    def count(context: Any, sentence: str) -> None:
        context.ascetic_ddd_runner.run(context.scenario_words.there_are(sentence))

    make.is_sentence = True  # type: ignore[attr-defined]  # before_step looks for it
    steps["given"].append(_Sentences(make, words, "given"))
    steps["then"].append(_Sentences(count, words, "then"))


def _rows(table: Any) -> list[list[str]] | None:
    return [list(table.headings), *(list(row.cells) for row in table)] if table else None


class _Sentences(Matcher):  # type: ignore[misc]  # behave has no types
    """Matches what one of the vocabularies is about."""

    NAME = "vocabulary"

    def __init__(self, function: Callable[..., None], words: tuple[Vocabulary, ...], step_type: str) -> None:
        super().__init__(function, "a sentence of the vocabulary", step_type)
        self._words = words

    def compile(self) -> "_Sentences":
        """Nothing: the vocabulary is ready."""
        return self

    def check_match(self, step_text: str) -> list[Any] | None:
        """Give the sentence as the one argument, if it is one of the vocabulary."""
        if not any(words.concerns(step_text) for words in self._words):
            return None
        return [Argument(0, len(step_text), step_text, step_text, "sentence")]

"""The vocabulary as steps of pytest-bdd, and coroutine functions as its steps.

Example, in ``conftest.py``::

    steps(english, russian, session="session", providers="shop")

    @when("the customer orders it")
    @awaited
    async def order(client, scenario): ...
"""

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import pytest
from pytest_bdd import given, then
from pytest_bdd.parsers import StepParser

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.testing.awaiting import mark_awaited
from ascetic_ddd.faker.testing.scenario import Scenario, States
from ascetic_ddd.faker.testing.seeds import seed_of_test
from ascetic_ddd.faker.testing.tracing import scene_of
from ascetic_ddd.faker.testing.vocabulary import Vocabulary

__all__ = ("awaited", "scenario_of", "steps")

_RUNNER = "ascetic_ddd_runner"  # a fixture of the plugin
_SCENARIO = pytest.StashKey[Scenario]()


def steps(
    *words: Vocabulary, session: str = "session", providers: str = "providers", states: Mapping[str, States] | None = None
) -> None:
    """Define, in the calling module, the steps that these vocabularies understand: ``Given …`` makes, ``Then …`` counts.

    Args:
        words: the vocabularies.
        session: name of the fixture with the session.
        providers: name of the fixture with the providers, by key of the noun.
        states: by key: gives the states that are counted; see :class:`~ascetic_ddd.faker.testing.scenario.Scenario`.
    """

    def scenario(request: pytest.FixtureRequest) -> Scenario:
        stash = request.node.stash
        if _SCENARIO not in stash:
            own, graphs = (request.getfixturevalue(name) for name in (session, providers))
            scene = scene_of(request.node)
            kept = None if scene is None else scene.kept
            if kept is not None and not kept.has(graphs):
                raise ConfigurationError(
                    f"the fixture {session!r} has the background made once, and {providers!r} has graphs of the scenario's own; "
                    f"make it by provider(…, session={session!r})"
                )
            seed = seed_of_test(request.node)
            stash[_SCENARIO] = Scenario(words, own, graphs, seed=seed, states=states, background=kept)
        return scenario_of(request)

    async def make(request: pytest.FixtureRequest, sentence: str, datatable: Any = None) -> None:
        await scenario(request).given(sentence, datatable)

    async def count(request: pytest.FixtureRequest, sentence: str) -> None:
        await scenario(request).there_are(sentence)

    makes = awaited(make)
    makes.is_sentence = True  # type: ignore[attr-defined]  # the plugin looks for it
    given(_Sentences(words), stacklevel=2)(makes)
    then(_Sentences(words), stacklevel=2)(awaited(count))


def scenario_of(request: pytest.FixtureRequest) -> Scenario:
    """The scenario of a test whose steps have begun."""
    return request.node.stash[_SCENARIO]  # type: ignore[no-any-return]


def awaited(step: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
    """Let a coroutine function be a step: all steps of a scenario run on one event loop."""
    signature = inspect.signature(step)

    @functools.wraps(step)
    def run(*args: Any, **kwargs: Any) -> Any:
        return kwargs.pop(_RUNNER).run(step(*args, **kwargs))

    runner = inspect.Parameter(_RUNNER, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    run.__signature__ = signature.replace(parameters=[runner, *signature.parameters.values()])  # type: ignore[attr-defined]
    mark_awaited(run)
    return run


class _Sentences(StepParser):
    """Matches what one of the vocabularies is about."""

    def __init__(self, words: tuple[Vocabulary, ...]) -> None:
        super().__init__("a sentence of the vocabulary")
        self._words = words

    def is_matching(self, name: str) -> bool:
        return any(words.concerns(name) for words in self._words)

    def parse_arguments(self, name: str) -> dict[str, Any]:
        return {"sentence": name}

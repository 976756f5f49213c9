"""What every aggregate provider must do, alone and on several lanes; subclass it for a provider of your own."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from itertools import cycle, islice
from typing import Any

import pytest

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.errors import ConfigurationError, GenerationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.facts import holders, id_name
from ascetic_ddd.faker.domain.providers.kinds import Referring
from ascetic_ddd.faker.domain.providers.patterns import specify
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("ProviderContract",)

_ROWS = 24
_LANES = 4


class ProviderContract:
    """A pytest suite for an aggregate provider and its graph.

    A subclass overrides the fixtures :meth:`provider` and :meth:`session_pool`, and, as far as there is something to say,
    :meth:`inputs`, :meth:`check` and :meth:`stored`.
    """

    pytestmark = pytest.mark.asyncio

    @pytest.fixture
    def session_pool(self) -> ISessionPool:
        """Give an opened pool; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture session_pool")

    @pytest.fixture
    def provider(self) -> AggregateProvider[Any, Any]:
        """Give the root provider of a new graph, on empty stores; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture provider")

    def inputs(self) -> Sequence[Mapping[str, Any]]:
        """Parts that may be told: values, ids of what there is, patterns; each dict must be possible in an empty store.

        They are told more than once, so no value of a part whose values are all different.
        """
        return ()

    async def check(self, provider: AggregateProvider[Any, Any], session: ISession, state: Mapping[str, Any]) -> None:
        """Assert what is true of each row, whatever was told; above all of parts that are tied together."""

    async def stored(self, provider: AggregateProvider[Any, Any], session: ISession) -> list[Mapping[str, Any]]:
        """Give the exported states that the provider's repository has; to be overridden if that has no ``find``."""
        repository: Any = provider.repository
        return [state async for state in repository.find(session)]

    @pytest.fixture
    async def session(self, session_pool: ISessionPool, provider: AggregateProvider[Any, Any]) -> AsyncIterator[ISession]:
        """A session in which the graph's repositories are set up."""
        async with session_pool.session() as session:
            await provider.setup(session)
            yield session

    async def test_one_life(self, provider: AggregateProvider[Any, Any], session: ISession) -> None:
        """Reset, populate, create; a second create gives the same object, a reset begins another one."""
        async with session.atomic():
            provider.reset()
            await provider.populate(session)
            assert provider.is_complete()
            known = provider.get()
            await provider.populate(session)
            assert provider.get() == known, "populate of what is complete does nothing"
            first = await provider.create(session)
            assert await provider.create(session) is first
            provider.reset()
            assert await provider.create(session) is not first, "create populates what is not"
        assert len(await self._checked(provider, session)) == 2

    async def test_what_is_told_is_in_the_result(self, provider: AggregateProvider[Any, Any], session: ISession) -> None:
        """Told before, at once or part by part in any order, to the object or to its parts."""
        for input in self.inputs():
            for turn in range(len(input)):
                names = list(islice(cycle(input), turn, turn + len(input)))
                async with session.atomic():
                    provider.reset()
                    for name in names:
                        if turn % 2:
                            provider.parts()[name].set(input[name])
                        else:
                            provider.set({name: input[name]})
                    self._is_met(provider, input, await provider.create(session))
            for agg in await provider.create_batch(session, input=[input, input]):
                self._is_met(provider, input, agg)
        await self._checked(provider, session)

    async def test_what_one_row_is_can_be_told_to_the_next(
        self, provider: AggregateProvider[Any, Any], session: ISession
    ) -> None:
        """All but the parts that make its id its own."""
        async with session.atomic():
            for _ in range(3):
                provider.reset()
                await provider.create(session)
                told = self._without_own_id(provider)
                provider.reset()
                provider.set(told)
                await provider.create(session)
                assert freeze(self._without_own_id(provider)) == freeze(told)
        await self._checked(provider, session)

    async def test_a_part_that_is_not_there_is_refused_by_name(self, provider: AggregateProvider[Any, Any]) -> None:
        """With the provider's path."""
        with pytest.raises(ConfigurationError, match=f"{provider.path}.*no_such_part"):
            provider.set({"no_such_part": 1})

    async def test_a_clone_begins_empty_and_is_told_apart(self, provider: AggregateProvider[Any, Any], session: ISession) -> None:
        """What is told to one, or drawn by it, is not the other's."""
        empty = provider.get()
        for input in self.inputs() or ({},):
            provider.reset()
            provider.set(input)
            told = provider.get()
            clone = provider.clone()
            assert clone.get() == empty
            async with session.atomic():
                await clone.create(session)
                assert provider.get() == told
                self._is_met(provider, input, await provider.create(session))
            provider.reset()
        clone = provider.clone()
        owners = {id(_root(part)) for part in provider.walk() if not isinstance(part, AggregateProvider)}
        clones = {id(_root(part)) for part in clone.walk() if not isinstance(part, AggregateProvider)}
        assert id(provider) in owners
        assert id(provider) not in clones

    @pytest.mark.parametrize("lanes", [1, _LANES])
    async def test_lanes_give_right_rows(
        self, provider: AggregateProvider[Any, Any], session: ISession, session_pool: ISessionPool, lanes: int
    ) -> None:
        """As many as asked for, whatever takes turns."""
        self._yielding(provider)
        made = [agg async for agg in generate(provider, session_pool, _ROWS, batch_size=3, lanes=lanes)]
        rows = await self._checked(provider, session)
        assert len(rows) == _ROWS
        assert len(made) <= _ROWS

    async def test_lanes_keep_what_each_was_told(
        self, provider: AggregateProvider[Any, Any], session: ISession, session_pool: ISessionPool
    ) -> None:
        """Several tasks, each with a clone and a session of its own."""
        self._yielding(provider)
        inputs = list(islice(cycle(self.inputs() or ({},)), _ROWS))
        made: list[tuple[Mapping[str, Any], Any]] = []

        async def work(lane: AggregateProvider[Any, Any], own: list[Mapping[str, Any]]) -> None:
            for input in own:
                async with session_pool.session() as session, session.atomic():
                    lane.reset()
                    lane.set(input)
                    await asyncio.sleep(0)
                    await lane.populate(session)
                    await asyncio.sleep(0)
                    made.append((input, await lane.create(session)))

        await asyncio.gather(*(work(provider.clone(), inputs[number::_LANES]) for number in range(_LANES)))
        for input, agg in made:
            self._is_met(provider, input, agg)
        assert len(await self._checked(provider, session)) == _ROWS

    async def test_two_tasks_on_one_provider_are_refused(self, provider: AggregateProvider[Any, Any], session: ISession) -> None:
        """Instead of mixing their objects; afterwards it goes on."""
        self._yielding(provider)

        async def work() -> None:
            provider.reset()
            await provider.create(session)

        found = await asyncio.gather(work(), work(), return_exceptions=True)
        (error,) = [each for each in found if each is not None]
        assert isinstance(error, ConfigurationError)
        assert f"{type(provider).__name__}.clone()" in str(error)
        await work()
        assert len(await self._checked(provider, session)) == 2

    async def test_a_rollback_leaves_nothing(self, provider: AggregateProvider[Any, Any], session: ISession) -> None:
        """Neither rows nor anything that later rows refer to."""
        with suppress(_LostError):
            async with session.atomic():
                await provider.create_batch(session, 3)
                raise _LostError
        with pytest.raises(ConfigurationError, match="rolled back"):
            await provider.create(session)
        assert await self.stored(provider, session) == []
        async with session.atomic():
            await provider.create_batch(session, 3)
        assert len(await self._checked(provider, session)) == 3

    @pytest.mark.parametrize("lanes", [1, _LANES])
    async def test_an_error_of_the_store_travels_on_unchanged_and_has_a_place(
        self,
        provider: AggregateProvider[Any, Any],
        session: ISession,
        session_pool: ISessionPool,
        monkeypatch: pytest.MonkeyPatch,
        lanes: int,
    ) -> None:
        """Even one that takes neither notes nor attributes; nothing of the row is left."""
        error = _FrozenError("refused")
        with monkeypatch.context() as patched:
            for name in ("insert", "insert_many"):
                if hasattr(provider.repository, name):
                    patched.setattr(provider.repository, name, _raising(error))
            provider.reset()
            with pytest.raises(_FrozenError) as caught:
                await provider.create(session)
            assert caught.value is error
            with pytest.raises(GenerationError, match=provider.path) as failed:
                _ = [agg async for agg in generate(provider, session_pool, _ROWS, batch_size=1, lanes=lanes)]
            assert failed.value.failure.cause is error  # type: ignore[attr-defined]  # a Failure
        assert await self.stored(provider, session) == []
        provider.reset()
        await provider.create(session)
        assert len(await self._checked(provider, session)) == 1

    async def _checked(self, provider: AggregateProvider[Any, Any], session: ISession) -> list[Mapping[str, Any]]:
        rows = await self.stored(provider, session)
        for row in rows:
            await self.check(provider, session, row)
        return rows

    def _is_met(self, provider: AggregateProvider[Any, Any], input: Mapping[str, Any], agg: Any) -> None:
        state: Any = provider.export(agg)
        told = {name: part for name, part in input.items() if name in state}
        assert specify(provider, told, provider).is_satisfied_by(state), f"told {input!r}, and got {state!r}"

    def _without_own_id(self, provider: AggregateProvider[Any, Any]) -> dict[str, Any]:
        """The input without what the object does not share: values that come once, and of its id, all but references."""
        once = {name for name, part in provider.parts().items() if isinstance(part, ValueProvider) and part.is_unique}
        known = provider.get() or {}
        told: dict[str, Any] = {name: part for name, part in known.items() if name not in once or name == id_name(provider)}
        id = told.pop(id_name(provider))
        parts: Mapping[str, Provider[Any, Any]] = provider.id_provider.parts()
        shared = {name: id[name] for name, part in parts.items() if isinstance(part, Referring)}
        return told | ({id_name(provider): shared} if shared else {})

    def _yielding(self, provider: AggregateProvider[Any, Any]) -> None:
        """Let other tasks have a turn at each insert, as a database does."""
        seen: set[int] = set()
        for each in provider.walk():
            repository: Any = each.repository if isinstance(each, AggregateProvider) else None
            if repository is not None and id(repository) not in seen:
                seen.add(id(repository))
                repository.insert = _slow(repository.insert)


class _LostError(Exception):
    """Rolls a transaction back."""


class _FrozenError(Exception):
    """Nothing can be set on it, except what Python's own context managers set."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in {"__traceback__", "__context__", "__cause__", "__suppress_context__"}:
            raise AttributeError(name)
        super().__setattr__(name, value)


def _raising(error: Exception) -> Any:
    async def insert(session: ISession, agg: Any) -> None:
        raise error

    return insert


def _slow(insert: Any) -> Any:
    async def slow(session: ISession, agg: Any) -> None:
        await asyncio.sleep(0)
        await insert(session, agg)
        await asyncio.sleep(0)

    return slow


def _root(part: Provider[Any, Any]) -> Provider[Any, Any]:
    *_, root = holders(part)
    return root

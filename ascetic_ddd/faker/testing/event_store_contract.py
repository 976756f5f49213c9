"""What every event store must do; subclass it for a store of your own."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import pytest

from ascetic_ddd.faker.infrastructure.transports.eventstore.store import Appended, ConcurrencyError, IEventStore
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("EventStoreContract",)

Events = Callable[[Hashable, int, int], Sequence[Any]]


class _UndoneError(Exception):
    """Rolls back."""


class EventStoreContract:
    """A pytest suite; a subclass overrides the fixtures :meth:`store`, :meth:`session_pool`, :meth:`streams` and :meth:`events`.

    Example::

        class TestMyEventStore(EventStoreContract):
            @pytest.fixture
            def store(self): return MyEventStore(...)
            @pytest.fixture
            def session_pool(self): return ExternalPgSessionPool(...)
            @pytest.fixture
            def streams(self): return ["order-1", "order-2"]
            @pytest.fixture
            def events(self): return lambda stream, first, count: [Placed(...), ...]
    """

    pytestmark = pytest.mark.asyncio

    @pytest.fixture
    def store(self) -> Iterator[IEventStore]:
        """Give an empty store; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture store")

    @pytest.fixture
    def session_pool(self) -> Iterator[ISessionPool]:
        """Give sessions that it works on; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture session_pool")

    @pytest.fixture
    def streams(self) -> Iterator[Sequence[Hashable]]:
        """Give two names of streams; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture streams")

    @pytest.fixture
    def events(self) -> Iterator[Events]:
        """Give a function (stream, version before the first, number) → events; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture events")

    @pytest.fixture
    def read(self, store: IEventStore, session_pool: ISessionPool) -> Callable[[Hashable], Any]:
        """Count the events that a stream has in a session of its own."""

        async def count(stream: Hashable) -> int:
            async with session_pool.session() as session, session.atomic():
                return len(await store.read(session, stream))

        return count

    async def test_events_are_read_back_in_order(
        self, store: IEventStore, session_pool: ISessionPool, streams: Sequence[Hashable], events: Events
    ) -> None:
        """Those of one append, and those of the next."""
        made = list(events(streams[0], 0, 5))
        async with session_pool.session() as session, session.atomic():
            await store.append(session, [Appended(streams[0], 0, made[:3])])
            await store.append(session, [Appended(streams[0], 3, made[3:])])
            found = await store.read(session, streams[0])
            other = await store.read(session, streams[1])
        assert [_marks(event) for event in found] == [_marks(event) for event in made]
        assert other == []

    async def test_nothing_to_append_is_nothing(self, store: IEventStore, session_pool: ISessionPool) -> None:
        """No streams are fine."""
        async with session_pool.session() as session, session.atomic():
            await store.append(session, [])

    @pytest.mark.parametrize("expected", [0, 1, 3])
    async def test_a_stream_of_another_version_is_refused(
        self,
        store: IEventStore,
        session_pool: ISessionPool,
        streams: Sequence[Hashable],
        events: Events,
        read: Callable[[Hashable], Any],
        expected: int,
    ) -> None:
        """It was appended to meanwhile, begun by others, or is not as long as thought; nothing is stored of all that."""
        async with session_pool.session() as session, session.atomic():
            await store.append(session, [Appended(streams[0], 0, events(streams[0], 0, 2))])
        async with session_pool.session() as session:
            with pytest.raises(ConcurrencyError) as caught:
                await _append(store, session, Appended(streams[0], expected, events(streams[0], expected, 1)))
        assert caught.value.actual in (2, None)
        assert await read(streams[0]) == 2

    async def test_several_streams_are_appended_to_or_none(
        self,
        store: IEventStore,
        session_pool: ISessionPool,
        streams: Sequence[Hashable],
        events: Events,
        read: Callable[[Hashable], Any],
    ) -> None:
        """The second one is stale, so the first one is as before."""
        first, second = streams
        async with session_pool.session() as session, session.atomic():
            await store.append(session, [Appended(second, 0, events(second, 0, 1))])
        async with session_pool.session() as session:
            with pytest.raises(ConcurrencyError):
                await _append(store, session, Appended(first, 0, events(first, 0, 2)), Appended(second, 0, events(second, 0, 1)))
        assert (await read(first), await read(second)) == (0, 1)
        async with session_pool.session() as session, session.atomic():
            await store.append(session, [Appended(first, 0, events(first, 0, 2)), Appended(second, 1, events(second, 1, 1))])
        assert (await read(first), await read(second)) == (2, 2)

    async def test_a_rollback_leaves_nothing(
        self,
        store: IEventStore,
        session_pool: ISessionPool,
        streams: Sequence[Hashable],
        events: Events,
        read: Callable[[Hashable], Any],
    ) -> None:
        """Neither that of the transaction nor that of a savepoint in it."""
        first, second = streams
        async with session_pool.session() as session:
            with pytest.raises(_UndoneError):
                await _undone(store, session, Appended(first, 0, events(first, 0, 2)))
            async with session.atomic():
                await store.append(session, [Appended(second, 0, events(second, 0, 1))])
                with pytest.raises(_UndoneError):
                    await _undone(store, session, Appended(second, 1, events(second, 1, 1)))
        assert (await read(first), await read(second)) == (0, 1)

    async def test_after_a_refusal_the_session_goes_on_if_it_was_in_a_savepoint(
        self,
        store: IEventStore,
        session_pool: ISessionPool,
        streams: Sequence[Hashable],
        events: Events,
        read: Callable[[Hashable], Any],
    ) -> None:
        """So a run can leave out what is refused."""
        first, second = streams
        async with session_pool.session() as session, session.atomic():
            await store.append(session, [Appended(first, 0, events(first, 0, 1))])
            with pytest.raises(ConcurrencyError):
                await _append(store, session, Appended(first, 0, events(first, 0, 1)))
            await store.append(session, [Appended(second, 0, events(second, 0, 1))])
        assert (await read(first), await read(second)) == (1, 1)


async def _append(store: IEventStore, session: ISession, *streams: Appended) -> None:
    async with session.atomic():
        await store.append(session, streams)


async def _undone(store: IEventStore, session: ISession, *streams: Appended) -> None:
    async with session.atomic():
        await store.append(session, streams)
        raise _UndoneError


def _marks(event: Any) -> Any:
    """What tells an event from another: what it carries, under ``data`` or itself."""
    data = getattr(event, "data", event)
    return data.get("mark") if isinstance(data, dict) else getattr(data, "mark", data)

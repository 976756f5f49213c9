"""Event-sourced aggregates: what an aggregate has recorded is appended to its stream."""

import weakref
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.repositories.bulk import all_or_none
from ascetic_ddd.faker.infrastructure.transports.eventstore.store import Appended, IEventStore
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("EventSourcedRepository",)

A = TypeVar("A")


class EventSourcedRepository(Generic[A]):
    """An external repository that stores an aggregate as its events.

    Events that an aggregate hands out only once are kept until the commit: after a rollback they are there again, for the same
    aggregate.

    Args:
        store: where the streams are.
        events: aggregate → what it has recorded and not handed out before, such as ``Order.collect_events``.
        stream: aggregate → the name or id of its stream.
        version: aggregate → how many events it has recorded in its life, those included; needed by :meth:`update`.
        times: aggregate → when each of the events happened, in order, of the aggregate's own data; by default the events say so
            themselves, and most take it from the clock: then all history lies in one night.
        snapshot: aggregate → a snapshot of it, taken by :meth:`insert` and :meth:`update` at each ``snapshot_every`` events.
        snapshot_every: so many events.
        find: session → the exported states of what there is; for ``reconcile``.

    Raises:
        ConfigurationError: only one of ``snapshot`` and ``snapshot_every`` is given.
    """

    find: Callable[[ISession], AsyncIterator[dict[str, Any]]] | None

    def __init__(
        self,
        store: IEventStore,
        *,
        events: Callable[[A], Sequence[Any]],
        stream: Callable[[A], Hashable],
        version: Callable[[A], int] | None = None,
        times: Callable[[A], Sequence[datetime]] | None = None,
        snapshot: Callable[[A], Any] | None = None,
        snapshot_every: int | None = None,
        find: Callable[[ISession], AsyncIterator[dict[str, Any]]] | None = None,
    ) -> None:
        if (snapshot is None) != (snapshot_every is None) or (snapshot_every is not None and snapshot_every < 1):
            raise ConfigurationError("snapshot= and snapshot_every= belong together: how one is taken, and after how many events")
        self._store = store
        self._events = events
        self._stream = stream
        self._version = version
        self._times = times
        self._snapshot = snapshot
        self._snapshot_every = snapshot_every
        self._returned: dict[int, tuple[Callable[[], A | None], list[Any]]] = {}
        self.find = find

    async def insert(self, session: ISession, agg: A) -> None:
        """Begin the aggregate's stream.

        Raises:
            ConcurrencyError: there is such a stream.
            PersistenceError: the aggregate has recorded nothing.
        """
        await self.insert_many(session, (agg,))

    async def insert_many(self, session: ISession, aggs: Sequence[A]) -> None:
        """Begin the streams of aggregates, all or none, by one append."""
        if aggs:
            async with all_or_none(session):
                await self._store.append(session, [self._appended(session, agg, is_new=True) for agg in aggs])

    async def update(self, session: ISession, agg: A) -> None:
        """Append what the aggregate has recorded since.

        Raises:
            ConcurrencyError: others have appended meanwhile.
        """
        if self._version is None:
            raise ConfigurationError(
                "EventSourcedRepository needs version= to update: which version was the aggregate loaded at?"
            )
        await self._store.append(session, [self._appended(session, agg, is_new=False)])

    def _appended(self, session: ISession, agg: A, *, is_new: bool) -> Appended:
        events = self._taken(session, agg)
        if is_new and not events:
            raise PersistenceError(
                f"Cannot insert {type(agg).__name__} {self._stream(agg)!r}: it has no events; has somebody else taken them?"
            )
        before = 0 if is_new or self._version is None else self._version(agg) - len(events)
        times = None if self._times is None else list(self._times(agg))
        if times is not None and len(times) != len(events):
            raise ConfigurationError(f"times= gives {len(times)} times for the {len(events)} events of {type(agg).__name__}")
        return Appended(self._stream(agg), before, events, times, self._snapshot_after(agg, before, len(events)))

    def _snapshot_after(self, agg: A, before: int, number: int) -> Any:
        every = self._snapshot_every
        if every is None or self._snapshot is None or (before + number) // every == before // every:
            return None
        return self._snapshot(agg)

    def _taken(self, session: ISession, agg: A) -> list[Any]:
        """What was given back by a rollback, and what has been recorded since."""
        found, kept = self._returned.pop(id(agg), (None, []))
        events = [*(kept if found is not None and found() is agg else ()), *self._events(agg)]
        session.on_rollback(self._give_back, agg, events)
        return events

    def _give_back(self, agg: A, events: list[Any]) -> None:
        key = id(agg)
        try:
            found: Callable[[], A | None] = weakref.ref(agg, lambda _: self._returned.pop(key, None))
        except TypeError:  # of a class with slots
            found = lambda: agg
        self._returned[key] = (found, events)

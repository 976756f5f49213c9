"""An event store in memory: for tests, and to try a model out."""

from collections.abc import Hashable, Sequence
from typing import Any

from ascetic_ddd.faker.infrastructure.transports.eventstore.store import Appended, stale
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("InMemoryEventStore",)


class InMemoryEventStore:
    """Keeps events by stream, and follows the rollback of the session."""

    def __init__(self) -> None:
        self._streams: dict[Hashable, list[Any]] = {}

    async def append(self, session: ISession, streams: Sequence[Appended]) -> None:
        """Add events to streams, to all of them or none."""
        for each in streams:
            actual = len(self._streams.get(each.stream, ()))
            if actual != each.expected_version:
                raise stale(each.stream, each.expected_version, actual)
        for each in streams:
            self._streams.setdefault(each.stream, []).extend(each.events)
            session.on_rollback(self._cut, each.stream, each.expected_version)

    async def read(self, session: ISession, stream: Hashable) -> list[Any]:
        """Give the events of a stream, in order."""
        return list(self._streams.get(stream, ()))

    def _cut(self, stream: Hashable, version: int) -> None:
        del self._streams[stream][version:]
        if not self._streams[stream]:
            del self._streams[stream]

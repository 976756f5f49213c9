"""What an event store is: streams of events, each with a version, to which is added all or nothing."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Appended", "ConcurrencyError", "IEventStore", "stale")


class ConcurrencyError(PersistenceError):
    """A stream has another version than it was expected to have.

    Attributes:
        stream: its name or id; None if the store does not say which of several it is.
        expected: how many events it was to have.
        actual: how many it has; None if the store does not say.
    """

    def __init__(self, message: str, stream: Any = None, expected: int | None = None, actual: int | None = None) -> None:
        super().__init__(message)
        self.stream = stream
        self.expected = expected
        self.actual = actual


@dataclass(frozen=True, slots=True)
class Appended:
    """What is added to one stream.

    Attributes:
        stream: its name or id.
        expected_version: how many events it has before; 0: there is no such stream.
        events: what is added, in order.
        times: when each of them happened; None: as the events say themselves.
        snapshot: of the state after them; None for none.
    """

    stream: Hashable
    expected_version: int
    events: Sequence[Any]
    times: Sequence[datetime] | None = None
    snapshot: Any = None


class IEventStore(Protocol):
    """Adds to streams within the session's transaction, and reads them back."""

    async def append(self, session: ISession, streams: Sequence[Appended]) -> None:
        """Add events to streams, to all of them or none.

        Raises:
            ConcurrencyError: a stream has another version than expected. A transaction around it must roll back, or a savepoint.
        """
        ...

    async def read(self, session: ISession, stream: Hashable) -> list[Any]:
        """Give the events of a stream, in order; of one that there is not: none."""
        ...


def stale(stream: Any, expected: int, actual: int | None) -> ConcurrencyError:
    """Make the error of a stream that has another version."""
    has = "events of its own" if actual is None else f"{actual} events" if actual else "no events"
    return ConcurrencyError(
        f"Cannot append to stream {stream!r}: it was expected to have {expected} events, and has {has}; "
        "load it anew, or give a new aggregate a stream of its own",
        stream,
        expected,
        actual,
    )

"""Whose fault an error is: the one question on which it depends whether work is left out, repeated, or given up."""

from collections.abc import Iterator
from enum import IntEnum
from typing import Protocol, runtime_checkable

__all__ = ("Fault", "IJudge", "chain_of", "fault_of", "own_fault")


class Fault(IntEnum):
    """Whose fault an error is; of several, the greatest counts.

    Attributes:
        DATA: what was to be stored is refused, or cannot be made; without it the rest can be stored.
        SNAPSHOT: it is refused, perhaps only because the transaction does not see what others have committed since it began;
            one repetition tells.
        TRANSIENT: others were in the way (deadlock, serialization, a limit of time); the same work may succeed if repeated.
        LOST: the connection is lost, or none is to be had; on a new one the same work may succeed.
        STORE: the store does not serve: full, read-only, without access; repeating does not help.
    """

    DATA = 0
    SNAPSHOT = 1
    TRANSIENT = 2
    LOST = 3
    STORE = 4


@runtime_checkable
class IJudge(Protocol):
    """A session, or a session pool, that knows its driver's errors; it need not."""

    def fault_of(self, error: BaseException) -> Fault:
        """Tell whose fault an error is, looking at its causes, too."""
        ...


def fault_of(judge: object, error: BaseException) -> Fault:
    """Tell whose fault an error is: what it says itself, and what a session or pool that knows its driver's errors says of it.

    Nobody knows: the data's.
    """
    own = own_fault(error)
    return max(own, judge.fault_of(error)) if isinstance(judge, IJudge) else own


def own_fault(error: BaseException) -> Fault:
    """Tell whose fault an error, or one of its causes, says itself that it is, by an attribute ``fault``; none: the data's."""
    said = (getattr(each, "fault", None) for each in chain_of(error))
    return max((fault for fault in said if isinstance(fault, Fault)), default=Fault.DATA)


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """Give the error, its cause, the cause of that, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__

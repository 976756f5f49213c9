"""Pools number the values that exist; a scope is the part of a pool that satisfies one specification."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("IScheduled", "Pool", "Scope")


class IScheduled(Protocol):
    """Something that must hear which values enter and leave a scope."""

    def enter(self, number: int) -> None: ...

    def leave(self, number: int) -> None: ...


class Scope:
    """The numbers of the values that may be used under one specification, in the order they entered.

    Args:
        pool: what it is a part of.
        family: the same for scopes that share no value, such as those of one tenant each; None: it is alone.
    """

    __slots__ = ("_followers", "_holders", "family", "members", "pool")

    is_lazy = False

    def __init__(self, pool: "Pool", family: object = None) -> None:
        self.pool = pool
        self.family = family if family is not None else self
        self.members: dict[int, None] = {}
        self._followers: tuple[IScheduled, ...] = ()
        self._holders = 0

    @property
    def description(self) -> str:
        """Which values they are, for messages."""
        return "all"

    @property
    def is_idle(self) -> bool:
        """True if nobody would miss it: nobody follows or holds it."""
        return not self._followers and not self._holders

    def hold(self) -> None:
        """Keep it until :meth:`let_go` is called as often."""
        self._holders += 1

    def let_go(self) -> None:
        """Hold it no more."""
        self._holders -= 1
        if self.is_idle:
            self.pool.drop(self)

    def follow(self, follower: IScheduled) -> None:
        """Tell ``follower`` of every value that enters or leaves from now on."""
        self._followers += (follower,)

    def unfollow(self, follower: IScheduled) -> None:
        """Tell it no more."""
        self._followers = tuple(other for other in self._followers if other is not follower)

    def enter(self, number: int) -> None:
        self.members[number] = None
        for follower in self._followers:
            follower.enter(number)

    def leave(self, number: int) -> None:
        if number in self.members:
            del self.members[number]
            for follower in self._followers:
                follower.leave(number)

    def refresh(self) -> None:
        """Bring the members up to date; only lazy scopes have anything to do."""


class Pool:
    """Numbers of the values that exist, and which of them are still invisible to other sessions.

    A value made in an open transaction is *in flight*: the session that made it may use it, others may not before the
    commit, and a rollback takes it away.
    """

    def __init__(self) -> None:
        self.in_flight: dict[int, ISession] = {}
        self._waiting: dict[int, list[Callable[[int], None]]] = {}
        self.everything = Scope(self)

    def is_foreign(self, number: int, session: ISession) -> bool:
        """Tell whether the value is in flight in another session."""
        owner = self.in_flight.get(number)
        return owner is not None and owner is not session

    def usable(self, session: ISession, numbers: Sequence[int]) -> int:
        """How many of the numbers, from the first on, are of values that the session may use; none is below 0."""
        for place, number in enumerate(numbers):
            if number < 0 or self.in_flight.get(number, session) is not session:
                return place
        return len(numbers)

    def when_settled(self, number: int, callback: Callable[[int], None]) -> None:
        """Call ``callback`` with the number once its transaction has committed or rolled back."""
        self._waiting.setdefault(number, []).append(callback)

    def drop(self, scope: Scope) -> None:
        """Nobody asks for a scope any more."""

    def clear(self) -> None:
        """Forget all values."""
        for number in list(self.everything.members):
            self._remove(number)

    def _take_off(self, session: ISession, number: int) -> None:
        """Note that the value was made in this session's open transaction, if there is one."""
        if session.is_atomic:
            self.in_flight[number] = session
            session.on_commit(self._settle, number)
            session.on_rollback(self._crash, number)

    def _settle(self, number: int) -> None:
        self.in_flight.pop(number, None)
        for callback in self._waiting.pop(number, ()):
            callback(number)

    def _crash(self, number: int) -> None:
        self._remove(number)
        self._settle(number)

    def _remove(self, number: int) -> None:
        """Forget the value: it leaves every scope."""
        self.everything.leave(number)

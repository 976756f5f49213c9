"""Places kept for values that are about to be made."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision, IBirth
from ascetic_ddd.faker.domain.distributors.m2o.schedule import ISchedule, Reserved
from ascetic_ddd.faker.domain.distributors.m2o.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Birth", "Positions", "ScheduledBirth", "carry_out")


class Positions:
    """Running numbers of new values, each given once.

    As with a database's sequence, a number whose value failed or was rolled back is not given again: the number may be what the
    application refused, or may be stored outside after all.

    Args:
        start: the first one.
    """

    def __init__(self, start: int = 0) -> None:
        self._start = self._next = self._marked = start

    @property
    def next(self) -> int:
        """The number that will be given next; all below have been given, or are left out."""
        return self._next

    def take(self) -> int:
        """Give the next number."""
        self._next += 1
        return self._next - 1

    def take_many(self, count: int) -> range:
        """Give so many numbers at once."""
        first, self._next = self._next, self._next + count
        return range(first, self._next)

    def restart(self, count: int) -> None:
        """Take the first ``count`` numbers, and no others, as given out."""
        self._next = self._start + count

    def skip_to(self, number: int) -> None:
        """Give none below ``number`` any more."""
        self._next = max(self._next, number)

    def mark(self) -> None:
        self._marked = self._next

    def rewind(self) -> None:
        """Give the numbers since the mark once more: nothing that has them is stored."""
        self._next = self._marked


class Birth:
    """A place in no schedule: every value is new."""

    __slots__ = ("position",)

    is_spare = False
    wanted = 0

    def __init__(self, positions: Positions) -> None:
        self.position = positions.take()

    def made(self, session: ISession, number: int | None = None) -> Decision:
        return number

    def failed(self) -> None:
        """Nothing was reserved."""


class IKeeper(Protocol):
    """Who keeps places in schedules, and may have replaced a schedule since."""

    def fill(self, session: ISession, schedule: ISchedule, scope: Scope, place: Reserved, number: int) -> None:
        """The value for a place exists, and this is its first use."""
        ...

    def release(self, schedule: ISchedule, scope: Scope, place: Reserved) -> None:
        """Nothing comes to a place."""
        ...

    def choose(self, session: ISession, scope: Scope) -> Decision:
        """Decide a use that is not null."""
        ...


class ScheduledBirth(Birth):
    """A place in the schedule of a scope."""

    __slots__ = ("_distributor", "_place", "_schedule", "_scope", "is_spare")

    def __init__(
        self, distributor: IKeeper, positions: Positions, schedule: ISchedule, scope: Scope, place: Reserved, *, is_spare: bool
    ) -> None:
        super().__init__(positions)
        self.is_spare = is_spare
        self._distributor = distributor
        self._schedule = schedule
        self._scope = scope
        self._place = place

    @property
    def wanted(self) -> int:  # type: ignore[override]  # a constant there
        return self._schedule.population

    def made(self, session: ISession, number: int | None = None) -> Decision:
        if number is not None and not self.is_spare:
            self._distributor.fill(session, self._schedule, self._scope, self._place, number)
            return number
        self._distributor.release(self._schedule, self._scope, self._place)
        return self._distributor.choose(session, self._scope) if self.is_spare else None

    def failed(self) -> None:
        self._distributor.release(self._schedule, self._scope, self._place)


async def carry_out(session: ISession, decision: Decision, make: Callable[[IBirth], Awaitable[int | None]]) -> int | None:
    """Carry a decision to its end: make what it wants to be made, spare values first.

    Args:
        session: the session the use belongs to.
        decision: what a draw answered.
        make: makes the value for a place, and gives its number; if it raises, the place is free again.

    Returns:
        The number of the value to use; None for null, or if nobody keeps what was made.
    """
    while decision is not None and not isinstance(decision, int):
        try:
            number = await make(decision)
        except BaseException:
            decision.failed()
            raise
        decision = decision.made(session, number)
    return decision

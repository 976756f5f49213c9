"""Places kept for values that are about to be made."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision, IReservation
from ascetic_ddd.faker.domain.distributors.schedules.interfaces import ISchedule, Reserved
from ascetic_ddd.faker.domain.distributors.schedules.pairs import Partner
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.faker.domain.stock.sequence import PositionSequence
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Reservation", "ScheduledReservation", "carry_out")


class Reservation:
    """A place in no schedule: every value is new."""

    __slots__ = ("_positions", "position")

    is_for_unused_value = False
    population = 0

    def __init__(self, positions: PositionSequence) -> None:
        self._positions = positions
        self.position = positions.take()

    def retry(self) -> int:
        self.position = self._positions.take()
        return self.position

    def fulfil(self, session: ISession, number: int | None = None) -> Decision:
        return number

    def cancel(self) -> None:
        """Nothing was reserved."""


class IKeeper(Protocol):
    """Who keeps places in schedules, and may have replaced a schedule since."""

    def fill(
        self,
        session: ISession,
        schedule: ISchedule,
        scope: Scope,
        place: Reserved,
        number: int,
        partner: Partner | None = None,
    ) -> None:
        """The value for a place exists, and this is its first use."""
        ...

    def release(self, schedule: ISchedule, scope: Scope, place: Reserved, partner: Partner | None = None) -> None:
        """Nothing comes to a place."""
        ...

    def choose(
        self,
        session: ISession,
        scope: Scope,
        *,
        is_free: Callable[[int], bool] | None = None,
        partner: Partner | None = None,
    ) -> Decision:
        """Decide a use that is not null, of a value that will do."""
        ...


class ScheduledReservation(Reservation):
    """A place in the schedule of a scope."""

    __slots__ = ("_distributor", "_is_free", "_partner", "_place", "_schedule", "_scope", "is_for_unused_value")

    def __init__(
        self,
        distributor: IKeeper,
        positions: PositionSequence,
        schedule: ISchedule,
        scope: Scope,
        place: Reserved,
        *,
        is_for_unused_value: bool,
        is_free: Callable[[int], bool] | None = None,
        partner: Partner | None = None,
    ) -> None:
        super().__init__(positions)
        self.is_for_unused_value = is_for_unused_value
        self._distributor = distributor
        self._schedule = schedule
        self._scope = scope
        self._place = place
        self._is_free = is_free
        self._partner = partner

    @property
    def population(self) -> int:  # type: ignore[override]  # a constant there
        return self._schedule.population

    def fulfil(self, session: ISession, number: int | None = None) -> Decision:
        if number is not None and not self.is_for_unused_value:
            self._distributor.fill(session, self._schedule, self._scope, self._place, number, self._partner)
            return number
        self._distributor.release(self._schedule, self._scope, self._place, self._partner)
        if not self.is_for_unused_value:
            return None
        return self._distributor.choose(session, self._scope, is_free=self._is_free, partner=self._partner)

    def cancel(self) -> None:
        self._distributor.release(self._schedule, self._scope, self._place, self._partner)


async def carry_out(session: ISession, decision: Decision, make: Callable[[IReservation], Awaitable[int | None]]) -> int | None:
    """Carry a decision to its end: make what it wants to be made, values without a use first.

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
            decision.cancel()
            raise
        decision = decision.fulfil(session, number)
    return decision

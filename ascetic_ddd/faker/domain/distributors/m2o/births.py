"""Places kept for values that are about to be made."""

from heapq import heappop, heappush

from ascetic_ddd.faker.domain.distributors.m2o.growing import GrowingSchedule
from ascetic_ddd.faker.domain.distributors.m2o.planned import PlannedSchedule
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Birth", "Positions", "ScheduledBirth")


class Positions:
    """Running numbers of new values; a number whose value was not made, or was rolled back, is given out again."""

    def __init__(self) -> None:
        self._next = 0
        self._free: list[int] = []

    def take(self) -> int:
        """Give the least free number."""
        if self._free:
            return heappop(self._free)
        self._next += 1
        return self._next - 1

    def skip(self, count: int) -> None:
        """Take the first ``count`` numbers as given out before."""
        self._next = max(self._next, count)

    def give_back(self, position: int) -> None:
        """Make the number free again."""
        heappush(self._free, position)


class Birth:
    """A place in no schedule: every value is new."""

    __slots__ = ("_positions", "position")

    is_spare = False
    wanted = 0

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self.position = positions.take()

    def made(self, session: ISession, number: int | None = None) -> bool:
        session.on_rollback(self._positions.give_back, self.position)
        return True

    def failed(self) -> None:
        self._positions.give_back(self.position)


class ScheduledBirth(Birth):
    """A place in the schedule of a scope."""

    __slots__ = ("_place", "_schedule", "is_spare")

    def __init__(self, positions: Positions, schedule: GrowingSchedule | PlannedSchedule, place: int, is_spare: bool) -> None:
        super().__init__(positions)
        self._schedule = schedule
        self._place = place
        self.is_spare = is_spare

    @property
    def wanted(self) -> int:  # type: ignore[override]  # a number there, computed here
        return self._schedule.population

    def made(self, session: ISession, number: int | None = None) -> bool:
        super().made(session)
        if self.is_spare or number is None:
            self._schedule.release(self._place)
            return True
        return self._schedule.fill(session, self._place, number)

    def failed(self) -> None:
        super().failed()
        self._schedule.release(self._place)

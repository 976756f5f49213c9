"""Places kept for values that are about to be made."""

from heapq import heappop, heappush

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Birth", "Positions")


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

    def give_back(self, position: int) -> None:
        """Make the number free again."""
        heappush(self._free, position)

    def take_back(self, session: ISession, position: int) -> None:
        """The session rolls back: the number is free again, unless the value may have been stored outside all the same."""
        if not getattr(session, "is_in_doubt", False):
            self.give_back(position)

    def restart(self, count: int) -> None:
        """Take the first ``count`` numbers, and no others, as given out."""
        self._next = count
        self._free = []


class Birth:
    """A place in no schedule: every value is new."""

    __slots__ = ("_positions", "position")

    is_spare = False
    wanted = 0

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self.position = positions.take()

    def made(self, session: ISession, number: int | None = None) -> bool:
        session.on_rollback(self._positions.take_back, session, self.position)
        return True

    def failed(self) -> None:
        self._positions.give_back(self.position)

    def again(self, session: ISession) -> int:
        raise AssertionError("a birth that is not spare has its use")

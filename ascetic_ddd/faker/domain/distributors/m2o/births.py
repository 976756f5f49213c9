"""Places kept for values that are about to be made."""

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Birth", "Positions")


class Positions:
    """Running numbers of new values, each given once.

    As with a database's sequence, a number whose value failed or was rolled back is not given again: the number may be what the
    application refused, or may be stored outside after all.
    """

    def __init__(self) -> None:
        self._next = 0

    @property
    def next(self) -> int:
        """The number that will be given next; all below have been given, or are left out."""
        return self._next

    def take(self) -> int:
        """Give the next number."""
        self._next += 1
        return self._next - 1

    def restart(self, count: int) -> None:
        """Take the first ``count`` numbers, and no others, as given out."""
        self._next = count

    def skip_to(self, number: int) -> None:
        """Give none below ``number`` any more."""
        self._next = max(self._next, number)


class Birth:
    """A place in no schedule: every value is new."""

    __slots__ = ("position",)

    is_spare = False
    wanted = 0

    def __init__(self, positions: Positions) -> None:
        self.position = positions.take()

    def made(self, session: ISession, number: int | None = None) -> bool:
        return True

    def failed(self) -> None:
        """Nothing was reserved."""

    def again(self, session: ISession) -> int:
        raise AssertionError("a birth that is not spare has its use")

"""The running numbers of new values."""

__all__ = ("PositionSequence",)


class PositionSequence:
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

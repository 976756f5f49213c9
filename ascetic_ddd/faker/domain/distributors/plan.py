"""What a run tells the distributors: how much it will make in all, and how far it is."""

__all__ = ("Plan",)


class Plan:
    """The total and the progress of one planned run. The run advances it; distributors only read it.

    Args:
        total: root aggregates the run will make.
    """

    __slots__ = ("_marked", "attempts", "done", "total")

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.attempts = 0  # as done, but not taken back
        self._marked = 0

    def advance(self) -> None:
        """One more root aggregate has been made."""
        self.done += 1
        self.attempts += 1

    def retreat(self, roots: int = 1) -> None:
        """So many of them were rolled back."""
        self.done -= roots

    def mark(self) -> None:
        self._marked = self.attempts

    def rewind(self) -> None:
        self.attempts = self._marked

    def unmark(self) -> None:
        """A mark costs nothing."""

    @property
    def progress(self) -> float:
        """Share of the run that will be done when the aggregate in the making is finished, in (0, 1]."""
        return min(1.0, (self.done + 1) / self.total)

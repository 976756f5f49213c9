"""Going back to where a batch began, so that it can be made again with the same draws."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

__all__ = ("IRewindable", "Journal")


@runtime_checkable
class IRewindable(Protocol):
    """Something that is drawn from, and can give the same again.

    Between :meth:`mark` and :meth:`rewind` one session at a time draws from it, and what that session drew is rolled back first.
    """

    def mark(self) -> None:
        """Remember this place, and no other before it; the cost does not grow with what was drawn before."""
        ...

    def rewind(self) -> None:
        """Go back to the mark, which stays: the same is drawn from now on as was drawn from there."""
        ...

    def unmark(self) -> None:
        """Forget the mark; nobody will go back."""
        ...


class Journal:
    """What has to be called, newest first, to take back all that was changed since the mark.

    Attributes:
        entries: calls with one argument each, one flat list of both; None while nothing is marked, and nothing need be noted.
    """

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: list[Any] | None = None

    def note(self, undo: Callable[[Any], object], argument: Any) -> None:
        """Have ``undo(argument)`` called on the way back."""
        if self.entries is not None:
            self.entries += (undo, argument)

    def mark(self) -> None:
        """Begin anew."""
        self.entries = []

    def rewind(self) -> None:
        """Take everything back."""
        entries, self.entries = self.entries or [], None
        while entries:
            argument = entries.pop()
            entries.pop()(argument)
        self.entries = []

    def unmark(self) -> None:
        """Note nothing any more."""
        self.entries = None

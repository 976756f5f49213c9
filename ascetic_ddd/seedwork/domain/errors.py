"""The root of the error tree, and the errors that sessions raise themselves."""

from contextlib import suppress

__all__ = ("AsceticDddError", "CommitUnknownError", "SessionError", "add_note")


class AsceticDddError(Exception):
    """Root of every error this library raises on purpose."""


class SessionError(AsceticDddError):
    """A session, or the pool it comes from, cannot do what was asked: closed, exhausted, or not reachable.

    Attributes:
        is_half_stored: of two stores that a session writes to, the first has committed and the second has not.
    """

    is_half_stored = False


class CommitUnknownError(SessionError):
    """The connection was lost while COMMIT was under way, and whether the server committed could not be found out."""


def add_note(error: BaseException, note: str) -> None:
    """Add a note to an error of anybody's; one that takes none (a frozen dataclass) stays as it is."""
    with suppress(Exception):
        error.add_note(note)

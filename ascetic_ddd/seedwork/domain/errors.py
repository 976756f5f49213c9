"""The root of the error tree, and the one error that sessions raise themselves."""

from contextlib import suppress

__all__ = ("AsceticDddError", "SessionError", "add_note")


class AsceticDddError(Exception):
    """Root of every error this library raises on purpose."""


class SessionError(AsceticDddError):
    """A session, or the pool it comes from, cannot do what was asked: closed, exhausted, or not reachable."""


def add_note(error: BaseException, note: str) -> None:
    """Add a note to an error of anybody's; one that takes none (a frozen dataclass) stays as it is."""
    with suppress(Exception):
        error.add_note(note)

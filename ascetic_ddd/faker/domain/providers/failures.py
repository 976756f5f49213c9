"""Where an error of the user's own code came up: the error travels on unchanged, and its graph remembers the place."""

from typing import Any

from ascetic_ddd.seedwork.domain.errors import add_note

__all__ = ("noted", "placed")


class _Note(str):
    """A note of ours on an error of the user's."""

    __slots__ = ()


def noted(error: BaseException, provider: Any, input: Any) -> None:
    """Add the place and the input to an error.

    An error object that is raised again and again has the notes of the last time only; one that takes no notes goes without.

    Args:
        error: as the user's code raised it.
        provider: the provider that made something.
        input: of what.
    """
    root = provider._root()
    if root._failure is None or root._failure[0] is not error:
        root._failure = (error, provider.path, input)
        notes = getattr(error, "__notes__", None)
        if isinstance(notes, list):
            notes[:] = [note for note in notes if not isinstance(note, _Note)]
    note = _Note(f"while {provider.path} made an object of {input!r}")
    if note not in getattr(error, "__notes__", ()):
        add_note(error, note)


def placed(error: BaseException, provider: Any) -> tuple[str, Any]:
    """The path and the input of the provider in whose making an error came up first; ``provider`` if nobody said so before."""
    root = provider._root()
    if root._failure is None or root._failure[0] is not error:
        root._failure = (error, provider.path, provider._known())
    path, input = root._failure[1:]
    return path, input

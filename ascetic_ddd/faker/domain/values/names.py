"""Names that are not known: what there is, and what may have been meant."""

from collections.abc import Iterable

__all__ = ("there_is",)


def there_is(wanted: object, known: Iterable[str]) -> str:
    """What there is instead of a name that is not known.

    Args:
        wanted: the name that is not known.
        known: those that are.

    Example:
        >>> there_is("titel", ["author_id", "id", "title"])
        "it has author_id, id, title; did you mean 'title'?"
        >>> there_is("x", [])
        'it has none'
    """
    import difflib  # an error is told, and nobody waits

    names = sorted(known)
    meant = difflib.get_close_matches(str(wanted), names, 1)
    return f"it has {', '.join(names) or 'none'}{f'; did you mean {meant[0]!r}?' if meant else ''}"

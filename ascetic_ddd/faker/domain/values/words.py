"""Words from elsewhere are only words: names and texts of a database, a file, a server or a user's model, made fit to be shown.

A name in PostgreSQL may have any character but NUL: escape sequences that steer a terminal, line ends that forge a line, letters
that turn the direction of reading, letters that nobody sees. What shows words to people takes them through :func:`visible`;
what writes JSON, through :func:`json_escaped`, which loses nothing.
"""

import re

__all__ = ("json_escaped", "shown", "visible")

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Printable by their category, and nothing is to be seen: fillers, joiners, selectors of variants. Those two selectors that
# say "as a text" and "as an emoji" (U+FE0E, U+FE0F) stay, so that what people write stays whole.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]")
_SUSPECT = re.compile("[^ -~]")
_SUSPECT_IN_JSON = re.compile("[^\n -~]")


def visible(text: str) -> str:
    r"""Give the text with a visible word for each character that is none: ``\x1b``, ``\n``, ``\u202e``.

    Such are control characters (C0, C1, DEL), line and paragraph separators, spaces other than the usual one, format characters
    (bidirectional, of no width), half surrogate pairs, and what Unicode has not assigned. The result is printable, on one line,
    and a second time stays as it is. A backslash is not doubled, so that usual names stay as they are.

    Example:
        >>> visible("books"), visible("x\x1b[31m"), visible("a\nb"), visible("evil\u202e")
        ('books', 'x\\x1b[31m', 'a\\nb', 'evil\\u202e')
    """
    if text.isascii() and text.isprintable():
        return text
    return _SUSPECT.sub(_word, text)


def shown(value: object) -> str:
    """Give the ``repr`` of a value, for a message that must not fail itself: some are too deep, or too long, to have one.

    Example:
        >>> shown({"id": 7}), shown(10**5000)
        ("{'id': 7}", '(of type int; it cannot be shown)')
    """
    try:
        return repr(value)
    except (RecursionError, ValueError):
        return f"(of type {type(value).__name__}; it cannot be shown)"


def json_escaped(text: str) -> str:
    r"""Give JSON text with the same characters escaped as JSON escapes them: it steers nothing, and reads back exactly.

    Example:
        >>> json_escaped('{"name": "evil\u202e\x9b"}')
        '{"name": "evil\\u202e\\u009b"}'
    """
    return _SUSPECT_IN_JSON.sub(_unit, text)


def _is_seen(letter: str) -> bool:
    return letter.isprintable() and _UNSEEN.match(letter) is None


def _word(found: re.Match[str]) -> str:
    letter = found[0]
    if _is_seen(letter):
        return letter
    if letter <= "\x7f":
        return _SHORT.get(letter) or f"\\x{ord(letter):02x}"
    return letter.encode("ascii", "backslashreplace").decode()


def _unit(found: re.Match[str]) -> str:
    letter = found[0]
    if _is_seen(letter):
        return letter
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))

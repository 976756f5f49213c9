"""The way to the standard streams, for everything that the commands say: words from elsewhere are only words.

Nothing else in this room prints; on terminals, ``terminal.py`` adds bars and colours.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

from ascetic_ddd.faker.domain.values.words import json_escaped, visible

__all__ = ("fitting", "one_line", "print_at_once", "print_data", "print_error", "print_json", "print_lines")

_SHOW_CURSOR = b"\x1b[?25h\n"  # a bar hides it


def print_lines(*lines: str, file: TextIO | None = None) -> None:
    """Print lines for people. A line is one line: line ends and whatever else steers a terminal are shown by visible words.

    Args:
        lines: without passwords.
        file: the standard output, unless told.
    """
    stream = sys.stdout if file is None else file
    stream.write("".join(f"{fitting(line, stream)}\n" for line in lines))
    stream.flush()


def fitting(line: str, stream: TextIO) -> str:
    """Make a line visible, in letters that the stream can have."""
    return _encodable(visible(line), stream)


def print_error(text: str) -> None:
    """Print a line on the standard error stream."""
    print_lines(text, file=sys.stderr)


def print_at_once(text: str) -> None:
    """Print a line of ours on the standard error stream past its buffer, from wherever a signal came in; give the cursor back."""
    with suppress(OSError):
        os.write(2, (_SHOW_CURSOR if os.isatty(2) else b"") + f"{text}\n".encode())


def one_line(text: str) -> str:
    """Give the lines of a server's or a driver's message as one."""
    return " ".join(filter(None, map(str.strip, text.split("\n"))))


def print_json(value: Any, mask: Callable[[str], str] = str) -> None:
    """Print one object on one line of the standard output: exact, by JSON's own escapes where a terminal could be steered.

    Args:
        value: the object.
        mask: takes passwords out.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    print_data(json_escaped(mask(text)) + "\n", fallback=_in_ascii)


def print_data(text: str, *, fallback: Callable[[str], str] | None = None) -> None:
    """Print what another program reads: exact in a pipe or a file; on a terminal, what could steer it is made visible.

    Args:
        text: all of it, with its line ends.
        fallback: makes a text for streams that cannot have all letters; without it they are written with a backslash.
    """
    stream = sys.stdout
    if stream.isatty():
        text = "\n".join(map(visible, text.split("\n")))
    fitted = _encodable(text, stream)
    stream.write(fallback(text) if fallback is not None and fitted != text else fitted)
    stream.flush()


def _encodable(text: str, stream: TextIO) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _in_ascii(text: str) -> str:
    """JSON with all letters but ASCII's escaped."""
    return json.dumps(json.loads(text)) + "\n"

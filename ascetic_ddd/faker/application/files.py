"""Files that are whole or not there, and that nobody else reads unless told: what may be in a database is not for everyone."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

__all__ = ("PART", "begin_file", "replace_file", "resume_file")

PART = ".part"
"""How the name of a file ends that is being written; such a name begins with a dot."""

_OWNER, _AS_THE_UMASK_ALLOWS = 0o600, 0o666
_MOST_LETTERS = 40  # of the file's name in that of its part: 255 bytes are the limit
_BUFFER_BYTES = 1 << 20


def begin_file(path: Path, *, readable: bool = False) -> tuple[Path, BinaryIO]:
    """Open a new file beside ``path``, to be given its name when it is whole.

    The file is made by this call or the call fails: no link that somebody laid is followed, nothing that is there is opened.
    From its first moment on it has its mode.

    Args:
        path: the name it shall have.
        readable: others may read it, as the umask allows; else only its owner (mode 0600).

    Returns:
        Its path, and the stream.

    Raises:
        OSError: it cannot be made, or ``path`` is there and is no file.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is there, and no regular file", str(path))
    mode = _AS_THE_UMASK_ALLOWS if readable else _OWNER
    part = path.with_name(f".{path.name[:_MOST_LETTERS]}.{secrets.token_hex(8)}{PART}")
    return part, open(part, "xb", _BUFFER_BYTES, opener=lambda name, flags: os.open(name, flags, mode))


def resume_file(path: Path, size: int, *, readable: bool = False) -> BinaryIO:
    """Open a file to go on after ``size`` bytes; what is beyond is cut off. One that is not there is made, no link is followed.

    Args:
        path: of the file.
        size: so many bytes of it are kept.
        readable: see :func:`begin_file`.

    Raises:
        OSError: it cannot be made or opened, or is a link.
    """
    mode = _AS_THE_UMASK_ALLOWS if readable else _OWNER
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), mode)
    stream = os.fdopen(handle, "r+b", _BUFFER_BYTES)
    stream.truncate(size)
    stream.seek(size)
    return stream


def replace_file(path: Path, text: str, *, readable: bool = False) -> None:
    """Write a file in UTF-8. One that is there is replaced as a whole, a link by the file; its target stays as it is.

    Args:
        path: of the file.
        text: all of it.
        readable: see :func:`begin_file`.

    Raises:
        OSError: it cannot be written; what was there is there.
    """
    data = text.encode()
    part, stream = begin_file(path, readable=readable)
    try:
        with stream:
            stream.write(data)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise

"""Files that are whole or not there: written under another name, and given their own when all of them are done."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ascetic_ddd.faker.application.files import PART, begin_file
from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError

__all__ = ("Folder", "OccupiedError")


class OccupiedError(ConfigurationError):
    """The place to write to is in use, and nobody said that this does not matter."""


class Folder:
    """A folder that files are written to.

    Args:
        path: made if it is not there.
        force: it may have files; those of the same names are replaced, when the new ones are whole.
        readable: others may read the files, as the umask allows; else only their owner.

    Raises:
        ConfigurationError: the path is no folder.
        OccupiedError: the folder has files, and ``force`` is not told.
        PersistenceError: it cannot be made or read.
    """

    def __init__(self, path: Path, *, force: bool = False, readable: bool = False) -> None:
        self.path, self._readable = path, readable
        with _faults(path, "written to"):
            if path.exists() and not path.is_dir():
                raise ConfigurationError(f"{path} is no folder; expected a folder, or a name that is free")
            path.mkdir(parents=True, exist_ok=True)
            for found in sorted(path.iterdir()):
                if found.name.startswith(".") and found.name.endswith(PART):
                    if force:  # what a killed run left
                        found.unlink(missing_ok=True)
                elif not force:
                    raise OccupiedError(
                        f"the folder {path} has files already, such as {found.name}; take an empty one, or force it (--force): "
                        "files of the same names are replaced then"
                    )
        self._open: dict[str, tuple[Path, BinaryIO]] = {}

    def begin(self, name: str) -> BinaryIO:
        """Open a file; it has its name after :meth:`finish`."""
        path = self.path / name
        with _faults(path, "written"):
            part, stream = begin_file(path, readable=self._readable)
        self._open[name] = part, stream
        return stream

    def end(self, name: str) -> None:
        """Close a file; all of it is on the disk then."""
        part, stream = self._open[name]
        with _faults(part, "written"):
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()

    def finish(self) -> list[Path]:
        """Give the files their names. Returns their paths."""
        found = []
        for name, (part, _) in list(self._open.items()):
            with _faults(self.path / name, "put in its place"):
                part.replace(self.path / name)
            del self._open[name]
            found.append(self.path / name)
        return found

    def abandon(self) -> None:
        """Remove what was begun and has no name yet."""
        for part, stream in self._open.values():
            with suppress(OSError):  # the disk is full: what is in the buffer is lost, and nobody wants it
                stream.close()
            part.unlink(missing_ok=True)
        self._open.clear()


@contextmanager
def _faults(path: Path, deed: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise file_error(error, path, deed) from error


def file_error(error: OSError, path: Path, deed: str = "written") -> PersistenceError:
    """Say which file, why, and what to do."""
    advice = {
        errno.ENOSPC: "make room, or ask for fewer rows",
        errno.EDQUOT: "make room, or ask for fewer rows",
        errno.EACCES: "take a folder that you may write to",
        errno.EPERM: "take a folder that you may write to",
        errno.EROFS: "take a folder on a disk that can be written to",
    }.get(error.errno or 0, "take another folder")
    return PersistenceError(f"{path} cannot be {deed}: {error.strerror or error}; {advice}. No unfinished file has been left")

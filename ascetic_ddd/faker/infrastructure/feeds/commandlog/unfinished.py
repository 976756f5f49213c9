"""A folder that is there as a whole or not at all, and that can be gone on with after a crash."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ascetic_ddd.faker.application.files import PART, replace_file, resume_file
from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.feeds.folder import OccupiedError

__all__ = ("WRITTEN_LAST", "Checkpoint", "UnfinishedFolder")

_CHECKPOINT = "checkpoint.json"
WRITTEN_LAST = ("feed.json", "feed.README.md")
"""Files of which a feed's folder has one, and no other folder."""


@dataclass(frozen=True)
class Checkpoint:
    """How far a folder has come.

    Attributes:
        identity: of what is written; another one does not go on from here.
        done: so many pieces are written, in whatever files.
        bytes: of the files by name; what is beyond is not counted.
        state: what the writer wants to know again.
    """

    identity: str
    done: int
    bytes: Mapping[str, int]
    state: Mapping[str, Any]


class UnfinishedFolder:
    """Files are written into a hidden folder beside, which gets its name when all of them are whole.

    Args:
        path: the name that the folder shall have; nothing may be there, but an empty folder.
        identity: of what is written, in words.
        names: of the files.
        resume: go on from the last checkpoint.
        anew: what is unfinished there is not asked for.
        force: a feed that is there, whole or not, is replaced.
        readable: others may read the files, as the umask allows.

    Raises:
        OccupiedError: something is there, and ``force`` is not told or it is no feed; or it is unfinished, without ``resume``.
        ConfigurationError: what is unfinished there is something else.
        PersistenceError: it cannot be made.
    """

    def __init__(
        self,
        path: Path,
        identity: str,
        names: Sequence[str],
        *,
        resume: bool = False,
        anew: bool = False,
        force: bool = False,
        readable: bool = False,
    ) -> None:
        self.path = path
        self.part = path.with_name(f".{path.name}{PART}")
        self._identity = hashlib.sha256(identity.encode()).hexdigest()
        self._anew = anew
        self._force = force
        self._readable = readable
        self._streams: dict[str, BinaryIO] = {}
        try:
            self._refuse_what_is_there(resume=resume, anew=anew)
            self.begun = self._begin(names)
        except OSError as error:
            raise self.error(error) from error

    def write(self, name: str, data: bytes) -> None:
        """Go on with a file."""
        try:
            self._streams[name].write(data)
        except OSError as error:
            raise self.error(error) from error

    def save(self, done: int, state: Mapping[str, Any]) -> None:
        """Make a checkpoint: all of it is on the disk then."""
        try:
            for stream in self._streams.values():
                stream.flush()
                os.fsync(stream.fileno())
            bytes = {name: stream.tell() for name, stream in self._streams.items()}
            text = json.dumps(asdict(Checkpoint(self._identity, done, bytes, state)))
            replace_file(self.part / _CHECKPOINT, text, readable=self._readable)
        except OSError as error:
            raise self.error(error) from error

    def sums(self) -> dict[str, tuple[int, str]]:
        """Give of each file its bytes and its SHA-256."""
        found = {}
        try:
            for name, stream in self._streams.items():
                stream.flush()
                os.fsync(stream.fileno())
                with (self.part / name).open("rb") as written:
                    found[name] = (stream.tell(), hashlib.file_digest(written, "sha256").hexdigest())
        except OSError as error:
            raise self.error(error) from error
        return found

    def finish(self, more: Mapping[str, str]) -> None:
        """Add small files, and give the folder its name: from now on all of it is there."""
        try:
            self.close()
            for name, text in more.items():
                replace_file(self.part / name, text, readable=self._readable)
            (self.part / _CHECKPOINT).unlink(missing_ok=True)
            replaced = self.path.with_name(f".{self.path.name}.replaced{PART}")
            shutil.rmtree(replaced, ignore_errors=True)  # of a run that was killed here
            if self.path.exists() and any(self.path.iterdir()):
                self.path.replace(replaced)  # at no moment is there half of one and half of the other
            self.part.replace(self.path)
            shutil.rmtree(replaced, ignore_errors=True)
        except OSError as error:
            raise self.error(error) from error

    def close(self) -> None:
        """Close the files; what was begun stays, to be gone on with."""
        streams, self._streams = self._streams, {}
        failed = None
        for stream in streams.values():
            try:
                stream.close()
            except OSError as error:
                failed = error
        if failed is not None:
            raise self.error(failed) from failed

    def discard(self) -> None:
        """Remove what was begun."""
        for stream in self._streams.values():
            try:
                stream.close()
            except OSError:  # the disk is full: what is in the buffer is lost, and nobody wants it
                continue
        self._streams = {}
        shutil.rmtree(self.part, ignore_errors=True)

    def error(self, error: OSError) -> PersistenceError:
        """Say what could not be written, why, and what to do."""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        advice = "make room" if full else "take a folder that can be written to"
        left = ""
        if not self._anew and self.part.exists():
            advice += ", and go on with --resume" if full else ""
            left = f". What is written is in {self.part.name} beside it, and nothing has the name of a whole feed"
        return PersistenceError(f"{self.path} cannot be written: {error.strerror or error}; {advice}{left}")

    def _refuse_what_is_there(self, *, resume: bool, anew: bool) -> None:
        if self.path.is_symlink() or (self.path.exists() and not self.path.is_dir()):
            raise ConfigurationError(f"{self.path} is no folder; expected a name that is free")
        if self.path.is_dir() and any(self.path.iterdir()):
            if not self._force:
                raise OccupiedError(
                    f"the folder {self.path} has files already; take another, or force it (--force): it is replaced"
                )
            if not _is_ours(self.path):
                raise OccupiedError(
                    f"the folder {self.path} has files that no feed has written; it is not replaced, take another"
                )
        if self.part.is_symlink():
            raise ConfigurationError(f"{self.part} is a link; expected nothing there, or what an unfinished feed has left")
        if self.part.exists() and (anew or (self._force and not resume)):
            shutil.rmtree(self.part)
        if self.part.exists() and not resume:
            raise OccupiedError(f"{self.part} is an unfinished feed; go on with it (--resume), or begin anew (--force)")

    def _begin(self, names: Sequence[str]) -> Checkpoint | None:
        self.part.mkdir(parents=True, exist_ok=True, mode=0o777 if self._readable else 0o700)
        begun = self._checkpoint()
        kept_names = {*names, _CHECKPOINT} if begun is not None else set()
        for left in self.part.iterdir():  # by a run that was killed while it gave a file its name, or had no checkpoint any more
            if left.name not in kept_names:
                left.unlink()
        kept = begun.bytes if begun is not None else {}
        for name in names:
            self._streams[name] = resume_file(self.part / name, kept.get(name, 0), readable=self._readable)
        if begun is None:
            self.save(0, {})  # so that nothing else goes on from here
        return begun

    def _checkpoint(self) -> Checkpoint | None:
        place = self.part / _CHECKPOINT
        if not place.exists():
            return None
        try:
            found = Checkpoint(**json.loads(place.read_text()))
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"{place} is no checkpoint: {error}; begin anew (--force)") from error
        if found.identity != self._identity:
            raise ConfigurationError(
                f"{self.part} was begun with other options; repeat the command as it was, or begin anew (--force)"
            )
        for name, size in found.bytes.items():
            if (self.part / name).stat().st_size < size:
                raise ConfigurationError(f"{self.part / name} is shorter than its checkpoint says; begin anew (--force)")
        return found


def _is_ours(path: Path) -> bool:
    """True if a feed was written there, and nothing that has folders: what is replaced is removed."""
    return all(each.is_file() for each in path.iterdir()) and any((path / name).is_file() for name in WRITTEN_LAST)

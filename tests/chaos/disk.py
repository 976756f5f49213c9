"""A disk without room: a small file system that is filled, or, where none can be mounted, files that may not grow."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random

from ascetic_ddd.faker.infrastructure.embedded.account import server_account
from tests.chaos.place import Place

__all__ = ("can_be_filled", "filled", "has_small_disks", "small_disk")

_SIZE_MB = 160
_SPARED = 100_000  # bytes at most: a run soon needs more
_BLOCK = bytes(65_536)


def has_small_disks() -> bool:
    """Tell whether a file system of a given size can be made here: by root, where it may mount."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder) / "disk"):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


def can_be_filled() -> bool:
    """Tell whether room can be taken from a server in one way or the other."""
    return shutil.which("prlimit") is not None or has_small_disks()


@contextmanager
def small_disk(path: Path) -> Iterator[None]:
    """Lay a small file system in memory over a folder that is made, for the time of the block.

    Raises:
        OSError, CalledProcessError: that is not possible here.
    """
    path.mkdir()
    try:
        options = f"size={_SIZE_MB}m,mode=0755"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "ascetic_ddd", str(path)], check=True, capture_output=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(path)], check=True)
    finally:
        path.rmdir()


@contextmanager
def filled(place: Place, random: Random) -> Iterator[None]:
    """Leave the server no room for the time of the block."""
    with ExitStack() as stack:
        if place.is_small_disk:
            stack.enter_context(_ballast(place.data.parent, random.choice((0, random.randrange(_SPARED)))))
        else:
            for pid in place.processes():
                stack.enter_context(_no_larger_files(pid))
        yield


@contextmanager
def _ballast(folder: Path, spared: int) -> Iterator[None]:
    path = folder / "ballast"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(_BLOCK):
            pass
    os.truncate(path, max(0, path.stat().st_size - spared))
    try:
        yield
    finally:
        path.unlink()


@contextmanager
def _no_larger_files(pid: int) -> Iterator[None]:
    """The log of transactions cannot be written either, so the server gives up."""
    _limit_files(pid, "0:")
    try:
        yield
    finally:
        _limit_files(pid, "unlimited:")


def _limit_files(pid: int, limit: str) -> None:
    """As the server's user: root need not have the right to do so to others. The process may be gone by now."""
    account = server_account()
    other = {} if account.uid == os.geteuid() else {"user": account.uid, "group": account.gid, "extra_groups": []}
    command = ["prlimit", f"--pid={pid}", f"--fsize={limit}"]
    result = subprocess.run(command, check=False, capture_output=True, text=True, **other)
    if result.returncode != 0 and "No such process" not in result.stderr:
        raise PermissionError(result.stderr.strip())

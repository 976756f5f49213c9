"""A disk without room: a small file system that is filled, or, where none can be mounted, files that may not grow."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from ascetic_ddd.faker.infrastructure.embedded.account import server_account
from tests.chaos.place import Place

__all__ = ("can_be_filled", "filled", "has_small_disks", "small_disk")

_SIZE_MB = 160
_SPARED = 500_000  # bytes at most: a run soon needs more


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
    """Lay a small file system in memory over a folder that is made, for the time of the block."""
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
            stack.enter_context(_ballast(place.folder, random.choice((0, random.randrange(_SPARED)))))
        else:
            for pid in place.processes():
                stack.enter_context(_no_larger_files(pid))
        yield


@contextmanager
def _ballast(folder: Path, spared: int) -> Iterator[None]:
    path = folder / "ballast"
    room = os.statvfs(folder)
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_frsize - spared))
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
    user = account.uid if account.uid != os.geteuid() else None
    subprocess.run(["prlimit", f"--pid={pid}", f"--fsize={limit}"], user=user, check=False, capture_output=True)

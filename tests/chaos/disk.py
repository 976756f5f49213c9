"""No room: a small file system that is filled; or, which root is not needed for, files that may not grow."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

from ascetic_ddd.faker.infrastructure.embedded.account import server_account
from tests.chaos.place import Place

__all__ = ("filled_disk", "has_limits", "has_small_disks", "limited_files", "small_disk")

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


def has_limits() -> bool:
    """Tell whether files of a server at work can be limited: by util-linux."""
    return shutil.which("prlimit") is not None


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
def filled_disk(place: Place, random: Random) -> Iterator[None]:
    """Leave no room on a small disk for the time of the block, or nearly none."""
    path = place.data.parent / "ballast"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(_BLOCK):
            pass
    os.truncate(path, max(0, path.stat().st_size - random.choice((0, random.randrange(_SPARED)))))
    try:
        yield
    finally:
        path.unlink()


@contextmanager
def limited_files(place: Place, random: Random) -> Iterator[None]:
    """Let no process of the server write beyond the beginning of a file, its log of transactions neither."""
    for pid in _family(place):
        _limit_files(pid, "0:")
    try:
        yield
    finally:
        for pid in _family(place):  # those that were begun meanwhile have inherited it
            _limit_files(pid, "unlimited:")


def _family(place: Place) -> list[int]:
    """The server's first process and its children, without asking the server, which may not answer."""
    first = place.postmaster
    if first is None:
        return []
    try:
        return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
    except FileNotFoundError:
        return []


def _limit_files(pid: int, limit: str) -> None:
    """As the server's user: root need not have the right to do so to others. The process may be gone by now."""
    account = server_account()
    other: dict[str, Any] = {} if account.uid == os.geteuid() else {"user": account.uid, "group": account.gid, "extra_groups": []}
    command = ["prlimit", f"--pid={pid}", f"--fsize={limit}"]
    result = subprocess.run(command, check=False, capture_output=True, text=True, **other)
    if result.returncode != 0 and "No such process" not in result.stderr:
        raise PermissionError(result.stderr.strip())

"""Where a history happens: its folder, and the processes of its server."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres

__all__ = ("DISK", "Place", "copied", "wait_until")

DISK = "disk"


class Place:
    """A folder with the data of one history's server, and what its runs told.

    Args:
        folder: for all of it.
        is_small_disk: whether the data is on a small file system, which is laid over a folder in it.
    """

    def __init__(self, folder: Path, *, is_small_disk: bool = False) -> None:
        self.folder = folder
        self.is_small_disk = is_small_disk
        self.data = (folder / DISK if is_small_disk else folder) / "data"

    @contextmanager
    def server(self) -> Iterator[PgServer]:
        """Reach the server, started if it does not run; a run that uses it keeps it."""
        with embedded_postgres(self.data) as server:
            yield server

    @property
    def postmaster(self) -> int | None:
        """The server's first process; None if there is no server."""
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return None

    def processes(self) -> list[int]:
        """All processes of the server, the first one last."""
        with self.server() as server, psycopg.connect(server.dsn("postgres")) as connection:
            rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
        return [*(pid for (pid,) in rows), *(pid for pid in [self.postmaster] if pid is not None)]

    def signal_server(self, number: signal.Signals) -> None:
        """Send the server a signal, if it is there."""
        postmaster = self.postmaster
        if postmaster is not None:
            with suppress(ProcessLookupError):
                os.kill(postmaster, number)

    def end(self) -> bool:
        """Stop a server that was left behind; tell whether one was."""
        postmaster = self.postmaster
        if postmaster is None:
            return False
        self.signal_server(signal.SIGCONT)
        self.signal_server(signal.SIGQUIT)
        with suppress(TimeoutError):
            wait_until(lambda: not _is_alive(postmaster))
        return True


def wait_until(condition: Callable[[], bool], limit_s: float = 60.0) -> None:
    """Wait for something that comes soon.

    Raises:
        TimeoutError: it did not.
    """
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {limit_s:.0f} s in vain")
        time.sleep(0.01)


def copied(original: Path, path: Path) -> None:
    """Copy the data of a server that was stopped, its owner included, to a path where nothing is."""
    subprocess.run(["cp", "-a", str(original), str(path)], check=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

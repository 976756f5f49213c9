"""The embedded PostgreSQL for the time of a block."""

import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.embedded.pg_server import PgServer

__all__ = ("embedded_postgres",)

_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def embedded_postgres(folder: Path | str | None = None, *, durable: bool = True) -> Iterator[PgServer]:
    """Run the embedded PostgreSQL for the time of the block; nobody but the user who calls gets in.

    It listens on a Unix socket only, in a folder that is closed to others, and asks the operating system who connects:
    there is no password. On leaving, by an exception, Ctrl-C or SIGTERM too, the server is stopped; another process that
    uses the same folder keeps it running, and a server whose program was killed is taken over by the next one. Run by
    root, the server gets a system user of its own, ``pgserver``, to whom the folder is given; no other folder is changed.

    Args:
        folder: where the data is kept, created if it is not there, closed to others; None: a temporary folder, removed
            afterwards.
        durable: False: the data need not survive a crash of the machine, which makes small transactions faster.

    Raises:
        ConfigurationError: the extra ``embedded`` is not installed, the folder belongs to somebody else, holds something
            else, or its name cannot be used.
        PersistenceError: the server does not start.
    """
    if os.name != "posix":
        raise ConfigurationError("The embedded PostgreSQL runs on Linux and macOS; use a server of your own and tell its DSN.")
    from ascetic_ddd.faker.infrastructure.embedded.server import running_server  # its modules can only be imported there

    with _terminating_as_exit(), _chosen(folder) as path, running_server(path) as dsn:
        server = PgServer(dsn)
        if not durable:
            server.configure(_FORGETFUL)
        yield server


@contextmanager
def _chosen(folder: Path | str | None) -> Iterator[Path]:
    if folder is not None:
        yield Path(folder)
        return
    path = Path(tempfile.mkdtemp(prefix="ascetic_ddd-pg-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _terminating_as_exit() -> Iterator[None]:
    """Turn SIGTERM, which would end the process without clean-up, into SystemExit; unless the program handles it."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _exit(number: int, frame: FrameType | None) -> Any:
    sys.exit(128 + number)

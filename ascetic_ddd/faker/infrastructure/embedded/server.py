"""The server of one data folder: found if it runs, started if not, stopped by the last one who uses it."""

import os
import re
import shlex
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg import pq
from psycopg.conninfo import make_conninfo

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.embedded.account import Account, caller, server_account
from ascetic_ddd.faker.infrastructure.embedded.data_folder import DataFolder
from ascetic_ddd.faker.infrastructure.embedded.programs import Programs, bundled_programs, copied_programs, copy_programs
from ascetic_ddd.faker.infrastructure.embedded.socket_folder import (
    make_socket_folder,
    remove_socket_folder,
    trusted_socket_folder,
)

__all__ = ("running_server",)

_REMEMBERED = "ascetic_ddd.socket"
_COPY = "programs"
_SUPERUSER = "postgres"
_PORT = "5432"  # the end of the socket's name; there is no port
_PATIENCE_S = 10.0
_PAUSE_S = 0.2
_ANSWER_S = 5
_START_S = 60
_STOPS = (("fast", 60), ("immediate", 5))
_FAULT = re.compile(r"\b(?:ERROR|FATAL|PANIC): ")  # the bundled server speaks English
_HERE = Path("/proc/self/cwd")
_BUSY = "it is starting or stopping"
_HBA = """# Written by ascetic_ddd at each start: only by the socket, and the operating system is asked who that is.
local all all peer map=ascetic_ddd
"""


@contextmanager
def running_server(path: Path) -> Iterator[str]:
    """Run the server of a data folder for the time of the block, and give the connection string of its superuser.

    Raises:
        ConfigurationError: the folder, the programs or the server's user cannot be used.
        PersistenceError: the server does not start.
    """
    account = server_account()
    server: _Server | None = None
    with DataFolder.opened(path, account) as folder:
        try:
            with folder.exclusively(), _told_of(folder):
                server = _prepared(folder, account)
                folder.join()
                server.reach()
            yield server.dsn
        finally:
            if server is not None:
                with folder.exclusively():
                    if folder.leave() or server.is_stillborn:
                        server.stop()


@contextmanager
def _told_of(folder: DataFolder) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PersistenceError(f"The embedded PostgreSQL in {str(folder.path)!r} does not start: {error}") from error


class _Server:
    """What is done to the server, while nobody else does anything to it."""

    def __init__(self, folder: DataFolder, account: Account, sockets: Path, programs: Programs, is_new: bool) -> None:
        self._folder = folder
        self._sockets = sockets
        self._is_new = is_new
        self._programs = programs
        self._is_reached = False
        # Who connects is the user that calls; who answers must be the server's user.
        self.dsn = make_conninfo(host=str(sockets), port=_PORT, user=_SUPERUSER, dbname="postgres", requirepeer=account.name)

    @property
    def is_stillborn(self) -> bool:
        """Tell whether its socket's folder is of no use to anybody: made for it, and it never came."""
        return self._is_new and not self._is_reached

    def reach(self) -> None:
        """Find the server, or start it.

        Raises:
            PersistenceError: it does not start.
        """
        # After a crash the dying server may still be seen for a moment, as a process or by its shared memory.
        patience_s = _PATIENCE_S if self._folder.size("postmaster.pid") else 0.0
        start = time.perf_counter()
        while (reason := self._attempt()) is not None:
            if time.perf_counter() - start >= (_START_S if reason == _BUSY else patience_s):
                where = repr(str(self._folder.path))
                raise PersistenceError(f"The embedded PostgreSQL in {where} does not start: {reason}{self._hint(reason)}")
            time.sleep(_PAUSE_S)

    def stop(self) -> None:
        """Stop the server, if it is there and was reached, and remove the folder of its socket."""
        if self._listens():
            if not self._is_reached:
                return  # it may be recovering: the next one who comes shall find it further
            with suppress(OSError):  # the data folder was removed; the server sees that itself within a minute
                if not any(self._control("stop", "-m", mode, "-t", str(limit_s))[0] == 0 for mode, limit_s in _STOPS):
                    # By the server's user: root would kill whatever process that user's file names.
                    self._programs.run("pg_ctl", ["kill", "KILL", self._pid()], self._folder.path)
        remove_socket_folder(self._sockets)
        self._folder.remove(_REMEMBERED)

    def _attempt(self) -> str | None:
        """Give the reason why the server cannot be used; None: it can."""
        answer = pq.PGconn.ping(make_conninfo(self.dsn, connect_timeout=_ANSWER_S).encode())
        self._is_reached = answer == pq.Ping.OK
        if self._is_reached:
            return None
        if answer == pq.Ping.REJECT:
            return _BUSY
        self._folder.write("pg_hba.conf", _HBA)
        self._folder.write("pg_ident.conf", f'ascetic_ddd "{caller().name}" all\n')
        settings = {
            "listen_addresses": "",
            "port": _PORT,
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
        }
        options = shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        logged = self._folder.size("log")
        self._is_reached = True  # if this is interrupted, it ends all the same
        code, output = self._control("start", "-t", str(_START_S), "-l", f"{_data(self._folder)}/log", "-o", options)
        self._is_reached = code == 0
        return None if self._is_reached else self._last_words(logged) or output.strip()

    def _control(self, *arguments: str) -> tuple[int, str]:
        return self._programs.run("pg_ctl", [*arguments, "-w", "-D", _data(self._folder)], self._folder.path)

    def _listens(self) -> bool:
        """Tell whether there is a server at the socket, a frozen one, too."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self._sockets / f".s.PGSQL.{_PORT}"))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
            except OSError:
                return True
        return True

    def _hint(self, reason: str) -> str:
        if "postmaster.pid" in reason:
            return f"; another server may be at work there, process {self._pid()}: stop it first"
        if not self._folder.size("postmaster.opts"):
            return "; it never has: if the making of the folder was broken off, remove the folder"
        return ""

    def _pid(self) -> str:
        return (self._folder.read("postmaster.pid") or "").partition("\n")[0].strip()

    def _last_words(self, since: int) -> str:
        """Why the server ended, as its log tells from a place on; the attempt to start it tells only that it did."""
        lines = (self._folder.read("log", since) or "").splitlines()
        return "; ".join([words[-1].strip() for line in lines if len(words := _FAULT.split(line, maxsplit=1)) > 1][-2:])


def _prepared(folder: DataFolder, account: Account) -> _Server:
    """Fill an empty folder; find or make the folder of the socket, with the programs in it if root's are out of reach."""
    version = folder.read("PG_VERSION")
    bundled = bundled_programs(version and version.strip())
    is_in_reach = Programs(bundled, account).are_in_reach()
    sockets = known = trusted_socket_folder(folder.read(_REMEMBERED), account)
    if sockets is None or not (is_in_reach or copied_programs(bundled, sockets / _COPY).is_dir()):
        sockets = make_socket_folder(account, None if is_in_reach else lambda path: copy_programs(bundled, path / _COPY, account))
    programs = Programs(bundled if is_in_reach else copied_programs(bundled, sockets / _COPY), account)
    try:
        if version is None:
            _fill(folder, programs)
        folder.write(_REMEMBERED, str(sockets))
    except BaseException:
        if sockets != known:
            remove_socket_folder(sockets)
        raise
    return _Server(folder, account, sockets, programs, is_new=sockets != known)


def _fill(folder: DataFolder, programs: Programs) -> None:
    words = ["-D", _data(folder), "-U", _SUPERUSER, "--encoding=utf8", "--auth-local=peer", "--auth-host=reject"]
    # It keeps the lock, should this process be killed.
    code, output = programs.run("initdb", words, folder.path, keep=[folder.descriptor])
    if code != 0:
        reason = output.strip().splitlines()[-1:] or [f"exit code {code}"]
        raise PersistenceError(f"The data folder {str(folder.path)!r} could not be made: {reason[0]}")


def _data(folder: DataFolder) -> str:
    """Root enters the folder and then becomes the server's user, who needs no way to it: no parent has to be opened."""
    return str(_HERE if os.geteuid() == 0 and _HERE.exists() else folder.path)

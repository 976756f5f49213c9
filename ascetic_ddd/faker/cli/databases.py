"""The two databases of a run: those that are told, or two on the embedded server."""

import difflib
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncConnection, IsolationLevel
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.cli.exits import CommandError, Exit, exit_of
from ascetic_ddd.faker.cli.run_lock import RunLock
from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool

__all__ = ("DataUse", "DatabaseOptions", "Databases", "check_address", "checked_dsn", "databases", "locked_session_pool")

APPLICATION = "application"
INTERNAL = "internal"

_TIMEOUT_S = 10.0
# A server that is gone shall be noticed in seconds, not in the two hours of TCP; what the user tells goes first.
_DEFAULTS = {
    "connect_timeout": "5",
    "fallback_application_name": "ascetic-ddd",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


@dataclass(frozen=True)
class DatabaseOptions:
    """What the command line says of databases: both connection strings, or neither and a folder."""

    external_dsn: str | None
    internal_dsn: str | None
    data: Path


@dataclass(frozen=True)
class Databases:
    """Connection strings that can be used."""

    external_dsn: str
    internal_dsn: str
    use: "DataUse" = field(default_factory=lambda: DataUse())


@dataclass
class DataUse:
    """What the data folder is used for.

    Attributes:
        has_begun: something may be stored: the folder stays, whatever becomes of the command.
    """

    has_begun: bool = False


@contextmanager
def databases(options: DatabaseOptions, target: Target, *, create: bool = True) -> Iterator[Databases]:
    """Give the databases; the embedded server, if it is the one, runs for the time of the block.

    Args:
        options: which ones.
        target: creates the application's tables, where the database is made for it.
        create: False makes nothing: on the embedded server they have to be there.

    Raises:
        CommandError: a connection string cannot be read, or one is told without the other; or they shall not be made, and are
            not there; or the embedded server does not start.
    """
    if options.external_dsn is None and options.internal_dsn is None:
        if not create and not (options.data / "PG_VERSION").exists():
            raise CommandError(
                f"--data {str(options.data)!r}: no run has kept anything there; tell the folder that `generate` was told, or "
                "both connection strings",
                Exit.USAGE,
            )
        use = DataUse()
        with _without_traces(options.data, use), _embedded(options.data) as server:
            found = _on_embedded(server, target) if create else _there(server, options.data)
            yield replace(found, use=use)
        return
    if options.external_dsn is None or options.internal_dsn is None:
        missing = "--external-dsn" if options.external_dsn is None else "--internal-dsn"
        raise CommandError(f"{missing} is missing: tell both connection strings, or neither for the embedded server", Exit.USAGE)
    yield Databases(checked_dsn("--external-dsn", options.external_dsn), checked_dsn("--internal-dsn", options.internal_dsn))


@contextmanager
def _embedded(folder: Path) -> Iterator[PgServer]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(embedded_postgres(folder))
        except PersistenceError as error:
            raise CommandError(str(error), Exit.DATABASE) from error
        yield server


@contextmanager
def _without_traces(folder: Path, use: DataUse) -> Iterator[None]:
    """Take a data folder that the command made away again, if the command is refused before it stored anything."""
    folder = folder.expanduser()
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    is_empty = bool(missing) or (folder.is_dir() and not any(folder.iterdir()))
    try:
        yield
    except Exception as error:
        if is_empty and not use.has_begun and exit_of(error) is Exit.USAGE and not (folder / "postmaster.pid").exists():
            for found in folder.iterdir() if folder.is_dir() else ():
                shutil.rmtree(found) if found.is_dir() else found.unlink()
            with suppress(OSError):  # somebody else has put something there
                for path in missing:
                    path.rmdir()
        raise


def _on_embedded(server: PgServer, target: Target) -> Databases:
    with server.exclusively():  # another process may just begin on the same folder
        if not server.has_database(APPLICATION):
            # Under another name until the tables are there: a crash meanwhile must not leave it half made.
            unfinished = f"{APPLICATION}_unfinished"
            server.drop_database(unfinished)
            dsn = server.create_database(unfinished)
            _create_schema(target, dsn)
            server.rename_database(unfinished, APPLICATION)
        if not server.has_database(INTERNAL):
            server.create_database(INTERNAL)
    return Databases(server.dsn(APPLICATION), server.dsn(INTERNAL))


def _there(server: PgServer, data: Path) -> Databases:
    for name in (APPLICATION, INTERNAL):
        if not server.has_database(name):
            raise CommandError(f"--data {str(data)!r} has no database {name!r}: no run has come so far there", Exit.USAGE)
    return Databases(server.dsn(APPLICATION), server.dsn(INTERNAL))


def _create_schema(target: Target, dsn: str) -> None:
    if target.create_schema is None:
        raise CommandError(
            "the target has no create_schema, so an embedded database would have no tables: tell --external-dsn and "
            "--internal-dsn, or let TARGET return Target(provider, create_schema=…)",
            Exit.USAGE,
        )
    try:
        target.create_schema(dsn)
    except Exception as error:
        raise CommandError(f"create_schema of the target failed: {type(error).__name__}: {error}", Exit.USAGE) from error


def checked_dsn(option: str, dsn: str) -> str:
    """Read a connection string; what cannot be read is not repeated, it may be a password.

    Args:
        option: that tells it, for the message.
        dsn: as told.

    Returns:
        The string, with time limits where it has none of its own.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        told = conninfo_to_dict(dsn)
    except psycopg.Error as error:
        known = [option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()]
        unknown = str(error).partition('"')[2].partition('"')[0]
        meant = difflib.get_close_matches(unknown, known, 1)
        hint = f" (there is no {unknown!r}; is {meant[0]!r} meant?)" if meant and meant[0] != unknown else ""
        raise CommandError(
            f"{option} is no connection string{hint}; expected postgresql://user@host:port/database, or "
            "host=… port=… dbname=… user=…",
            Exit.USAGE,
        ) from error
    check_address(option, dsn, told)
    return make_conninfo(dsn, **{name: value for name, value in _DEFAULTS.items() if name not in told})


def check_address(option: str, dsn: str, told: Mapping[str, Any]) -> None:
    """Refuse an address where a part of the password was read as host, port or database, and would be shown as such.

    Args:
        option: that tells it, for the message.
        dsn: as told.
        told: what the driver read.

    Raises:
        CommandError: a character in it has to be quoted.
    """
    head, mark, rest = dsn.partition("://")
    if not mark or "=" in head:
        return
    path = rest.partition("?")[0]
    authority = path.partition("/")[0]
    ports = str(told.get("port") or "").split(",")
    is_misread = authority.count("@") > 1 or ("@" in path and "@" not in authority)
    if is_misread or any(port and not port.isdecimal() for port in ports):
        raise CommandError(
            f"{option}: where the password ends and what the port is cannot be told; in an address write @ : / ? % of a name or "
            "a password as %40 %3A %2F %3F %25, or leave the password to ~/.pgpass",
            Exit.USAGE,
        )


@asynccontextmanager
async def locked_session_pool(
    found: Databases, sessions: int, patience_s: float = 0.0, *, is_read_only: bool = False
) -> AsyncIterator[CompositeSessionPool]:
    """Open both databases, hold the lock of the run, and give a pool of that many sessions.

    If both are one database, and the user is the same, each session has one connection, and one transaction covers both. Through
    a pooler, which may give each transaction another connection of the server, no statements are prepared. Read only, each
    transaction sees the database as it is at its begin, and the server refuses to write in it.

    Args:
        found: the databases.
        sessions: how many at the same time.
        patience_s: how long what is lost, a connection or the lock, may take to be had again, in seconds.
        is_read_only: nothing is written.

    Raises:
        CommandError: a database cannot be reached, or another run is at work.
    """
    async with AsyncExitStack() as stack:
        # A wrong password is told better by one connection than by a pool.
        async with (
            await _connected("external", found.external_dsn) as first,
            await _connected("internal", found.internal_dsn) as second,
        ):
            is_one = await _is_one_database(first, second)
            are_pooled = await _is_pooled(first), await _is_pooled(second)
        lock = RunLock(lambda: _connected("internal", found.internal_dsn), patience_s)
        await stack.enter_async_context(lock.held())
        configure = _only_read if is_read_only else None
        internal = await _opened("internal", found.internal_dsn, sessions, stack, patience_s, configure, is_pooled=are_pooled[1])
        external = internal
        if not is_one:
            external = await _opened(
                "external", found.external_dsn, sessions, stack, patience_s, configure, is_pooled=are_pooled[0]
            )
        yield CompositeSessionPool(
            ExternalPgSessionPool(external, patience_s=patience_s),
            InternalPgSessionPool(internal, patience_s=patience_s, on_begin=lock.fence),
        )


async def _is_one_database(first: AsyncConnection[Any], second: AsyncConnection[Any]) -> bool:
    """Tell whether two connections are interchangeable; their connection strings may differ and mean the same."""
    key = secrets.randbits(63)
    async with second.transaction():
        await second.execute("SELECT pg_advisory_xact_lock(%s)", (key,))
        cursor = await first.execute("SELECT pg_try_advisory_xact_lock(%s)", (key,))  # as many such locks as databases
        row = await cursor.fetchone()
        if row is not None and row[0]:
            return False
    return bool(await _surroundings(first) == await _surroundings(second))


async def _is_pooled(connection: AsyncConnection[Any]) -> bool:
    """Tell whether a pooler stands between: the process that it gave us as ours is not the one that answers."""
    row = await (await connection.execute("SELECT pg_backend_pid()")).fetchone()
    return row is not None and row[0] != connection.info.backend_pid


async def _surroundings(connection: AsyncConnection[Any]) -> Any:
    cursor = await connection.execute("SELECT current_user, current_setting('search_path')")
    return await cursor.fetchone()


async def _connected(role: str, dsn: str) -> AsyncConnection[Any]:
    try:
        return await AsyncConnection.connect(dsn, autocommit=True)
    except (psycopg.Error, OSError) as error:
        raise CommandError(f"the {role} database cannot be reached: {_reason(error)}", Exit.DATABASE) from error


async def _only_read(connection: AsyncConnection[Any]) -> None:
    """Of the driver's own transactions, not by SET: behind a pooler that would meet others, too."""
    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
    await connection.set_read_only(True)


async def _opened(
    role: str,
    dsn: str,
    sessions: int,
    stack: AsyncExitStack,
    patience_s: float,
    configure: Callable[[AsyncConnection[Any]], Awaitable[None]] | None,
    *,
    is_pooled: bool,
) -> AsyncConnectionPool[AsyncConnection[Any]]:
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        dsn,
        kwargs={"prepare_threshold": None} if is_pooled else None,
        min_size=sessions,
        max_size=sessions,
        timeout=min(_TIMEOUT_S, max(1.0, patience_s)),
        reconnect_timeout=max(_TIMEOUT_S, patience_s),
        check=AsyncConnectionPool.check_connection,
        configure=configure,
        name=role,
        open=False,
    )
    stack.push_async_callback(pool.close, timeout=1.0)
    try:
        await pool.open(wait=True, timeout=_TIMEOUT_S)
    except PoolTimeout as error:
        raise CommandError(
            f"the {role} database did not give {sessions} more connections within {_TIMEOUT_S:.0f} s: it has too few left, "
            "or is overloaded; fewer --lanes need fewer connections",
            Exit.DATABASE,
        ) from error
    return pool


def _reason(error: BaseException) -> str:
    """The driver's first line, without its beginning; below it come hints, and attempts at other addresses."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].removeprefix("connection failed: ").removeprefix("connection is bad: ").strip()

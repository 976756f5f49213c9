"""Both databases opened under the lock of a run."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection, IsolationLevel
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from ascetic_ddd.faker.cli.databases import Databases
from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.cli.run_lock import RunLock
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool

__all__ = ("OwnSessions", "locked_session_pool")

OwnSessions = Callable[[str], AbstractAsyncContextManager[ISessionPool]]

_TIMEOUT_S = 10.0


@asynccontextmanager
async def locked_session_pool(
    found: Databases, sessions: int, patience_s: float = 0.0, *, is_read_only: bool = False, own: OwnSessions | None = None
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
        own: opens the application's own kind of sessions on its database; None: psycopg's.

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
        if own is not None:
            theirs = await stack.enter_async_context(own(found.external_dsn))
            yield CompositeSessionPool(theirs, InternalPgSessionPool(internal, patience_s=patience_s, on_begin=lock.fence))
            return
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

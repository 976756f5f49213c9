"""One run at a time on one internal database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection

from ascetic_ddd.faker.cli.exits import CommandError, Exit

__all__ = ("register_writer", "run_lock")

# Advisory locks of the internal database, told apart from others' by the first number ("asce" in ASCII).
_RUN = (0x61736365, 1)
_WRITER = (0x61736365, 2)

_PATIENCE_S = 3.0
_PAUSE_S = 0.1
_HEARTBEAT_S = 5.0


@asynccontextmanager
async def run_lock(connection: AsyncConnection[Any]) -> AsyncIterator[None]:
    """Hold the lock of a run for the time of the block, on a connection that serves for nothing else.

    A run that was killed may have a last transaction on its way to the disk: it is waited for, else it would be remembered after
    what is remembered was counted.

    Args:
        connection: a connection to the internal database, in autocommit mode; closing it frees the lock.

    Raises:
        CommandError: another run has it; or, during the block, the connection was lost.
    """
    await _take(connection, _RUN, "another run is at work on this internal database; wait for its end, or stop it")
    await _take(connection, _WRITER, "a connection of an earlier run still writes to this internal database; try again")
    await connection.execute("SELECT pg_advisory_unlock(%s, %s)", _WRITER)
    holder = asyncio.current_task()
    lost: list[Exception] = []

    async def beat() -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT_S)
            try:
                await asyncio.wait_for(connection.execute("SELECT 1"), 2 * _HEARTBEAT_S)
            except (psycopg.Error, TimeoutError) as error:
                lost.append(error)
                if holder is not None:
                    holder.cancel()
                return

    heart = asyncio.create_task(beat())
    try:
        yield
    except asyncio.CancelledError:
        if not lost:
            raise
        if holder is not None:
            holder.uncancel()
        raise CommandError("the connection that holds the lock of the run was lost", Exit.DATABASE) from lost[0]
    finally:
        heart.cancel()


async def register_writer(connection: AsyncConnection[Any]) -> None:
    """Let the next run wait for this connection's end; for ``configure`` of the internal connection pool."""
    autocommit = connection.autocommit
    await connection.set_autocommit(True)
    await connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", _WRITER)
    await connection.set_autocommit(autocommit)


async def _take(connection: AsyncConnection[Any], key: tuple[int, int], refusal: str) -> None:
    for _ in range(round(_PATIENCE_S / _PAUSE_S)):
        cursor = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        row = await cursor.fetchone()
        if row is not None and row[0]:
            return
        await asyncio.sleep(_PAUSE_S)
    raise CommandError(refusal, Exit.REFUSED)

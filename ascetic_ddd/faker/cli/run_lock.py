"""One run at a time on one internal database."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import tuple_row

from ascetic_ddd.faker.cli.exits import CommandError, Exit

__all__ = ("RunLock",)

# Advisory locks of the internal database, told apart from others' by the first number ("asce" in ASCII).
_FAMILY, _RUN, _WRITER = 0x61736365, 1, 2

_PATIENCE_S = 3.0
_PAUSE_S = 0.1
_HEARTBEAT_S = 5.0

# Nothing may end the transaction that holds the lock; it has no snapshot and no number, so it is in nobody's way.
_UNLIMITED = b"""
SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN (
    'idle_in_transaction_session_timeout', 'idle_session_timeout', 'lock_timeout', 'statement_timeout', 'transaction_timeout')
"""
_FENCE = b"""
SELECT pg_advisory_xact_lock_shared(%s, %s), EXISTS (
    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()
    WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND objsubid = 2 AND granted AND pid = %s)
"""


class RunLock:
    """The lock of a run, held by a transaction that is open as long as the run: so it can pass a pooler, too.

    A run that was killed may have a last transaction on its way to the disk: it is waited for, else it would be remembered after
    what is remembered was counted. If the connection is lost, the lock is taken again; meanwhile :meth:`fence` keeps this run's
    own transactions out, so that another run may have the lock without two of them writing.

    Args:
        connect: gives a new connection to the internal database, in autocommit mode.
        patience_s: how long to try to take a lost lock again, in seconds.
    """

    def __init__(self, connect: Callable[[], Awaitable[AsyncConnection[Any]]], patience_s: float) -> None:
        self._connect = connect
        self._patience_s = patience_s
        self._connection: AsyncConnection[Any] | None = None
        self._pid = 0
        self._is_doubted = asyncio.Event()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold the lock for the time of the block.

        Raises:
            CommandError: another run has it; or, during the block, it was lost and not to be had again.
        """
        holder = asyncio.current_task()
        lost: list[CommandError] = []

        async def watch() -> None:
            try:
                while True:
                    await self._beat()
            except CommandError as error:
                lost.append(error)
                if holder is not None:
                    holder.cancel()

        await self._take()
        heart = asyncio.create_task(watch())
        try:
            yield
        except asyncio.CancelledError:
            if not lost:
                raise
            if holder is not None:
                holder.uncancel()
            raise lost[0] from lost[0].__cause__
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart
            await self._drop()

    async def fence(self, connection: AsyncConnection[Any]) -> None:
        """At the beginning of each transaction that writes to the internal database: see that the lock is ours.

        Raises:
            OperationalError: it is not, just now.
        """
        cursor = AsyncCursor(connection, row_factory=tuple_row)
        await cursor.execute(_FENCE, (_FAMILY, _WRITER, _FAMILY, _RUN, self._pid))
        row = await cursor.fetchone()
        if row is None or not row[1]:
            self._is_doubted.set()
            raise psycopg.OperationalError("the connection that holds the lock of the run was lost")

    async def _beat(self) -> None:
        """Wait, then see whether the lock is held; if not, take it again."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_doubted.wait(), _HEARTBEAT_S)
        self._is_doubted.clear()
        try:
            if self._connection is not None:
                await asyncio.wait_for(self._connection.execute("SELECT 1"), 2 * _HEARTBEAT_S)
        except (psycopg.Error, TimeoutError):
            await self._take_again()

    async def _take_again(self) -> None:
        end = time.monotonic() + self._patience_s
        while True:
            await self._drop()
            try:
                return await self._take()
            except (CommandError, psycopg.Error) as error:
                if time.monotonic() >= end:
                    words = "the connection that holds the lock of the run was lost, and the lock is not to be had again"
                    raise CommandError(f"{words}: {error}", Exit.DATABASE) from error
            await asyncio.sleep(_PAUSE_S)

    async def _take(self) -> None:
        self._connection = connection = await self._connect()
        try:
            connection.prepare_threshold = None  # nothing may stay behind on a pooled connection
            await connection.execute("BEGIN")
            await connection.execute(_UNLIMITED)
            await _lock(connection, _RUN, "another run is at work on this internal database; wait for its end, or stop it")
            await connection.execute("SAVEPOINT before_writers")
            await _lock(connection, _WRITER, "a connection of an earlier run still writes to this internal database; try again")
            await connection.execute("ROLLBACK TO before_writers")  # this lock was only to wait for
            row = await (await connection.execute("SELECT pg_backend_pid()")).fetchone()
            self._pid = row[0] if row is not None else 0
        except BaseException:
            await self._drop()
            raise

    async def _drop(self) -> None:
        connection, self._connection, self._pid = self._connection, None, 0
        if connection is not None:
            await connection.close()


async def _lock(connection: AsyncConnection[Any], number: int, refusal: str) -> None:
    for _ in range(round(_PATIENCE_S / _PAUSE_S)):
        cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", (_FAMILY, number))
        row = await cursor.fetchone()
        if row is not None and row[0]:
            return
        await asyncio.sleep(_PAUSE_S)
    raise CommandError(refusal, Exit.REFUSED)

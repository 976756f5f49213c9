"""Reads in short transactions that cannot write; a statement that fails becomes a sentence."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection, errors, sql
from psycopg.pq import TransactionStatus

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError

__all__ = ("Reader", "StatementError")

Row = tuple[Any, ...]

# The connection or the server is gone: nothing more can be read.
_LOST = ("08", "57P", "XX")
_SETTINGS = sql.SQL(
    "SELECT set_config('statement_timeout', {timeout}, true), set_config('lock_timeout', {lock}, true), "
    "set_config('work_mem', '64MB', true), set_config('jit', 'off', true), "
    "set_config('extra_float_digits', '1', true), set_config('DateStyle', 'ISO', true), "
    "set_config('IntervalStyle', 'postgres', true), set_config('bytea_output', 'hex', true)"
)


class StatementError(Exception):
    """A statement failed, and others need not. The text tells why in words of ours: the server's might have row values.

    Attributes:
        is_slow: it waited too long; one like it would wait as long.
    """

    def __init__(self, message: str, *, is_slow: bool) -> None:
        super().__init__(message)
        self.is_slow = is_slow


class Reader:
    """Runs statements on one connection.

    Each :meth:`snapshot` is one transaction, ``REPEATABLE READ READ ONLY``: what is read in it belongs together. Each
    statement stands in a savepoint and has a time limit.

    Args:
        connection: idle.
        timeout_s: limit of each statement, in seconds.
    """

    def __init__(self, connection: AsyncConnection[Any], timeout_s: float) -> None:
        if connection.pgconn.transaction_status != TransactionStatus.IDLE:
            raise ConfigurationError("the connection is in a transaction; capture needs an idle one, whose settings it leaves")
        self._connection = connection
        self._timeout_ms = max(1, round(1000.0 * timeout_s))

    @asynccontextmanager
    async def snapshot(self, least_s: float = 0.0) -> AsyncIterator[None]:
        """Read one state of the database. Vacuum must spare what this state sees, so keep it short.

        Args:
            least_s: a longer time limit, for statements that are known to be light.

        Raises:
            PersistenceError: the connection was lost, or the server does not promise to be read only.
        """
        milliseconds = str(max(self._timeout_ms, round(1000.0 * least_s)))
        settings = _SETTINGS.format(timeout=milliseconds, lock=str(max(1, min(self._timeout_ms // 2, 5_000))))
        try:
            async with self._connection.transaction():
                await self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                await self._connection.execute(settings)
                cursor = await self._connection.execute("SHOW transaction_read_only")
                if await cursor.fetchone() != ("on",):
                    raise PersistenceError("the server did not make the transaction read only; nothing was read")
                yield
        except psycopg.Error as error:
            words = (error.diag.message_primary or str(error)).splitlines()[0]
            raise PersistenceError(f"the database cannot be read: {words}") from error

    async def rows(self, statement: sql.Composed, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Give all rows of a statement.

        Raises:
            StatementError: it failed or took too long; the snapshot goes on.
        """
        try:
            async with self._connection.transaction():
                cursor = await self._connection.execute(statement, parameters)
                return await cursor.fetchall()
        except psycopg.Error as error:
            if (
                self._connection.closed
                or error.sqlstate is None
                or (error.sqlstate.startswith(_LOST) and error.sqlstate != "57014")
            ):
                raise
            is_slow = isinstance(error, (errors.QueryCanceled, errors.LockNotAvailable))
            raise StatementError(self._words(error), is_slow=is_slow) from error

    async def row(self, statement: sql.Composed, parameters: Mapping[str, Any] | None = None) -> Row:
        """Give the only row of a statement; as :meth:`rows`."""
        return (await self.rows(statement, parameters))[0]

    @asynccontextmanager
    async def by_index(self) -> AsyncIterator[None]:
        """Keep the planner from reading a whole table for each probe, where it knows little of the table."""
        await self.rows(sql.SQL("SELECT set_config('enable_seqscan', 'off', true)").format())
        try:
            yield
        finally:
            if self._connection.pgconn.transaction_status == TransactionStatus.INTRANS:
                await self.rows(sql.SQL("SELECT set_config('enable_seqscan', 'on', true)").format())

    def _words(self, error: psycopg.Error) -> str:
        if isinstance(error, errors.QueryCanceled):
            return f"it took longer than the timeout of {self._timeout_ms / 1000.0:g} s, or was cancelled"
        if isinstance(error, errors.LockNotAvailable):
            return "it is locked by somebody else"
        if isinstance(error, errors.InsufficientPrivilege):
            return "the role may not read it"
        return f"the server refused (SQLSTATE {error.sqlstate}, {type(error).__name__})"

"""Sessions on PostgreSQL: one pooled connection each, transactions and savepoints by psycopg."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, ClassVar, Self, TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncTransaction
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from ascetic_ddd.seedwork.domain.errors import SessionError, add_note
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.pg_faults import is_fault_of_the_server
from ascetic_ddd.seedwork.infrastructure.session.transaction_log import LoggedSession

__all__ = ("PgSession", "PgSessionPool")

S = TypeVar("S", bound="PgSession")

# What must not be committed, though psycopg would leave the block in silence: the server answers COMMIT with ROLLBACK.
_BROKEN = {
    TransactionStatus.INERROR: "a statement in it failed and the error was caught; "
    "wrap what may fail in a nested `session.atomic()`, which is a savepoint",
    TransactionStatus.UNKNOWN: "the connection to the server was lost; take a new session and repeat the work",
    TransactionStatus.IDLE: "it was ended from inside; leave COMMIT and ROLLBACK to `session.atomic()`",
}


class PgSession(LoggedSession):
    """A session on one connection: autocommit outside :meth:`atomic`, a transaction inside, savepoints further in."""

    __slots__ = ("_connection",)

    error_class: ClassVar[type[SessionError]] = SessionError

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        super().__init__()
        self._connection: AsyncConnection[Any] | None = connection

    @property
    def connection(self) -> AsyncConnection[Any]:
        """The connection of this session; do not keep it beyond the session.

        Raises:
            SessionError: the session is over and its connection went back to the pool.
        """
        if self._connection is None:
            raise self.error_class(
                f"This {type(self).__name__} is over and its connection went back to the pool; "
                "take a new one with `async with pool.session() as session`."
            )
        return self._connection

    def is_fault_of_the_store(self, error: BaseException) -> bool:
        """Tell whether an error leaves nothing to go on with: the connection is lost, or the server gone, or full."""
        return self._connection is None or self._connection.closed or is_fault_of_the_server(error)

    @asynccontextmanager
    async def atomic(self) -> AsyncIterator[Self]:
        """Open a transaction; inside another one, a savepoint. Yields this same session.

        Raises:
            SessionError: (of the class ``error_class``) the transaction could not begin or commit, or an error in it
                was caught without a savepoint; all of it is rolled back, and the driver's error is the cause.
        """
        connection = self.connection
        transaction = connection.transaction()
        try:
            await transaction.__aenter__()
        except psycopg.Error as error:
            raise self._failure("begin", error) from error
        self._log.begin()
        try:
            yield self
            self._check_unbroken(connection)
        except BaseException as error:
            try:
                await _roll_back(transaction, connection, error)
            finally:
                self._log.rollback(error)
            raise
        try:
            await transaction.__aexit__(None, None, None)
        except BaseException as error:
            self._log.rollback(error)
            if isinstance(error, psycopg.Error):
                raise self._failure("commit", error) from error
            raise
        self._log.commit()

    def close(self) -> None:
        """Part with the connection; the pool does this when the session is over."""
        self._connection = None

    def _check_unbroken(self, connection: AsyncConnection[Any]) -> None:
        status = connection.pgconn.transaction_status
        if status == TransactionStatus.INTRANS or connection.pgconn.pipeline_status != PipelineStatus.OFF:
            return
        reason = _BROKEN.get(TransactionStatus(status))
        if reason is not None:
            raise self.error_class(f"The transaction cannot be committed and is rolled back: {reason}.")

    def _failure(self, operation: str, error: psycopg.Error) -> SessionError:
        words = error.diag.message_primary or str(error)
        return self.error_class(f"Cannot {operation} the transaction, nothing of it is stored: {words}")


class PgSessionPool:
    """Hands out sessions on the connections of a psycopg pool, which the caller opens and closes.

    Args:
        pool: an opened ``AsyncConnectionPool``.
    """

    error_class: ClassVar[type[SessionError]] = SessionError

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    @property
    def pool(self) -> AsyncConnectionPool[Any]:
        """The connection pool this was made of."""
        return self._pool

    def session(self) -> AbstractAsyncContextManager[PgSession]:
        """Take a session; leaving the block gives its connection back to the pool.

        Raises:
            SessionError: (of the class ``error_class``) the pool is closed, not opened yet, or gave no connection.
        """
        return self._take(PgSession)

    def joined(self, other: ISessionPool) -> ISessionPool | None:
        """Give the pool whose one session serves as a session of both, or None if they do not share connections."""
        return self if isinstance(other, PgSessionPool) and other.pool is self._pool else None

    @asynccontextmanager
    async def _take(self, session_class: type[S]) -> AsyncIterator[S]:
        connection = await self._take_connection()
        autocommit = connection.autocommit
        try:
            if not autocommit:
                await connection.set_autocommit(True)
            session = session_class(connection)
            try:
                yield session
            finally:
                session.close()
                await _tidy(connection, autocommit)
        finally:
            await self._pool.putconn(connection)

    async def _take_connection(self) -> AsyncConnection[Any]:
        try:
            connection: AsyncConnection[Any] = await self._pool.getconn()
            return connection
        except PoolClosed as error:
            advice = "open it with `await pool.open()` before the first session and close it after the last"
            raise self.error_class(f"No session, {error}: {advice}.") from error
        except (PoolTimeout, TooManyRequests) as error:
            advice = (
                "the server cannot be reached (check the connection string), or all connections are in use "
                f"(max_size={self._pool.max_size}: give the pool more, or run fewer sessions at once)"
            )
            raise self.error_class(f"No session from the pool {self._pool.name!r}, {error}: {advice}.") from error
        except psycopg.Error as error:
            raise self.error_class(f"No session from the pool {self._pool.name!r}: {error}") from error


async def _roll_back(
    transaction: AbstractAsyncContextManager[AsyncTransaction], connection: AsyncConnection[Any], cause: BaseException
) -> None:
    """Roll back; whatever goes wrong with that becomes a note of the error that made it necessary."""
    try:
        await transaction.__aexit__(type(cause), cause, cause.__traceback__)
    except Exception as error:  # noqa: BLE001 - the first error is the one that travels
        add_note(cause, f"Rolling back failed too: {error!r}.")
    if connection.closed:
        add_note(cause, "The connection was lost before the rollback; the server rolls back by itself.")


async def _tidy(connection: AsyncConnection[Any], autocommit: bool) -> None:
    """Leave the connection as the pool gave it; one that is broken is thrown away by the pool."""
    with suppress(psycopg.Error):
        if connection.pgconn.transaction_status != TransactionStatus.IDLE:
            await connection.rollback()
        if connection.autocommit != autocommit:
            await connection.set_autocommit(autocommit)

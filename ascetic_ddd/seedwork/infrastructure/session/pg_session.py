"""Sessions on PostgreSQL: one pooled connection each, transactions and savepoints by psycopg."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, ClassVar, Self, TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncTransaction, IsolationLevel
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from ascetic_ddd.seedwork.domain.errors import CommitUnknownError, SessionError, add_note
from ascetic_ddd.seedwork.domain.session.faults import Fault, chain_of
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.pg_faults import fault_in, is_definite_refusal
from ascetic_ddd.seedwork.infrastructure.session.pg_outcome import TransactionMark, ask, find_outcome, mark_of
from ascetic_ddd.seedwork.infrastructure.session.transaction_log import LoggedSession
from ascetic_ddd.seedwork.infrastructure.session.uninterrupted import uninterrupted

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
    """A session on one connection: autocommit outside :meth:`atomic`, a transaction inside, savepoints further in.

    Args:
        connection: the connection; the session does not close it.
        pool: of the session, which gives another connection where this one is lost.
    """

    __slots__ = ("_connection", "_keeps_snapshot", "_mark", "_pool")

    error_class: ClassVar[type[SessionError]] = SessionError

    def __init__(self, connection: AsyncConnection[Any], pool: "PgSessionPool | None" = None) -> None:
        super().__init__()
        self._connection: AsyncConnection[Any] | None = connection
        self._pool = pool
        self._mark: TransactionMark | None = None  # of the open transaction, once it is to be committed
        self._keeps_snapshot = False  # a foreign key was missed by a transaction that looks at what was, not at what is

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

    def fault_of(self, error: BaseException) -> Fault:
        """Tell whose fault an error is."""
        fault = fault_in(error)
        if self._connection is None or self._connection.closed:
            return max(fault, Fault.LOST)
        return Fault.SNAPSHOT if fault is Fault.DATA and self._keeps_snapshot and _misses_a_key(error) else fault

    @asynccontextmanager
    async def atomic(self) -> AsyncIterator[Self]:
        """Open a transaction; inside another one, a savepoint. Yields this same session.

        COMMIT and ROLLBACK go on to their end if the task is cancelled meanwhile; then the cancellation travels. If the
        connection is lost during COMMIT, it is found out on another one whether the server committed.

        Raises:
            SessionError: (of the class ``error_class``) the transaction could not begin or commit, or an error in it
                was caught without a savepoint; all of it is rolled back, and the driver's error is the cause.
            CommitUnknownError: the server may have committed, and that could not be found out.
        """
        connection = self.connection
        is_outermost = not self.is_atomic
        transaction = connection.transaction()
        try:
            await transaction.__aenter__()
        except psycopg.Error as error:
            raise self._failure("begin", error) from error
        self._log.begin()
        self._mark = None
        try:
            if is_outermost and self._pool is not None and self._pool.on_begin is not None:
                await self._pool.on_begin(connection)
            yield self
            if is_outermost and self._mark is None:
                await self.prepare()
            self._check_unbroken(connection)
        except BaseException as error:
            await uninterrupted(self._roll_back(transaction, connection, error))
            raise
        await uninterrupted(self._commit(transaction, is_outermost))

    async def prepare(self) -> None:
        """Before the commit: see that the connection is alive, and note by what its outcome can be found out.

        Raises:
            SessionError: (of the class ``error_class``) it is not.
        """
        self._check_unbroken(self.connection)
        try:
            self._mark = await mark_of(self.connection)
        except psycopg.Error as error:
            raise self._failure("commit", error) from error

    def close(self) -> AsyncConnection[Any] | None:
        """Part with the connection, and give it; the pool does this when the session is over."""
        connection, self._connection = self._connection, None
        return connection

    async def _commit(self, transaction: AbstractAsyncContextManager[AsyncTransaction], is_outermost: bool) -> None:
        try:
            await transaction.__aexit__(None, None, None)
        except BaseException as error:
            try:
                is_open = is_outermost and not is_definite_refusal(error)
                is_committed = is_open and await find_outcome(self._mark, self._working_connection, self._patience_s)
            except CommitUnknownError as unknown:
                self._log.rollback(unknown)
                raise unknown from error
            if not is_committed:
                self._log.rollback(error)
                await self._look_at_snapshot(error)
                if isinstance(error, psycopg.Error):
                    raise self._failure("commit", error) from error
                raise
            if not isinstance(error, Exception):  # cancelled, after all
                self._log.commit()
                raise
        self._log.commit()

    async def _roll_back(
        self,
        transaction: AbstractAsyncContextManager[AsyncTransaction],
        connection: AsyncConnection[Any],
        cause: BaseException,
    ) -> None:
        """Roll back; whatever goes wrong with that becomes a note of the error that made it necessary."""
        try:
            await transaction.__aexit__(type(cause), cause, cause.__traceback__)
        except Exception as error:  # noqa: BLE001 - the first error is the one that travels
            add_note(cause, f"Rolling back failed too: {error!r}.")
        finally:
            self._log.rollback(cause)
        if connection.closed:
            add_note(cause, "The connection was lost before the rollback; the server rolls back by itself.")
        await self._look_at_snapshot(cause)

    async def _look_at_snapshot(self, error: BaseException) -> None:
        """Once a foreign key is missed, know whether the transaction could see what others have committed meanwhile."""
        connection = self._connection
        if self._keeps_snapshot or connection is None or connection.closed or not _misses_a_key(error):
            return
        level = connection.isolation_level
        if level is not None:
            self._keeps_snapshot = level in (IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE)
        else:
            with suppress(psycopg.Error):
                (shown,) = await ask(connection, b"SHOW transaction_isolation")
                self._keeps_snapshot = shown in ("repeatable read", "serializable")

    async def _working_connection(self) -> AsyncConnection[Any]:
        """The session's connection, or one in its place if it is lost."""
        connection = self._connection
        if connection is not None and not connection.closed:
            return connection
        if self._pool is None:
            raise self.error_class("the connection is lost, and the session has no pool to take another one from")
        if connection is not None:
            self._connection = None
            await self._pool.pool.putconn(connection)
        self._connection = found = await self._pool.take_connection()
        await self._pool.set_autocommit(found)
        return found

    @property
    def _patience_s(self) -> float:
        return 0.0 if self._pool is None else self._pool.patience_s

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
        pool: an opened ``AsyncConnectionPool``. One made with ``check=AsyncConnectionPool.check_connection`` gives no
            connection that was lost while nobody used it.
        patience_s: how long to look for the outcome of a COMMIT during which the connection was lost, in seconds.
        on_begin: called with the connection at the beginning of each transaction, inside it.
    """

    error_class: ClassVar[type[SessionError]] = SessionError

    def __init__(
        self,
        pool: AsyncConnectionPool[Any],
        *,
        patience_s: float = 30.0,
        on_begin: Callable[[AsyncConnection[Any]], Awaitable[object]] | None = None,
    ) -> None:
        self._pool = pool
        self._loop: asyncio.AbstractEventLoop | None = None
        self.patience_s = patience_s
        self.on_begin = on_begin

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

    def fault_of(self, error: BaseException) -> Fault:
        """Tell whose fault it is that there is no session."""
        return fault_in(error)

    @asynccontextmanager
    async def _take(self, session_class: type[S]) -> AsyncIterator[S]:
        connection = await self.take_connection()
        autocommit = connection.autocommit
        session = session_class(connection, self)
        try:
            await self.set_autocommit(connection)
            yield session
        finally:
            last = session.close()  # another one, if the first was lost; none, if no other was to be had
            if last is not None:
                await uninterrupted(self._give_back(last, autocommit))

    async def take_connection(self) -> AsyncConnection[Any]:
        """Take a connection out of the pool.

        Raises:
            SessionError: (of the class ``error_class``) as for :meth:`session`, or the pool is another event loop's.
        """
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        if loop is not self._loop:
            advice = (
                "open it, and close it, on the loop that uses it: in a test, in a fixture whose loop_scope is the test's, "
                "or take the fixtures of ascetic_ddd.faker.testing.fixtures, which have no loop"
            )
            raise self.error_class(f"The pool {self._pool.name!r} was used on another event loop before; {advice}.")
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

    async def set_autocommit(self, connection: AsyncConnection[Any]) -> None:
        """Prepare a connection that was taken: transactions begin where the session says so.

        Raises:
            SessionError: (of the class ``error_class``) it was lost in the pool.
        """
        try:
            if not connection.autocommit:
                await connection.set_autocommit(True)
        except psycopg.Error as error:  # it was lost in the pool, which throws it away
            raise self.error_class(f"No session from the pool {self._pool.name!r}: {error}") from error

    async def _give_back(self, connection: AsyncConnection[Any], autocommit: bool) -> None:
        """Leave the connection as the pool gave it; one that is broken is thrown away by the pool."""
        try:
            with suppress(psycopg.Error):
                if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                    await connection.rollback()
                if connection.autocommit != autocommit:
                    await connection.set_autocommit(autocommit)
        finally:
            await self._pool.putconn(connection)


def _misses_a_key(error: BaseException) -> bool:
    return any(isinstance(each, psycopg.errors.ForeignKeyViolation) for each in chain_of(error))

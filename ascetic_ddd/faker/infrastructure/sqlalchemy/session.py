"""Sessions over SQLAlchemy's ``AsyncSession``: the external side of a composite session."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Self

from sqlalchemy import text
from sqlalchemy.exc import PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, AsyncSessionTransaction, async_sessionmaker
from sqlalchemy.orm import SessionTransaction

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.repositories.bulk import all_or_none
from ascetic_ddd.faker.infrastructure.sqlalchemy.errors import FAILURES, fault_in, is_definite_refusal, state_of, words_of
from ascetic_ddd.seedwork.domain.errors import CommitUnknownError, add_note
from ascetic_ddd.seedwork.domain.session.faults import Fault
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.transaction_log import LoggedSession
from ascetic_ddd.seedwork.infrastructure.session.uninterrupted import uninterrupted

__all__ = ("SqlAlchemySession", "SqlAlchemySessionPool", "async_session_of", "begin_on_sqlite", "sqlalchemy_session_of")

_ASK = text("SELECT 1")
_CAUGHT = "a statement in it failed and the error was caught; wrap what may fail in a nested `session.atomic()`, a savepoint"
_ENDED = "it was ended from inside; leave commit() and rollback() to `session.atomic()`"
_FAILED_STATES = ("25P02",)


class SqlAlchemySession(LoggedSession):
    """A session on an ``AsyncSession`` of the application: :meth:`atomic` begins a transaction, further in a savepoint.

    Args:
        async_session: the caller closes it, and without ``pool`` he also commits it: then ``atomic`` is a savepoint.
        pool: of the session. Then no objects stay in the ``AsyncSession`` after a commit, so that no later rollback empties them,
            and what was done on it outside ``atomic`` is committed when the next one begins or the session is over.
    """

    __slots__ = ("_async_session", "_pool")

    def __init__(self, async_session: AsyncSession, pool: "SqlAlchemySessionPool | None" = None) -> None:
        super().__init__()
        self._async_session: AsyncSession | None = async_session
        self._pool = pool

    @property
    def external_session(self) -> AsyncSession:
        """The application's ``AsyncSession``; do not keep it beyond the session.

        Raises:
            PersistenceError: the session is over.
        """
        if self._async_session is None:
            raise PersistenceError("This SqlAlchemySession is over; take a new one with `async with pool.session() as session`.")
        return self._async_session

    @property
    def is_shared(self) -> bool:
        """Tell whether the ``AsyncSession`` is the caller's to commit: what is stored stays in it, as what he adds himself."""
        return self._pool is None

    def fault_of(self, error: BaseException) -> Fault:
        """Tell whose fault an error is."""
        return fault_in(error)

    @asynccontextmanager
    async def atomic(self) -> AsyncIterator[Self]:
        """Open a transaction; inside another one, a savepoint. Yields this same session.

        COMMIT and ROLLBACK go on to their end if the task is cancelled meanwhile; then the cancellation travels.

        Raises:
            PersistenceError: the transaction could not begin or commit, or an error in it was caught without a savepoint; all
                of it is rolled back, and SQLAlchemy's error is the cause.
            CommitUnknownError: the connection was lost during COMMIT, so that the server may have committed.
        """
        async_session = self.external_session
        is_outermost = not self.is_atomic
        try:
            transaction = await self._begun(async_session, is_outermost)
        except FAILURES as error:
            raise _failure("begin", error) from error
        self._log.begin()
        try:
            yield self
            if is_outermost:
                await self.prepare()
            elif async_session.is_active:
                await self._flush(async_session)
            _check_unbroken(transaction)
        except BaseException as error:
            await uninterrupted(self._roll_back(transaction, error))
            raise
        await uninterrupted(self._commit(transaction, is_outermost))

    async def prepare(self) -> None:
        """Before the commit: write what is pending, and see that the connection is alive and the transaction whole.

        Raises:
            PersistenceError: they are not.
        """
        async_session = self.external_session
        await self._flush(async_session)
        try:
            await async_session.execute(_ASK)
        except FAILURES as error:
            if isinstance(error, PendingRollbackError) or state_of(error) in _FAILED_STATES:
                raise _broken(_CAUGHT) from error
            raise _failure("commit", error) from error

    def close(self) -> AsyncSession | None:
        """Part with the ``AsyncSession``, and give it; the pool does this when the session is over."""
        async_session, self._async_session = self._async_session, None
        return async_session

    def reader(self) -> AsyncSession | None:
        """Give an ``AsyncSession`` beside this one, to read outside a transaction; the caller closes it. None: there is none."""
        return None if self._pool is None or self.is_atomic else self._pool.sessions(expire_on_commit=False)

    async def _begun(self, async_session: AsyncSession, is_outermost: bool) -> AsyncSessionTransaction:
        if not is_outermost:
            return await async_session.begin_nested()
        if self.is_shared:
            await begin_on_sqlite(await async_session.connection())
            return await async_session.begin_nested()
        if async_session.in_transaction():
            await async_session.commit()
        transaction = await async_session.begin()
        try:
            await begin_on_sqlite(await async_session.connection())
        except BaseException:
            await transaction.rollback()
            raise
        return transaction

    async def _flush(self, async_session: AsyncSession) -> None:
        try:
            await async_session.flush()
        except PendingRollbackError as error:
            raise _broken(_CAUGHT) from error
        except FAILURES as error:
            raise _failure("write", error) from error

    async def _commit(self, transaction: AsyncSessionTransaction, is_outermost: bool) -> None:
        try:
            await transaction.commit()
        except BaseException as error:
            unknown = _unknown(error) if is_outermost and isinstance(error, FAILURES) and not is_definite_refusal(error) else None
            cause: BaseException = unknown or error
            await self._roll_back(transaction, cause)
            if unknown is not None:
                raise unknown from error
            if isinstance(error, FAILURES):
                raise _failure("commit", error) from error
            raise
        if is_outermost and not self.is_shared:
            transaction.session.expunge_all()
        self._log.commit()

    async def _roll_back(self, transaction: AsyncSessionTransaction, cause: BaseException) -> None:
        """Roll back; whatever goes wrong with that becomes a note of the error that made it necessary."""
        try:
            if not transaction.nested:
                await transaction.session.rollback()  # whatever was begun inside
            elif transaction.sync_transaction in _open_in(transaction.session):
                await transaction.rollback()
        except Exception as error:  # noqa: BLE001 - the first error is the one that travels
            add_note(cause, f"Rolling back failed too: {error!r}.")
        finally:
            self._log.rollback(cause)


class SqlAlchemySessionPool:
    """Hands out sessions over ``AsyncSession``s that it makes, for a ``CompositeSessionPool(external, internal)``.

    Args:
        sessions: the application's ``async_sessionmaker``, or its ``AsyncEngine``, which the caller disposes of. What objects
            have is kept after a commit (``expire_on_commit=False``), whatever the maker says.

    Raises:
        ConfigurationError: it is neither.
    """

    def __init__(self, sessions: AsyncEngine | async_sessionmaker[AsyncSession]) -> None:
        if isinstance(sessions, AsyncEngine):
            sessions = async_sessionmaker(sessions)
        if not isinstance(sessions, async_sessionmaker):
            raise ConfigurationError(
                f"SqlAlchemySessionPool({sessions!r}): expected an async_sessionmaker or an AsyncEngine; make one with "
                "sqlalchemy.ext.asyncio.create_async_engine."
            )
        self.sessions = sessions

    def session(self) -> AbstractAsyncContextManager[SqlAlchemySession]:
        """Take a session; leaving the block closes its ``AsyncSession``."""
        return self._take()

    def fault_of(self, error: BaseException) -> Fault:
        """Tell whose fault it is that there is no session."""
        return fault_in(error)

    @asynccontextmanager
    async def _take(self) -> AsyncIterator[SqlAlchemySession]:
        session = SqlAlchemySession(self.sessions(expire_on_commit=False), self)
        try:
            yield session
            if session.external_session.in_transaction():
                await session.external_session.commit()
        finally:
            async_session = session.close()
            if async_session is not None:
                await uninterrupted(async_session.close())


@asynccontextmanager
async def async_session_of(session: ISession) -> AsyncIterator[AsyncSession]:
    """Give the application's ``AsyncSession``, of which its own repositories are made, in the session's transaction.

    Outside ``session.atomic()`` it is in a transaction of its own. Either way leave ``commit()`` and ``rollback()`` alone.

    Args:
        session: composite, or external alone.

    Raises:
        ConfigurationError: its external side is not on SQLAlchemy.
    """
    alchemy = sqlalchemy_session_of(session)
    async with all_or_none(alchemy):
        yield alchemy.external_session


def sqlalchemy_session_of(session: ISession) -> SqlAlchemySession:
    """Give the part of a session that is on SQLAlchemy.

    Raises:
        ConfigurationError: there is none.
    """
    external = getattr(session, "external", session)
    if not isinstance(external, SqlAlchemySession):
        raise ConfigurationError(
            f"The external part of this {type(session).__name__} is a {type(external).__name__} and has no AsyncSession; "
            "give CompositeSessionPool(external, internal) a SqlAlchemySessionPool for this part."
        )
    return external


async def begin_on_sqlite(connection: AsyncConnection) -> None:
    """Begin where the driver would wait for the first change, and lose a savepoint before it."""
    if connection.dialect.name != "sqlite":
        return
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if not driver.in_transaction:
        await connection.exec_driver_sql("BEGIN")


def _open_in(async_session: AsyncSession) -> Iterator[SessionTransaction | None]:
    """The session's open transactions, innermost first."""
    transaction = async_session.sync_session.get_nested_transaction() or async_session.sync_session.get_transaction()
    while transaction is not None:
        yield transaction
        transaction = transaction.parent


def _check_unbroken(transaction: AsyncSessionTransaction) -> None:
    if not transaction.is_active:
        raise _broken(_ENDED)


def _broken(reason: str) -> PersistenceError:
    return PersistenceError(f"The transaction cannot be committed and is rolled back: {reason}.")


def _failure(operation: str, error: BaseException) -> PersistenceError:
    return PersistenceError(f"Cannot {operation} the transaction, nothing of it is stored: {words_of(error)}")


def _unknown(error: BaseException) -> CommitUnknownError:
    return CommitUnknownError(
        f"The connection was lost during COMMIT, and whether the server committed is not known ({words_of(error)}). Nothing of "
        "it is remembered here; count what exists and is not remembered, as by `ascetic-ddd reconcile`, then go on."
    )

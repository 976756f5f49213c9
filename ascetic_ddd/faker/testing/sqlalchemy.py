"""An application on SQLAlchemy in a test: what the providers make and what it commits is gone when the test is over.

Three ways, by who has the connection: the databases of a run (``fixtures.rolled_back_sqlalchemy_session``), an engine of any
driver (:func:`rolled_back_session`), or an ``AsyncSession`` that a test has already (:func:`joined_session`).
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import NullPool, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction

from ascetic_ddd.faker.infrastructure.sqlalchemy.session import SqlAlchemySession, SqlAlchemySessionPool, begin_on_sqlite
from ascetic_ddd.faker.testing.joined import JoinedConnection, JoinedConnections
from ascetic_ddd.faker.testing.rolled_back import RolledBackSession
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSession
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

__all__ = ("JoinedAlchemySession", "RolledBackAlchemySession", "joined_session", "rolled_back_session")


class JoinedAlchemySession(CompositeSession):
    """A session inside a transaction of SQLAlchemy's that is never committed: each ``atomic()`` in it is a savepoint.

    What is registered ``on_commit`` is never called; what is registered ``on_rollback`` is, when the test is over.

    Attributes:
        sessions: in the place of the application's ``async_sessionmaker``, so that the code under test works, and commits, in
            this transaction. None where the test has given its own ``AsyncSession``.
    """

    __slots__ = ("sessions",)

    def __init__(
        self, external: SqlAlchemySession, internal: ISession | None, sessions: async_sessionmaker[AsyncSession] | None
    ) -> None:
        super().__init__(external, InMemorySession() if internal is None else internal)
        self.sessions = sessions

    @asynccontextmanager
    async def session(self) -> AsyncIterator[ISession]:
        """Give this session: it is its own session pool, for ``generate`` and for whoever else asks for one."""
        yield self

    @contextmanager
    def following(self, transactions: Session) -> Iterator[None]:
        """For the time of the block, undo what was registered since the last commit, when somebody rolls back there."""
        outside = self._log.depth + 1  # of our own transactions

        def committed(_: Session) -> None:
            if self._log.depth == outside and transactions.get_nested_transaction() is None:
                self._log.commit()
                self._log.begin()

        def rolled_back(_: Session, transaction: SessionTransaction) -> None:
            if self._log.depth == outside and transaction.parent is None:
                self._log.rollback(RuntimeError("The AsyncSession of the test was rolled back."))
                self._log.begin()

        listeners: dict[str, Callable[..., None]] = {"after_commit": committed, "after_soft_rollback": rolled_back}
        for name, listener in listeners.items():
            event.listen(transactions, name, listener)
        self._log.begin()
        try:
            yield
        finally:
            for name, listener in listeners.items():
                event.remove(transactions, name, listener)
            self._log.commit()


class RolledBackAlchemySession(RolledBackSession):
    """A session in a transaction of both PostgreSQL databases, the application's through SQLAlchemy.

    Attributes:
        sessions: in the place of the application's ``async_sessionmaker``, so that the code under test works, and commits, in
            this transaction. One task at a time has the connection, others wait.
    """

    __slots__ = ("_connection", "sessions")

    def __init__(self, external: JoinedConnection, internal: JoinedConnection) -> None:
        super().__init__(external, internal)
        self._connection = external
        self.sessions = async_sessionmaker(_engine_on(self.connections), expire_on_commit=False)
        self.external = SqlAlchemySession(self.sessions(), SqlAlchemySessionPool(self.sessions))

    @contextmanager
    def inside_another(self) -> Iterator[None]:
        """As the others, but for the external side: each of its transactions is one of SQLAlchemy's own."""
        with self.internal.inside_another(), CompositeSession.inside_another(self):  # type: ignore[attr-defined]  # a LoggedSession
            yield

    @property
    def external_connection(self) -> AsyncConnection[Any]:
        """The psycopg connection that all sessions of SQLAlchemy here are on."""
        return self._connection


@contextmanager
def joined_session(async_session: AsyncSession) -> Iterator[JoinedAlchemySession]:
    """Have providers work on a test's own ``AsyncSession``, which they neither commit nor close; what they make stays in it.

    What was made is remembered in memory. If somebody rolls the ``AsyncSession`` back, what was made since its last commit is
    forgotten.

    Args:
        async_session: the test's, bound to a connection whose transaction the test rolls back, with
            ``join_transaction_mode="create_savepoint"`` if anybody commits it.

    Example::

        with joined_session(db_session) as session:
            book = await books.create(session)
    """
    session = JoinedAlchemySession(SqlAlchemySession(async_session), None, None)
    with session.inside_another(), session.following(async_session.sync_session):
        yield session


@asynccontextmanager
async def rolled_back_session(engine: AsyncEngine, internal: ISession | None = None) -> AsyncIterator[JoinedAlchemySession]:
    """Take a connection, begin, give a session in that transaction, and roll back in the end; any driver, SQLite, too.

    Args:
        engine: of the application's database; used on the test's own event loop.
        internal: where it is remembered what was made; None: in memory.

    Example::

        @pytest.fixture  # in asyncio_mode=auto
        async def session(engine):
            async with rolled_back_session(engine) as session:
                yield session
    """
    async with engine.connect() as connection:
        transaction = await connection.begin()
        try:
            await begin_on_sqlite(connection)
            sessions = async_sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
            async with sessions() as async_session:
                external = SqlAlchemySession(async_session, SqlAlchemySessionPool(sessions))
                session = JoinedAlchemySession(external, internal, sessions)
                with session.inside_another():
                    yield session
        finally:
            await transaction.rollback()


def _engine_on(connections: JoinedConnections) -> AsyncEngine:
    """An engine whose every connection is the test's, taken and given back as from a pool."""
    engine = create_async_engine("postgresql+psycopg://", async_creator=connections.getconn, poolclass=NullPool)

    @event.listens_for(engine.sync_engine, "close")
    def give_back(dbapi_connection: Any, connection_record: object) -> None:
        dbapi_connection.run_async(connections.putconn)

    return engine

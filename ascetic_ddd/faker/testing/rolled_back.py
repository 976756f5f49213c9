"""A session for one test: both databases in a transaction that is rolled back when the test is over."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import generators, sql
from psycopg.errors import InvalidSavepointSpecification, NoActiveSqlTransaction, error_from_result
from psycopg.pq import ExecStatus, PipelineStatus, TransactionStatus

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSession, InternalPgSession
from ascetic_ddd.faker.testing.joined import JoinedConnection, JoinedConnections
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSession

if TYPE_CHECKING:
    from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("EndedInsideError", "LastingConnection", "RolledBackSession", "rolled_back_session")

S = TypeVar("S", bound="RolledBackSession")


class EndedInsideError(PersistenceError):
    """The transaction of a test was ended before the test was, so that it left something behind."""


class RolledBackSession(CompositeSession):
    """A session inside a transaction that is never committed: each ``atomic()`` in it is a savepoint.

    What is registered ``on_commit`` is never called; what is registered ``on_rollback`` is, when the test is over.

    Attributes:
        connections: in the place of the application's connection pool, so that the code under test works, and commits, in
            this transaction.
    """

    __slots__ = ("_joined", "connections")

    def __init__(self, external: JoinedConnection, internal: JoinedConnection) -> None:
        super().__init__(ExternalPgSession(external), InternalPgSession(internal))
        self._joined = (external, internal)
        self.connections = JoinedConnections(external)

    def begin_anew(self) -> None:
        """Be ready for another event loop: what was done lately has been rolled back."""
        for joined in self._joined:
            joined.begin_anew()
        self.connections = JoinedConnections(self._joined[0])

    @contextmanager
    def inside_another(self) -> Iterator[None]:
        """For the time of the block, be inside a transaction that somebody else has opened: both sides, and this."""
        with ExitStack() as stack:
            for part in (self.external, self.internal, super()):
                stack.enter_context(part.inside_another())  # type: ignore[union-attr]  # all three are LoggedSessions
            yield

    @asynccontextmanager
    async def session(self) -> AsyncIterator["ISession"]:
        """Give this session: it is its own session pool, for ``generate`` and for whoever else asks for one."""
        yield self


class LastingConnection:
    """A connection that many tests use one after the other, each in a transaction of its own that is rolled back.

    It is begun and ended without an event loop: the tests may have any. Each test finds the sequences as they were when the first
    one began, and nothing of the others': neither settings nor prepared statements.

    Args:
        dsn: connection string.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: psycopg.Connection[Any] | None = None
        self._places: bytes | None = None  # of the sequences, when the first test began
        self._going_back = b""

    def begin(self) -> None:
        """Send what begins a transaction; to be followed by :meth:`begun`."""
        if self._opened().pgconn.transaction_status != TransactionStatus.IDLE:
            self.close()  # a session before this one was broken off
        self._opened().pgconn.send_query(_BEGIN)

    def begun(self) -> JoinedConnection:
        """Wait for it, and give the connection in the transaction."""
        connection = self._opened()
        self._wait(connection)
        return JoinedConnection(connection.pgconn)

    def end(self) -> None:
        """Send what rolls back; to be followed by :meth:`ended`."""
        connection = self._connection
        if connection is None or self._closed_in_use(connection):
            self._opened().pgconn.send_query(_setting_back(self._places))
        else:
            connection.pgconn.send_query(_END + _setting_back(self._places))

    def ended(self) -> None:
        """Wait for it.

        Raises:
            EndedInsideError: the transaction was not there any more.
        """
        self._wait(self._opened())

    def mark(self) -> None:
        """Set a savepoint within the transaction.

        Raises:
            EndedInsideError: the transaction is not there any more.
        """
        connection = self._opened()
        connection.pgconn.send_query(_MARK)
        self._wait(connection)
        self._going_back = _places(connection)

    def go_back(self) -> None:
        """Roll back to the savepoint, which goes, and set the sequences to where they were then. If the connection is in use, or
        lost, it is closed.

        Raises:
            EndedInsideError: the transaction is not there any more.
        """
        connection = self._connection
        if connection is not None and not self._closed_in_use(connection):
            connection.pgconn.send_query(_GO_BACK + self._going_back)
            self._wait(connection)

    @property
    def is_open(self) -> bool:
        """True while the connection is there."""
        return self._connection is not None and not self._connection.closed

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._dsn, autocommit=True, prepare_threshold=None)
            if self._places is None:
                self._places = _places(self._connection)
        return self._connection

    def _closed_in_use(self, connection: psycopg.Connection[Any]) -> bool:
        """Tell whether the test left it in use, or lost; then it is closed, and the server rolls back."""
        in_use = (TransactionStatus.ACTIVE, TransactionStatus.UNKNOWN)
        if connection.pgconn.transaction_status not in in_use and connection.pgconn.pipeline_status == PipelineStatus.OFF:
            return False
        connection.cancel()
        self.close()
        return True

    def _wait(self, connection: psycopg.Connection[Any]) -> None:
        results = connection.wait(generators.fetch_many(connection.pgconn))
        if results[-1].status == ExecStatus.FATAL_ERROR:
            self.close()
            error = error_from_result(results[-1], encoding="utf-8")
            if isinstance(error, (InvalidSavepointSpecification, NoActiveSqlTransaction)):
                raise EndedInsideError(_ENDED) from error
            raise error


_ENDED = (
    "The test's transaction was ended by a COMMIT or ROLLBACK sent as a statement, and what was stored cannot be taken back; end "
    "transactions by commit(), rollback() and transaction() of the connection, or take store.fresh()."
)
_SCENARIO = "ascetic_ddd_scenario"
_BEGIN = f"BEGIN; SAVEPOINT {JoinedConnection.BASE}".encode()
# One message, as round trips are what a short test pays for. The savepoint is there as long as the transaction is. After it, what
# DISCARD ALL does, which must stand alone: but for DISCARD PLANS, as plans go stale by themselves.
_END = f"ROLLBACK TO {JoinedConnection.BASE}; ROLLBACK; ".encode() + (
    b"CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DEALLOCATE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); "
    b"DISCARD TEMP; DISCARD SEQUENCES; "
)
# A commit inside moves the innermost savepoint that is called BASE.
_MARK = f"SAVEPOINT {_SCENARIO}; SAVEPOINT {JoinedConnection.BASE}".encode()
_GO_BACK = f"ROLLBACK TO {_SCENARIO}; RELEASE {_SCENARIO}; DISCARD SEQUENCES; ".encode()
_SEQUENCES = """
    SELECT s.seqrelid::bigint, n.nspname, c.relname
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> 't'
"""


def _places(connection: psycopg.Connection[Any]) -> bytes:
    """The statement that sets all sequences of the database to where they are now."""
    places = [
        sql.SQL("SELECT {}, last_value, is_called FROM {}").format(sql.Literal(oid), sql.Identifier(schema, name))
        for oid, schema, name in connection.execute(_SEQUENCES).fetchall()
    ]
    if not places:
        return b"SELECT"
    rows = connection.execute(sql.SQL(" UNION ALL ").join(places)).fetchall()
    values = sql.SQL(", ").join(sql.SQL("({}::bigint, {}::bigint, {})").format(*map(sql.Literal, row)) for row in rows)
    statement = sql.SQL("SELECT setval(sequence::regclass, last, is_called) FROM (VALUES {}) AS t (sequence, last, is_called)")
    return statement.format(values).as_bytes(connection)


def _setting_back(places: bytes | None) -> bytes:
    return b"BEGIN; SET LOCAL synchronous_commit = off; %b; COMMIT" % (places or b"SELECT")


@contextmanager
def rolled_back_session(external: LastingConnection, internal: LastingConnection, session_class: type[S]) -> Iterator[S]:
    """Give a session in a transaction of both databases, and roll back both in the end.

    Raises:
        EndedInsideError: in the end, a transaction was not there any more.
    """
    both = (external, internal)
    for connection in both:  # both servers work at the same time: one round trip
        connection.begin()
    session = session_class(*[connection.begun() for connection in both])
    try:
        with session.inside_another():
            yield session
    finally:
        for connection in both:
            connection.end()
        with ExitStack() as stack:
            for connection in both:
                stack.callback(connection.ended)


@contextmanager
def rolled_back_savepoint(session: RolledBackSession, external: LastingConnection, internal: LastingConnection) -> Iterator[None]:
    """For the time of the block, have a session in a savepoint of both databases, which is rolled back in the end. It needs no
    event loop, and none lasts beyond it.

    Raises:
        EndedInsideError: in the end, a transaction was not there any more.
    """
    for connection in (external, internal):
        connection.mark()
    try:
        with session.inside_another():
            yield
    finally:
        for connection in (external, internal):
            connection.go_back()
        session.begin_anew()

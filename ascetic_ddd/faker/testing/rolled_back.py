"""A session for one test: both databases in a transaction that is rolled back when the test is over."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus

from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSession, InternalPgSession
from ascetic_ddd.faker.testing.joined import JoinedConnection, JoinedConnections
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSession

if TYPE_CHECKING:
    from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("LastingConnection", "RolledBackSession", "rolled_back_session")


class RolledBackSession(CompositeSession):
    """A session inside a transaction that is never committed: each ``atomic()`` in it is a savepoint.

    What is registered ``on_commit`` is never called; what is registered ``on_rollback`` is, when the test is over.

    Attributes:
        connections: in the place of the application's connection pool, so that the code under test works, and commits, in
            this transaction.
    """

    __slots__ = ("connections",)

    def __init__(self, external: JoinedConnection, internal: JoinedConnection) -> None:
        super().__init__(ExternalPgSession(external), InternalPgSession(internal))
        self.connections = JoinedConnections(external)

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
        self._sequences: tuple[list[int], list[int], list[bool]] | None = None

    @contextmanager
    def rolled_back(self) -> Iterator[JoinedConnection]:
        """Begin a transaction, give the connection in it, and roll back in the end."""
        connection = self._opened()
        connection.execute(f"BEGIN; SAVEPOINT {JoinedConnection.BASE}".encode())
        try:
            yield JoinedConnection(connection.pgconn)
        finally:
            self._end(connection)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._dsn, autocommit=True, prepare_threshold=None)
            if self._sequences is None:
                self._sequences = _sequences(self._connection)
        return self._connection

    def _end(self, connection: psycopg.Connection[Any]) -> None:
        pgconn = connection.pgconn
        in_use = (TransactionStatus.ACTIVE, TransactionStatus.UNKNOWN)
        if pgconn.transaction_status in in_use or pgconn.pipeline_status != PipelineStatus.OFF:
            connection.cancel()  # the test was interrupted; the server rolls back
            self.close()
            connection = self._opened()
        else:
            connection.execute("ROLLBACK")
            connection.execute("DISCARD ALL")
        if self._sequences is not None and self._sequences[0]:
            connection.execute(_RESET, self._sequences)


_RESET = """
    SELECT setval(sequence::regclass, last, is_called)
    FROM unnest(%s::oid[], %s::bigint[], %s::boolean[]) AS t(sequence, last, is_called)
"""


def _sequences(connection: psycopg.Connection[Any]) -> tuple[list[int], list[int], list[bool]]:
    """All sequences of the database with their places: oid, number, and whether that number was given."""
    rows = connection.execute(
        "SELECT seqrelid, coalesce(pg_sequence_last_value(seqrelid), seqstart), pg_sequence_last_value(seqrelid) IS NOT NULL"
        " FROM pg_sequence"
    ).fetchall()
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


@contextmanager
def rolled_back_session(external: LastingConnection, internal: LastingConnection) -> Iterator[RolledBackSession]:
    """Give a session in a transaction of both databases, and roll back both in the end."""
    with ExitStack() as stack:
        session = RolledBackSession(stack.enter_context(external.rolled_back()), stack.enter_context(internal.rolled_back()))
        for part in (session.external, session.internal, session):
            stack.enter_context(part.inside_another())  # type: ignore[attr-defined]  # all three are LoggedSessions
        yield session

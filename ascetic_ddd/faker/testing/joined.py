"""The application's connections in a test: all are the test's own, so that its commits end with the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from psycopg import AsyncConnection, AsyncTransaction, IsolationLevel, sql
from psycopg.errors import Error, ProgrammingError
from psycopg.pq import PipelineStatus, TransactionStatus

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

__all__ = ("JoinedConnection", "JoinedConnections")


# Deferred constraints are looked at and stay deferred: rolling back to a savepoint takes SET CONSTRAINTS back, too.
_COMMIT = (
    "SAVEPOINT ascetic_ddd_commit",
    "SET CONSTRAINTS ALL IMMEDIATE",
    "ROLLBACK TO ascetic_ddd_commit",
    "RELEASE {}",
    "SAVEPOINT {}",
)


@dataclass
class _Use:
    """One who uses the connection as if it were his own: where his transaction began, and his open ``transaction()`` blocks."""

    mark: sql.Identifier
    depth: int = 0


class JoinedConnection(AsyncConnection[Any]):
    """A connection inside a transaction that somebody else opened and will roll back.

    ``commit()`` keeps what was done since the last commit, ``rollback()`` undoes it, both by a savepoint; ``close()`` does
    nothing. A ``transaction()`` block is a commit of its own, as with autocommit. Properties of a transaction (isolation level,
    read only) are kept, and have no effect.

    Args:
        pgconn: a connection in a transaction, at the savepoint ``BASE``; who opened it ends it.
    """

    BASE = "ascetic_ddd_0"

    def __init__(self, pgconn: "PGconn") -> None:
        super().__init__(pgconn)
        self._uses = [_Use(sql.Identifier(self.BASE))]

    def __del__(self, *args: Any) -> None:
        """The connection is another's, who closes it."""

    async def __aexit__(self, *exc_info: Any) -> None:
        await (self.rollback() if exc_info[0] else self.commit())

    def begin_anew(self) -> None:
        """Be again as in the beginning, for another event loop: who opened the connection has rolled it back."""
        self._uses = [_Use(sql.Identifier(self.BASE))]
        self.lock = asyncio.Lock()

    async def begin_use(self) -> None:
        """From here on commits and rollbacks are somebody else's, until :meth:`end_use`."""
        use = _Use(sql.Identifier(f"ascetic_ddd_{len(self._uses)}"))
        await self.execute(sql.SQL("SAVEPOINT {}").format(use.mark))
        self._uses.append(use)

    async def end_use(self) -> None:
        """Undo what was done since the last commit, as a pool does when a connection is given back."""
        await self.rollback()
        use = self._uses.pop()
        await self.execute(sql.SQL("RELEASE {}").format(use.mark))

    async def commit(self) -> None:
        if self.pgconn.transaction_status == TransactionStatus.INERROR:
            await self.rollback()  # so does the server
            return
        self._check_may_end("commit")
        await self._move_mark()

    async def rollback(self) -> None:
        self._check_may_end("rollback")
        await self.execute(sql.SQL("ROLLBACK TO {}").format(self._uses[-1].mark))

    @asynccontextmanager
    async def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> AsyncIterator[AsyncTransaction]:
        use = self._uses[-1]
        use.depth += 1
        try:
            async with super().transaction(savepoint_name, force_rollback) as transaction:
                yield transaction
        finally:
            use.depth -= 1
        if use.depth == 0 and use is not self._uses[0]:  # the first is the test itself, whose blocks are many and small
            await self._move_mark()

    async def close(self) -> None:
        """Nothing: the test goes on."""

    async def set_autocommit(self, value: bool) -> None:
        self._autocommit = bool(value)

    async def set_isolation_level(self, value: IsolationLevel | None) -> None:
        self._isolation_level = value

    async def set_read_only(self, value: bool | None) -> None:
        self._read_only = value

    async def set_deferrable(self, value: bool | None) -> None:
        self._deferrable = value

    def _check_may_end(self, what: str) -> None:
        if self._uses[-1].depth:
            raise ProgrammingError(f"Explicit {what}() forbidden within a Transaction context.")

    async def _move_mark(self) -> None:
        """Keep what was done since the mark, unless a deferred constraint refuses it, as COMMIT would."""
        steps = [sql.SQL(step).format(self._uses[-1].mark) for step in _COMMIT]
        if self.pgconn.pipeline_status == PipelineStatus.OFF:
            steps = [sql.SQL("; ").join(steps)]
        try:
            for step in steps:
                await self.execute(step, prepare=False)
        except Error:
            if self.pgconn.transaction_status == TransactionStatus.INERROR:
                await self.execute(sql.SQL("ROLLBACK TO {}").format(self._uses[-1].mark))
            raise


class JoinedConnections:
    """Stands in for the application's ``psycopg_pool.AsyncConnectionPool`` in a test, with the test's one connection.

    Who takes a connection works in the test's transaction, and sees what the test made; what he commits is there until the test
    is over. One task at a time has the connection, others wait; opening and closing do nothing.

    Args:
        connection: the test's.
    """

    name = "joined to the test"
    min_size = max_size = 1
    closed = False

    def __init__(self, connection: JoinedConnection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()
        self._owner: asyncio.Task[Any] | None = None
        self._depth = 0

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[JoinedConnection]:
        """Take the connection; leaving the block commits, an error rolls back."""
        connection = await self.getconn(timeout)
        try:
            async with connection:
                yield connection
        finally:
            await self.putconn(connection)

    async def getconn(self, timeout: float | None = None) -> JoinedConnection:
        """Take the connection; to be followed by :meth:`putconn`."""
        task = asyncio.current_task()
        if self._owner is None or task is not self._owner:
            async with asyncio.timeout(timeout):
                await self._lock.acquire()
            self._owner = task
        self._depth += 1
        await self._connection.begin_use()
        return self._connection

    async def putconn(self, connection: AsyncConnection[Any]) -> None:
        """Give the connection back; what was not committed is undone."""
        try:
            await self._connection.end_use()
        finally:
            self._depth -= 1
            if not self._depth:
                self._owner = None
                self._lock.release()

    async def open(self, wait: bool = False, timeout: float = 30.0) -> None:
        """Nothing: it is open."""

    async def wait(self, timeout: float = 30.0) -> None:
        """Nothing: the connection is there."""

    async def check(self) -> None:
        """Nothing: the connection is there."""

    def get_stats(self) -> dict[str, int]:
        """What a pool of one connection would say."""
        in_use = int(self._depth > 0)
        return {"pool_min": 1, "pool_max": 1, "pool_size": 1, "pool_available": 1 - in_use, "requests_waiting": 0}

    async def close(self, timeout: float = 5.0) -> None:
        """Nothing: the test ends the connection."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Nothing, as :meth:`close`."""

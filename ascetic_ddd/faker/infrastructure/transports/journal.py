"""What is about to be sent, written down before it is sent: so a crash loses no answer."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import tuple_row
from psycopg.types.json import Json, Jsonb
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.errors import persistence_error
from ascetic_ddd.faker.infrastructure.postgres.names import TableName, check_table, identifier, quoted, shown
from ascetic_ddd.faker.infrastructure.repositories.state_codec import decode, encode
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("IJournal", "Intent", "PgJournal")


@dataclass(frozen=True)
class Intent:
    """A request that is about to be sent.

    Attributes:
        key: by which the server knows it.
        route: the route it goes, in words.
        path, body: what is sent.
        state: of the aggregate, as far as it is known before; None if this request does not make it whole.
    """

    key: str
    route: str
    path: str
    body: Any
    state: Mapping[str, Any] | None


class IJournal(Protocol):
    """Keeps intents until what came of them is remembered."""

    async def intend(self, intent: Intent) -> None:
        """Keep an intent; durable when it returns, whatever becomes of any transaction. One that is kept already is kept once."""
        ...

    async def withdraw(self, key: str) -> None:
        """Forget an intent of which nothing has come."""
        ...

    async def settle(self, session: ISession, key: str) -> None:
        """Forget an intent within the session's transaction: the one in which what came of it is remembered."""
        ...

    async def left(self, session: ISession, routes: Sequence[str]) -> list[Intent]:
        """Give the intents of these routes of which it is not known what has come, oldest first."""
        ...


class PgJournal:
    """A table in the internal database.

    Args:
        pool: connections to it, beside those of the sessions: at least one for each lane. Opened and closed by the caller.
        table: its name.
    """

    def __init__(self, pool: "AsyncConnectionPool[AsyncConnection[Any]]", table: TableName = "requests") -> None:
        names = check_table(table)
        plain, escaped = identifier(*names), quoted(*names)
        self._pool = pool
        self._table = shown(names)
        self._access = PgAccess("internal", self._table)
        # A body is kept as it is written, key by key: a server may compare what comes with a key byte by byte.
        self._create = (
            f"CREATE TABLE IF NOT EXISTS {plain} (number bigint GENERATED ALWAYS AS IDENTITY, key uuid PRIMARY KEY, "
            "route text NOT NULL, path text NOT NULL, body json, state jsonb)"
        ).encode()
        self._drop = f"DROP TABLE IF EXISTS {plain}".encode()
        self._insert = (
            f"INSERT INTO {escaped} (key, route, path, body, state) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"  # noqa: S608
        ).encode()
        self._delete = f"DELETE FROM {escaped} WHERE key = %s".encode()  # noqa: S608
        self._left = (
            f"SELECT key::text, route, path, body, state FROM {escaped} WHERE route = ANY(%s) ORDER BY number"  # noqa: S608
        ).encode()

    @classmethod
    @asynccontextmanager
    async def opened(cls, dsn: str, table: TableName = "requests", *, connections: int = 4) -> AsyncIterator["PgJournal"]:
        """Give a journal in this database, on connections of its own, with its table; closed on leaving.

        Args:
            dsn: of the internal database.
            table: the table's name.
            connections: at most as many; one for each lane.
        """
        pool: AsyncConnectionPool[AsyncConnection[Any]]
        async with AsyncConnectionPool(dsn, min_size=1, max_size=connections, open=False) as pool:
            journal = cls(pool, table)
            await journal._alone(journal._create, (), "set up")
            yield journal

    @property
    def pool(self) -> AsyncConnectionPool[AsyncConnection[Any]]:
        """The connections it was made of."""
        return self._pool

    async def setup(self, session: ISession) -> None:
        """Create the table, if it is not there."""
        await self._access.execute(session, self._create, (), "set up")

    async def cleanup(self, session: ISession) -> None:
        """Drop the table, with all intents."""
        await self._access.execute(session, self._drop, (), "clean up")

    async def intend(self, intent: Intent) -> None:
        """Keep an intent; durable when it returns."""
        state = None if intent.state is None else Jsonb(encode(dict(intent.state)))
        await self._alone(self._insert, (intent.key, intent.route, intent.path, Json(intent.body), state), "note a request")

    async def withdraw(self, key: str) -> None:
        """Forget an intent of which nothing has come."""
        await self._alone(self._delete, (key,), "withdraw a request")

    async def settle(self, session: ISession, key: str) -> None:
        """Forget an intent within the session's transaction."""
        await self._access.execute(session, self._delete, (key,), "settle a request")

    async def left(self, session: ISession, routes: Sequence[str]) -> list[Intent]:
        """Give the intents of these routes of which it is not known what has come, oldest first."""
        cursor = await self._access.execute(session, self._left, (list(routes),), "read what was left")
        return [
            Intent(key, route, path, body, state and decode(state)) for key, route, path, body, state in await cursor.fetchall()
        ]

    async def _alone(self, statement: bytes, parameters: Sequence[Any], operation: str) -> None:
        try:
            async with self._pool.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
                await cursor.execute(statement, parameters, prepare=True)
        except psycopg.Error as error:
            raise persistence_error(error, table=self._table, operation=operation) from error

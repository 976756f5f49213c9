"""The one border to the driver: connections of a session, statements, and streams of rows."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from itertools import count
from typing import Any, Literal

import psycopg
from psycopg import AsyncConnection, AsyncCursor, AsyncServerCursor
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.rows import tuple_row

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.postgres.errors import (
    check_written,
    copied_id,
    persistence_error,
    unwritable_error,
)
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PgAccess",)

Row = tuple[Any, ...]
_ROWS_A_PAGE = 1000
_FEW_ROWS = 100
_cursor_numbers = count(1)
_UNWRITABLE = (RecursionError, ValueError)
"""What the driver says of values that have no form to be sent in: nested too deeply, thousands of digits, half a letter."""


class PgAccess:
    """Runs statements on one table, on the session's connection of one role; driver errors become ours here.

    Args:
        role: which of the session's connections.
        table: the table's name, for messages.
    """

    def __init__(self, role: Literal["external", "internal"], table: str) -> None:
        self._role = role
        self._attribute = f"{role}_connection"
        self._table = table

    def connection(self, session: ISession) -> AsyncConnection[Any]:
        """Give the session's connection.

        Raises:
            PersistenceError: the session has none of this role.
        """
        connection: AsyncConnection[Any] | None = getattr(session, self._attribute, None)
        if connection is None:
            raise PersistenceError(
                f"{type(session).__name__} has no {self._attribute}, which the repository of table {self._table!r} "
                f"needs; take the session from {self._role.capitalize()}PgSessionPool or from CompositeSessionPool."
            )
        return connection

    async def execute(
        self, session: ISession, statement: bytes, parameters: Sequence[Any], operation: str, id: Any = None
    ) -> AsyncCursor[Row]:
        """Run a statement; one that comes again and again is prepared on the server by the driver.

        Raises:
            PersistenceError: the server refused it or is lost.
        """
        # Our own cursor class and rows: the pool may have been given others.
        cursor = AsyncCursor(self.connection(session), row_factory=tuple_row)
        try:
            await cursor.execute(statement, parameters)
        except psycopg.Error as error:
            raise persistence_error(error, table=self._table, operation=operation, id=id) from error
        except _UNWRITABLE as error:
            raise unwritable_error(error, table=self._table, operation=operation, id=id) from error
        return cursor

    async def fetch_one(
        self, session: ISession, statement: bytes, parameters: Sequence[Any], operation: str, id: Any = None
    ) -> tuple[Row | None, tuple[str, ...]]:
        """Give the first row, or None, and the names of its columns."""
        cursor = await self.execute(session, statement, parameters, operation, id)
        return await cursor.fetchone(), _column_names(cursor)

    def is_pipelined(self, session: ISession) -> bool:
        """Tell whether the caller has put the connection into pipeline mode, in which nothing can be copied."""
        return self.connection(session).pgconn.pipeline_status != PipelineStatus.OFF

    async def execute_many(
        self, session: ISession, statement: bytes, rows: Sequence[Sequence[Any]], operation: str, *, returning: bool
    ) -> list[Row | None]:
        """Run the statement for each row, pipelined; give what each returned, in order, None where it was nothing.

        Raises:
            PersistenceError: the server refused one of them or is lost; or, where nothing is returned, it says that it wrote
                another number of rows than there are.
        """
        cursor = AsyncCursor(self.connection(session), row_factory=tuple_row)
        returned: list[Row | None] = []
        try:
            await cursor.executemany(statement, rows, returning=returning)
            while returning:
                returned.append(await cursor.fetchone())
                if not cursor.nextset():
                    break
        except psycopg.Error as error:
            raise persistence_error(error, table=self._table, operation=operation) from error
        except _UNWRITABLE as error:
            raise unwritable_error(error, table=self._table, operation=operation) from error
        if not returning:
            self.compare(session, cursor, len(rows), operation)
        return returned

    async def copy_rows(self, session: ISession, statement: bytes, rows: Iterable[Sequence[Any]], ids: Sequence[Any]) -> None:
        """Copy rows of values into the table; ``ids`` are theirs, for the message.

        Raises:
            PersistenceError: the server refused a row, or did not store all, or a value cannot be written.
        """
        cursor = AsyncCursor(self.connection(session), row_factory=tuple_row)
        written = 0
        try:
            async with cursor.copy(statement) as copy:
                for row in rows:
                    written += 1
                    await copy.write_row(row)
        except psycopg.Error as error:
            raise persistence_error(error, table=self._table, operation="insert", id=copied_id(error, ids)) from error
        except _UNWRITABLE as error:
            raise unwritable_error(error, table=self._table, operation="insert", id=ids[written - 1]) from error
        check_written(cursor.rowcount, len(ids), table=self._table, operation="insert")

    async def copy_text(self, session: ISession, statement: bytes, chunks: Iterable[bytes], ids: Sequence[Any]) -> None:
        """Copy what is in COPY's text format already; otherwise as :meth:`copy_rows`."""
        cursor = AsyncCursor(self.connection(session), row_factory=tuple_row)
        try:
            async with cursor.copy(statement) as copy:
                for chunk in chunks:
                    await copy.write(chunk)
        except psycopg.Error as error:
            raise persistence_error(error, table=self._table, operation="insert", id=copied_id(error, ids)) from error
        check_written(cursor.rowcount, len(ids), table=self._table, operation="insert")

    async def write(
        self, session: ISession, statement: bytes, parameters: Sequence[Any], operation: str, id: Any = None, *, rows: int = 1
    ) -> None:
        """Run a statement that writes so many rows; otherwise as :meth:`execute`.

        Raises:
            PersistenceError: also if the server says that it wrote more or fewer.
        """
        cursor = await self.execute(session, statement, parameters, operation, id)
        self.compare(session, cursor, rows, operation, id)

    def compare(self, session: ISession, cursor: AsyncCursor[Row], rows: int, operation: str, id: Any = None) -> None:
        """Compare how many rows the server says a statement wrote with how many it should; in the caller's pipeline, where
        nothing has been answered yet, nothing is compared.

        Raises:
            PersistenceError: they differ.
        """
        if not self.is_pipelined(session):
            check_written(cursor.rowcount, rows, table=self._table, operation=operation, id=id)

    def texts(self, session: ISession, values: Sequence[Any]) -> list[str | None]:
        """Give values as the texts in which the driver writes them."""
        adapt = Transformer(self.connection(session))
        found: list[str | None] = []
        for value in values:
            text = None if value is None else adapt.get_dumper(value, PyFormat.TEXT).dump(value)
            found.append(None if text is None else bytes(text).decode())
        return found

    async def stream(
        self, session: ISession, statement: bytes, parameters: Sequence[Any], operation: str, *, peeks: bool = False
    ) -> AsyncGenerator[tuple[Row, tuple[str, ...]], None]:
        """Iterate over rows and their columns' names, a page at a time, as they are at the start.

        Between two rows the session may be used for anything else.

        Args:
            session: whose connection is read.
            statement: a query.
            parameters: its parameters.
            operation: what it is for, for messages.
            peeks: first see whether a few rows are all, which saves the round trips of a cursor; for a query without LIMIT
                whose first rows cost little.
        """
        if peeks:
            few = b"%b LIMIT %d" % (statement, _FEW_ROWS + 1)
            cursor = await self.execute(session, few, parameters, operation)
            rows = await cursor.fetchall()
            if len(rows) <= _FEW_ROWS:
                names = _column_names(cursor)
                for row in rows:
                    yield row, names
                return
        connection = self.connection(session)
        # Outside a transaction a cursor must outlive its own statement.
        withhold = connection.pgconn.transaction_status == TransactionStatus.IDLE
        name = f"ascetic_ddd_{next(_cursor_numbers)}"
        server_cursor = AsyncServerCursor(connection, name, row_factory=tuple_row, withhold=withhold)
        try:
            async with server_cursor:
                await server_cursor.execute(statement, parameters)
                names = _column_names(server_cursor)
                while rows := await server_cursor.fetchmany(_ROWS_A_PAGE):
                    for row in rows:
                        yield row, names
                    if len(rows) < _ROWS_A_PAGE:
                        break
        except psycopg.Error as error:
            raise persistence_error(error, table=self._table, operation=operation) from error


def _column_names(cursor: AsyncCursor[Row] | AsyncServerCursor[Row]) -> tuple[str, ...]:
    return tuple(column.name for column in cursor.description or ())

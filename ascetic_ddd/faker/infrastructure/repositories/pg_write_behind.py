"""Rows of an application's table that are inserted singly, and copied together."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from ascetic_ddd.faker.domain.repositories import WritingBehind
from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.known_tables import KnownTables
from ascetic_ddd.faker.infrastructure.repositories.pg_bulk_insert import BulkInsert
from ascetic_ddd.faker.infrastructure.repositories.plain_table import PlainTable
from ascetic_ddd.faker.infrastructure.repositories.put_off import PutOff
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PgWriteBehind",)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that is to be copied.

    Attributes:
        table: its columns.
        values: by column, as the driver writes them.
        given: columns whose values were taken from where the database takes them.
        id: for messages.
    """

    table: PlainTable
    values: dict[str, Any]
    given: tuple[str, ...]
    id: Any


class PgWriteBehind:
    """Puts rows of one table off, with the values that the database gives taken beforehand.

    Args:
        names: schema and table, or the table alone.
        pg: the way to the database.
        tables: what is known of it.
        bulk: copies them.
    """

    def __init__(self, names: tuple[str, ...], pg: PgAccess, tables: KnownTables, bulk: BulkInsert) -> None:
        self._names = names
        self._pg = pg
        self._tables = tables
        self._bulk = bulk
        self._rows = PutOff[_Row]()
        self._behind: dict[ISession, WritingBehind] = {}

    def begin(self, session: ISession, behind: WritingBehind) -> None:
        """Until the open transaction ends, rows of this session may be put off."""
        if session.is_atomic:
            self._rows.begin(session)
            self._behind[session] = behind
            session.on_rollback(self._behind.pop, session, None)
            session.on_commit(self._end, session)

    async def put_off(self, session: ISession, table: PlainTable, state: Mapping[str, Any]) -> list[tuple[str, Any]] | None:
        """Put a row off, if it may be copied. Gives what the database gives for it; None: it is to be inserted now.

        Raises:
            PersistenceError: the server refused to give an id.
            ConfigurationError: a value cannot be written to its column.
        """
        behind = self._behind.get(session)
        if behind is None:
            return None
        known = await self._tables.on(session)
        columns = tuple(table.paths)
        values = dict(zip(columns, known.writer.row(columns, table.row(state)), strict=True))
        missing = tuple(column for column in table.generated if values[column] is None)
        of_one = {column: (value,) for column, value in values.items()}
        if self._pg.is_pipelined(session) or not known.facts.may_copy(of_one, dict.fromkeys(missing, (0,))):
            await behind.write_out(session)
            return None
        for column in missing:
            fetch = partial(self._bulk.fetch, session, known.facts, column)
            values[column] = await behind.next_id((self._names, column), fetch)
        self._rows.add(session, _Row(table, values, missing, _id(table, values)))
        return [(column, values[column]) for column in missing]

    async def catch_up(self, session: ISession) -> None:
        """Somebody asks for what is stored: have all kinds write what they put off."""
        behind = self._behind.get(session)
        if behind is not None:
            await behind.write_out(session)

    async def write_out(self, session: ISession) -> None:
        """Copy what was put off.

        Raises:
            PersistenceError: the server refused a row.
        """
        rows = self._rows.take(session)
        for table, group in groupby(rows, attrgetter("table")):
            of_table = list(group)
            known = await self._tables.on(session)
            columns = {column: [row.values[column] for row in of_table] for column in table.paths}
            told = {
                column: [None if column in row.given else row.values[column] for row in of_table]
                for column in table.paths
                if known.facts.has_sequence
            }
            await self._bulk.copy(session, table, known, columns, told, [row.id for row in of_table])

    def _end(self, session: ISession) -> None:
        self._rows.end(session)
        self._behind.pop(session, None)


def _id(table: PlainTable, values: Mapping[str, Any]) -> Any:
    parts = {table.paths.get(column, (column,))[-1]: values[column] for column in table.id_columns}
    return parts if len(parts) > 1 else next(iter(parts.values()))

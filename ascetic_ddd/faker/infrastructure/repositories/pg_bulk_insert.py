"""Many rows into a table of the application: copied where that means the same, else inserted in a pipeline."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.errors import check_written, rewritten
from ascetic_ddd.faker.infrastructure.postgres.known_tables import KnownTable, KnownTables
from ascetic_ddd.faker.infrastructure.postgres.names import identifier, shown
from ascetic_ddd.faker.infrastructure.postgres.sequences import advance_sequences
from ascetic_ddd.faker.infrastructure.postgres.table_facts import TableFacts
from ascetic_ddd.faker.infrastructure.repositories.plain_table import PlainTable
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("NOTHING_TAKEN", "BulkInsert", "Given", "Store", "checks_of", "given_by")

Given = tuple[int, str, Any]
"""What the database gave: the number of the row, the column, the value."""

Store = Callable[[], Awaitable[None]]
"""Stores what was staged, all or none."""

NOTHING_TAKEN: Mapping[str, Sequence[Any]] = MappingProxyType({})


class BulkInsert:
    """Inserts rows into one table. What the catalogue says of it is asked once a connection, and after an error again.

    What the server says it wrote is compared: the number of rows, and, where a trigger may change rows before they are stored,
    the keys that were told.

    Args:
        names: schema and table, or the table alone.
        pg: the way to the database.
        tables: what is known of it.
    """

    def __init__(self, names: tuple[str, ...], pg: PgAccess, tables: KnownTables) -> None:
        self._names = names
        self._pg = pg
        self._tables = tables

    async def take(self, session: ISession, columns: Sequence[str], count: int) -> Mapping[str, Sequence[Any]]:
        """Take by column so many values that the database gives; nothing if it gives one of them only to a row that is inserted.

        Raises:
            PersistenceError: the database refused it.
        """
        facts = (await self._tables.on(session)).facts
        if self._pg.is_pipelined(session) or not facts.may_copy(dict.fromkeys(columns, (None,)), dict.fromkeys(columns, (0,))):
            return NOTHING_TAKEN
        return {column: await self.fetch(session, facts, column, count) for column in columns}

    async def stage(
        self,
        session: ISession,
        table: PlainTable,
        rows: Sequence[Sequence[Any]],
        ids: Sequence[Any],
        taken: Mapping[str, Sequence[Any]] = NOTHING_TAKEN,
    ) -> tuple[list[Given], Store | None]:
        """Take what the database gives for the rows beforehand, and say how to store them: None if they are stored by now.

        Args:
            session: where.
            table: the columns.
            rows: at least one; each has all of the table's columns, as exported; where the database gives a value it has None.
            ids: of the rows, for messages.
            taken: columns whose values were taken beforehand for all rows (:meth:`fetch`); where the rows cannot be copied, the
                database gives others.

        Raises:
            PersistenceError: the database refused something, or stored something else; an error of COPY, later, names the id of
                its row.
            ConfigurationError: a value cannot be written to its column.
        """
        try:
            known = await self._tables.on(session)
            columns = {**dict(zip(table.paths, zip(*rows, strict=True), strict=True)), **taken}
            values = {column: known.writer.column(column, told) for column, told in columns.items()}
            holes = {
                column: missing
                for column in table.generated
                if column not in taken and (missing := [number for number, value in enumerate(values[column]) if value is None])
            }
            given = holes | dict.fromkeys(taken, range(len(rows)))
            if not known.facts.may_copy(values, given) or self._pg.is_pipelined(session):
                values |= {column: (None,) * len(rows) for column in taken}  # in vain
                return await self._pipeline(session, table, known.facts, list(zip(*values.values(), strict=True))), None
            filled, of_holes = await self._fill(session, known.facts, values, holes)
        except PersistenceError:
            self._tables.forget(session)  # the table may have changed
            raise
        told = {column: values[column] for column in values if known.facts.has_sequence and column not in taken}
        return of_holes, lambda: self.copy(session, table, known, filled, told, ids)

    async def fetch(self, session: ISession, facts: TableFacts, column: str, count: int) -> list[Any]:
        """Take so many values from where the database takes them for the column, which has such a source."""
        source = str(facts.columns[column].source).replace("%", "%%")
        statement = f"SELECT {source} FROM generate_series(1, %s)".encode()  # noqa: S608 - composed by the server
        cursor = await self._pg.execute(session, statement, (count,), "insert")
        return [value for (value,) in await cursor.fetchall()]

    async def _fill(
        self, session: ISession, facts: TableFacts, values: Mapping[str, Sequence[Any]], holes: Mapping[str, Sequence[int]]
    ) -> tuple[dict[str, Sequence[Any]], list[Given]]:
        """Take values for the holes from where the database takes them."""
        filled = dict(values)
        given: list[Given] = []
        for column, numbers in holes.items():
            of_column = list(values[column])
            for number, value in zip(numbers, await self.fetch(session, facts, column, len(numbers)), strict=True):
                of_column[number] = value
                given.append((number, column, value))
            filled[column] = of_column
        return filled, given

    async def copy(
        self,
        session: ISession,
        table: PlainTable,
        known: KnownTable,
        columns: Mapping[str, Sequence[Any]],
        told: Mapping[str, Sequence[Any]],
        ids: Sequence[Any],
    ) -> None:
        """Copy rows for which the table's facts allow it.

        Args:
            session: where.
            table: the columns.
            known: what is known of it.
            columns: by column, the values of all rows, as the driver writes them.
            told: those of them that the database did not give, None where it did, if there are sequences to be set beyond them.
            ids: of the rows, for messages.
        """
        into = ", ".join(identifier(column) for column in columns)
        statement = f"COPY {identifier(*self._names)} ({into}) FROM STDIN".encode()
        try:
            await self._pg.copy_rows(session, statement, zip(*columns.values(), strict=True), ids)
            if known.facts.has_row_trigger:
                await self._read_back(session, table, known.facts, columns, ids)
            await advance_sequences(self._pg, session, known.facts, told)
        except PersistenceError:
            self._tables.forget(session)  # the table may have changed
            raise

    async def _read_back(
        self,
        session: ISession,
        table: PlainTable,
        facts: TableFacts,
        columns: Mapping[str, Sequence[Any]],
        ids: Sequence[Any],
    ) -> None:
        """Look the keys up that were told to a table whose triggers may have changed them."""
        types = {column: facts.columns[column].type for column in table.id_columns}
        texts = [self._pg.texts(session, columns[column]) for column in types]
        row, _ = await self._pg.fetch_one(session, table.lacking(types), texts, "insert")
        if row is not None:
            number = row[0] - 1
            key = [columns[column][number] for column in types]
            told = key[0] if len(key) == 1 else tuple(key)
            where = "no such row is there afterwards"
            raise rewritten(", ".join(types), told, where, table=shown(self._names), id=ids[number])

    async def _pipeline(
        self, session: ISession, table: PlainTable, facts: TableFacts, rows: Sequence[Sequence[Any]]
    ) -> list[Given]:
        given: list[Given] = []
        told: dict[str, list[Any]] = {}
        number = 0
        places = {column: place for place, column in enumerate(table.paths)}
        for missing, group in groupby(rows, table.missing_in):
            checks = checks_of(table, facts, missing)
            taken = [places[column] for column in (*table.told(missing), *(column for column, _ in checks))]
            parameters = [[row[place] for place in taken] for row in group]
            is_returning = bool(missing or checks)
            statement = table.insert(missing, checks)
            returned = await self._pg.execute_many(session, statement, parameters, "insert", returning=is_returning)
            for offset, row in enumerate(returned):
                of_row = given_by(row, missing, checks, parameters[offset], self._names)
                given += [(number + offset, *pair) for pair in of_row]
            number += len(parameters)
            for place, column in enumerate(table.told(missing) if facts.has_sequence else ()):
                told.setdefault(column, []).extend(row[place] for row in parameters)
        await advance_sequences(self._pg, session, facts, told)
        return given


def checks_of(table: PlainTable, facts: TableFacts, missing: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The told columns of the id, with their types, if something in the database may change them."""
    if not facts.has_row_trigger:
        return ()
    return tuple(
        (column, facts.columns[column].type) for column in table.id_columns if column not in missing and column in facts.columns
    )


def given_by(
    row: Sequence[Any] | None,
    missing: Sequence[str],
    checks: Sequence[tuple[str, str]],
    parameters: Sequence[Any],
    names: tuple[str, ...],
    id: Any = None,
) -> list[tuple[str, Any]]:
    """Pair the columns left to the database with what it returned.

    Args:
        row: as returned.
        missing: columns left to the database.
        checks: columns whose values were told, and are compared.
        parameters: of the statement; the last ones are those of the checks.
        names: of the table.
        id: of the row, for messages.

    Raises:
        PersistenceError: it returned nothing, or a told key is another one.
    """
    if row is None:
        check_written(0, 1, table=shown(names), operation="insert", id=id)
        return []
    for (column, _), told, found in zip(checks, parameters[len(parameters) - len(checks) :], row[len(missing) :], strict=True):
        if found is not None:
            where = f"the server stored {found!r}"
            raise rewritten(column, told, where, table=shown(names), id=id)
    return list(zip(missing, row[: len(missing)], strict=True))

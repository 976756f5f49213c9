"""Many rows into a table of the application: copied where that means the same, else inserted in a pipeline."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.repositories.pg_access import PgAccess
from ascetic_ddd.faker.infrastructure.repositories.pg_names import identifier, shown
from ascetic_ddd.faker.infrastructure.repositories.pg_table_facts import CATALOGUE, TableFacts, table_facts
from ascetic_ddd.faker.infrastructure.repositories.plain_table import PlainTable
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("BulkInsert", "Given", "Store", "given_by")

Given = tuple[int, str, Any]
"""What the database gave: the number of the row, the column, the value."""

Store = Callable[[], Awaitable[None]]
"""Stores what was staged, all or none."""


class BulkInsert:
    """Inserts rows into one table. What the catalogue says of it is asked once a connection, and after an error again.

    Args:
        names: schema and table, or the table alone.
        pg: the way to the database.
    """

    def __init__(self, names: tuple[str, ...], pg: PgAccess) -> None:
        self._names = names
        self._pg = pg
        # By connection: sessions of one repository may lead to several databases.
        self._facts: WeakKeyDictionary[AsyncConnection[Any], TableFacts] = WeakKeyDictionary()

    async def stage(
        self, session: ISession, table: PlainTable, rows: Sequence[Sequence[Any]], ids: Sequence[Any]
    ) -> tuple[list[Given], Store | None]:
        """Take what the database gives for the rows beforehand, and say how to store them: None if they are stored by now.

        There is at least one row, and each has all of the table's columns; where the database gives a value it has None.
        ``ids`` are theirs, for messages.

        Raises:
            PersistenceError: the database refused something; an error of COPY, later, names the id of its row.
        """
        connection = self._pg.connection(session)
        try:
            facts = self._facts.get(connection)
            if facts is None:
                facts = self._facts[connection] = await self._ask(session)
            values = dict(zip(table.paths, zip(*rows, strict=True), strict=True))
            holes = {
                column: missing
                for column in table.generated
                if (missing := [number for number, value in enumerate(values[column]) if value is None])
            }
            if not facts.may_copy(values, holes) or self._pg.is_pipelined(session):
                return await self._pipeline(session, table, rows), None
            filled, given = await self._fill(session, facts, values, holes)
        except PersistenceError:
            self._facts.pop(connection, None)  # the table may have changed
            raise
        return given, lambda: self._copy(session, filled, ids)

    async def _ask(self, session: ISession) -> TableFacts:
        cursor = await self._pg.execute(session, CATALOGUE, (identifier(*self._names),), "insert")
        return table_facts(await cursor.fetchall())

    async def _fill(
        self, session: ISession, facts: TableFacts, values: Mapping[str, Sequence[Any]], holes: Mapping[str, Sequence[int]]
    ) -> tuple[dict[str, Sequence[Any]], list[Given]]:
        """Take values for the holes from where the database takes them."""
        filled = dict(values)
        given: list[Given] = []
        for column, numbers in holes.items():
            source = str(facts.columns[column].source).replace("%", "%%")
            statement = f"SELECT {source} FROM generate_series(1, %s)".encode()  # noqa: S608 - composed by the server
            cursor = await self._pg.execute(session, statement, (len(numbers),), "insert")
            of_column = list(values[column])
            for number, (value,) in zip(numbers, await cursor.fetchall(), strict=True):
                of_column[number] = value
                given.append((number, column, value))
            filled[column] = of_column
        return filled, given

    async def _copy(self, session: ISession, columns: Mapping[str, Sequence[Any]], ids: Sequence[Any]) -> None:
        into = ", ".join(identifier(column) for column in columns)
        statement = f"COPY {identifier(*self._names)} ({into}) FROM STDIN".encode()
        try:
            await self._pg.copy_rows(session, statement, zip(*columns.values(), strict=True), ids)
        except PersistenceError:
            self._facts.pop(self._pg.connection(session), None)  # the table may have changed
            raise

    async def _pipeline(self, session: ISession, table: PlainTable, rows: Sequence[Sequence[Any]]) -> list[Given]:
        given: list[Given] = []
        number = 0
        for missing, group in groupby(rows, table.missing_in):
            parameters = [table.told_in(row, missing) for row in group]
            returned = await self._pg.execute_many(session, table.insert(missing), parameters, "insert", returning=bool(missing))
            for offset, row in enumerate(returned):
                given += [(number + offset, *pair) for pair in given_by(row, missing, self._names)]
            number += len(parameters)
        return given


def given_by(row: Sequence[Any] | None, missing: Sequence[str], names: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Pair the columns left to the database with what it returned.

    Raises:
        PersistenceError: it returned nothing.
    """
    if row is None:
        raise PersistenceError(
            f"Cannot insert (table {shown(names)!r}): the database stored no row and said nothing; "
            "a trigger or a rule of the table swallows it."
        )
    return list(zip(missing, row, strict=True))

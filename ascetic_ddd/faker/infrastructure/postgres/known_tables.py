"""What is known of a table of the application, asked once a connection."""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import AsyncConnection
from psycopg.adapt import PyFormat

from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.column_values import RowWriter
from ascetic_ddd.faker.infrastructure.postgres.names import identifier, shown
from ascetic_ddd.faker.infrastructure.postgres.table_facts import CATALOGUE, TableFacts, table_facts
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("KnownTable", "KnownTables")


@dataclass(frozen=True, slots=True)
class KnownTable:
    """The table on one connection.

    Attributes:
        facts: what the catalogue says.
        writer: makes of exported values what the driver writes.
    """

    facts: TableFacts
    writer: RowWriter


class KnownTables:
    """One table, by connection: sessions of one repository may lead to several databases.

    Args:
        names: schema and table, or the table alone.
        pg: the way to the database.
    """

    def __init__(self, names: tuple[str, ...], pg: PgAccess) -> None:
        self._names = names
        self._pg = pg
        self._known: WeakKeyDictionary[AsyncConnection[Any], KnownTable] = WeakKeyDictionary()

    async def on(self, session: ISession) -> KnownTable:
        """Give what is known on the session's connection.

        Raises:
            PersistenceError: the catalogue cannot be read.
        """
        connection = self._pg.connection(session)
        known = self._known.get(connection)
        if known is None:
            cursor = await self._pg.execute(session, CATALOGUE, (identifier(*self._names),), "insert")
            facts = table_facts(await cursor.fetchall())
            known = self._known[connection] = KnownTable(facts, RowWriter(shown(self._names), facts, _adapting(connection)))
        return known

    def forget(self, session: ISession) -> None:
        """The table may have changed: ask again."""
        self._known.pop(self._pg.connection(session), None)


class _adapting:  # noqa: N801 - a function with a memory
    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._adapters = connection.adapters
        self._found: dict[type, bool] = {}

    def __call__(self, cls: type) -> bool:
        found = self._found.get(cls)
        if found is None:
            try:
                self._adapters.get_dumper(cls, PyFormat.AUTO)
                found = True
            except psycopg.ProgrammingError:
                found = False
            self._found[cls] = found
        return found

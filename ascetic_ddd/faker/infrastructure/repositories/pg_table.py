"""A table of the application whose rows stand for aggregates: what its columns mean, and how it is read."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.repositories import CheckRule, ColumnRule, StoreRules
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.foreign_keys import dangling_rows
from ascetic_ddd.faker.infrastructure.postgres.known_tables import KnownTables
from ascetic_ddd.faker.infrastructure.postgres.names import TableName, check_name, check_table, identifier, shown
from ascetic_ddd.faker.infrastructure.postgres.table_rules import refused_values, table_rules
from ascetic_ddd.faker.infrastructure.repositories.id_assignment import IdAssigner
from ascetic_ddd.faker.infrastructure.repositories.listeners import Observable
from ascetic_ddd.faker.infrastructure.repositories.pg_bulk_insert import BulkInsert
from ascetic_ddd.faker.infrastructure.repositories.pg_write_behind import PgWriteBehind
from ascetic_ddd.faker.infrastructure.repositories.plain_table import PlainTable, nested
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PgTable",)

T = TypeVar("T")


class PgTable(Observable, Generic[T]):
    """A table, as :class:`~ascetic_ddd.faker.infrastructure.repositories.pg_repository.PgRepository` is told of it."""

    def __init__(
        self,
        *,
        table: TableName | None = None,
        agg_exporter: Callable[[T], dict[str, Any]] | None = None,
        columns: Mapping[str, str] | None = None,
        generated: Collection[str] | None = None,
        id_attr: str = "id",
        set_id: Callable[[T, Any], object] | None = None,
    ) -> None:
        super().__init__()
        if table is None or agg_exporter is None:
            raise ConfigurationError(
                f"{type(self).__name__} needs table= and agg_exporter=, "
                f"got table={table!r}, agg_exporter={agg_exporter!r}: "
                "pass the application's table and a function aggregate → dict, or use a repository of your own, "
                "any object with `async def insert(session, agg)`."
            )
        if not callable(agg_exporter):
            raise ConfigurationError(f"agg_exporter={agg_exporter!r} is no function; expected aggregate → dict.")
        names = check_table(table)
        self._exporter = agg_exporter
        self._id_attr = check_name(id_attr, "id_attr")
        self._ids = IdAssigner[T](set_id)
        self._generated = None if generated is None else _checked_columns(generated, "generated")
        self._names = names
        self._pg = PgAccess("external", shown(names))
        self._known = KnownTables(names, self._pg)
        self._bulk = BulkInsert(names, self._pg, self._known)
        self._behind = PgWriteBehind(names, self._pg, self._known, self._bulk)
        self._told = columns is not None
        self._tables: dict[tuple[str, ...], PlainTable] = {}
        self._table = PlainTable(names, _checked_mapping(columns), self._id_attr, self._generated)

    async def get(self, session: ISession, id: Any) -> dict[str, Any] | None:
        """Give the row with this id as exported state, or None."""
        await self._behind.catch_up(session)
        condition, parameters, rest = self._table.condition({self._id_attr: id})
        if rest:
            raise ConfigurationError(
                f"id={id!r} does not fit the columns of table {shown(self._names)!r}; "
                f"expected what agg_exporter gives under {self._id_attr!r}, and columns= for a composite id."
            )
        statement = self._table.select(condition)
        row, names = await self._pg.fetch_one(session, statement, await self._asked(session, parameters), "get", id)
        return None if row is None else nested(row, self._table.paths_of(names))

    async def find(self, session: ISession, specification: ISpecification | None = None) -> AsyncIterator[dict[str, Any]]:
        """Iterate over the rows that satisfy the specification as exported state, by id, as they are at the start.

        Equality of mapped columns is searched by the database, all else is asked row by row.
        """
        await self._behind.catch_up(session)
        condition = ""
        parameters: dict[str, Any] = {}
        rest = specification
        if isinstance(specification, EqualSpecification):
            condition, parameters, pattern = self._table.condition(specification.pattern)
            rest = EqualSpecification(pattern) if pattern else None
        statement = self._table.select(condition, in_order=True)
        async for row, names in self._pg.stream(session, statement, await self._asked(session, parameters), "find"):
            state = nested(row, self._table.paths_of(names))
            if rest is None or rest.is_satisfied_by(state):
                yield state

    async def stored_values(self, session: ISession, path: tuple[str, ...]) -> AsyncIterator[Any]:
        """Iterate over the values of the column that stands for a path; none, if no column does.

        Raises:
            PersistenceError: the database refused to read them.
        """
        await self._behind.catch_up(session)
        column = self._table.column_of(path)
        if column is not None:
            async for (value,), _ in self._pg.stream(session, self._table.select_column(column), (), "read", peeks=True):
                yield value

    async def _asked(self, session: ISession, parameters: Mapping[str, Any]) -> list[Any]:
        """Values that are looked for, as they were written."""
        if not parameters:
            return []
        return (await self._known.on(session)).writer.row(parameters, list(parameters.values()))

    async def is_there(self, session: ISession) -> bool:
        """Tell whether the table exists, and may be seen by the user of the connection."""
        row, _ = await self._pg.fetch_one(session, b"SELECT to_regclass(%s) IS NOT NULL", (identifier(*self._names),), "look for")
        return bool(row and row[0])

    async def dangling_rows(self, session: ISession) -> Mapping[str, int]:
        """Count by name of each foreign key of the table the rows that refer to nothing."""
        await self._behind.catch_up(session)
        return await dangling_rows(self._pg, session, self._names)

    async def rules(self, session: ISession) -> StoreRules:
        """Tell what the table accepts, by its columns, keys and checks."""
        return await table_rules(self._pg, session, self._names, self._table.paths if self._told else None)

    async def refused(self, session: ISession, column: ColumnRule, check: CheckRule, values: Sequence[Any]) -> list[int]:
        """Ask the server which values a check of the table refuses; nothing is stored."""
        return await refused_values(self._pg, session, self._names, column, check, values)

    def _table_for(self, state: Mapping[str, Any]) -> PlainTable:
        if self._told:
            return self._table
        keys = tuple(state)
        table = self._tables.get(keys)
        if table is None:
            if isinstance(state[self._id_attr], Mapping):
                raise ConfigurationError(
                    f"The id {state[self._id_attr]!r} of table {shown(self._names)!r} has parts; tell their columns: "
                    f"columns={{'…': '{self._id_attr}.{next(iter(state[self._id_attr]), '…')}', …}}."
                )
            columns = _checked_mapping({key: key for key in keys}, split=False)
            table = self._tables[keys] = PlainTable(self._names, columns, self._id_attr, self._generated)
        return table


def _checked_columns(names: Collection[str], parameter: str) -> frozenset[str]:
    if isinstance(names, str):
        raise ConfigurationError(f"{parameter}={names!r} is one text; expected a collection of column names.")
    return frozenset(check_name(name, parameter) for name in names)


def _checked_mapping(columns: Mapping[str, str] | None, *, split: bool = True) -> dict[str, tuple[str, ...]]:
    if columns is None:
        return {}
    if not columns or not hasattr(columns, "items"):
        raise ConfigurationError(f"columns={columns!r}; expected a mapping of column name to path, or None.")
    return {
        check_name(column, "columns"): tuple(check_name(path, "columns").split(".")) if split else (path,)
        for column, path in columns.items()
    }

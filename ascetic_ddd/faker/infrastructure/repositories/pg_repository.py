"""An external repository for a plain table of the application."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.domain.repositories import IWritingBehind, Staged, WritingBehind
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.infrastructure.postgres.access import PgAccess
from ascetic_ddd.faker.infrastructure.postgres.foreign_keys import dangling_rows
from ascetic_ddd.faker.infrastructure.postgres.known_tables import KnownTables
from ascetic_ddd.faker.infrastructure.postgres.names import TableName, check_name, check_table, identifier, shown
from ascetic_ddd.faker.infrastructure.postgres.sequences import advance_sequences
from ascetic_ddd.faker.infrastructure.repositories.bulk import (
    all_or_none,
    has_own_insert,
    insert_each,
    is_below,
    refuse_twins,
)
from ascetic_ddd.faker.infrastructure.repositories.exported_id import Path, exported_id
from ascetic_ddd.faker.infrastructure.repositories.id_assignment import IdAssigner
from ascetic_ddd.faker.infrastructure.repositories.listeners import Observable
from ascetic_ddd.faker.infrastructure.repositories.pg_bulk_insert import NOTHING_TAKEN, BulkInsert, Store, checks_of, given_by
from ascetic_ddd.faker.infrastructure.repositories.pg_write_behind import PgWriteBehind
from ascetic_ddd.faker.infrastructure.repositories.plain_table import PlainTable, nested
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PgRepository",)

T = TypeVar("T")
_WRITERS = (
    "insert",
    "insert_many",
    "stage_many",
    "update",
)  # a subclass that has its own reads or writes what we know nothing of


class PgRepository(Observable, Generic[T]):
    """Stores aggregates in a table that the application owns, one row each. Subclass it where one table is not enough.

    Args:
        table: name of the table, or ``(schema, table)``.
        agg_exporter: aggregate → plain data.
        columns: column → path in the exported state, e.g. ``{"tenant_id": "id.tenant_id", "title": "title"}``; None:
            each exported key is a column. Values are written as ``RowWriter`` says: dicts and lists to ``jsonb`` columns,
            lists to arrays, members of an ``Enum`` as their values.
        generated: columns that the database gives where the exported value is None; None: the columns of the id.
        id_attr: the key the id is exported under.
        set_id: puts a value the database gave into the aggregate, where the default (see ``IdAssigner``) cannot.
    """

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

    async def setup(self, session: ISession) -> None:
        """Nothing to create: the application owns its tables."""

    async def cleanup(self, session: ISession) -> None:
        """Nothing to drop: the application owns its tables."""

    async def insert(self, session: ISession, agg: T) -> None:
        """Insert a row; what the database gives is put into the aggregate.

        What the table is like is asked once a connection. A sequence behind a column whose value is told is set beyond it.

        Raises:
            PersistenceError: the database refused the row, or says that it stored another number of rows, or another key.
            ConfigurationError: the state does not have what ``columns`` says, a value cannot be written to its column, or the
                id cannot be put in.
        """
        state = self._exporter(agg)
        id = exported_id(state, self._id_attr, agg)
        table = self._table_for(state)
        try:
            given = await self._behind.put_off(session, table, state)
            if given is None:
                given = await self._insert(session, table, state, id)
        except PersistenceError:
            self._known.forget(session)  # the table may have changed
            raise
        for column, value in given:
            self._ids.assign(agg, table.paths[column], value)
        if self._listeners:
            self._announce(session, self._exporter(agg) if given else state)

    def offers(self, port: Callable[..., object]) -> bool:
        """Tell whether it keeps a port; it writes behind if what it inherits inserts, and puts the ids in."""
        return port is not IWritingBehind or not (self._ids.is_told or is_below(self, _WRITERS, "write_behind"))

    def write_behind(self, session: ISession, behind: WritingBehind) -> None:
        """Put off what is inserted, as far as it may be copied; before anything is read or changed, it is written."""
        self._behind.begin(session, behind)

    async def write_out(self, session: ISession) -> None:
        """Copy what was put off.

        Raises:
            PersistenceError: the database refused a row.
        """
        await self._behind.write_out(session)

    async def insert_many(self, session: ISession, aggs: Sequence[T]) -> None:
        """Insert a row each, all or none; what the database gives is put into the aggregates, and taken out again by a rollback.

        The rows are copied, with ids taken from the sequence beforehand, where the table allows it and each value means the
        same to COPY; else they are inserted in a pipeline. A subclass with an ``insert`` of its own has that called for
        each, unless it has an ``insert_many`` too. What the table is like is asked once a connection.

        Raises:
            PersistenceError: the database refused a row.
            ConfigurationError: a state does not have what ``columns`` says, an id cannot be put in, or one aggregate
                stands twice among them.
        """
        if has_own_insert(self):
            await insert_each(self, session, aggs)
        elif aggs:
            async with all_or_none(session):
                staged = await self.stage_many(session, aggs)
                await staged.store()

    async def stage_many(self, session: ISession, aggs: Sequence[T]) -> Staged:
        """Begin :meth:`insert_many` inside the caller's transaction: the ids are in the aggregates when this is done.

        What is returned does the rest; until it has, the session's connection is not used for anything else. Where ids
        cannot be had beforehand, or not be taken out again, all is done at once and the rest is nothing.
        """
        await self._behind.catch_up(session)
        taken = await self._taken(session, aggs)
        states = [self._exporter(agg) for agg in aggs]
        given, stores = await self._staged(session, aggs, states, taken)
        if self._ids.is_told:  # a set_id of the user's is not called to take an id out again
            await _each(stores)
            stores = []
        self._assign(given)
        if given and not self._ids.is_told:
            session.on_rollback(self._take_out, given)  # also where it is another store that refuses

        async def finish() -> None:
            await _each(stores)
            if self._listeners:
                for agg, state in zip(aggs, states, strict=True):
                    self._announce(session, self._exporter(agg) if given else state)

        return Staged(finish) if given else Staged(finish, self._exporter, states)

    async def update(self, session: ISession, agg: T) -> None:
        """Write the changed state over the row with the aggregate's id.

        Raises:
            PersistenceError: there is no such row, and nothing changed; or there are several.
            ConfigurationError: a value cannot be written to its column.
        """
        await self._behind.catch_up(session)
        state = self._exporter(agg)
        id = exported_id(state, self._id_attr, agg)
        table = self._table_for(state)
        columns, values = table.values_for_update(state)
        parameters = (await self._known.on(session)).writer.row(columns, values)
        cursor = await self._pg.execute(session, table.update, parameters, "update", id)
        if cursor.rowcount == 0:
            raise PersistenceError(
                f"Cannot update {type(agg).__name__} with id {id!r} (table {shown(self._names)!r}): "
                "it is not stored, or a trigger or a rule of the table swallows the change; `insert` it first."
            )
        self._pg.compare(session, cursor, 1, "update", id)
        if self._listeners:
            self._announce(session, state)

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

    async def _insert(self, session: ISession, table: PlainTable, state: Mapping[str, Any], id: Any) -> list[tuple[str, Any]]:
        """Store one row; give the columns that were missing with what the database gave them."""
        values, missing = table.split(state)
        known = await self._known.on(session)
        told = table.told(missing)
        parameters = known.writer.row(told, values)
        by_column = dict(zip(told, parameters, strict=True)) if known.facts.has_sequence or known.facts.has_row_trigger else {}
        checks = checks_of(table, known.facts, missing)
        parameters += [by_column[column] for column, _ in checks]
        statement = table.insert(missing, checks)
        if missing or checks:
            row, _ = await self._pg.fetch_one(session, statement, parameters, "insert", id)
            given = given_by(row, missing, checks, parameters, self._names, id)
        else:
            await self._pg.write(session, statement, parameters, "insert", id)
            given = []
        await advance_sequences(self._pg, session, known.facts, {column: (value,) for column, value in by_column.items()})
        return given

    async def _taken(self, session: ISession, aggs: Sequence[T]) -> Mapping[str, Sequence[Any]]:
        """By column, what the database gives for all aggregates, and is in them now; so they are exported once, and complete."""
        table = self._table
        columns = [column for column in table.generated if self._ids.are_missing(aggs, table.paths[column])]
        if not columns or len(set(map(id, aggs))) < len(aggs):
            return NOTHING_TAKEN
        try:
            taken = await self._bulk.take(session, columns, len(aggs))
        except PersistenceError:
            self._known.forget(session)  # the table may have changed
            raise
        given = [(agg, table.paths[column], value) for column in taken for agg, value in zip(aggs, taken[column], strict=True)]
        session.on_rollback(self._take_out, given)
        self._assign(given)
        return taken

    async def _staged(
        self, session: ISession, aggs: Sequence[T], states: Sequence[Mapping[str, Any]], taken: Mapping[str, Sequence[Any]]
    ) -> tuple[list[tuple[T, Path, Any]], list[Store]]:
        """What the database gives to which aggregate at which path, and what is left to do."""
        ids = [exported_id(state, self._id_attr, agg) for state, agg in zip(states, aggs, strict=True)]
        given: list[tuple[T, Path, Any]] = []
        stores: list[Store] = []
        start = 0
        for table, group in groupby(map(self._table_for, states)):  # one, unless columns= does not tell and keys differ
            end = start + sum(1 for _ in group)
            rows = [table.row(state) for state in states[start:end]]
            if table.generated:
                refuse_twins(aggs)
            of_rows, store = await self._bulk.stage(session, table, rows, ids[start:end], taken)
            given += [(aggs[start + number], table.paths[column], value) for number, column, value in of_rows]
            if store is not None:
                stores.append(store)
            start = end
        return given, stores

    def _assign(self, given: Iterable[tuple[T, Path, Any]]) -> None:
        for agg, path, value in given:
            self._ids.assign(agg, path, value)

    def _take_out(self, given: Iterable[tuple[T, Path, Any]]) -> None:
        self._assign((agg, path, None) for agg, path, _ in given)

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


async def _each(stores: Iterable[Store]) -> None:
    for store in stores:
        await store()


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

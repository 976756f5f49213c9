"""An external repository for a plain table of the application."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.domain.repositories import IWritingBehind, Staged, WritingBehind
from ascetic_ddd.faker.infrastructure.postgres.names import shown
from ascetic_ddd.faker.infrastructure.postgres.sequences import advance_sequences
from ascetic_ddd.faker.infrastructure.repositories.bulk import (
    all_or_none,
    has_own_insert,
    insert_each,
    is_below,
    refuse_twins,
)
from ascetic_ddd.faker.infrastructure.repositories.exported_id import Path, exported_id
from ascetic_ddd.faker.infrastructure.repositories.pg_bulk_insert import NOTHING_TAKEN, Store, checks_of, given_by
from ascetic_ddd.faker.infrastructure.repositories.pg_table import PgTable
from ascetic_ddd.faker.infrastructure.repositories.plain_table import PlainTable
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PgRepository",)

T = TypeVar("T")
# A subclass that has one of its own writes, or reads, what we know nothing of.
_WRITERS = ("insert", "insert_many", "stage_many", "update")


class PgRepository(PgTable[T]):
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


async def _each(stores: Iterable[Store]) -> None:
    for store in stores:
        await store()

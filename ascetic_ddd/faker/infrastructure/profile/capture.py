"""Captures the shape of a live database, without writing and without taking row values along."""

import difflib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from ascetic_ddd.faker.application.profile.model import ColumnProfile, DependentPair, Profile, ReferenceProfile, TableProfile
from ascetic_ddd.faker.application.profile.summary import top_of
from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.profile.catalogue import (
    ForeignKey,
    Server,
    Table,
    describe,
    keys_of,
    measure_sizes,
    schemas_of,
    server_of,
    tables_of,
)
from ascetic_ddd.faker.infrastructure.profile.columns import ColumnMeasure, estimated_column
from ascetic_ddd.faker.infrastructure.profile.notes import Notes, name_of
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions
from ascetic_ddd.faker.infrastructure.profile.queries import query
from ascetic_ddd.faker.infrastructure.profile.reader import Reader, StatementError
from ascetic_ddd.faker.infrastructure.profile.references import ReferenceMeasure, is_counted
from ascetic_ddd.faker.infrastructure.profile.within import shared_columns

__all__ = ("capture",)

Report = Callable[[int, int, str], None]


@dataclass(slots=True)
class _Plan:
    """What is going to be captured."""

    server: Server
    schema: str
    tables: list[Table]
    keys: list[ForeignKey]
    other_keys: list[ForeignKey]
    listed: dict[int, set[str]]
    counted: set[int]

    @property
    def by_oid(self) -> dict[int, Table]:
        return {table.oid: table for table in self.tables}


async def capture(
    source: str | AsyncConnection[Any], options: CaptureOptions | None = None, *, report: Report | None = None
) -> Profile:
    """Capture a profile of a database.

    Nothing is written. The catalogue, and then each table with its references, is read in a transaction of its own,
    ``REPEATABLE READ READ ONLY``: a table's numbers belong together, and vacuum is held back for the time of one table only.
    Each statement has a time limit. What cannot be read, or takes too long, becomes a note of the profile; the rest is
    captured.

    Args:
        source: a connection string, or an idle connection, whose settings are left as they are.
        options: what is asked for; by default all tables.
        report: called with (tables done, tables in all, name of the next table).

    Raises:
        ConfigurationError: there is no such schema, table or column; the message lists all of them.
        PersistenceError: the database cannot be reached, or was lost.
    """
    chosen = options or CaptureOptions()
    async with _connection(source) as connection:
        reader = Reader(connection, chosen.timeout_s)
        notes = Notes("")
        async with reader.snapshot():
            plan, notes = await _plan(reader, chosen)
        tables: list[TableProfile] = []
        references: list[ReferenceProfile] = []
        for number, table in enumerate(plan.tables):
            if report is not None:
                report(number, len(plan.tables), name_of(table, plan.schema))
            async with reader.snapshot():
                profile, found = await _table(reader, chosen, plan, table, notes)
            tables.append(profile)
            references.extend(found)
    return Profile(
        schema=plan.schema,
        tables=tuple(sorted(tables, key=lambda each: each.name)),
        references=tuple(sorted(references, key=lambda each: (each.table, each.columns, each.name))),
        notes=notes.all(),
        source={
            "server_version": plan.server.version,
            "statistics_target": plan.server.statistics_target,
            "is_standby": plan.server.is_standby,
            "method": chosen.method,
            "exact_up_to": chosen.exact_up_to,
            "sample": chosen.sample,
        },
    )


@asynccontextmanager
async def _connection(source: str | AsyncConnection[Any]) -> AsyncIterator[AsyncConnection[Any]]:
    if not isinstance(source, str):
        yield source
        return
    try:
        connection = await AsyncConnection.connect(source, autocommit=True, fallback_application_name="ascetic-ddd capture")
    except psycopg.Error as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise PersistenceError(f"the database cannot be reached: {lines[0].removeprefix('connection failed: ')}") from error
    async with connection:
        await connection.execute("SET default_transaction_read_only = on")
        yield connection


async def _plan(reader: Reader, options: CaptureOptions) -> tuple[_Plan, Notes]:
    try:
        server = await server_of(reader)
        schemas = await schemas_of(reader)
        everything = await tables_of(reader, list(schemas))
        chosen, schema, faults = _chosen(options, server, schemas, everything)
        if faults:
            await describe(reader, everything)
            raise ConfigurationError("; ".join([*faults, *_listed(options, everything, schema)[1]]))
        await describe(reader, chosen)
        keys = await keys_of(reader, chosen)
        added = _parents_beyond(keys, chosen, everything)
        await describe(reader, added)
        if options.method != "estimate":
            await measure_sizes(reader, [*chosen, *added])
        keys_of_added = await keys_of(reader, added)
    except StatementError as error:
        raise PersistenceError(f"the catalogue cannot be read: {error}") from error
    notes = Notes(schema)
    listed, unknown = _listed(options, chosen, schema)
    if unknown:
        raise ConfigurationError("; ".join(unknown))
    for table in added:
        notes.add(table, "it was captured because a chosen table refers to it; its own references were not")
    tables = [table for table in (*chosen, *added) if _may_be_read(table, schemas, notes)]
    plan = _Plan(server, schema, tables, [], keys_of_added, listed, set())
    plan.keys = [key for key in keys if key.child in plan.by_oid]
    plan.counted = {table.oid for table in tables if options.is_counted(table.likely_rows)}
    for key in plan.keys:
        child, parent = plan.by_oid[key.child], plan.by_oid.get(key.parent)
        if parent is not None and is_counted(options, child, parent, key):
            plan.counted.add(child.oid)
    return plan, notes


def _chosen(
    options: CaptureOptions, server: Server, schemas: dict[str, bool], everything: Sequence[Table]
) -> tuple[list[Table], str, list[str]]:
    """The tables that are asked for, the schema that goes without saying, and what there is not."""
    faults = [_no_such("schema", name, schemas) for name in options.schemas if name not in schemas]
    inside = [table for table in everything if not options.schemas or table.schema in options.schemas]
    schema = next(iter(options.schemas), None) or _main_schema(server, inside)
    if not options.tables:
        return inside, schema, faults
    found: dict[int, Table] = {}
    for name in options.tables:
        matching = _named(name, inside, schema)
        if not matching and not faults:
            faults.append(_no_such("table", name, [name_of(table, schema) for table in inside]))
        found |= {table.oid: table for table in matching}
    return list(found.values()), schema, faults


def _main_schema(server: Server, tables: Sequence[Table]) -> str:
    names = [table.schema for table in tables]
    if server.current_schema in names or not names:
        return server.current_schema or "public"
    return max(sorted(set(names)), key=names.count)


def _named(name: str, tables: Iterable[Table], schema: str) -> list[Table]:
    """Tables of that name: with a schema, or in the main one, or else in any."""
    there = list(tables)
    for matching in (
        [table for table in there if name in (f"{table.schema}.{table.name}", name_of(table, schema))],
        [table for table in there if table.name == name and table.schema == schema],
        [table for table in there if table.name == name],
    ):
        if matching:
            return matching
    return []


def _listed(options: CaptureOptions, tables: Sequence[Table], schema: str) -> tuple[dict[int, set[str]], list[str]]:
    """Columns whose values were asked for, and what there is not."""
    listed: dict[int, set[str]] = {}
    faults: list[str] = []
    for told in options.values:
        places = [place for place, letter in enumerate(told) if letter == "."]
        pairs = [(table, told[place + 1 :]) for place in places for table in _named(told[:place], tables, schema)]
        matching = [(table, column) for table, column in pairs if any(each.name == column for each in table.columns)]
        for table, column in matching[:1]:
            listed.setdefault(table.oid, set()).add(column)
        if matching:
            continue
        if pairs:
            faults.append(
                _no_such("column", told, [f"{name_of(pairs[0][0], schema)}.{each.name}" for each in pairs[0][0].columns])
            )
        else:
            of_all = [f"{name_of(table, schema)}.{column.name}" for table in tables for column in table.columns]
            faults.append(_no_such("column", told, of_all))
    return listed, faults


def _no_such(what: str, name: str, names: Iterable[str]) -> str:
    there = list(names)
    meant = difflib.get_close_matches(name, there, 3) or there[:8]
    return (
        f"there is no {what} {name!r}; is it one of {', '.join(meant)}?"
        if meant
        else f"there is no {what} {name!r}, nor any other"
    )


def _parents_beyond(keys: Iterable[ForeignKey], chosen: Iterable[Table], everything: Iterable[Table]) -> list[Table]:
    there = {table.oid for table in chosen}
    wanted = {key.parent for key in keys} - there
    return [table for table in everything if table.oid in wanted]


def _may_be_read(table: Table, schemas: dict[str, bool], notes: Notes) -> bool:
    if not table.is_readable or not schemas[table.schema]:
        notes.add(table, "it was left out: the role may not read it (GRANT SELECT, and USAGE on its schema)")
        return False
    hidden = [column.name for column in table.columns if not column.is_readable]
    if hidden:
        notes.add(table, f"columns were left out that the role may not read: {', '.join(hidden)}")
    if table.has_row_security:
        notes.add(table, "row-level security hides rows from the role: only those that it sees were measured")
    return True


async def _table(
    reader: Reader, options: CaptureOptions, plan: _Plan, table: Table, notes: Notes
) -> tuple[TableProfile, list[ReferenceProfile]]:
    rows, filled = await _rows(reader, table, notes, is_counted=table.oid in plan.counted)
    columns: tuple[ColumnProfile, ...]
    pairs: tuple[DependentPair, ...] = ()
    if options.method == "estimate":
        columns = tuple(estimated_column(table, column, rows) for column in table.columns if column.is_readable)
        if any(column.statistics is None for column in table.columns) and rows:
            notes.add(table, "the planner knows little or nothing of it: it was never analysed (ANALYZE)")
    else:
        measure = ColumnMeasure(
            reader,
            table,
            rows,
            filled,
            is_counted=options.is_counted(table.likely_rows),
            has_quantiles=options.has_quantiles,
            listed=plan.listed.get(table.oid, ()),
            notes=notes,
        )
        columns = await measure.columns()
        pairs = await measure.pairs(columns)
    profile = TableProfile(
        name=name_of(table, plan.schema),
        rows=rows,
        primary_key=table.primary_key,
        columns=columns,
        dependent_pairs=pairs,
        bytes_per_row=table.bytes / rows if rows else None,
    )
    references = ReferenceMeasure(reader, options, table, profile, plan.counted, plan.schema, notes)
    found = []
    for key in plan.keys:
        if key.child == table.oid and _may_be_measured(key, plan, notes):
            measured = await references.reference(key, plan.by_oid[key.parent], _shared(key, plan))
            found += [measured] if measured is not None else []
    exact = next((each.rows for each in found if each.method == "exact"), rows)  # the table's own count may have failed
    columns = tuple(replace(_agreeing(column, found), rows=exact) for column in columns)
    return replace(profile, rows=exact, columns=columns), found


def _may_be_measured(key: ForeignKey, plan: _Plan, notes: Notes) -> bool:
    """Tell whether both ends can be read; if not, note why."""
    child, parent = plan.by_oid[key.child], plan.by_oid.get(key.parent)
    reason = None
    if parent is None:
        reason = "the table that it refers to cannot be read, or is a partition"
    elif key.has_period:
        reason = "it refers to periods, not to rows"
    elif not all(child.column(name) for name in key.columns) or not all(parent.column(name) for name in key.parent_columns):
        reason = "the role may not read all of its columns"
    if reason is not None:
        notes.add(child, f"{key.name} was left out: {reason}")
    return reason is None


def _shared(key: ForeignKey, plan: _Plan) -> tuple[str, ...]:
    if len(key.columns) < 2:
        return ()
    there = [*plan.keys, *plan.other_keys]
    of_child = [other for other in there if other.child == key.child]
    of_parent = [other for other in there if other.child == key.parent]
    return shared_columns(key, of_child, of_parent, plan.by_oid[key.child].primary_key)


async def _rows(reader: Reader, table: Table, notes: Notes, *, is_counted: bool) -> tuple[int, dict[str, int]]:
    """Rows of a table, counted or reckoned, and how many are not null in the columns that may be."""
    likely = table.likely_rows
    if not is_counted and table.planned_rows is not None:
        return round(table.planned_rows), {}
    names = [each.name for each in table.columns if is_counted and each.is_readable and not each.is_required]
    counts = sql.SQL("").join(sql.SQL(", count({})").format(sql.Identifier(name)) for name in names)
    try:
        rows, *filled = await reader.row(query("row_counts", counts=counts, table=table.identifier))
    except StatementError as error:
        notes.add(table, f"its rows were not counted but taken from the planner: {error}")
        return round(likely), {}
    table.planned_rows = float(rows)  # better than what was reckoned
    if not is_counted:
        return rows, {}
    return rows, {column.name: rows for column in table.columns} | dict(zip(names, filled, strict=True))


def _agreeing(column: ColumnProfile, references: Iterable[ReferenceProfile]) -> ColumnProfile:
    """A column that is a reference, measured better as such."""
    for each in references:
        if each.columns == (column.name,) and column.method != "exact" and each.method != "estimate":
            counted = tuple((count, values) for count, values in each.histogram if count)
            return replace(
                column,
                null_share=each.null_weight,
                distinct=each.used,
                histogram=counted,
                top_shares=tuple(count / each.rows for count in top_of(counted)),
                method=each.method,
            )
    return column

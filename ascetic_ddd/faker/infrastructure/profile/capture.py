"""Captures the shape of a live database, without writing and without taking row values along."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from ascetic_ddd.faker.application.profile.model import (
    ColumnProfile,
    DeckProfile,
    DependentPair,
    Profile,
    ReferenceProfile,
    TableProfile,
)
from ascetic_ddd.faker.application.profile.summary import top_of
from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.profile.catalogue import ForeignKey, Table
from ascetic_ddd.faker.infrastructure.profile.columns import ColumnMeasure, estimated_column
from ascetic_ddd.faker.infrastructure.profile.decks import DeckMeasure
from ascetic_ddd.faker.infrastructure.profile.notes import Notes, name_of
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions
from ascetic_ddd.faker.infrastructure.profile.planning import Plan, planned
from ascetic_ddd.faker.infrastructure.profile.queries import query
from ascetic_ddd.faker.infrastructure.profile.reader import Reader, StatementError
from ascetic_ddd.faker.infrastructure.profile.references import ReferenceMeasure
from ascetic_ddd.faker.infrastructure.profile.weeks import with_weeks

__all__ = ("CATALOGUE_S", "capture", "connected")

CATALOGUE_S = 30.0  # a low limit for tables shall not keep us from reading what there is

Report = Callable[[int, int, str], None]


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
    async with connected(source) as connection:
        reader = Reader(connection, chosen.timeout_s)
        notes = Notes("")
        async with reader.snapshot(CATALOGUE_S):
            plan, notes = await planned(reader, chosen)
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
async def connected(source: str | AsyncConnection[Any]) -> AsyncIterator[AsyncConnection[Any]]:
    """Give a connection that only reads; one that is given stays as it is, and open.

    Raises:
        PersistenceError: the database cannot be reached.
    """
    if not isinstance(source, str):
        yield source
        return
    try:
        connection = await AsyncConnection.connect(
            source, autocommit=True, client_encoding="utf8", fallback_application_name="ascetic-ddd capture"
        )
    except psycopg.Error as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise PersistenceError(f"the database cannot be reached: {lines[0].removeprefix('connection failed: ')}") from error
    async with connection:
        await connection.execute("SET default_transaction_read_only = on")
        yield connection


async def _table(
    reader: Reader, options: CaptureOptions, plan: Plan, table: Table, notes: Notes
) -> tuple[TableProfile, list[ReferenceProfile]]:
    rows, filled = await _rows(reader, table, notes, is_counted=table.oid in plan.counted)
    columns: tuple[ColumnProfile, ...]
    pairs: tuple[DependentPair, ...] = ()
    decks: tuple[DeckProfile, ...] = ()
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
        if options.has_quantiles:
            columns = await with_weeks(reader, table, columns, options.time_zone, notes)
        pairs = await measure.pairs(columns)
        counting = DeckMeasure(
            reader,
            table,
            columns,
            is_counted=options.is_counted(table.likely_rows),
            references={name for key in plan.keys if key.child == table.oid and len(key.columns) == 1 for name in key.columns},
            notes=notes,
        )
        decks = await counting.decks(pairs, options.dependence)
    profile = TableProfile(
        name=name_of(table, plan.schema),
        rows=rows,
        primary_key=table.primary_key,
        columns=columns,
        dependent_pairs=pairs,
        decks=decks,
        bytes_per_row=table.bytes / rows if rows else None,
    )
    references = ReferenceMeasure(reader, options, table, profile, plan.counted, plan.schema, notes)
    found = []
    for key in plan.keys:
        if key.child == table.oid and _may_be_measured(key, plan, notes):
            measured = await references.reference(key, plan.by_oid[key.parent], plan.shared_columns(key))
            found += [measured] if measured is not None else []
    exact = next((each.rows for each in found if each.method == "exact"), rows)  # the table's own count may have failed
    columns = tuple(replace(_agreeing(column, found), rows=exact) for column in columns)
    return replace(profile, rows=exact, columns=columns), found


def _may_be_measured(key: ForeignKey, plan: Plan, notes: Notes) -> bool:
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

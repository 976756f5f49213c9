"""Counts the rows of columns of times by the hour of the week."""

from collections.abc import Sequence
from dataclasses import replace

from psycopg import sql

from ascetic_ddd.faker.application.profile.model import ColumnProfile, Week
from ascetic_ddd.faker.application.profile.weeks import DAYS, HOURS, week_of
from ascetic_ddd.faker.infrastructure.profile.catalogue import Column, Table
from ascetic_ddd.faker.infrastructure.profile.notes import Notes
from ascetic_ddd.faker.infrastructure.profile.queries import query
from ascetic_ddd.faker.infrastructure.profile.reader import Reader, StatementError
from ascetic_ddd.faker.infrastructure.profile.row_sample import row_sample

__all__ = ("with_weeks",)

_ROWS, _BLOCKS = 100_000, 20_000  # 600 rows an hour; those of one block are often of the same hour, so of many blocks
_HOURS = "floor(date_part('epoch', {}) / 3600)::int8"
_PARTS = {"timestamptz": (HOURS, _HOURS), "timestamp": (HOURS, _HOURS), "date": (DAYS, "({} - date '1970-01-01')")}
"""By type, parts of a week, and what counts them since 1970."""


async def with_weeks(
    reader: Reader, table: Table, columns: Sequence[ColumnProfile], time_zone: str, notes: Notes
) -> tuple[ColumnProfile, ...]:
    """Add to columns of times the hours of the week, to those of dates its days: all in one pass over 100,000 rows.

    Args:
        reader: in a snapshot.
        table: the table.
        columns: as they were measured.
        time_zone: whose hours are counted, where a column's times have a zone.
        notes: where a failure is noted.
    """
    chosen = [column for column in table.columns if column.is_readable and column.base in _PARTS]
    if not chosen:
        return tuple(columns)
    try:
        rows = await reader.rows(_statement(table, chosen, time_zone))
    except StatementError as error:
        notes.add(table, f"rows were not counted by the hour of the week: {error}")
        return tuple(columns)
    weeks: dict[str, Week | None] = {}
    for number, column in enumerate(chosen):
        counts = {part: count for place, part, count in rows if place == number}
        zone = time_zone if column.base == "timestamptz" else None
        weeks[column.name] = week_of(counts, _PARTS[column.base][0], zone)
    return tuple(replace(column, week=weeks.get(column.name)) for column in columns)


def _statement(table: Table, columns: Sequence[Column], time_zone: str) -> sql.Composed:
    sample = row_sample(table, _ROWS, blocks=_BLOCKS)
    names = [sql.Identifier(f"v{number}") for number in range(len(columns))]
    pairs = list(zip(columns, names, strict=True))
    return query(
        "weeks",
        values=sql.SQL(", ").join(sql.SQL("{} AS {}").format(sql.Identifier(column.name), name) for column, name in pairs),
        table=table.identifier,
        sample=sample.sample,
        chosen=sample.chosen,
        parts=sql.SQL("\nUNION ALL\n").join(
            _counted(number, column, name, time_zone) for number, (column, name) in enumerate(pairs)
        ),
    )


def _counted(number: int, column: Column, value: sql.Identifier, time_zone: str) -> sql.Composed:
    parts, since_1970 = _PARTS[column.base]
    moment: sql.Composable = value
    if column.base == "timestamptz" and time_zone != "UTC":  # in that one they are anyhow
        moment = sql.SQL("{} AT TIME ZONE {}").format(value, sql.Literal(time_zone))
    return query(
        "week",
        number=sql.Literal(number),
        parts=sql.Literal(parts),
        since_1970=sql.SQL(since_1970).format(moment),
        value=value,
    )

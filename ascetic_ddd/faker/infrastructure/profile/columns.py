"""Columns: one measured after the other, what fails is noted."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from ascetic_ddd.faker.application.profile.dependence import dependent_pairs
from ascetic_ddd.faker.application.profile.histograms import distinct_of_sample, expected
from ascetic_ddd.faker.application.profile.model import ColumnProfile, DependentPair, Histogram, Method
from ascetic_ddd.faker.application.profile.smoothing import as_dates, smoothed
from ascetic_ddd.faker.application.profile.summary import TOP, top_of
from ascetic_ddd.faker.infrastructure.profile.catalogue import Column, Table
from ascetic_ddd.faker.infrastructure.profile.notes import Notes
from ascetic_ddd.faker.infrastructure.profile.queries import query
from ascetic_ddd.faker.infrastructure.profile.reader import Reader, StatementError
from ascetic_ddd.faker.infrastructure.profile.row_sample import RowSample, all_rows, row_sample

__all__ = ("ColumnMeasure", "estimated_column")

_NOTHING = sql.SQL("NULL::float8[]")
_ROWS = 20_000  # looked at where not all values are counted
_ROWS_OF_COUNTED = 10_000  # where they are: for width, correlation, quantiles
_ROWS_OF_PAIRS = 10_000
_AT_ONCE = 40  # columns in one statement
_MOST_COLUMNS = 30
_MOST_VALUES = 1_000
_SURELY_DIFFERENT = 5_000  # rows; with every value twice among a million rows, about 25 pairs of them would be equal
_LEAST_SEEN = 10  # rows of a sample that make a value's share known, to about a third


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a statement found; ``means`` are those of equal parts of the ranking."""

    rows: int
    filled: int
    width: float | None
    correlation: float | None
    histogram: Histogram | None
    means: tuple[float, ...]


class ColumnMeasure:
    """Measures the columns of one table.

    Args:
        reader: in a snapshot.
        table: the table.
        rows: its rows.
        filled: rows that are not null, by column; columns of which this was not counted are missing.
        is_counted: whether values are counted on all rows.
        has_quantiles: whether quantiles are taken.
        listed: columns whose values are listed.
        notes: where failures are noted.
    """

    def __init__(
        self,
        reader: Reader,
        table: Table,
        rows: int,
        filled: dict[str, int],
        *,
        is_counted: bool,
        has_quantiles: bool,
        listed: Collection[str],
        notes: Notes,
    ) -> None:
        self._reader = reader
        self._table = table
        self._rows = rows
        self._filled = filled
        self._is_counted = is_counted
        self._has_quantiles = has_quantiles
        self._listed = listed
        self._notes = notes
        self._sample = row_sample(table, _ROWS_OF_COUNTED if is_counted else _ROWS)

    async def columns(self) -> tuple[ColumnProfile, ...]:
        """Measure all columns that the role may read."""
        readable = [column for column in self._table.columns if column.is_readable]
        seen: dict[str, _Seen] = {}
        for start in range(0, len(readable), _AT_ONCE):
            seen |= await self._seen(readable[start : start + _AT_ONCE])
        return tuple([await self._column(column, seen.get(column.name)) for column in readable])

    async def pairs(self, columns: Collection[ColumnProfile]) -> tuple[DependentPair, ...]:
        """Find dependent pairs among the columns."""
        sortable = {column.name for column in self._table.columns if column.is_sortable}
        chosen = [each.name for each in columns if not each.is_unique and each.name in sortable and (each.distinct or 0) > 1]
        if len(chosen) > _MOST_COLUMNS:
            self._notes.add(self._table, f"dependent pairs were looked for among its first {_MOST_COLUMNS} columns only")
            chosen = chosen[:_MOST_COLUMNS]
        if len(chosen) < 2:
            return ()
        code = sql.SQL('hashtextextended({}::text COLLATE "C", 0)')
        sample = row_sample(self._table, _ROWS_OF_PAIRS)
        codes = sql.SQL(", ").join(code.format(sql.Identifier(name)) for name in chosen)
        statement = self._statement("codes", sample, codes=codes, most=sql.Literal(2 * _ROWS_OF_PAIRS))
        try:
            rows = await self._reader.rows(statement)
        except StatementError as error:
            self._notes.add(self._table, f"dependent pairs were not looked for: {error}")
            return ()
        return dependent_pairs(dict(zip(chosen, zip(*rows, strict=True), strict=True))) if rows else ()

    async def _column(self, column: Column, seen: _Seen | None) -> ColumnProfile:
        if seen is None:
            return estimated_column(self._table, column, self._rows)
        counted, method = await self._counted(column, seen)
        null_share = self._null_share(column, seen)
        filled = round(self._rows * (1.0 - null_share))
        if counted is None and seen.histogram is not None:
            counted = _scaled(seen, filled)
        distinct = None if counted is None else sum(values for _, values in counted)
        return ColumnProfile(
            name=column.name,
            type=column.type,
            rows=self._rows,
            null_share=null_share,
            distinct=distinct,
            top_shares=() if counted is None else tuple(count / self._rows for count in top_of(counted)),
            width=seen.width,
            correlation=None if seen.correlation is None else max(-1.0, min(1.0, seen.correlation)),
            quantiles=await self._quantiles(column, seen),
            values=await self._values(column, null_share),
            histogram=counted,
            method=method,
            is_unique=self._table.is_unique(column.name),
            base=column.below_domain,
        )

    async def _seen(self, columns: Sequence[Column]) -> dict[str, _Seen]:
        """What a sample of rows tells of columns: of all at once, or if that fails, of one after the other."""
        names = [sql.Identifier(f"v{number}") for number in range(len(columns))]
        pairs = zip(columns, names, strict=True)
        values = [sql.SQL("{} AS {}").format(sql.Identifier(column.name), name) for column, name in pairs]
        parts = [self._part(column, number) for number, column in enumerate(columns)]
        statement = self._statement(
            "column_samples", self._sample, values=sql.SQL(", ").join(values), parts=sql.SQL("\nUNION ALL\n").join(parts)
        )
        try:
            return {columns[number].name: _seen(*found) for number, *found in await self._reader.rows(statement)}
        except StatementError as error:
            if error.is_slow:
                listed = ", ".join(column.name for column in columns)
                self._notes.add(self._table, f"columns {listed} were taken from the planner's statistics: {error}")
                return {}
            if len(columns) == 1:
                self._notes.add(self._table, f"column {columns[0].name!r} was taken from the planner's statistics: {error}")
                return {}
        found_each = [await self._seen([column]) for column in columns]
        return {name: seen for each in found_each for name, seen in each.items()}

    def _part(self, column: Column, number: int) -> sql.Composed:
        value = {"number": sql.Literal(number), "value": sql.Identifier(f"v{number}")}
        if not column.is_sortable:
            return query("opaque_column_sample", **value)
        means = query("means", as_number=_number(column, sql.SQL("v"))) if self._wants_quantiles(column) else _NOTHING
        return query("column_sample", **value, means=means)

    async def _counted(self, column: Column, seen: _Seen) -> tuple[Histogram | None, Method]:
        """The histogram of all rows, if it is known without guessing."""
        if self._sample.is_all:
            return seen.histogram, "exact"
        if not self._is_counted:
            return None, "sample"
        filled = self._filled.get(column.name)
        if self._table.is_unique(column.name) and filled is not None:
            return ((1, filled),) if filled else (), "exact"
        if seen.histogram == ((1, seen.filled),) and seen.filled >= _SURELY_DIFFERENT:
            return None, "sample"  # grouping as many groups as rows would cost most and tell least
        if not column.is_sortable:
            return None, "exact" if filled is not None else "sample"
        try:
            rows = await self._reader.rows(self._statement("column_counts", self._sample, column))
        except StatementError as error:
            self._notes.add(self._table, f"values of column {column.name!r} were counted in a sample only: {error}")
            return None, "sample"
        return tuple(sorted(rows)), "exact"

    def _null_share(self, column: Column, seen: _Seen) -> float:
        if column.is_required or not self._rows:
            return 0.0
        filled = self._filled.get(column.name)
        if filled is not None:
            return 1.0 - filled / self._rows
        return 1.0 - seen.filled / seen.rows if seen.rows else 0.0

    def _wants_quantiles(self, column: Column) -> bool:
        return self._has_quantiles and column.has_quantiles

    async def _quantiles(self, column: Column, seen: _Seen) -> tuple[float | str, ...] | None:
        if not self._wants_quantiles(column):
            return None
        means = seen.means
        try:
            if not all(map(math.isfinite, means)):
                number = _number(column, sql.Identifier(column.name))
                found, _ = await self._reader.row(self._statement("finite_quantiles", self._sample, column, number=number))
                means = tuple(map(float, found or ()))
        except StatementError as error:
            self._notes.add(self._table, f"column {column.name!r} has no quantiles: {error}")
            return None
        quantiles = smoothed(sorted(means))
        if quantiles is None or column.base not in ("date", "timestamp", "timestamptz"):
            return quantiles
        dates = as_dates(quantiles, column.base)
        if dates is None:
            self._notes.add(self._table, f"column {column.name!r} has no quantiles: it has years before 1 or after 9999")
        return dates

    async def _values(self, column: Column, null_share: float) -> tuple[tuple[Any, float], ...] | None:
        is_listed = column.name in self._listed
        if not is_listed and not column.has_few_values:
            return None
        sample = all_rows() if self._is_counted else row_sample(self._table, _ROWS)
        as_text = sql.SQL("" if column.base in ("bool", "int2", "int4", "int8") else "::text")
        try:
            rows = await self._reader.rows(
                self._statement("values", sample, column, as_text=as_text, most=sql.Literal(_MOST_VALUES + 1))
            )
        except StatementError as error:
            self._notes.add(self._table, f"the values of column {column.name!r} could not be listed: {error}")
            return None
        if len(rows) > _MOST_VALUES:
            self._notes.add(self._table, f"of column {column.name!r} only the {_MOST_VALUES} most frequent values are listed")
            rows = rows[:_MOST_VALUES]
        return _shares(rows, null_share, self._rows if sample.is_all else None)

    def _statement(self, name: str, sample: RowSample, column: Column | None = None, **parts: sql.Composable) -> sql.Composed:
        named = {} if column is None else {"column": sql.Identifier(column.name)}
        return query(name, table=self._table.identifier, sample=sample.sample, chosen=sample.chosen, **named, **parts)


def _seen(rows: int, filled: int, width: float | None, correlation: float | None, counts: Any, means: Any) -> _Seen:
    histogram = None if counts is None and filled else tuple(sorted((int(c), int(k)) for c, k in counts or ()))
    return _Seen(rows, filled, width, correlation, histogram, tuple(map(float, means or ())))


def _number(column: Column, value: sql.Composable) -> sql.Composable:
    """SQL that makes a number of a value: seconds of a time."""
    return sql.SQL("extract(epoch FROM {})::float8" if column.is_time else "{}::float8").format(value)


def estimated_column(table: Table, column: Column, rows: int) -> ColumnProfile:
    """Give what the planner's statistics say of a column."""
    known = column.statistics
    null_share = known.null_share if known and not column.is_required else 0.0
    filled = round(rows * (1.0 - null_share))
    is_unique = table.is_unique(column.name)
    distinct = filled if is_unique else min(filled, known.distinct_of(rows)) if known and known.distinct else None
    shares = known.top_shares if known else ()
    histogram = None
    if distinct is not None:
        histogram = expected(filled, distinct, [round(share * rows) for share in shares])
        distinct = sum(values for _, values in histogram)
    return ColumnProfile(
        name=column.name,
        type=column.type,
        rows=rows,
        null_share=null_share,
        distinct=distinct,
        top_shares=tuple(sorted(shares, reverse=True)[:TOP]),
        width=known.width if known else None,
        correlation=known.correlation if known else None,
        histogram=histogram,
        base=column.below_domain,
        method="estimate",
        is_unique=is_unique,
    )


def _scaled(seen: _Seen, filled: int) -> Histogram:
    """The histogram of a sample, for all rows: frequent values in proportion, the others evenly."""
    counts = seen.histogram or ()
    once = next((values for rows, values in counts if rows == 1), 0)
    distinct = distinct_of_sample(seen.filled, sum(values for _, values in counts), once, filled)
    top = [round(count * filled / seen.filled) for count in top_of(counts) if count >= _LEAST_SEEN]
    return expected(filled, min(distinct, filled), top)


def _shares(rows: list[tuple[Any, ...]], null_share: float, total: int | None) -> tuple[tuple[Any, float], ...]:
    """Values with shares of all rows; in a sample they are scaled to what is not null."""
    filled = [(value, count) for value, count in rows if value is not None]
    held = sum(count for _, count in filled)
    scale = 1.0 / total if total else (1.0 - null_share) / held if held else 0.0
    found: list[tuple[Any, float]] = [(value, min(1.0, count * scale)) for value, count in filled]
    if null_share > 0.0:
        found.append((None, null_share))
    return tuple(sorted(found, key=lambda pair: -pair[1]))

"""What numbers of a profile contradict each other; each rule is a generator of faults."""

import math
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from ascetic_ddd.faker.application.measure import weights as weights_of
from ascetic_ddd.faker.application.profile.decks import law_of
from ascetic_ddd.faker.application.profile.groups import FEW_GROUPS
from ascetic_ddd.faker.application.profile.records import (
    ColumnRecord,
    DeckRecord,
    Histogram,
    ReferenceRecord,
    TableRecord,
    Week,
    Within,
)
from ascetic_ddd.faker.application.profile.skew_fit import SkewFit, skew_fit
from ascetic_ddd.faker.application.profile.weeks import DAYS, HOURS
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("contradictions",)

_POINTS = 101  # quantiles 0 %, 1 %, … 100 %
_ROUNDING = 1e-6
_TYPED = 1e-3  # weights may have been rounded by hand
_REFITTED = 0.25  # another release may read the same histogram a little otherwise
_MEANWHILE = 0.05  # each table is read at a moment of its own: the other one may have grown
_SAMPLED = 0.02  # numbers that were measured on different rows may disagree so far


def contradictions(
    tables: Mapping[int, TableRecord], references: Mapping[int, ReferenceRecord], unread: Container[str] = ()
) -> Iterator[str]:
    """Give all contradictions, each with its place.

    Args:
        tables: by their place in the profile.
        references: by their place.
        unread: names of further tables, of which nothing is known.
    """
    yield from _repeated("tables", [table.name for table in tables.values()], "the table")
    yield from _repeated("references", [f"{each} by {each.name}" for each in references.values()], "the reference")
    by_name = {table.name: table for table in tables.values()}
    for index, table in tables.items():
        yield from _of_table(table, f"tables[{index}]")
    for index, reference in references.items():
        place = f"references[{index}]"
        yield from _ends_of(reference, by_name, unread, place)
        yield from _of_reference(reference, place)


def _of_table(table: TableRecord, place: str) -> Iterator[str]:
    names = [column.name for column in table.columns]
    yield from _repeated(f"{place}.columns", names, "the column")
    for index, name in enumerate(table.primary_key):
        yield from _known(name, names, f"{place}.primary_key[{index}]")
    for index, pair in enumerate(table.dependent_pairs):
        for part, name in enumerate(pair.columns):
            yield from _known(name, names, f"{place}.dependent_pairs[{index}].columns[{part}]")
    for index, deck in enumerate(table.decks):
        yield from _of_deck(deck, names, f"{place}.decks[{index}]")
    for index, column in enumerate(table.columns):
        inside = f"{place}.columns[{index}]"
        if column.rows != table.rows:
            yield f"{inside}.rows: {column.rows} rows; the table has {table.rows}"
        yield from _of_column(column, inside)


def _of_deck(deck: DeckRecord, names: Sequence[str], place: str) -> Iterator[str]:
    yield from _known(deck.given.column, names, f"{place}.given.column")
    yield from _known(deck.other.column, names, f"{place}.other.column")
    try:
        law = law_of(deck)
    except ConfigurationError as error:
        yield f"{place}: {error}"
        return
    if law.given.rows != deck.rows:
        yield f"{place}.rows: {deck.rows}; its given column has {law.given.rows}"


def _of_column(column: ColumnRecord, place: str) -> Iterator[str]:
    filled = column.rows * (1.0 - column.null_share)
    slack = _slack(column.method, column.rows)
    if column.distinct is not None and column.distinct > filled + slack:
        yield f"{place}.distinct: {column.distinct} values in {filled:.0f} rows that are not null"
    yield from _falling(column.top_shares, f"{place}.top_shares")
    held = math.fsum(column.top_shares) + column.null_share
    if held > 1.0 + _ROUNDING + slack / max(1, column.rows):
        yield f"{place}.top_shares: they and null_share sum to {held:.6g}; expected at most 1"
    if column.histogram is not None:
        yield from _of_histogram(column.histogram, f"{place}.histogram", filled, slack)
        values = sum(values for rows, values in column.histogram if rows)
        if column.distinct is not None and values != column.distinct:
            yield f"{place}.histogram: {values} values; distinct says {column.distinct}"
    if column.quantiles is not None:
        yield from _of_quantiles(column.quantiles, f"{place}.quantiles")
    if column.values is not None:
        yield from _of_values(column, f"{place}.values")
    if column.week is not None:
        yield from _of_week(column.week, f"{place}.week")


def _of_week(week: Week, place: str) -> Iterator[str]:
    if len(week.rows) not in (HOURS, DAYS):
        yield f"{place}.rows: {len(week.rows)} of them; expected {HOURS} hours, or {DAYS} days"
    elif not any(week.rows):
        yield f"{place}.rows: none has rows; expected no week at all"


def _of_values(column: ColumnRecord, place: str) -> Iterator[str]:
    values = column.values or ()
    yield from _repeated(place, [f"{type(value).__name__} {value!r}" for value, _ in values], "the value")
    held = math.fsum(share for _, share in values)
    if held > 1.0 + _ROUNDING:
        yield f"{place}: the shares sum to {held:.6g}; expected at most 1"
    for index, (value, share) in enumerate(values):
        if value is None and abs(share - column.null_share) > _ROUNDING:
            yield f"{place}[{index}]: the share of null is {share:.6g}; null_share says {column.null_share:.6g}"


def _ends_of(reference: ReferenceRecord, tables: Mapping[str, TableRecord], unread: Container[str], place: str) -> Iterator[str]:
    if len(reference.columns) != len(reference.references_columns) or not reference.columns:
        yield f"{place}.references_columns: {len(reference.references_columns)} for {len(reference.columns)} columns"
    ends = (
        ("table", "columns", reference.rows, "rows"),
        ("references_table", "references_columns", reference.parents, "parents"),
    )
    for table_field, columns_field, rows, rows_field in ends:
        name = getattr(reference, table_field)
        table = tables.get(name)
        if table is None:
            if name not in unread:
                yield from _known(name, tables, f"{place}.{table_field}")
            continue
        if abs(rows - table.rows) > (0 if rows_field == "rows" else 1 + _MEANWHILE * table.rows):
            yield f"{place}.{rows_field}: {rows}; the table {name!r} has {table.rows} rows"
        names = [column.name for column in table.columns]
        for index, column in enumerate(getattr(reference, columns_field)):
            yield from _known(column, names, f"{place}.{columns_field}[{index}]")


def _of_reference(reference: ReferenceRecord, place: str) -> Iterator[str]:
    histogram = reference.histogram
    filled = reference.rows * (1.0 - reference.null_weight)
    yield from _of_histogram(histogram, f"{place}.histogram", filled, _slack(reference.method, reference.rows))
    parents = sum(values for _, values in histogram)
    used = sum(values for rows, values in histogram if rows)
    rows = sum(rows * values for rows, values in histogram)
    if parents != reference.parents:
        yield f"{place}.histogram: {parents} parents; the field parents says {reference.parents}"
    if used != reference.used:
        yield f"{place}.histogram: {used} parents with children; the field used says {reference.used}"
    mean = rows / used if used else 0.0
    if not math.isclose(mean, reference.mean, rel_tol=_ROUNDING, abs_tol=_ROUNDING):
        yield f"{place}.mean: {reference.mean:.6g}; the histogram has {mean:.6g} rows per used parent"
    yield from _of_weights(reference, place)
    yield from _of_skew(reference, skew_fit(histogram) if used else SkewFit(1.0, 0.0), place)
    counts = [rows for rows, values in reversed(histogram) for _ in range(min(values, 100)) if rows][:100]
    if reference.top_counts and list(reference.top_counts) != counts[: len(reference.top_counts)]:
        yield f"{place}.top_counts: they are not the largest of the histogram"
    if reference.quantiles:
        yield from _of_quantiles(reference.quantiles, f"{place}.quantiles")
        if histogram and (reference.quantiles[0], reference.quantiles[-1]) != (histogram[0][0], histogram[-1][0]):
            yield f"{place}.quantiles: they end at other counts than the histogram"
    if reference.method == "exact" and reference.error != 0.0:
        yield f"{place}.error: {reference.error}; an exact measure has 0"
    if reference.within is not None:
        yield from _of_within(reference, reference.within, f"{place}.within")


def _of_skew(reference: ReferenceRecord, fitted: SkewFit, place: str) -> Iterator[str]:
    if abs(reference.skew - fitted.skew) > _REFITTED:
        yield f"{place}.skew: {reference.skew:.6g}; the histogram has {fitted.skew:.6g}"
    if abs(reference.skew_misfit - fitted.misfit) > _REFITTED:
        yield f"{place}.skew_misfit: {reference.skew_misfit:.6g}; the histogram has {fitted.misfit:.6g}"


def _of_weights(reference: ReferenceRecord, place: str) -> Iterator[str]:
    yield from _falling(reference.weights, f"{place}.weights")
    if not reference.used:
        if reference.weights:
            yield f"{place}.weights: no parent is used; expected none"
        return
    total = math.fsum(reference.weights)
    if abs(total - 1.0) > _ROUNDING:
        yield f"{place}.weights: they sum to {total:.6g}; expected 1"
    elif any(rows and values for rows, values in reference.histogram):
        found = weights_of(Counter(dict(reference.histogram)), len(reference.weights))
        is_near = len(found) == len(reference.weights) and all(
            abs(a - b) <= _TYPED for a, b in zip(found, reference.weights, strict=True)
        )
        if not is_near:
            yield f"{place}.weights: {_few(reference.weights)}; the histogram has {_few(found)}"


def _of_within(reference: ReferenceRecord, within: Within, place: str) -> Iterator[str]:
    for index, column in enumerate(within.columns):
        yield from _known(column, reference.columns, f"{place}.columns[{index}]")
    if not 0 < len(within.columns) < len(reference.columns):
        yield f"{place}.columns: {len(within.columns)} of {len(reference.columns)}; expected some of the reference's, not all"
    groups = sum(each.groups for each in within.classes)
    if groups != within.groups:
        yield f"{place}.classes: {groups} groups; the field groups says {within.groups}"
    if len(within.classes) > FEW_GROUPS:
        yield f"{place}.classes: {len(within.classes)} classes; expected at most {FEW_GROUPS}"
    for name, whole in (("rows", reference.rows * (1.0 - reference.null_weight)), ("parents", reference.parents)):
        total = sum(getattr(each, name) for each in within.classes)
        if abs(total - whole) > _slack(reference.method, int(whole)):
            yield f"{place}.classes: {total} {name}; the reference has {whole:.0f}"
    for index, each in enumerate(within.classes):
        inside = f"{place}.classes[{index}].histogram"
        yield from _of_histogram(each.histogram, inside, each.rows, _slack(reference.method, each.rows))
        parents = sum(values for _, values in each.histogram)
        if parents != each.parents:
            yield f"{inside}: {parents} parents; the field parents says {each.parents}"


def _of_histogram(histogram: Histogram, place: str, rows: float, slack: float) -> Iterator[str]:
    for index, (before, after) in enumerate(pairwise(histogram)):
        if after[0] <= before[0]:
            yield f"{place}[{index + 1}]: {after[0]} rows after {before[0]}; expected ascending pairs"
    for index, (_, values) in enumerate(histogram):
        if not values:
            yield f"{place}[{index}]: none has so many rows; expected no such pair"
    found = sum(rows * values for rows, values in histogram)
    if abs(found - rows) > slack:
        yield f"{place}: {found} rows in all; {rows:.0f} are not null"


def _of_quantiles(quantiles: Sequence[float | str], place: str) -> Iterator[str]:
    if len(quantiles) != _POINTS:
        yield f"{place}: {len(quantiles)} of them; expected {_POINTS}"
    if len({isinstance(each, str) for each in quantiles}) > 1:
        yield f"{place}: numbers and texts; expected one of both"
        return
    values = [_moment(each) if isinstance(each, str) else each for each in quantiles]
    for index, (text, value) in enumerate(zip(quantiles, values, strict=True)):
        if value is None:
            yield f"{place}[{index}]: {text!r}; expected a date or a timestamp in ISO 8601"
    for index, (before, after) in enumerate(pairwise(values)):
        if before is not None and after is not None and after < before:
            yield f"{place}[{index + 1}]: {quantiles[index + 1]} after {quantiles[index]}; expected ascending ones"


def _moment(text: str) -> float | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _falling(shares: Sequence[float], place: str) -> Iterator[str]:
    for index, (before, after) in enumerate(pairwise(shares)):
        if after > before + _ROUNDING:
            yield f"{place}[{index + 1}]: {after:.6g} after {before:.6g}; expected the largest first"


def _repeated(place: str, names: Sequence[str], what: str) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"{place}: {what} {name} stands {times} times"


def _known(name: str, names: Iterable[str], place: str) -> Iterator[str]:
    there = list(names)
    if name not in there:
        yield f"{place}: there is no {name!r} in the profile; expected one of {', '.join(there[:12]) or 'none'}"


def _slack(method: str, rows: int) -> float:
    """How far rows reckoned from shares may be from rows counted."""
    return 0.5 + 1e-9 * rows if method == "exact" else 1.0 + _SAMPLED * rows


def _few(numbers: Sequence[float]) -> str:
    return "[" + ", ".join(f"{number:.4g}" for number in numbers) + "]"

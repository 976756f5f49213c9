"""The measures of a table and of its columns."""

import math
from collections.abc import Mapping

from ascetic_ddd.faker.application.comparison import sampling
from ascetic_ddd.faker.application.comparison.judging import Judge, Slack
from ascetic_ddd.faker.application.comparison.measures import Measure
from ascetic_ddd.faker.application.comparison.names import Names
from ascetic_ddd.faker.application.profile.dependence import STRONG
from ascetic_ddd.faker.application.profile.model import ColumnProfile, TableProfile

__all__ = ("measures_of_column", "measures_of_table")

_SCALES_FROM = 0.1  # ANALYZE takes a number of distinct values above a tenth of the rows for one that grows with them
_PAGE = 8192.0
_EXTENDED = 64.0  # pages that a bulk load adds at once, as many as there are at most; those it does not need stay empty
_SAMPLED = 30_000.0  # rows that a capture looks at where it does not count all


def measures_of_table(a: TableProfile, b: TableProfile, names: Names, judge: Judge, scale: float | None) -> tuple[Measure, ...]:
    """Compare two tables; ``scale`` is how many rows B shall have for one of A, None: any number."""
    grain = Slack(grain=1.0 / max(1, min(a.rows, b.rows)))
    found = []
    if scale is not None:
        found.append(judge.of_figures("rows", a.rows * scale, b.rows, grain))
    if a.bytes_per_row is not None and b.bytes_per_row is not None:
        pages = min(a.bytes_per_row * a.rows, b.bytes_per_row * b.rows) / _PAGE
        slack = Slack(grain=(1.0 + min(pages, _EXTENDED)) / max(pages, 1.0))  # the last page is not full, and empty ones follow
        found.append(judge.of_figures("bytes_per_row", a.bytes_per_row, b.bytes_per_row, slack))
    return (*found, *_dependences(a, b, names, judge))


def measures_of_column(
    a: ColumnProfile, b: ColumnProfile, judge: Judge, *, target: tuple[int, int] = (100, 100)
) -> tuple[Measure, ...]:
    """Compare two columns.

    Args:
        a: the original.
        b: the copy.
        judge: knows the thresholds.
        target: the statistics targets of both servers, which tell how many rows ANALYZE looked at.
    """
    if not a.rows or not b.rows:
        return ()
    sizes = tuple(_sample(each, of) for each, of in zip((a, b), target, strict=True))
    nulls = sum(sampling.binomial_error(each.null_share, size) for each, size in zip((a, b), sizes, strict=True))
    found = [judge.of_figures("null_share", a.null_share, b.null_share, Slack(nulls, 1.0 / min(a.rows, b.rows)))]
    if any(each.distinct is not None or each.method == "estimate" for each in (a, b)):  # else the type has no order
        found.append(_distinct(a, b, judge))
    if not (a.is_unique and b.is_unique):
        found.append(_most_common(a, b, judge, sizes))
    if a.values is not None and b.values is not None:
        found.append(_values(a, b, judge, nulls))
    if a.correlation is not None or b.correlation is not None:
        scatter = Slack(scatter=1.96 * math.sqrt(2.0 / min(a.rows, b.rows)))  # of two orders that are both random
        found.append(judge.of_figures("correlation", a.correlation, b.correlation, scatter))
    if a.width is not None and b.width is not None:
        one_byte = 1.0 / max(1.0, min(a.width, b.width)) if "estimate" in (a.method, b.method) else 0.0  # whole bytes there
        found.append(judge.of_figures("width", a.width, b.width, Slack(sampling=one_byte)))
    return tuple(found)


def _distinct(a: ColumnProfile, b: ColumnProfile, judge: Judge) -> Measure:
    if a.distinct is None or b.distinct is None:
        return judge.of_figures("distinct", a.distinct, b.distinct)
    if a.method != b.method:  # of the same method, both err alike at the same size
        side = "A" if a.method != "exact" else "B"
        reason = f"{side} has only an estimate, which may be several times too small"
        return judge.not_comparable("distinct", reason, a.distinct, b.distinct)
    grain = Slack(grain=1.0 / max(1, min(a.distinct, b.distinct)))
    if a.distinct > _SCALES_FROM * a.rows and b.distinct > _SCALES_FROM * b.rows:
        return judge.of_figures("distinct", a.distinct / a.rows, b.distinct / b.rows, grain, detail="share of the rows")
    return judge.of_figures("distinct", a.distinct, b.distinct, grain)


def _most_common(a: ColumnProfile, b: ColumnProfile, judge: Judge, sizes: tuple[float, ...]) -> Measure:
    """Values that are drawn at random scatter, and the largest share most of all, so rare ones are given room."""
    shares = [each.top_shares[0] if each.top_shares else (0.0 if not each.distinct else None) for each in (a, b)]
    known = [share for share in shares if share]
    if len(known) < 2:
        return judge.of_figures("most_common_share", shares[0], shares[1])
    counts = [share * each.rows for share, each in zip(known, (a, b), strict=True)]
    scatter = 1.96 * math.sqrt(sum(1.0 / max(count, 1.0) for count in counts))
    errors = sum(sampling.binomial_error(share, size) / share for share, size in zip(known, sizes, strict=True))
    return judge.of_figures("most_common_share", shares[0], shares[1], Slack(sampling=errors, scatter=scatter))


def _values(a: ColumnProfile, b: ColumnProfile, judge: Judge, errors: float) -> Measure:
    """Half the sum of the differences: the share of rows that would have to change their value."""
    left, right = (dict(each.values or ()) for each in (a, b))
    moved = sum(abs(left.get(value, 0.0) - right.get(value, 0.0)) for value in {**left, **right}) / 2.0
    return judge.of_distance("values", moved, slack=Slack(sampling=errors, grain=1.0 / min(a.rows, b.rows)))


def _dependences(a: TableProfile, b: TableProfile, names: Names, judge: Judge) -> list[Measure]:
    """Pairs that either side reports. Of one that the other does not report, all that is known is that it is weaker."""
    of_a = {frozenset(pair.columns): pair.strength for pair in a.dependent_pairs}
    back = names.reversed()
    of_b = {frozenset(back.column(b.name, column) for column in pair.columns): pair.strength for pair in b.dependent_pairs}
    shared = {column.name for column in a.columns} & {back.column(b.name, column.name) for column in b.columns}
    return [
        judge.of_figures("dependence", of_a.get(pair, STRONG), of_b.get(pair, STRONG), detail=" and ".join(sorted(pair)))
        for pair in _in_order(of_a, of_b)
        if pair <= shared
    ]


def _in_order(*strengths: Mapping[frozenset[str], float]) -> list[frozenset[str]]:
    pairs = {pair for of in strengths for pair in of}
    return sorted(pairs, key=lambda pair: (-max(of.get(pair, 0.0) for of in strengths), sorted(pair)))


def _sample(column: ColumnProfile, target: int) -> float:
    """Rows behind the figures of a column."""
    if column.method == "exact":
        return math.inf
    return min(float(column.rows), 300.0 * target if column.method == "estimate" else _SAMPLED)

"""The skew behind a histogram, and how far the histogram is from the law with that skew."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ascetic_ddd.faker.application.measure import skew as skew_of
from ascetic_ddd.faker.application.measure import skew_for
from ascetic_ddd.faker.domain.distributors.counts import SkewCounts, UniformCounts

__all__ = ("SkewFit", "skew_fit")

_LEVELS = 50  # counts at which distributions are compared
_CELLS = 120  # points of the ranking that stand for all of it
_INSIDE = 8  # points of a level of equal counts, where its share of rows is compared
_FOLLOWS = 0.04  # a scattered law that is nearer than this is what the data follow


@dataclass(frozen=True, slots=True)
class SkewFit:
    """A skew and its misfit: the largest distance between the shares of rows that top parents have, in fact and by law."""

    skew: float
    misfit: float


def skew_fit(histogram: Sequence[tuple[int, int]]) -> SkewFit:
    """Find the skew of the law with the same Σp².

    Rows drawn at random scatter: a uniform reference with 2 rows a parent has parents with 0 and with 6. Taken as they
    are, these counts have the Σp² of skew 1.6. Three readings are tried: the counts are the law's, rounded; they are a
    random sample of it on the used parents; or on all parents, those without children being bad luck. A sample takes
    the scatter off (Σc(c-1) in the place of Σc²); it is preferred where its distribution of counts is nearer and near.

    Args:
        histogram: pairs (children, parents), those without children included, ascending.

    Example:
        >>> skew_fit([(0, 40), (7, 100)])
        SkewFit(skew=1.0, misfit=0.0)
    """
    tally = Counter(dict(histogram))
    used = sum(parents for rows, parents in histogram if rows)
    rows = sum(rows * parents for rows, parents in histogram)
    parents = used + tally[0]
    as_is = skew_of(tally)
    if used < 2:
        return SkewFit(as_is, 0.0)
    rounded = _Rounded(as_is, rows / used, used / parents)
    readings: list[_Rounded | _Scattered] = [rounded]
    squares = sum(rows * (rows - 1) * parents for rows, parents in histogram) / max(1, rows * (rows - 1))
    readings.append(_Scattered(_without_scatter(squares, used, rows), rows / used, used / parents))
    if tally[0]:
        readings.append(_Scattered(_without_scatter(squares, parents, rows), rows / parents, 1.0))
    levels = _levels(histogram, parents)
    distances = [max(abs(each.at_most(level) - share) for level, share in levels) for each in readings]
    best = min(range(len(readings)), key=distances.__getitem__)
    chosen = readings[best] if distances[best] <= _FOLLOWS else rounded
    return SkewFit(chosen.skew, min(1.0, chosen.misfit(list(_curve(histogram, rows)), used / parents)))


def _without_scatter(concentration: float, values: int, rows: int) -> float:
    """The skew of an unbiased Σp²; 1 where it is within two standard deviations of the uniform law's."""
    noise = math.sqrt(2.0 * values) / rows
    return 1.0 if concentration * values <= 1.0 + 2.0 * noise else skew_for(values, concentration)


class _Rounded:
    """The counts are the law's; some parents have none on purpose."""

    def __init__(self, skew: float, mean: float, used_share: float) -> None:
        self.skew = skew
        self._used_share = used_share
        self._counts = SkewCounts(skew, mean) if skew > 1.0 else UniformCounts(mean)

    def at_most(self, level: int) -> float:
        return 1.0 - self._used_share * self._counts.ccdf(level + 1)

    def misfit(self, curve: Sequence[tuple[float, float]], used_share: float) -> float:
        power = 1.0 / self.skew
        return max(abs(share - math.pow(top, power)) for top, share in curve)


class _Scattered:
    """The counts are Poisson draws around the law."""

    def __init__(self, skew: float, mean: float, used_share: float) -> None:
        self.skew = skew
        self._used_share = used_share
        power = 1.0 / skew
        edges = [(cell / _CELLS) ** 3 for cell in range(_CELLS + 1)]  # narrow where the curve is steep
        self._cells = [(high - low, mean * (high**power - low**power) / (high - low)) for low, high in pairwise(edges)]

    def at_most(self, level: int) -> float:
        return 1.0 - self._used_share * (1.0 - math.fsum(width * _poisson_at_most(level, rate) for width, rate in self._cells))

    def misfit(self, curve: Sequence[tuple[float, float]], used_share: float) -> float:
        total = math.fsum(width * rate for width, rate in self._cells)
        highest = max(rate for _, rate in self._cells)
        expected: list[tuple[float, float]] = [(0.0, 0.0)]
        for level in _spaced(highest + 8.0 * math.sqrt(highest) + 8.0):
            top = (1.0 - self.at_most(level - 1)) / used_share
            held = math.fsum(width * rate * (1.0 - _poisson_at_most(level - 2, rate)) for width, rate in self._cells) / total
            expected.append((top, held))
        expected.sort()
        tops = [top for top, _ in expected]
        return max(abs(share - _interpolated(tops, expected, top)) for top, share in curve)


def _spaced(highest: float) -> list[int]:
    """Counts from the highest to 1: all small ones, larger ones ever farther apart."""
    found, level = [], 1.0
    while level < highest:
        found.append(int(level))
        level = max(level + 1.0, level * 1.1)
    return found[::-1]


def _interpolated(tops: Sequence[float], points: Sequence[tuple[float, float]], top: float) -> float:
    place = bisect_left(tops, top)
    if place == 0:
        return points[0][1]
    if place == len(tops):
        return points[-1][1]
    (low, below), (high, above) = points[place - 1], points[place]
    return below + (above - below) * (top - low) / (high - low) if high > low else above


def _poisson_at_most(level: int, rate: float) -> float:
    """``P(X ≤ level)`` by Wilson and Hilferty's cube root, right to about 0.002."""
    if level < 0:
        return 0.0
    if level == 0 or rate <= 0.0:
        return math.exp(-rate)
    free = level + 1.0
    z = 3.0 * math.sqrt(free) * (1.0 - 1.0 / (9.0 * free) - (rate / free) ** (1.0 / 3.0))
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def _levels(histogram: Sequence[tuple[int, int]], parents: int) -> list[tuple[int, float]]:
    """Counts with the share of parents that have at most so many; some of them, if they are many."""
    found, held = [], 0
    for rows, values in histogram:
        held += values
        found.append((rows, held / parents))
    step = max(1, len(found) // _LEVELS)
    return found[::step]


def _curve(histogram: Sequence[tuple[int, int]], rows: int) -> Iterator[tuple[float, float]]:
    """Points (share of the used parents, most used first; share of rows that they have)."""
    used = sum(values for count, values in histogram if count)
    ranks = held = 0
    for count, values in reversed(histogram):
        if count:
            steps = sorted({max(1, values * step // _INSIDE) for step in range(1, _INSIDE + 1)})
            yield from (((ranks + step) / used, (held + step * count) / rows) for step in steps)
            ranks, held = ranks + values, held + values * count

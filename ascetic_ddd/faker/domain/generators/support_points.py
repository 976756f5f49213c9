"""Invents the values of a column of numbers from its quantiles and from how often its values repeat."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.tails import quantile_function

__all__ = ("support_points",)

_MOST = 1_000_000  # values; a column with more is better drawn by a QuantileGenerator


def support_points(
    quantiles: Sequence[float], histogram: Iterable[tuple[int, int]], *, decimals: int | None = None, are_means: bool = False
) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Give values and their frequencies, such that both the quantiles and the count of counts are those of the column.

    So the planner finds the column's range, its number of distinct values and its most common frequencies. Frequent values stand
    where the quantiles are dense, and a value that several quantiles share is one of the most frequent ones. Which values lie
    between two quantiles is invented; the frequencies are those of the histogram, each used once.

    Args:
        quantiles: at least two, ascending, at equal shares.
        histogram: pairs (rows, values): so many values have so many rows; values without rows are left out.
        are_means: the quantiles are means of equal parts, as a profile has them; the ends are then continued.
        decimals: digits of the values; None: as many as it takes, 0: whole numbers, as ``int``.

    Returns:
        Values in ascending order, all different, and the rows of each: what ``ValueProvider(values=…, weights=…)`` takes. Whole
        numbers may be fewer than the histogram has, where the range has no more.

    Raises:
        ConfigurationError: the quantiles are not ascending numbers, or the histogram has no rows or more than a million values.

    Example:
        >>> support_points([0, 0, 0, 5, 9], [(1, 3), (5, 1)], decimals=0)
        ((0, 2, 6, 9), (5, 1, 1, 1))
    """
    points = _checked(quantiles)
    counts = sorted((rows for rows, values in histogram for _ in range(values) if rows), reverse=True)
    if not 0 < len(counts) <= _MOST:
        raise ConfigurationError(f"the histogram has {len(counts):,} values with rows; expected 1 to {_MOST:,}")
    step = 0.0 if decimals is None else 10.0**-decimals
    total = sum(counts)
    shares, points = quantile_function(points, total if are_means else None)
    if decimals is not None:
        points = [round(each, decimals) for each in points]
    stretches = _stretches([share * total for share in shares], points)
    rest = _fill_atoms(stretches, counts)
    _fill(stretches, rest, step)
    values, weights = _placed(stretches, step, points[0], points[-1])
    if decimals is None:
        return tuple(values), tuple(weights)
    return tuple(round(value, decimals) if decimals else round(value) for value in values), tuple(weights)


@dataclass(slots=True)
class _Stretch:
    """What lies between two different neighbouring quantiles; or, with ``low == high``, the one value of several quantiles."""

    low: float
    high: float
    rows: float
    counts: list[int] = field(default_factory=list)
    has_low: bool = False  # the value at its lower end is the stretch's own, and not that of its neighbour
    has_high: bool = False

    @property
    def is_atom(self) -> bool:
        return self.low == self.high

    @property
    def left(self) -> float:
        return self.rows - sum(self.counts)

    def room(self, step: float) -> float:
        """How many different values fit in."""
        if not step:
            return math.inf
        last = math.ceil(self.high / step - 1e-9) - (0 if self.has_high else 1)
        return max(0, last - self.first(step) + 1)

    def first(self, step: float) -> int:
        """The least value, in steps."""
        return math.floor(self.low / step + 1e-9) + (0 if self.has_low else 1) if step else 0


def _checked(quantiles: Sequence[float]) -> list[float]:
    try:
        points = [float(each) for each in quantiles]
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"quantiles={list(quantiles)[:3]!r}…: expected numbers ({error})") from None
    if len(points) < 2 or any(not before <= after for before, after in pairwise(points)):
        raise ConfigurationError(f"quantiles={points[:3]!r}…: expected at least two numbers, in ascending order")
    return points


def _stretches(places: list[float], points: list[float]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for (start, end), (low, high) in zip(pairwise(places), pairwise(points), strict=True):
        if found and low == high and found[-1].is_atom:
            found[-1].rows += end - start
        else:
            found.append(_Stretch(low, high, end - start))
    for number, stretch in enumerate(found):
        if not stretch.is_atom:
            before = found[number - 1] if number else None
            after = found[number + 1] if number + 1 < len(found) else None
            stretch.has_low = before is None
            stretch.has_high = after is None or not after.is_atom
    return found


def _fill_atoms(stretches: list[_Stretch], counts: list[int]) -> list[int]:
    """Give the widest atoms the largest counts; what they hold beyond their quantiles is taken from beside them."""
    rest = counts
    for _, number in sorted((-stretch.rows, number) for number, stretch in enumerate(stretches) if stretch.is_atom):
        if not rest:
            break
        atom = stretches[number]
        atom.counts, rest = [rest[0]], rest[1:]
        beside = [stretches[n] for n in (number - 1, number + 1) if 0 <= n < len(stretches) and not stretches[n].is_atom]
        for stretch in beside:
            stretch.rows = max(0.0, stretch.rows + atom.left / len(beside))
        if beside:
            atom.rows = float(atom.counts[0])
    return rest


def _fill(stretches: list[_Stretch], counts: list[int], step: float) -> None:
    """Give the other counts away, the largest to the densest stretches; all are given as far as there is room."""
    dense = sorted((s for s in stretches if not s.is_atom), key=lambda s: (s.high - s.low) / max(s.rows, 1e-9))
    random = Random(len(counts))
    place = 0
    for stretch in dense:
        room = stretch.room(step)
        left = stretch.left
        while place < len(counts) and len(stretch.counts) < room and left > counts[place] / 2.0:
            stretch.counts.append(counts[place])
            left -= counts[place]
            place += 1
    rooms = [(stretch, stretch.room(step)) for stretch in dense]
    for count in counts[place:]:  # what is left over by the roundings
        open_ = [(stretch.left, number) for number, (stretch, room) in enumerate(rooms) if len(stretch.counts) < room]
        if not open_:
            break
        rooms[max(open_)[1]][0].counts.append(count)
    for stretch in dense:
        random.shuffle(stretch.counts)


def _placed(stretches: list[_Stretch], step: float, least: float, greatest: float) -> tuple[list[float], list[int]]:
    """Place the counts of each stretch by their share of it, on different values."""
    values: list[float] = []
    weights: list[int] = []
    for stretch in stretches:
        held, total = 0.0, sum(stretch.counts)
        slot = stretch.first(step) - 1
        left = len(stretch.counts)
        last = slot + stretch.room(step)
        for count in stretch.counts:
            value = stretch.low + (stretch.high - stretch.low) * (held + count / 2.0) / total
            held += count
            left -= 1
            if step and not stretch.is_atom:  # later than the one before, and with room for those that follow
                slot = int(min(max(round(value / step), slot + 1), last - left))
                value = slot * step
            values.append(value)
            weights.append(count)
    if stretches[0].counts and len(values) > 1:  # the ends of the range
        values[0] = least
    if len(values) > 1:
        values[-1] = greatest
    return values, weights

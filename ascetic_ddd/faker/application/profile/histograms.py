"""Histograms of what was not counted as a whole: from a sample of parents, or from the planner's statistics."""

import math
from collections.abc import Mapping, Sequence

__all__ = ("calibrated", "distinct_of_sample", "dkw_bound", "expected", "merged", "quantiles")

_Pairs = Sequence[tuple[int, int]]


def dkw_bound(sampled: int, population: int | None = None, confidence: float = 0.95) -> float:
    """Largest distance of a sample's distribution function to that of all, but for a chance of ``1 - confidence``.

    Source: Dvoretzky, Kiefer and Wolfowitz; Massart's constant (1990). Drawn without replacement it is less, by the usual
    correction for a finite population.

    Example:
        >>> round(dkw_bound(10_000), 4)
        0.0136
    """
    if sampled <= 0:
        return 1.0
    left = 1.0 if not population else max(0.0, 1.0 - sampled / population)
    return min(1.0, math.sqrt(math.log(2.0 / (1.0 - confidence)) / (2.0 * sampled) * left))


def calibrated(sample: Mapping[int, int], parents: int, rows: int | None) -> dict[int, int]:
    """Scale a sample of parents to all of them, so that their number and their rows are right.

    The weights of the sampled parents are tilted by ``exp(b · children)``, as little as gives the known number of rows
    (calibration; Deville and Särndal 1992), and rounded along the distribution function, so that no share of parents up
    to a count is off by more than one parent. What the rounding left of rows is moved by single rows.

    Args:
        sample: number of sampled parents by children.
        parents: number of all parents.
        rows: their rows in all; None: nobody knows.

    Example:
        >>> calibrated({0: 1, 2: 2, 3: 1}, 40, 70)
        {0: 10, 2: 20, 3: 10}
    """
    levels = sorted(level for level, values in sample.items() if values)
    if not levels or parents <= 0:
        return {0: parents} if parents > 0 else {}
    sampled = [sample[level] for level in levels]
    rate = 0.0 if rows is None else _tilt(levels, sampled, rows / parents)
    top = max(rate * level for level in levels)
    weights = [values * math.exp(rate * level - top) for level, values in zip(levels, sampled, strict=True)]
    total = math.fsum(weights)
    found: dict[int, int] = {}
    upto, before = 0.0, 0
    for level, weight in zip(levels, weights, strict=True):
        upto += weight
        reached = parents if level == levels[-1] else min(parents, round(parents * upto / total))
        if reached > before:
            found[level] = reached - before
        before = max(before, reached)
    return found if rows is None else _nudged(found, rows)


def _tilt(levels: Sequence[int], sampled: Sequence[int], mean: float) -> float:
    """The rate at which the tilted mean is the given one; 0 if it lies outside what was seen."""
    if not levels[0] < mean < levels[-1]:
        return 0.0
    scale = float(levels[-1])

    def tilted(rate: float) -> float:
        top = max(rate * level for level in levels)
        weights = [values * math.exp(rate * level - top) for level, values in zip(levels, sampled, strict=True)]
        return math.fsum(level * weight for level, weight in zip(levels, weights, strict=True)) / math.fsum(weights)

    low, high = -1.0 / scale, 1.0 / scale
    while tilted(low) > mean and low > -700.0:
        low *= 2.0
    while tilted(high) < mean and high < 700.0:
        high *= 2.0
    for _ in range(100):
        middle = (low + high) / 2.0
        low, high = (middle, high) if tilted(middle) < mean else (low, middle)
    return (low + high) / 2.0


def _nudged(found: dict[int, int], rows: int) -> dict[int, int]:
    """Move parents to the neighbouring count until the rows are right, at most one in a hundred of them."""
    missing = rows - sum(level * values for level, values in found.items())
    step = 1 if missing > 0 else -1
    left = min(abs(missing), sum(found.values()) // 100)
    while left:
        level = max((each for each in found if each), key=lambda each: (found[each], each), default=0)
        if not level or level + step < 1:
            higher = [each for each in found if each > 1]
            if not higher:
                break
            level = max(higher, key=lambda each: found[each])
        moved = min(left, max(1, found[level] // 2))
        found[level] -= moved
        found[level + step] = found.get(level + step, 0) + moved
        if not found[level]:
            del found[level]
        left -= moved
    return dict(sorted(found.items()))


def expected(rows: int, distinct: int, top: Sequence[int] = (), unused: int = 0) -> tuple[tuple[int, int], ...]:
    """The histogram of which only the largest counts and the number of values are known: the others are even.

    Args:
        rows: of all values.
        distinct: values that have rows.
        top: the largest counts.
        unused: values without rows.

    Example:
        >>> expected(100, 4, top=[70], unused=2)
        ((0, 2), (10, 3), (70, 1))
    """
    found: dict[int, int] = {0: unused} if unused > 0 else {}
    known = sorted((count for count in top if count > 0), reverse=True)[:distinct]
    while known and sum(known) + (distinct - len(known)) > rows:
        known.pop()
    others = min(distinct - len(known), rows - sum(known))
    if others <= 0 and known:
        known[0] += rows - sum(known)
    for count in known:
        found[count] = found.get(count, 0) + 1
    if others > 0:
        even, more = divmod(rows - sum(known), others)
        for count, values in ((even, others - more), (even + 1, more)):
            if values:
                found[count] = found.get(count, 0) + values
    return tuple(sorted(found.items()))


def distinct_of_sample(sampled: int, distinct: int, once: int, rows: int) -> int:
    """Distinct values of all rows, from a sample: Haas and Stokes' Duj1, as ANALYZE reckons it.

    Args:
        sampled: rows of the sample that are not null.
        distinct: values in it.
        once: values that it has once.
        rows: all rows that are not null.
    """
    if sampled <= 0 or sampled >= rows:
        return distinct
    found = sampled * distinct / (sampled - once + once * sampled / rows)
    return max(distinct, min(rows, round(found)))


def merged(*parts: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    """Add histograms up.

    Example:
        >>> merged({0: 1, 2: 5}, {2: 1})
        ((0, 1), (2, 6))
    """
    found: dict[int, int] = {}
    for part in parts:
        for level, values in part.items():
            if values:
                found[level] = found.get(level, 0) + values
    return tuple(sorted(found.items()))


def quantiles(histogram: _Pairs, points: int = 101) -> tuple[int, ...]:
    """Counts at equal steps of the ranking, least first, the least and the greatest included.

    Example:
        >>> quantiles([(0, 50), (4, 50)], points=3)
        (0, 0, 4)
    """
    parents = sum(values for _, values in histogram)
    found: list[int] = []
    upto = 0
    for rows, values in histogram:
        upto += values
        while len(found) < points and max(1, math.ceil(len(found) * parents / (points - 1))) <= upto:
            found.append(rows)
    return tuple(found)

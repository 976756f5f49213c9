"""Count distributions: how many uses (children) each value (parent) gets. Pure arithmetic, no state, no I/O.

Values are ranked, most used first. A count distribution is the limit shape of the ranking: ``quantile(u)`` is the
number of uses of the value that stands at the share ``u`` of the ranking, a real number whose fraction the caller
rounds by a jitter. Everything else follows from it; ``docs/distributors.md`` derives the formulas.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Protocol

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("HistogramCounts", "ICountDistribution", "SkewCounts", "UniformCounts", "WeightsCounts")


class ICountDistribution(Protocol):
    """The law of the number of uses per value."""

    @property
    def mean(self) -> float:
        """Uses per *used* value, at least 1."""
        ...

    @property
    def used_share(self) -> float:
        """Share of the values that have any use, in (0, 1]."""
        ...

    def ccdf(self, k: int) -> float:
        """Share of all values that have at least ``k`` uses; ``ccdf(0) == 1``, never increasing."""
        ...

    def quantile(self, u: float) -> float:
        """Uses of the value at share ``u`` in (0, 1) of the ranking, before rounding; never increasing in ``u``."""
        ...

    def share(self, t: float) -> float:
        """Share of all uses held by the most used part ``t`` in [0, 1] of all values: the Lorenz curve, most used first."""
        ...

    def cumulative(self, n: int) -> list[float]:
        """The ``n + 1`` points ``share(0), share(1/n), … share(1)``, fitted so that a measurement at ``n`` values is exact."""
        ...

    def due(self, i: int, x: float) -> float:
        """Population by which the value of rank ``i`` (from 1) has ``x`` uses; infinite if it never has that many.

        Never less than ``i``, never decreasing in ``x``. Call it with ``k - φ``, φ in [0, 1) fixed for the value, to get
        the time of its k-th use: over many values the fractions then round to the right mean.
        """
        ...


def _points(counts: "SkewCounts | UniformCounts | HistogramCounts", n: int) -> list[float]:
    return [0.0, *(counts.share(i / n) for i in range(1, n)), 1.0]


class UniformCounts:
    """Every value has ``mean`` uses, rounded up or down.

    Example:
        >>> UniformCounts(2.5).ccdf(2), UniformCounts(2.5).ccdf(3), UniformCounts(2.5).ccdf(4)
        (1.0, 0.5, 0.0)
    """

    used_share = 1.0

    def __init__(self, mean: float) -> None:
        self.mean = mean

    def ccdf(self, k: int) -> float:
        return min(1.0, max(0.0, self.mean - k + 1))

    def quantile(self, u: float) -> float:
        return self.mean

    def share(self, t: float) -> float:
        return t

    def cumulative(self, n: int) -> list[float]:
        return _points(self, n)

    def due(self, i: int, x: float) -> float:
        return i if x <= self.mean else math.inf

    def __repr__(self) -> str:
        return f"UniformCounts(mean={self.mean:g})"


def _ccdf_of_density(counts: "SkewCounts | WeightsCounts", k: int) -> float:
    """``P(floor(q + φ) ≥ k)`` for q drawn from the ranking and φ uniform: the mean of ``min(q, k) - min(q, k - 1)``."""
    if k <= 0:
        return 1.0

    def mean_up_to(x: float) -> float:
        above = counts.at_least(x)
        return x * above + counts.mean * (1.0 - counts.share(above))

    return min(1.0, max(0.0, mean_up_to(k) - mean_up_to(k - 1)))


class SkewCounts:
    """The counts that ``idx = floor(n * (1 - random()) ** skew)`` draws: the top ``t`` of values hold ``t ** (1/skew)`` of uses.

    Args:
        skew: > 1; :class:`UniformCounts` is its limit at 1.
        mean: uses per value, at least ``skew``, so that the least used value still has one use.
    """

    used_share = 1.0

    def __init__(self, skew: float, mean: float) -> None:
        self.skew = skew
        self.mean = mean
        self._power = 1.0 / skew
        self._inverse = skew / (skew - 1.0)
        self._least = mean / skew
        self._cells = [0.0]

    def ccdf(self, k: int) -> float:
        return _ccdf_of_density(self, k)

    def quantile(self, u: float) -> float:
        return float(self._least * u ** (self._power - 1.0))

    def share(self, t: float) -> float:
        return float(t**self._power)

    def at_least(self, x: float) -> float:
        """Share of the values whose unrounded number of uses is at least ``x``."""
        return 1.0 if x <= self._least else float((x / self._least) ** -self._inverse)

    def cumulative(self, n: int) -> list[float]:
        return _points(self, n)

    def due(self, i: int, x: float) -> float:
        if x <= 0.0:
            return i
        cells = self._cells
        while i >= len(cells):  # uses of rank i at population n are cells[i] * n ** (1 - 1/skew)
            rank = len(cells)
            cells.append(self.mean * (rank**self._power - (rank - 1) ** self._power))
        try:
            time = (x / cells[i]) ** self._inverse
        except OverflowError:
            return math.inf
        return time if time > i else i

    def __repr__(self) -> str:
        return f"SkewCounts(skew={self.skew:g}, mean={self.mean:g})"


class WeightsCounts:
    """Equal-sized parts of the values hold given shares of the uses.

    Inside the parts the uses fall along a continuous curve. It passes the borders between two parts near the lower
    part's average, because a part measured by ``ntile`` may take one value more from the part below it, and that
    value should look like the part it comes from. In each part the curve is a power curve with the part's share as its
    integral, and nowhere lower than one use.

    Args:
        weights: shares, most used first, positive, summing to 1.
        mean: uses per value; the last part's average must be at least one use.
    """

    used_share = 1.0
    _BORDER = 0.25  # place of a border between the part below (0) and the part above (1), on a logarithmic scale

    def __init__(self, weights: Sequence[float], mean: float) -> None:
        self.weights = tuple(weights)
        self.mean = mean
        self._parts = parts = len(self.weights)
        average = [weight * parts for weight in self.weights]
        borders = [above**self._BORDER * below ** (1.0 - self._BORDER) for above, below in pairwise(average)]
        top = average[0] ** 2 / borders[0] if borders else average[0]
        least = 1.0 / mean
        bottom = max(average[-1] ** 2 / borders[-1] if borders else average[-1], min(least, average[-1]))
        self._borders: list[float] = [top, *borders, bottom]
        self._negated = [-border for border in self._borders]
        self._powers: list[float] = [
            (above - below) / (part - below) - 1.0 if part - below > 1e-12 else math.inf
            for above, part, below in zip(self._borders, average, self._borders[1:], strict=False)
        ]
        self._above = [0.0, *accumulate(self.weights)]
        self._per_use = 1.0 / mean
        self._top, self._bottom = top, bottom
        self._inverted = [  # per part: lower border, 1 / height, 1 / power of the curve (0 where flat), parts above and this
            (
                below,
                1.0 / (above - below) if above > below else 1.0,
                1.0 / power if 0.0 < power < math.inf else 0.0,
                part + 1.0,
            )
            for part, (above, below, power) in enumerate(zip(self._borders, self._borders[1:], self._powers, strict=False))
        ]

    def ccdf(self, k: int) -> float:
        return _ccdf_of_density(self, k)

    def quantile(self, u: float) -> float:
        part = min(int(u * len(self.weights)), len(self.weights) - 1)
        left = 1.0 - (u * len(self.weights) - part)
        above, below, power = self._borders[part], self._borders[part + 1], self._powers[part]
        return self.mean * (below + (above - below) * (math.pow(left, power) if power < math.inf else 0.0))

    def share(self, t: float) -> float:
        parts = len(self.weights)
        part = min(int(t * parts), parts - 1)
        done = t * parts - part
        above, below, power = self._borders[part], self._borders[part + 1], self._powers[part]
        curve = (above - below) / (power + 1.0) * (1.0 - math.pow(1.0 - done, power + 1.0)) if power < math.inf else 0.0
        return min(1.0, self._above[part] + (below * done + curve) / parts)

    def at_least(self, x: float) -> float:
        """Share of the values whose unrounded number of uses is at least ``x``."""
        density = x / self.mean
        borders = self._borders
        if density <= borders[-1]:
            return 1.0
        if density > borders[0]:
            return 0.0
        part = bisect_left(self._negated, -density) - 1
        if part < 0:
            part = 0
        above, below, power = borders[part], borders[part + 1], self._powers[part]
        if above - below <= 0.0 or power == math.inf:
            return part / self._parts
        left = ((density - below) / (above - below)) ** (1.0 / power) if power > 0.0 else 1.0
        return (part + 1.0 - left) / self._parts

    def cumulative(self, n: int) -> list[float]:
        parts = len(self.weights)
        sizes = [n // parts + (part < n % parts) for part in range(parts)]
        # Parts of (nearly) equal weight cannot be fitted: the values of a smaller part would be used more than those above.
        if n < parts or any(
            above * size_below < below * size_above
            for (above, below), (size_above, size_below) in zip(pairwise(self.weights), pairwise(sizes), strict=True)
        ):
            return [0.0, *(self.share(i / n) for i in range(1, n)), 1.0]
        points = [0.0]
        for part, size in enumerate(sizes):  # as ntile does: the first n % parts parts are one value larger
            points.extend(self.share((part + i / size) / parts) for i in range(1, size))
            points.append(self._above[part + 1])
        points[-1] = 1.0
        return points

    def due(self, i: int, x: float) -> float:  # (i - ½) / at_least(x), with all that is constant reckoned beforehand
        density = x * self._per_use
        if density <= self._bottom:
            return i
        if density > self._top:
            return math.inf
        part = bisect_left(self._negated, -density) - 1
        below, scale, power, upto = self._inverted[part if part > 0 else 0]
        top = upto - ((density - below) * scale) ** power
        if top <= 0.0:
            return math.inf
        time = (i - 0.5) * self._parts / top
        return time if time > i else i

    def __repr__(self) -> str:
        return f"WeightsCounts(weights={self.weights!r}, mean={self.mean:g})"


class HistogramCounts:
    """A captured histogram, replayed as it is.

    Args:
        histogram: pairs ``(uses, values)``: how many values have that many uses; ``uses`` may be 0.

    Raises:
        ConfigurationError: nothing is used, or a number is negative or not whole.

    Example:
        >>> counts = HistogramCounts([(0, 50), (1, 30), (4, 20)])
        >>> counts.mean, counts.used_share, counts.ccdf(2)
        (2.2, 0.5, 0.2)
    """

    def __init__(self, histogram: Iterable[tuple[int, int]]) -> None:
        pairs = [tuple(pair) for pair in histogram]
        merged: dict[int, int] = {}
        for pair in pairs:
            if len(pair) != 2 or min(pair) < 0 or any(part != int(part) for part in pair):
                raise ConfigurationError(
                    f"histogram has the entry {pair!r}; expected pairs (uses, values) of whole numbers, at least 0"
                )
            merged[pair[0]] = merged.get(pair[0], 0) + pair[1]
        levels = sorted(((uses, values) for uses, values in merged.items() if values), reverse=True)
        total = sum(uses * values for uses, values in levels)
        if not total:
            raise ConfigurationError(f"histogram {pairs[:5]!r} has no use at all; expected at least one value with a use")
        population = sum(values for _, values in levels)
        used = sum(values for uses, values in levels if uses)
        self.histogram = tuple(reversed(levels))
        self.mean = total / used
        self.used_share = used / population
        self._uses = [uses for uses, _ in levels]
        self._top = [0.0, *(top / population for top in accumulate(values for _, values in levels))]
        self._held = [0.0, *(held / total for held in accumulate(uses * values for uses, values in levels))]
        self._ascending = self._uses[::-1]

    def ccdf(self, k: int) -> float:
        return self._top[len(self._uses) - bisect_left(self._ascending, k)]

    def quantile(self, u: float) -> float:
        return self._uses[min(bisect_left(self._top, u, lo=1), len(self._uses)) - 1]

    def share(self, t: float) -> float:
        level = min(max(bisect_left(self._top, t), 1), len(self._uses))
        low, high = self._top[level - 1], self._top[level]
        return self._held[level - 1] + (self._held[level] - self._held[level - 1]) * min(1.0, (t - low) / (high - low))

    def cumulative(self, n: int) -> list[float]:
        return _points(self, n)

    def due(self, i: int, x: float) -> float:
        top = self.ccdf(math.ceil(x))
        return max((i - 0.5) / top, i) if top > 0.0 else math.inf

    def __repr__(self) -> str:
        return f"HistogramCounts(values={sum(v for _, v in self.histogram)}, mean={self.mean:g}, used_share={self.used_share:g})"

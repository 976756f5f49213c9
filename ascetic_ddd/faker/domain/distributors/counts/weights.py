"""Shares of the uses that equal-sized parts of the values hold."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, pairwise

from ascetic_ddd.faker.domain.distributors.counts.density import ccdf_of_density, even_points

__all__ = ("WeightsCounts",)


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
        return ccdf_of_density(self, k)

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
            return even_points(self, n)
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

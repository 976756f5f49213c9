"""A power of the rank, told by one number."""

import math

from ascetic_ddd.faker.domain.distributors.counts.density import ccdf_of_density, even_points

__all__ = ("SkewCounts",)


class SkewCounts:
    """The counts that ``idx = floor(n * (1 - random()) ** skew)`` draws: the top ``t`` of values hold ``t ** (1/skew)`` of uses.

    Args:
        skew: > 1; :class:`~ascetic_ddd.faker.domain.distributors.counts.uniform.UniformCounts` is its limit at 1.
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
        return ccdf_of_density(self, k)

    def quantile(self, u: float) -> float:
        return float(self._least * u ** (self._power - 1.0))

    def share(self, t: float) -> float:
        return float(t**self._power)

    def at_least(self, x: float) -> float:
        """Share of the values whose unrounded number of uses is at least ``x``."""
        return 1.0 if x <= self._least else float((x / self._least) ** -self._inverse)

    def cumulative(self, n: int) -> list[float]:
        return even_points(self, n)

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

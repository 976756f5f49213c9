"""A captured histogram."""

import math
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from ascetic_ddd.faker.domain.distributors.counts.density import even_points
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("HistogramCounts",)


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
        return even_points(self, n)

    def due(self, i: int, x: float) -> float:
        top = self.ccdf(math.ceil(x))
        return max((i - 0.5) / top, i) if top > 0.0 else math.inf

    def __repr__(self) -> str:
        return f"HistogramCounts(values={sum(v for _, v in self.histogram)}, mean={self.mean:g}, used_share={self.used_share:g})"

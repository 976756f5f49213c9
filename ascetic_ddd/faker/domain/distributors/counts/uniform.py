"""Every value as often as any other."""

import math

from ascetic_ddd.faker.domain.distributors.counts.density import even_points

__all__ = ("UniformCounts",)


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
        return even_points(self, n)

    def due(self, i: int, x: float) -> float:
        return i if x <= self.mean else math.inf

    def __repr__(self) -> str:
        return f"UniformCounts(mean={self.mean:g})"

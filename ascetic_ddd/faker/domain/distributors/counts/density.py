"""What several laws reckon alike."""

from typing import Protocol

from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution

__all__ = ("IDensity", "ccdf_of_density", "even_points")


class IDensity(ICountDistribution, Protocol):
    """A law whose unrounded number of uses falls along a curve."""

    def at_least(self, x: float) -> float:
        """Share of the values whose unrounded number of uses is at least ``x``."""
        ...


def even_points(counts: ICountDistribution, n: int) -> list[float]:
    """``share`` at ``n + 1`` evenly spaced points, from 0 to exactly 1."""
    return [0.0, *(counts.share(i / n) for i in range(1, n)), 1.0]


def ccdf_of_density(counts: IDensity, k: int) -> float:
    """``P(floor(q + φ) ≥ k)`` for q drawn from the ranking and φ uniform: the mean of ``min(q, k) - min(q, k - 1)``."""
    if k <= 0:
        return 1.0

    def mean_up_to(x: float) -> float:
        above = counts.at_least(x)
        return x * above + counts.mean * (1.0 - counts.share(above))

    return min(1.0, max(0.0, mean_up_to(k) - mean_up_to(k - 1)))

"""Histograms of uses, and the distance between two of them."""

from collections import Counter
from collections.abc import Iterable

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = (
    "histogram",
    "ks",
    "w1_over_mean",
)

Histogram = Iterable[tuple[int, int]]


def histogram(counts: Iterable[int], *, unused: int = 0) -> list[tuple[int, int]]:
    """Pairs (uses, values) in ascending order: what ``distributor_factory(histogram=…)`` replays.

    Example:
        >>> histogram([4, 1, 1], unused=2)
        [(0, 2), (1, 2), (4, 1)]
    """
    tally = Counter(counts)
    if unused:
        tally[0] += unused
    return sorted(tally.items())


def ks(a: Histogram, b: Histogram) -> float:
    """Largest difference of the shares of values that have at most c uses, over all c (Kolmogorov and Smirnov).

    Args:
        a: pairs (uses, values), unused values included.
        b: the same of the other one.

    Example:
        >>> ks([(1, 50), (2, 50)], [(1, 40), (2, 60)])
        0.1
    """
    return round(max(abs(difference) for _, difference in _differences(a, b)), 12)


def w1_over_mean(a: Histogram, b: Histogram) -> float:
    """Uses that have to be moved to turn one histogram into the other, per value, as a share of the mean of ``a``.

    Args:
        a: pairs (uses, values), unused values included.
        b: the same of the other one.

    Example:
        >>> w1_over_mean([(1, 50), (3, 50)], [(1, 25), (3, 75)])
        0.25
    """
    pairs = [(uses, values) for uses, values in a if values]
    per_value = sum(uses * values for uses, values in pairs) / (sum(values for _, values in pairs) or 1)
    if not per_value:
        raise ConfigurationError(f"histogram {pairs[:5]!r} has no use at all; expected at least one value with a use")
    return sum(width * abs(difference) for width, difference in _differences(pairs, b)) / per_value


def _differences(a: Histogram, b: Histogram) -> list[tuple[int, float]]:
    """(width of the step, difference of the two distribution functions on it), for every step."""
    steps: dict[int, float] = {}
    for sign, pairs in ((1.0, list(a)), (-1.0, list(b))):
        total = sum(values for _, values in pairs)
        if not total:
            raise ConfigurationError(f"histogram {pairs[:5]!r} has no value; expected pairs (uses, values)")
        for uses, values in pairs:
            steps[uses] = steps.get(uses, 0.0) + sign * values / total
    order = sorted(steps)
    found: list[tuple[int, float]] = []
    difference = 0.0
    for here, after in zip(order, [*order[1:], order[-1]], strict=True):
        difference += steps[here]
        found.append((after - here, difference))
    return found

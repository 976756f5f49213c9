"""How far figures of a sample may be from the truth: 95 % bounds.

A profile states one error, the bound of Dvoretzky, Kiefer, Wolfowitz and Massart for the histogram. The number of parents
behind it follows, and from that and the histogram the errors of what is computed from it.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

__all__ = ("binomial_error", "mean_error", "sample_size", "size_biased_error", "w1_error")

_DEVIATIONS = 1.96
_Histogram = Sequence[tuple[int, int]]


def sample_size(error: float) -> float:
    """Parents in the sample that has this bound; infinite for 0.

    Example:
        >>> round(sample_size(0.0136))
        9972
    """
    return math.log(2.0 / 0.05) / (2.0 * error * error) if error > 0.0 else math.inf


def mean_error(histogram: _Histogram, size: float) -> float:
    """Relative error of the mean per parent."""
    first, second = _moment(histogram, 1), _moment(histogram, 2)
    return _DEVIATIONS * math.sqrt(max(0.0, second - first * first) / size) / first if first else 0.0


def size_biased_error(histogram: _Histogram, size: float) -> float:
    """Relative error of Σc²/Σc, by the delta method."""
    first, second = _moment(histogram, 1), _moment(histogram, 2)
    if not first:
        return 0.0
    ratio = second / first
    total = sum(values for _, values in histogram)
    variance = sum(values * (uses * uses - ratio * uses) ** 2 for uses, values in histogram) / total
    return _DEVIATIONS * math.sqrt(variance / size) / second


def w1_error(histogram: _Histogram, size: float) -> float:
    """Error of W1 / mean: the area under the standard errors of the distribution function."""
    first = _moment(histogram, 1)
    total = sum(values for _, values in histogram)
    if not first or not total:
        return 0.0
    order = sorted(histogram)
    area, below = 0.0, 0
    for (uses, values), (after, _) in pairwise(order):
        below += values
        share = below / total
        area += (after - uses) * math.sqrt(share * (1.0 - share) / size)
    return _DEVIATIONS * area / first


def binomial_error(share: float, size: float) -> float:
    """Error of a share that was counted in ``size`` rows.

    Example:
        >>> round(binomial_error(0.5, 10_000), 4)
        0.0098
    """
    return _DEVIATIONS * math.sqrt(max(0.0, share * (1.0 - share)) / size) if size else 0.0


def _moment(histogram: Iterable[tuple[int, int]], power: int) -> float:
    pairs = list(histogram)
    total = sum(values for _, values in pairs)
    return sum(float(uses) ** power * values for uses, values in pairs) / total if total else 0.0

"""From the parameters a user gives to a count distribution, or to an error that says what would be possible."""

import math
from collections.abc import Iterable, Mapping, Sequence

from ascetic_ddd.faker.domain.distributors.counts.histogram import HistogramCounts
from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.distributors.counts.skew import SkewCounts
from ascetic_ddd.faker.domain.distributors.counts.uniform import UniformCounts
from ascetic_ddd.faker.domain.distributors.counts.weights import WeightsCounts
from ascetic_ddd.faker.domain.distributors.validation import number_fault, positive_numbers
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("DEFAULT_MEAN", "counts_of")

DEFAULT_MEAN = 50.0
"""Rows per value where a shape is given without a mean."""


def counts_of(
    *,
    weights: Sequence[float] | None = None,
    skew: float | None = None,
    mean: float | None = None,
    histogram: Iterable[tuple[int, int]] | Mapping[int, int] | None = None,
) -> ICountDistribution | None:
    """Make the count distribution that the parameters describe; None if there is no parameter.

    Raises:
        ConfigurationError: as :func:`distributor_factory`.
    """
    shapes = {"weights": weights, "skew": skew, "histogram": histogram}
    given = [name for name, value in shapes.items() if value is not None]
    if len(given) > 1:
        raise ConfigurationError(f"{' and '.join(given)} each describe the whole shape; give one of them")
    faults = [] if mean is None else number_fault("mean", mean, 1.0, math.inf, "rows per used value")
    if histogram is not None and mean is not None:
        faults.append("histogram has its own mean; leave mean out")
    if skew is not None:
        faults += number_fault("skew", skew, 1.0, math.inf, "1 is uniform")
    shares: list[float] = []
    if weights is not None:
        try:
            shares = sorted(positive_numbers("weights", weights), reverse=True)
        except ConfigurationError as error:
            faults.append(str(error))
    if faults:
        raise ConfigurationError("; ".join(faults))
    if histogram is not None:
        return HistogramCounts(histogram.items() if isinstance(histogram, Mapping) else histogram)
    if shares:
        return _of_weights(shares, mean)
    if skew is not None:
        return _of_skew(float(skew), mean)
    return None if mean is None else UniformCounts(float(mean))


def _of_weights(shares: Sequence[float], mean: float | None) -> ICountDistribution:
    rows, origin = _rows(mean)
    least = shares[-1] * len(shares) * rows
    if least < 1.0 - 1e-9:
        raise ConfigurationError(
            f"weights={_listed(shares)} with mean={rows:g}{origin} cannot be: the last of {len(shares)} parts would have "
            f"{least:.3g} rows per value, and a used value has at least 1; "
            f"this needs mean ≥ {rows / least:.4g}, or a last weight ≥ {1.0 / (len(shares) * rows):.4g}"
        )
    return WeightsCounts(shares, rows) if len(shares) > 1 else UniformCounts(rows)


def _of_skew(skew: float, mean: float | None) -> ICountDistribution:
    rows, origin = _rows(mean)
    if skew > rows:
        raise ConfigurationError(
            f"skew={skew:g} with mean={rows:g}{origin} cannot be: the least used values would have mean/skew = "
            f"{rows / skew:.3g} rows, and a used value has at least 1; this needs mean ≥ {skew:g}, or skew ≤ {rows:g}"
        )
    return SkewCounts(skew, rows) if skew > 1.0 else UniformCounts(rows)


def _rows(mean: float | None) -> tuple[float, str]:
    return (DEFAULT_MEAN, " (the default; give mean)") if mean is None else (float(mean), "")


def _listed(shares: Sequence[float]) -> str:
    return "[" + ", ".join(f"{share:.4g}" for share in shares) + "]"

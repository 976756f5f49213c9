"""The one function most users need of the distributors."""

import math
from collections.abc import Iterable, Sequence

from ascetic_ddd.faker.domain.distributors.counts import (
    HistogramCounts,
    ICountDistribution,
    SkewCounts,
    UniformCounts,
    WeightsCounts,
)
from ascetic_ddd.faker.domain.distributors.m2o.distributors import LawDistributor, NewDistributor
from ascetic_ddd.faker.domain.distributors.validation import number_fault, positive_numbers
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("DEFAULT_MEAN", "counts_of", "distributor_factory")

DEFAULT_MEAN = 50.0


def distributor_factory(
    weights: Sequence[float] | None = None,
    skew: float | None = None,
    mean: float | None = None,
    null_weight: float = 0.0,
    sequence: bool = False,
    *,
    histogram: Iterable[tuple[int, int]] | None = None,
    spread: float = 1.0,
) -> LawDistributor | NewDistributor:
    """Make a distributor from the parameters that are measured in production. Without any, every value is new.

    Args:
        weights: shares of rows held by equal-sized parts of the values, e.g. ``[0.7, 0.2, 0.07, 0.03]``; scaled to sum 1,
            in any order.
        skew: at least 1; 1 is uniform, 2 a moderate skew, 3 a strong one. ``alpha = 1 - 1/skew`` is Zipf's exponent.
        mean: rows per used value, at least 1. 50 when only ``weights`` or ``skew`` are given; 1 makes every value unique.
        null_weight: probability of None, 0…1.
        sequence: every value is new, and its number is what the input generator is for.
        histogram: a captured histogram to replay as it is: pairs ``(uses, values)``; 0 uses are values that shall have none.
        spread: in planned runs, how far apart the rows of one value may lie, as a share of the run: 1 (default) anywhere,
            0 next to each other. It moves ``pg_stats.correlation``.

    Raises:
        ConfigurationError: a parameter is out of range, or the parameters cannot hold together. All faults are listed.

    Source: seed, "Параметры distributor"; the law is derived in docs/distributors.md.

    Example:
        >>> distributor_factory(weights=[0.7, 0.2, 0.07, 0.03], mean=50)
        LawDistributor(WeightsCounts(weights=(0.7, 0.2, 0.07, 0.03), mean=50), null_weight=0)
    """
    faults = [
        *number_fault("null_weight", null_weight, 0.0, 1.0, "a probability of null"),
        *number_fault("spread", spread, 0.0, 1.0, "a share of the run"),
    ]
    if sequence and any(given is not None for given in (weights, skew, mean, histogram)):
        faults.append("sequence=True makes every value new; it takes no weights, skew, mean or histogram")
    counts: ICountDistribution | None = None
    try:
        counts = counts_of(weights=weights, skew=skew, mean=mean, histogram=histogram)
    except ConfigurationError as error:
        faults.append(str(error))
    if faults:
        raise ConfigurationError("; ".join(faults))
    if counts is None:
        return NewDistributor(float(null_weight), is_sequence=bool(sequence))
    return LawDistributor(counts, float(null_weight), float(spread))


def counts_of(
    *,
    weights: Sequence[float] | None = None,
    skew: float | None = None,
    mean: float | None = None,
    histogram: Iterable[tuple[int, int]] | None = None,
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
        return HistogramCounts(histogram)
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

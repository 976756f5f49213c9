"""The uses of a reference's values held against what its distributor was asked for."""

import math
from collections import Counter
from collections.abc import Iterator

from ascetic_ddd.faker.application import measure
from ascetic_ddd.faker.application.checking.model import Judgement
from ascetic_ddd.faker.domain.distributors.counts import (
    HistogramCounts,
    ICountDistribution,
    SkewCounts,
    UniformCounts,
    WeightsCounts,
)
from ascetic_ddd.faker.domain.repositories import Uses

__all__ = ("judge_nulls", "judge_shape", "too_few")

# Twice what the statistical tests allow: those know whether a run was planned, and how many parts it had.
_MEAN = 0.04
_WEIGHTS = 0.02
_SKEW = 0.06
_WEAK_SKEW = 0.2  # below 1.5 the exponent hangs on little
_KS = 0.03
_SIGMAS = 4.0
_FEW = {"weights": 5, "skew": 20, "histogram": 50}  # values, for weights in each part


def too_few(counts: ICountDistribution, values: int) -> str:
    """Tell why a shape cannot be judged on so many used values; empty if it can.

    Example:
        >>> too_few(WeightsCounts((0.7, 0.2, 0.1), 10), 12)
        '12 values, and weights of 3 parts need 15'
    """
    if isinstance(counts, WeightsCounts):
        parts = len(counts.weights)
        return f"{values} values, and weights of {parts} parts need {parts * _FEW['weights']}" * (
            values < parts * _FEW["weights"]
        )
    if isinstance(counts, SkewCounts):
        return f"{values} values, and a skew needs {_FEW['skew']}" * (values < _FEW["skew"])
    if isinstance(counts, HistogramCounts):
        return f"{values} values, and a histogram needs {_FEW['histogram']}" * (values < _FEW["histogram"])
    return ""


def judge_shape(path: str, counts: ICountDistribution, uses: Uses, unused: int) -> Iterator[Judgement]:
    """Judge the mean, and the shape where there are enough values.

    Args:
        path: of the reference.
        counts: what was asked.
        uses: what came out; at least one.
        unused: values that exist and have no use.
    """
    tally = Counter(dict(uses.histogram))
    rows = sum(each * values for each, values in tally.items())
    values = tally.total()
    found = rows / values
    # The newest value is being filled: one value more or less than rows / mean.
    slack = _MEAN * counts.mean + (1.0 + _MEAN) * counts.mean**2 / rows
    yield Judgement(path, "mean", (counts.mean,), (found,), abs(found - counts.mean), slack)
    if too_few(counts, values) or isinstance(counts, UniformCounts):
        return
    if isinstance(counts, WeightsCounts):
        held = measure.weights(tally, len(counts.weights))
        worst = max(abs(asked - part) for asked, part in zip(counts.weights, held, strict=True))
        # ntile may put a value, or the newest one, into the next part
        one = max(counts.weights) * len(counts.weights) / values
        yield Judgement(path, "weights", counts.weights, held, worst, _WEIGHTS + one)
    elif isinstance(counts, SkewCounts):
        skew = measure.skew(tally)
        slack = (_SKEW if counts.skew >= 1.5 else _WEAK_SKEW) + counts.skew / math.sqrt(values)
        yield Judgement(path, "skew", (counts.skew,), (skew,), abs(skew - counts.skew), slack)
    elif isinstance(counts, HistogramCounts):
        distance = measure.ks(counts.histogram, measure.histogram(tally, unused=unused))
        yield Judgement(path, "histogram", (counts.mean,), (found,), distance, _KS + 1.0 / math.sqrt(values))


def judge_nulls(path: str, null_weight: float, uses: Uses) -> Judgement:
    """Judge the share of nulls, by the binomial band of a growing run; there is at least one row."""
    used = sum(each * values for each, values in uses.histogram.items())
    rows = used + uses.nulls
    share = uses.nulls / rows
    band = _SIGMAS * math.sqrt(null_weight * (1.0 - null_weight) / rows) + 1.0 / rows if null_weight else 0.0
    return Judgement(path, "null_weight", (null_weight,), (share,), abs(share - null_weight), band)

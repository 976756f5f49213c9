"""The uses of a reference's values held against what its distributor was asked for."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

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

__all__ = ("ScopedWeights", "judge_nulls", "judge_shape", "too_few")

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
        yield _of_weights(path, "weights", counts, held, _ntile_effect(counts, values))
    elif isinstance(counts, SkewCounts):
        skew = measure.skew(tally)
        slack = (_SKEW if counts.skew >= 1.5 else _WEAK_SKEW) + counts.skew / math.sqrt(values)
        yield Judgement(path, "skew", (counts.skew,), (skew,), abs(skew - counts.skew), slack)
    elif isinstance(counts, HistogramCounts):
        distance = measure.ks(counts.histogram, measure.histogram(tally, unused=unused))
        yield Judgement(path, "histogram", (counts.mean,), (found,), distance, _KS + 1.0 / math.sqrt(values))


def _of_weights(path: str, parameter: str, counts: WeightsCounts, held: Sequence[float], effect: float) -> Judgement:
    worst = max(abs(asked - part) for asked, part in zip(counts.weights, held, strict=True))
    return Judgement(path, parameter, counts.weights, tuple(held), worst, _WEIGHTS + effect)


def _ntile_effect(counts: WeightsCounts, values: int) -> float:
    """How far the shares may be off because the values do not divide into equal parts, and the newest is being filled.

    With n = q·p + r values ntile gives the first r parts q + 1 values; a schedule that is right at every n cannot follow cuts
    that jump with n.
    """
    parts = len(counts.weights)
    size, larger = divmod(values, parts)
    held = [counts.share((part * size + min(part, larger)) / values) for part in range(parts + 1)]
    off = max(abs(high - low - weight) for (low, high), weight in zip(pairwise(held), counts.weights, strict=True))
    return off + (counts.weights[-1] * parts + 1.0) / values


class ScopedWeights:
    """The shares within each of many scopes, taken together: a scope counts by its rows.

    Args:
        path: of the reference.
        within: the parts that make a scope, for the name of the parameter.
        counts: what was asked.
    """

    def __init__(self, path: str, within: str, counts: WeightsCounts) -> None:
        self._path, self._within, self._counts = path, within, counts
        self._rows = 0
        self._held = [0.0] * len(counts.weights)
        self._effect = 0.0

    def add(self, uses: Uses) -> None:
        """Take a scope in; one that has fewer values than there are parts tells nothing."""
        parts = len(self._counts.weights)
        tally = Counter(dict(uses.histogram))
        values = tally.total()
        if values < parts:
            return
        rows = sum(each * number for each, number in tally.items())
        self._rows += rows
        self._effect += rows * _ntile_effect(self._counts, values)
        for part, share in enumerate(measure.weights(tally, parts)):
            self._held[part] += rows * share

    def judge(self) -> Judgement | None:
        """Judge them; None if no scope was large enough."""
        if not self._rows:
            return None
        held = [share / self._rows for share in self._held]
        return _of_weights(self._path, f"weights within {self._within}", self._counts, held, self._effect / self._rows)


def judge_nulls(path: str, null_weight: float, uses: Uses) -> Judgement:
    """Judge the share of nulls, by the binomial band of a growing run; there is at least one row."""
    used = sum(each * values for each, values in uses.histogram.items())
    rows = used + uses.nulls
    share = uses.nulls / rows
    band = _SIGMAS * math.sqrt(null_weight * (1.0 - null_weight) / rows) + 1.0 / rows if null_weight else 0.0
    return Judgement(path, "null_weight", (null_weight,), (share,), abs(share - null_weight), band)

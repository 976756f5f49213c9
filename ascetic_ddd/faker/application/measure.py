"""From uses per value to the figures that a distributor is asked for, and the distance between two histograms.

Everything is computed from the count of counts, so a million values cost little more than counting them.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = (
    "Measured",
    "Regression",
    "histogram",
    "ks",
    "mean",
    "measure",
    "regression",
    "size_biased_mean",
    "skew",
    "skew_for",
    "top_share",
    "unused_share",
    "w1_over_mean",
    "weights",
)

Histogram = Iterable[tuple[int, int]]
_Levels = Sequence[tuple[int, int]]  # (uses, values), most used first, only used values

_EXACT_CELLS = 1_000  # ranks summed one by one; the rest by an integral, with a relative error below 1e-6
_LARGEST_SKEW = 1_000.0


@dataclass(frozen=True, slots=True)
class Regression:
    """The straight line through log(uses) over log(rank), as the seed's SQL draws it.

    Attributes:
        alpha: minus the slope, Zipf's exponent.
        skew: ``1 / (1 - alpha)``; as in SQL it is negative where alpha > 1, and then stands for nothing. Infinite at 1.
        r_squared: goodness of fit, 0…1; 1 where all values have as many uses.
    """

    alpha: float
    skew: float
    r_squared: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What a histogram of uses looks like.

    Attributes:
        rows: uses in all, M.
        values: values that have a use.
        unused_share: values without a use, as a share of all values.
        mean: rows per used value.
        weights: shares of rows held by equal-sized parts of the used values, most used first.
        skew: of the law that has the same Σp², see :func:`skew`.
        regression: the seed's; None for fewer than two ranks.
        top_share: share of rows of the most used value.
        size_biased_mean: rows behind the value of a random row.
    """

    rows: int
    values: int
    unused_share: float
    mean: float
    weights: tuple[float, ...]
    skew: float
    regression: Regression | None
    top_share: float
    size_biased_mean: float


def measure(counts: Iterable[int], *, unused: int = 0, parts: int = 4) -> Measured:
    """Measure everything at once.

    Args:
        counts: uses per value, in any order, or a ``Counter`` of them; zeros are values without a use.
        unused: further values without a use.
        parts: number of parts for the weights.

    Raises:
        ConfigurationError: no value has a use, a count is negative, or ``parts`` is less than 1.

    Example:
        >>> found = measure([70, 20, 7, 3], unused=1)
        >>> found.weights, found.mean, found.unused_share, found.top_share
        ((0.7, 0.2, 0.07, 0.03), 25.0, 0.2, 0.7)
    """
    tally = Counter(counts)
    unused += tally.get(0, 0)
    levels = _levels(tally)
    rows, values = _rows(levels), _values(levels)
    return Measured(
        rows=rows,
        values=values,
        unused_share=unused / (values + unused),
        mean=rows / values,
        weights=_weights(levels, parts),
        skew=skew_for(values, _squares(levels) / rows**2),
        regression=_regression(levels),
        top_share=levels[0][0] / rows,
        size_biased_mean=_squares(levels) / rows,
    )


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


def weights(counts: Iterable[int], parts: int = 4) -> tuple[float, ...]:
    """Shares of rows held by equal-sized parts of the used values, most used first.

    As ``ntile`` does it, the first ``values % parts`` parts are one value larger; fewer values than parts make fewer parts.

    Source: seed, "Снятие weights для большого диапазона".

    Example:
        >>> weights([1, 6, 2, 1], parts=2)
        (0.8, 0.2)
        >>> weights([1, 4, 2, 1, 2], parts=2)  # three values, then two
        (0.8, 0.2)
    """
    return _weights(_levels(Counter(counts)), parts)


def mean(counts: Iterable[int]) -> float:
    """Rows per used value.

    Source: seed, "Снятие mean".

    Example:
        >>> mean([3, 1, 0])
        2.0
    """
    levels = _levels(Counter(counts))
    return _rows(levels) / _values(levels)


def skew(counts: Iterable[int], *, is_sampled: bool = False) -> float:
    """The skew s whose law has the same Σp² as the counts: Σ over the n used values of ``((k/n)^(1/s) - ((k-1)/n)^(1/s))²``.

    Σp² is the probability that two random rows have the same value, and times M it is the expected number of rows
    behind a random row's value, so a copy made with this skew has the same lookups. Ranks play no part in it, so small
    counts do not bend it as they bend a regression.

    By default Σp² is taken as it is, Σc²/M². That is the right one for what our distributors made, whose counts scatter
    by the rounding only, and for a copy that shall have the same expected lookup. Rows that were *drawn* with
    replacement from unknown p carry a Poisson scatter, which adds 1/M: ``is_sampled=True`` takes the unbiased
    Σc(c-1)/(M(M-1)) instead, and finds the skew behind such a sample.

    Returns:
        1 for counts that are as even as they can be (or more even than a sample would be), and for a single value;
        at most 1000.

    Source: Simpson (1949) for the estimator; design.md section 8.

    Example:
        >>> skew([7, 7, 7])
        1.0
        >>> n = 1000
        >>> law = [round(1e6 * ((k / n) ** 0.5 - ((k - 1) / n) ** 0.5)) for k in range(1, n + 1)]
        >>> round(skew(law), 2)
        2.0
    """
    levels = _levels(Counter(counts))
    rows = _rows(levels)
    if not is_sampled:
        return skew_for(_values(levels), _squares(levels) / rows**2)
    return skew_for(_values(levels), (_squares(levels) - rows) / (rows * (rows - 1)) if rows > 1 else 0.0)


def regression(counts: Iterable[int]) -> Regression | None:
    """The seed's log-log regression over the first 90 % of the ranks; None for fewer than two ranks, as SQL's NULL.

    Equal counts get different ranks, as by ``row_number``. Small counts bend the line: even a uniform reference with two
    rows per value shows a skew of 1.8 here. Compare two databases by it, and take :func:`skew` as the parameter.

    Source: seed, "Снятие skew".

    Example:
        >>> found = regression([1200 // rank for rank in range(1, 11)])
        >>> round(found.alpha, 2), round(found.r_squared, 2)
        (1.0, 1.0)
    """
    return _regression(_levels(Counter(counts)))


def top_share(counts: Iterable[int]) -> float:
    """Share of rows of the most used value: ``most_common_freqs[1]`` without nulls.

    Example:
        >>> top_share([3, 1])
        0.75
    """
    levels = _levels(Counter(counts))
    return levels[0][0] / _rows(levels)


def unused_share(counts: Iterable[int], *, unused: int = 0) -> float:
    """Values without a use, as a share of all values.

    Example:
        >>> unused_share([3, 1, 0], unused=1)
        0.5
    """
    tally = Counter(counts)
    return (tally.get(0, 0) + unused) / (_values(_levels(tally)) + tally.get(0, 0) + unused)


def size_biased_mean(counts: Iterable[int]) -> float:
    """Rows behind the value of a random row, Σc²/Σc: the expected cost of a lookup.

    Example:
        >>> size_biased_mean([3, 1])
        2.5
    """
    levels = _levels(Counter(counts))
    return _squares(levels) / _rows(levels)


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


def _levels(tally: Counter[int]) -> _Levels:
    if tally and min(tally) < 0:
        raise ConfigurationError(f"counts have {min(tally)!r}; expected numbers of uses, at least 0")
    levels = [(uses, tally[uses]) for uses in sorted(tally, reverse=True) if uses]
    if not levels:
        raise ConfigurationError(f"{sum(tally.values())} counts, none above 0; expected at least one value with a use")
    return levels


def _rows(levels: _Levels) -> int:
    return sum(uses * values for uses, values in levels)


def _values(levels: _Levels) -> int:
    return sum(values for _, values in levels)


def _squares(levels: _Levels) -> int:
    return sum(uses * uses * values for uses, values in levels)


def _weights(levels: _Levels, parts: int) -> tuple[float, ...]:
    if parts < 1:
        raise ConfigurationError(f"parts={parts!r}: expected a number of parts, at least 1")
    values, rows = _values(levels), _rows(levels)
    size, larger = divmod(values, parts)
    held: list[float] = []
    level, left = 0, levels[0][1]
    for part in range(min(parts, values)):
        wanted, sum_of_part = size + (part < larger), 0
        while wanted:
            taken = min(wanted, left)
            sum_of_part += taken * levels[level][0]
            wanted -= taken
            left -= taken
            if not left and level + 1 < len(levels):
                level += 1
                left = levels[level][1]
        held.append(sum_of_part / rows)
    return tuple(held)


def skew_for(values: int, concentration: float) -> float:
    """The skew whose law has this Σp² on so many values; 1…1000. :func:`skew` takes both from counts.

    Example:
        >>> round(skew_for(1000, 1 / 1000), 3), round(skew_for(1000, 0.00132), 1)
        (1.0, 1.5)
    """
    wanted = concentration
    if values < 2 or wanted * values <= 1.0 + 1e-12:
        return 1.0
    low, high = 1.0, 2.0
    while _concentration(values, high) < wanted and high < _LARGEST_SKEW:
        low, high = high, 2.0 * high
    while high - low > 1e-9 * high:
        middle = (low + high) / 2.0
        if _concentration(values, middle) < wanted:
            low = middle
        else:
            high = middle
    return min(low, _LARGEST_SKEW)


def _concentration(values: int, skew: float) -> float:
    """Σp² of the law: the sum of the squared differences of ``(k/n)^b``, b = 1/skew."""
    power = 1.0 / skew
    exact = min(values, _EXACT_CELLS)
    found, before = 0.0, 0.0
    for rank in range(1, exact + 1):
        upto = (rank / values) ** power
        found += (upto - before) ** 2
        before = upto
    if values > exact:  # cells so narrow that each is its density times 1/n
        order = 2.0 * power - 1.0
        start = exact / values
        area = -math.log(start) if abs(order) < 1e-9 else (1.0 - start**order) / order
        found += power * power * area / values
    return found


def _regression(levels: _Levels) -> Regression | None:
    ranks = _values(levels) * 9 // 10
    if ranks < 2:
        return None
    x_sum = math.lgamma(ranks + 1)
    x_squares = math.fsum(math.log(rank) ** 2 for rank in range(2, ranks + 1))
    y_sum = y_squares = xy_sum = 0.0
    done = 0
    for uses, values in levels:
        taken = min(values, ranks - done)
        log_uses = math.log(uses)
        y_sum += taken * log_uses
        y_squares += taken * log_uses**2
        xy_sum += log_uses * (math.lgamma(done + taken + 1) - math.lgamma(done + 1))
        done += taken
        if done == ranks:
            break
    sxx = x_squares - x_sum**2 / ranks
    syy = y_squares - y_sum**2 / ranks
    sxy = xy_sum - x_sum * y_sum / ranks
    if levels[0][1] >= ranks:
        return Regression(alpha=0.0, skew=1.0, r_squared=1.0)
    slope = sxy / sxx
    return Regression(
        alpha=-slope,
        skew=1.0 / (1.0 + slope) if slope != -1.0 else math.inf,
        r_squared=sxy**2 / (sxx * syy),
    )


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

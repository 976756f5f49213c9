"""The straight line through uses and ranks, both as logarithms: the seed's regression."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ascetic_ddd.faker.application.measure.levels import Levels, levels_of, values_of

__all__ = (
    "Regression",
    "regression",
    "regression_in",
)


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
    return regression_in(levels_of(Counter(counts)))


def regression_in(levels: Levels) -> Regression | None:
    """What :func:`regression` finds, from levels."""
    ranks = values_of(levels) * 9 // 10
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

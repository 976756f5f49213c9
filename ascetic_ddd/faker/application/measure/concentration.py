"""The skew whose law has the same sum of squared shares."""

import math
from collections import Counter
from collections.abc import Iterable

from ascetic_ddd.faker.application.measure.levels import levels_of, rows_of, squares_of, values_of

__all__ = (
    "skew",
    "skew_for",
)

_EXACT_CELLS = 1_000  # ranks summed one by one; the rest by an integral, with a relative error below 1e-6
_LARGEST_SKEW = 1_000.0


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
    levels = levels_of(Counter(counts))
    rows = rows_of(levels)
    if not is_sampled:
        return skew_for(values_of(levels), squares_of(levels) / rows**2)
    return skew_for(values_of(levels), (squares_of(levels) - rows) / (rows * (rows - 1)) if rows > 1 else 0.0)


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

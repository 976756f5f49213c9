"""All figures of a reference at once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ascetic_ddd.faker.application.measure.concentration import skew_for
from ascetic_ddd.faker.application.measure.levels import levels_of, rows_of, squares_of, values_of
from ascetic_ddd.faker.application.measure.log_log import Regression, regression_in
from ascetic_ddd.faker.application.measure.shares import weights_in

__all__ = (
    "Measured",
    "measure",
)


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
    levels = levels_of(tally)
    rows, values = rows_of(levels), values_of(levels)
    return Measured(
        rows=rows,
        values=values,
        unused_share=unused / (values + unused),
        mean=rows / values,
        weights=weights_in(levels, parts),
        skew=skew_for(values, squares_of(levels) / rows**2),
        regression=regression_in(levels),
        top_share=levels[0][0] / rows,
        size_biased_mean=squares_of(levels) / rows,
    )

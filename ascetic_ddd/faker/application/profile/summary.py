"""From a histogram of children per parent to the whole profile of a reference."""

from collections import Counter
from collections.abc import Iterable

from ascetic_ddd.faker.application.measure import measure
from ascetic_ddd.faker.application.profile.histograms import quantiles
from ascetic_ddd.faker.application.profile.model import Histogram, Method, ReferenceProfile, Within
from ascetic_ddd.faker.application.profile.skew_fit import skew_fit

__all__ = ("TOP", "summarised", "top_of")

TOP = 100
_PARTS = 4


def summarised(
    *,
    table: str,
    columns: Iterable[str],
    references_table: str,
    references_columns: Iterable[str],
    name: str,
    rows: int,
    null_weight: float,
    histogram: Histogram,
    within: Within | None = None,
    correlation: float | None = None,
    method: Method = "exact",
    error: float | None = 0.0,
) -> ReferenceProfile:
    """Reckon the summaries of a histogram: mean, weights, skew, alpha, the largest counts, the quantiles."""
    used = sum(parents for children, parents in histogram if children)
    found = measure(Counter(dict(histogram)), parts=_PARTS) if used else None
    fit = skew_fit(histogram) if used else None
    line = found.regression if found else None
    return ReferenceProfile(
        table=table,
        columns=tuple(columns),
        references_table=references_table,
        references_columns=tuple(references_columns),
        name=name,
        rows=rows,
        null_weight=null_weight,
        mean=found.mean if found else 0.0,
        weights=found.weights if found else (),
        skew=fit.skew if fit else 1.0,
        skew_misfit=fit.misfit if fit else 0.0,
        alpha=line.alpha if line else None,
        r_squared=line.r_squared if line else None,
        parents=sum(parents for _, parents in histogram),
        used=used,
        histogram=histogram,
        top_counts=top_of(histogram),
        quantiles=quantiles(histogram),
        within=within,
        correlation=correlation,
        method=method,
        error=error,
    )


def top_of(histogram: Histogram, most: int = TOP) -> tuple[int, ...]:
    """Give the largest counts, largest first.

    Example:
        >>> top_of(((0, 9), (1, 2), (5, 1)))
        (5, 1, 1)
    """
    found: list[int] = []
    for count, values in reversed(histogram):
        if count:
            found.extend([count] * min(values, most - len(found)))
    return tuple(found)

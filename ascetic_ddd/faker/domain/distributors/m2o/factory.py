"""The one function most users need of the distributors."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from ascetic_ddd.faker.domain.distributors.counts.factory import counts_of
from ascetic_ddd.faker.domain.distributors.counts.histogram import HistogramCounts
from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.distributors.validation import number_fault
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("checked_distributor", "distributor_factory")

_PORT = (
    *("keeps_values", "is_nullable", "draw", "draw_many", "undraw", "use", "unuse", "forget"),
    *("seed", "restore", "plan", "end"),
)


def distributor_factory(
    weights: Sequence[float] | None = None,
    skew: float | None = None,
    mean: float | None = None,
    null_weight: float = 0.0,
    sequence: bool = False,
    *,
    start: int | None = None,
    histogram: Iterable[tuple[int, int]] | Mapping[int, int] | None = None,
    spread: float = 1.0,
    correlation: float | None = None,
    like: LawDistributor | NewDistributor | None = None,
    within: Iterable[tuple[float, Iterable[tuple[int, int]]]] | None = None,
) -> LawDistributor | NewDistributor:
    """Make a distributor from the parameters that are measured in production. Without any, every value is new.

    Args:
        weights: shares of rows held by equal-sized parts of the values, e.g. ``[0.7, 0.2, 0.07, 0.03]``; scaled to sum 1,
            in any order.
        skew: at least 1; 1 is uniform, 2 a moderate skew, 3 a strong one. ``alpha = 1 - 1/skew`` is Zipf's exponent.
        mean: rows per used value, at least 1. 50 when only ``weights`` or ``skew`` are given; 1 makes every value unique.
        null_weight: probability of None, 0…1.
        sequence: every value is new and different from all others, and its number is what the input generator is for.
        start: the first number of a sequence. None: 0; where the repository can be read, numbers whose values are stored
            already, by whomever, are left out. Told a number, nobody looks.
        histogram: a captured histogram to replay as it is: pairs ``(uses, values)``; 0 uses are values that shall have none.
        spread: in planned runs, how far apart the rows of one value may lie, as a share of the run: 1 (default) anywhere,
            0 next to each other. It moves ``pg_stats.correlation``.
        correlation: instead of ``spread``: the captured ``pg_stats.correlation`` of the column, -1…1. In planned runs the rows
            follow the order in which the values came to be as closely as that tells; their keys have to rise in this order,
            as those that the database gives do. Met where the values exist beforehand, near where they are made by need.

        like: the distributor of another reference to the same values. In planned runs over values that exist beforehand, those
            that it has used most are used most here, too: the tenants with most authors are those with most books.
        within: for references that are told a part, such as the tenant: pairs of the number of values in a scope and the captured
            histogram of scopes of about that size, as a profile's classes have them. ``histogram`` stays that of all.

    Raises:
        ConfigurationError: a parameter is out of range, or the parameters cannot hold together. All faults are listed.

    Source: seed, "Параметры distributor"; the law is derived in docs/distributors.md.

    Example:
        >>> distributor_factory(weights=[0.7, 0.2, 0.07, 0.03], mean=50)
        LawDistributor(WeightsCounts(weights=(0.7, 0.2, 0.07, 0.03), mean=50), null_weight=0)
    """
    faults = [
        *([] if correlation is None else number_fault("correlation", correlation, -1.0, 1.0, "pg_stats.correlation")),
        *number_fault("null_weight", null_weight, 0.0, 1.0, "a probability of null"),
        *number_fault("spread", spread, 0.0, 1.0, "a share of the run"),
    ]
    if correlation is not None and spread != 1.0:
        faults.append(f"spread={spread!r} and correlation={correlation!r} both say how rows are ordered; give one of them")
    if sequence and any(given is not None for given in (weights, skew, mean, histogram)):
        faults.append("sequence=True makes every value new; it takes no weights, skew, mean or histogram")
    if start is not None and (not sequence or type(start) is not int or start < 0):
        faults.append(f"start={start!r}: expected the first number of a sequence, at least 0, together with sequence=True")
    if like is not None and not isinstance(like, LawDistributor):
        faults.append(f"like={like!r} reuses no values, so none is used most; give the distributor of a reference with a law")
    counts: ICountDistribution | None = None
    sized: list[tuple[float, HistogramCounts]] = []
    try:
        sized = [(_members(members), HistogramCounts(pairs)) for members, pairs in within or ()]
        counts = counts_of(weights=weights, skew=skew, mean=mean, histogram=histogram)
    except ConfigurationError as error:
        faults.append(str(error))
    if counts is None and (like is not None or sized):
        faults.append("like and within are about values that are reused; give weights, skew, mean or histogram, too")
    if faults:
        raise ConfigurationError("; ".join(faults))
    if counts is None:
        return NewDistributor(float(null_weight), is_sequence=bool(sequence), start=start)
    is_like = like if isinstance(like, LawDistributor) else None
    return LawDistributor(counts, float(null_weight), float(spread), correlation, is_like, sized)


def _members(number: float) -> float:
    if faults := number_fault("within", number, 1e-9, math.inf, "values in a scope"):
        raise ConfigurationError(faults[0])
    return float(number)


def checked_distributor(distributor: object) -> IM2ODistributor:
    """The distributor, if it is one.

    Raises:
        ConfigurationError: it is something else, such as a generator in the place of the distributor.
    """
    missing = [name for name in _PORT if not hasattr(distributor, name)]
    if missing and hasattr(distributor, "draw"):
        raise ConfigurationError(
            f"distributor={distributor!r} has no {', '.join(missing)}; see IM2ODistributor, and "
            "ascetic_ddd.faker.testing.distributor_contract for what each must do"
        )
    if missing:
        raise ConfigurationError(
            f"distributor={distributor!r}: expected what distributor_factory(…) makes; "
            "an input generator is given as input_generator=…"
        )
    return cast(IM2ODistributor, distributor)

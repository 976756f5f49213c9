"""A fixed list of inputs, instead of a generator."""

from collections.abc import Sequence
from typing import Any

from ascetic_ddd.faker.domain.distributors.counts.uniform import UniformCounts
from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.stock.value_pool import ValuePool

__all__ = ("listed",)


def listed(
    before: IM2ODistributor, pool: ValuePool, values: Sequence[Any], weights: Sequence[float] | None, input_generator: object
) -> SharesDistributor:
    """Fill a pool with a list; give what deals it.

    Args:
        before: the distributor that was given, whose shares or nulls the list gets.
        pool: of the part.
        values: the list.
        weights: their shares, in the same order.
        input_generator: what was given beside them.

    Raises:
        ConfigurationError: it is no list, or there are two sources of inputs, or of shares.
    """
    if input_generator is not None:
        raise ConfigurationError("values and input_generator are two sources of the same input; give one of them")
    if isinstance(values, (str, bytes)) or not hasattr(values, "__getitem__") or not len(values):
        raise ConfigurationError(f"values={values!r}: expected a non-empty list of inputs, in an order that stays")
    given = list(values)
    counts = before.counts if isinstance(before, LawDistributor) else None
    if isinstance(counts, UniformCounts) or (isinstance(before, NewDistributor) and before.is_sequence):
        raise ConfigurationError(
            f"{before!r} has no shares for a fixed list: a list is reused as often as there are rows; "
            "give weights, or a distributor with a skew or weights, or none"
        )
    for input in given:
        pool.append(None, input)
    pool.is_fixed = True
    return SharesDistributor.of(len(given), weights, counts, getattr(before, "null_weight", 0.0))

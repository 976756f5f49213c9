"""From a profile to the arguments of the factories, which never refuse them."""

import re
from collections.abc import Sequence
from typing import Any

from ascetic_ddd.faker.application.profile.column_values import number_for, values_of
from ascetic_ddd.faker.application.profile.measured_times import EVEN, Measured
from ascetic_ddd.faker.application.profile.records import ColumnRecord, Histogram, ReferenceRecord
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.quantile_generator import QuantileGenerator
from ascetic_ddd.faker.domain.generators.support_points import support_points

__all__ = ("children", "choices", "feasible_weights", "invented", "of_column", "of_reference")

_SHAPES = ("weights", "skew", "histogram")
_LONG_S = 1_000  # between the least and the greatest time
_MOSTLY_NEW = 0.9  # share of different values from which nothing is lost by inventing each row's anew
_MOST_POINTS = 200_000  # values kept in a list


def of_reference(reference: ReferenceRecord, shape: str) -> dict[str, Any]:
    """Give the arguments of ``distributor_factory``; a reference that nobody uses keeps its null_weight only.

    Raises:
        ConfigurationError: there is no such shape.
    """
    if shape not in _SHAPES:
        raise ConfigurationError(f"shape={shape!r}: expected one of {', '.join(map(repr, _SHAPES))}")
    nulls = {"null_weight": reference.null_weight}
    if not _is_used(reference.histogram):
        return nulls
    if shape == "histogram":
        ordered = {} if reference.correlation is None else {"correlation": reference.correlation}
        return {"histogram": reference.histogram, **nulls, **ordered, **_within(reference)}
    mean = max(1.0, reference.mean)
    if shape == "skew" or not reference.weights:
        return {"skew": min(max(1.0, reference.skew), mean), "mean": mean, **nulls}
    return {"weights": feasible_weights(reference.weights, mean), "mean": mean, **nulls}


def _within(reference: ReferenceRecord) -> dict[str, Any]:
    """The histograms of groups by size; groups whose rows are all unused have no law."""
    classes = reference.within.classes if reference.within is not None else ()
    sized = [(each.parents / each.groups, each.histogram) for each in classes if each.parents and _is_used(each.histogram)]
    return {"within": sized} if sized else {}


def children(reference: ReferenceRecord) -> dict[str, Any]:
    """Give the arguments of ``children_factory``: the histogram; no children if there are none."""
    return {"histogram": reference.histogram} if _is_used(reference.histogram) else {"fixed": 0}


def of_column(column: ColumnRecord) -> dict[str, Any]:
    """Give the arguments of ``distributor_factory`` that reuse values as the column does; a unique one makes all new."""
    nulls = {"null_weight": column.null_share}
    if not column.distinct:
        return nulls
    if column.histogram is not None and _is_used(column.histogram) and not column.is_unique:
        return {"histogram": column.histogram, **nulls}
    return {"mean": 1.0 if column.is_unique else max(1.0, column.rows * (1.0 - column.null_share) / column.distinct), **nulls}


def choices(column: ColumnRecord) -> dict[str, Any]:
    """Give the arguments of ``ValueProvider`` for the captured list of values with their shares, in the column's type.

    Raises:
        ConfigurationError: the values were not captured, or cannot be had in the column's type.
    """
    if not column.values:
        raise ConfigurationError(
            f"the values of column {column.name!r} are not in the profile; capture it with --values TABLE.{column.name}"
        )
    found = [(value, share) for value, share in column.values if value is not None and share > 0.0]
    if not found:
        return {"values": (None,)}
    return {
        "distributor": distributor_factory(null_weight=column.null_share),
        "values": values_of(column.name, column.base or column.type, [value for value, _ in found]),
        "weights": tuple(share for _, share in found),
    }


def invented(column: ColumnRecord) -> dict[str, Any]:
    """Give the arguments of ``ValueProvider`` for values between the captured quantiles, repeated as the captured ones are.

    Raises:
        ConfigurationError: the column has neither quantiles nor values in the profile.
    """
    if column.values:
        return choices(column)
    if not column.distinct:
        return {"values": (None,)}
    if not column.quantiles:
        raise ConfigurationError(
            f"column {column.name!r} of type {column.type} has no quantiles in the profile: give an input_generator of your own, "
            f"with distributor_factory(**column.parameters()), or capture it with --values TABLE.{column.name}"
        )
    nulls = distributor_factory(null_weight=column.null_share)
    rows = round(column.rows * (1.0 - column.null_share))
    is_number = not isinstance(column.quantiles[0], str)
    decimals = _decimals(column.base or column.type, column.quantiles) if is_number else None
    typed = number_for(column.base or column.type) if is_number else None
    if is_number and column.histogram and column.distinct <= min(_MOSTLY_NEW * rows, _MOST_POINTS):
        numbers = [float(each) for each in column.quantiles]
        values, weights = support_points(numbers, column.histogram, decimals=decimals, are_means=True)
        return {"distributor": nulls, "values": values if typed is None else tuple(map(typed, values)), "weights": weights}
    generator = QuantileGenerator(
        column.quantiles,
        decimals=decimals,
        correlation=column.correlation or 0.0,
        total=max(1, rows),
        rows=rows,
        convert=typed,
        **_by_the_week(column),
    )
    return {"distributor": nulls, "input_generator": generator}


def _by_the_week(column: ColumnRecord) -> dict[str, Any]:
    """When in the week times come, where that was counted and they span more than a day."""
    quantiles = column.quantiles or ()
    if column.week is None or len(quantiles) < 2 or quantiles[0] == quantiles[-1]:
        return {}
    measured = Measured.of(column)
    return {} if measured.cycle == EVEN else {"week": measured.cycle, "zone": measured.zone}


def _decimals(type: str, quantiles: Sequence[Any]) -> int | None:
    """Digits after the point of a type; None where any number may be. Times are whole seconds, unless they are short."""
    if type.startswith(("interval", "time")):
        return 0 if quantiles[-1] - quantiles[0] >= _LONG_S else 6
    if type in ("smallint", "integer", "bigint"):
        return 0
    scale = re.fullmatch(r"numeric\(\d+,(\d+)\)", type)
    return int(scale[1]) if scale else None


def feasible_weights(weights: Sequence[float], mean: float) -> tuple[float, ...]:
    """Raise the shares that would leave a used value less than one row, and lower the others in proportion.

    Parts measured by ``ntile`` need not be of one size: 5 values with a row each are parts of 2, 1, 1, 1. The law knows
    equal parts only, in which the last one would then have 0.8 rows a value.

    Example:
        >>> feasible_weights([0.4, 0.2, 0.2, 0.2], 1.0)
        (0.25, 0.25, 0.25, 0.25)
        >>> feasible_weights([0.7, 0.2, 0.07, 0.03], 50.0)
        (0.7, 0.2, 0.07, 0.03)
    """
    least = 1.0 / (len(weights) * mean)
    total = sum(weights)
    shares = sorted((weight / total for weight in weights), reverse=True)
    if shares[-1] >= least:
        return tuple(weights)
    excess = [max(0.0, share - least) for share in shares]
    left, held = max(0.0, 1.0 - least * len(shares)), sum(excess)
    return tuple(least + (left * part / held if held > 0.0 else 0.0) for part in excess)


def _is_used(histogram: Histogram) -> bool:
    return any(rows and values for rows, values in histogram)

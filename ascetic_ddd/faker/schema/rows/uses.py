"""How many rows refer to each target, when both numbers are known: the library's count distributions, planned."""

from collections.abc import Mapping
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.distributors.apportionment import apportioned
from ascetic_ddd.faker.domain.distributors.counts import ICountDistribution
from ascetic_ddd.faker.domain.distributors.counts.factory import counts_of
from ascetic_ddd.faker.domain.distributors.validation import positive_numbers
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("planned_uses",)


def planned_uses(law: Mapping[str, Any], rows: int, targets: int, random: Random, *, is_strict: bool = True) -> list[int]:
    """Uses by rank, most used first; together exactly ``rows``.

    A law without ``mean`` uses all targets, as far as it allows that.

    Args:
        law: parameters as of ``distributor_factory``.
        rows: uses to give away.
        targets: how many targets there are.
        random: rounds.
        is_strict: refuse a mean that needs more targets than there are; else take the least one that does not.

    Raises:
        ConfigurationError: the law needs more targets than there are; the message tells what would do.
    """
    if not rows:
        return []
    counts = _counts(law, rows, targets, is_strict=is_strict)
    population = max(1, round(rows / (counts.mean * counts.used_share)))
    uses = [count for count in apportioned(rows, counts.cumulative(population), random.random()) if count]
    uses.sort(reverse=True)
    if len(uses) > targets:  # by rounding
        surplus = sum(uses[targets:])
        del uses[targets:]
        for place in range(surplus):
            uses[place % targets] += 1
    return uses


def _counts(law: Mapping[str, Any], rows: int, targets: int, *, is_strict: bool) -> ICountDistribution:
    average = max(1.0, rows / targets)
    told = dict(law)
    if "mean" not in told and "histogram" not in told:
        told["mean"] = max(average, _least_mean(told))
    counts = counts_of(**told)
    assert counts is not None
    used = rows / counts.mean
    if round(used) <= targets:
        return counts
    if is_strict:
        raise ConfigurationError(
            f"{_described(law)}: {rows:,} rows with {counts.mean:g} rows per used value need {round(used):,} values, and there "
            f"are {targets:,}; ask for mean={rows / targets:.4g} or more, for at most {int(targets * counts.mean):,} rows, or "
            f"for {round(used):,} rows of what is referred to"
        )
    told = {name: value for name, value in told.items() if name not in ("mean", "histogram")}
    told["mean"] = max(average, _least_mean(told))
    relaxed = counts_of(**told)
    assert relaxed is not None
    return relaxed


def _least_mean(law: Mapping[str, Any]) -> float:
    if law.get("weights") is not None:
        shares = positive_numbers("weights", law["weights"])
        return 1.0 / (min(shares) * len(shares)) * (1.0 + 1e-9)
    return float(law.get("skew") or 1.0)


def _described(law: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" if name != "histogram" else "the histogram" for name, value in law.items())

"""Whether there can be as many combinations as are asked for: told before a run begins, with the numbers."""

import math
from collections.abc import Sequence
from typing import Any

from ascetic_ddd.faker.domain.distributors.apportionment import apportioned
from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.facts import null_weight
from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.distributors.schedules.dealing import shortage
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.kinds import Referring
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.together import Together

__all__ = ("check_rows", "check_values")

_Any = Provider[Any, Any]

_ROUNDED = 0.005  # of the rows: laws are rounded at random, and nobody knows beforehand which way


def check_values(owner: _Any, parts: Sequence[_Any], words: str) -> None:
    """At construction: a value that is reused more often than there are others to combine it with.

    Raises:
        ConfigurationError: the other parts are lists, and too short.
    """
    for part in parts:
        asked = part.distributor.counts.mean if isinstance(part.distributor, LawDistributor) else 0.0
        others = [each.distributor for each in parts if each is not part]
        if all(isinstance(other, SharesDistributor) for other in others):
            possible = math.prod(len(other.shares) for other in others)
            if asked > possible:
                raise ConfigurationError(
                    f"{owner.path}: {words}: {part.path} asks for {asked:g} rows a value, but there are {possible:,} different "
                    f"values to combine one with; ask for a mean of {possible:,} at most, or list more values"
                )


def check_rows(root: Any, total: int) -> None:
    """At the start of a run: as many rows as asked, by the laws of the parts.

    Args:
        root: the aggregate provider.
        total: aggregates that will be made, beside those that exist.

    Raises:
        ConfigurationError: there cannot be so many combinations.
    """
    root.parts()  # else nobody knows what is unique
    rows = total + root.memory.made
    for together in root._togethers:
        sizes = [_sizes(part, rows) for part in together.parts]
        if all(sizes):
            _check_space(root, together, rows, [len(known) for known in sizes if known])
        if len(sizes) == 2 and not _are_alike(together) and not any(_is_tied(part) for part in together.parts):
            _check_shape(root, together, rows, *sizes)


def _check_space(root: Any, together: Together, rows: int, numbers: list[int]) -> None:
    if together.given.is_unordered:
        possible = math.comb(max(numbers), len(numbers))
    else:
        possible = math.prod(numbers)
    shown = math.floor(rows * math.prod(1.0 - null_weight(part.distributor) for part in together.parts))
    if shown > possible:
        values = " and ".join(f"{number:,} of {part.path}" for number, part in zip(numbers, together.parts, strict=True))
        raise ConfigurationError(
            f"{root.path}: {rows:,} rows were asked for, and no combination comes twice, but {values} make {possible:,}; "
            "ask for fewer rows, or for smaller means, so that there are more values"
        )


def _check_shape(root: Any, together: Together, rows: int, first: list[int] | None, second: list[int] | None) -> None:
    """The theorem of Gale and Ryser, of what the laws give at this number of rows."""
    if not first or not second:
        return
    one, other = together.parts
    if isinstance(other.distributor, SharesDistributor):  # its shares may give way, its number may not
        second = [len(first)] * len(second)
    elif isinstance(one.distributor, SharesDistributor):
        first, second, one, other = second, [len(second)] * len(first), other, one
    lacking = shortage(first, second) - max(0, sum(first) - sum(second))
    if lacking > max(1.0, _ROUNDED * rows):
        raise ConfigurationError(
            f"{root.path}: {rows:,} rows were asked for: {len(first):,} values of {one.path}, the most used in {max(first):,} "
            f"rows, and {len(second):,} of {other.path}, the most used in {max(second):,}; no combination comes twice, so "
            f"{rows - lacking:,} rows are possible; ask for smaller means, flatter weights, or another number of rows"
        )


def _sizes(part: _Any, rows: int) -> list[int] | None:
    """By value, how many rows it will have; None if that is not known."""
    distributor = part.distributor
    shown = round(rows * (1.0 - null_weight(distributor)))
    if isinstance(distributor, SharesDistributor):
        return [shown] * len(distributor.shares)
    if not isinstance(distributor, LawDistributor):
        return None
    counts = distributor.counts
    population = max(1, round(shown / (counts.mean * counts.used_share)))
    if isinstance(part, Referring) and not part.may_create:
        memory = part.source.aggregate_provider.memory
        there = 0 if memory.is_behind else len(memory.population)
        if not there:
            return None
        population = min(population, there)
    return apportioned(shown, counts.cumulative(population), 0.5)


def _are_alike(together: Together) -> bool:
    """Whether two references lead to the same kind: a value of one may be one of the other's."""
    memories = [part.source.aggregate_provider.memory for part in together.parts if isinstance(part, Referring)]
    return any(memories.count(memory) > 1 for memory in memories)


def _is_tied(part: _Any) -> bool:
    return isinstance(part, Referring) and any(True for _ in part.tie_sources())

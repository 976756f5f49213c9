"""How often a combination of reused values comes again, reckoned from the laws of its parts."""

import math
from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

__all__ = ("Cells", "cells_of", "expected_repeats")

Cells = list[tuple[float, float]]
"""Values by their chance: pairs of a number of values, and the share of the rows that each of them has."""

_CELLS = 100_000  # combinations of cells that are looked at


def cells_of(part: Provider[Any, Any], rows: float) -> Cells | None:
    """The values that a part of a combination reuses; None if they are all different, or nobody knows them.

    Args:
        part: a reference, or a value.
        rows: how many combinations there will be.
    """
    distributor = part.distributor if isinstance(part, (ReferenceProvider, ValueProvider)) else None
    if isinstance(distributor, SharesDistributor):
        total = sum(distributor.shares)
        return [(1.0, share / total) for share in distributor.shares]
    if not isinstance(distributor, LawDistributor) or distributor.counts.mean <= 1.0:
        return None
    counts = distributor.counts
    values = rows / (counts.mean * counts.used_share)
    if isinstance(part, ReferenceProvider) and not part.may_create:
        values = float(len(part.source.population)) or values
    edges = _edges(max(1.0, values))
    return [
        (values * (high - low), (counts.share(high) - counts.share(low)) / (values * (high - low)))
        for low, high in pairwise(edges)
        if counts.share(high) > counts.share(low)
    ]


def expected_repeats(parts: Sequence[Cells], rows: float) -> float:
    """The expected number of rows whose combination was there before, if the parts know nothing of each other.

    A combination of chance p comes ``rows * p`` times on average, and is missing with the chance ``(1 - p) ** rows``.

    Example:
        >>> round(expected_repeats([[(365.0, 1 / 365)], [(1.0, 1.0)]], 23), 2)  # the birthdays of 23 people
        0.68
    """
    parts = [_coarse(cells, int(_CELLS ** (1.0 / len(parts)))) for cells in parts]
    repeats = 0.0
    for combination in product(*parts):
        values = math.prod(number for number, _ in combination)
        chance = math.prod(chance for _, chance in combination)
        repeats += values * (rows * chance + (math.expm1(rows * math.log1p(-chance)) if chance < 1.0 else -1.0))
    return repeats


def _edges(values: float) -> list[float]:
    """Borders on [0, 1], value by value at first and then in steps that grow."""
    edges, at = [0.0], 1.0
    while at < values:
        edges.append(at / values)
        at = max(at + 1.0, at * 1.1)
    return [*edges, 1.0]


def _coarse(cells: Cells, number: int) -> Cells:
    """At most so many cells, neighbours of similar chance as one."""
    size = math.ceil(len(cells) / number)
    if size <= 1:
        return cells
    ordered = sorted(cells, key=lambda cell: -cell[1])
    found = []
    for start in range(0, len(ordered), size):
        group = ordered[start : start + size]
        values = sum(each for each, _ in group)
        found.append((values, sum(each * chance for each, chance in group) / values))
    return found

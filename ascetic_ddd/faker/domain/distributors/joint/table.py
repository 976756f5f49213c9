"""A contingency table of whole numbers near one of shares, with given sums of rows and of columns."""

import math
from collections.abc import Mapping, Sequence
from random import Random

from ascetic_ddd.faker.domain.distributors.joint.rounding import rounded
from ascetic_ddd.faker.domain.distributors.joint.transport import balance
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("Table", "fitted", "proportional")

Table = list[dict[int, int]]
"""For each place of the given column, the rows with each place of the other one; cells without a row are left out."""

_SWEEPS = 60
_BOUND = 1.25
_NEAR = 1e-3  # rows; less is rounded away
_PROGRESS = 0.97  # of what is missed that a sweep may leave; more, and the cells cannot meet the sums


def fitted(weights: Sequence[Mapping[int, float]], given: Sequence[int], other: Sequence[int], stream: Random) -> Table:
    """Give whole numbers of rows, in proportion to the weights as far as the sums allow, with exactly the sums asked for.

    Shares are fitted to the sums, rounded with the sums kept, and what a support that is too small leaves is moved along it, and
    only then into cells that the weights do not have. Every sum is kept whatever the weights are.

    Args:
        weights: by place of the given column, the cells that there may be.
        given: rows of each place of the given column.
        other: rows of each place of the other one.
        stream: decides what is rounded up. The same stream gives the same table.

    Raises:
        ConfigurationError: the sums do not agree, or a number is negative.

    Source: Deming and Stephan (1940) for the fit; Cox (1987) for the rounding; Ford and Fulkerson (1956) for the moves.

    Example:
        >>> fitted([{0: 3.0}, {1: 1.0}], [6, 2], [6, 2], Random(0))
        [{0: 6}, {1: 2}]
    """
    _check(weights, given, other)
    aimed = proportional(weights, given, other)
    table = rounded(aimed, given, stream)
    balance(table, aimed, given, other)
    return [{place: rows for place, rows in deck.items() if rows} for deck in table]


def proportional(weights: Sequence[Mapping[int, float]], given: Sequence[int], other: Sequence[int]) -> list[dict[int, float]]:
    """Scale rows and columns by turns until the sums are met; rows are met last, and exactly.

    Where the cells that there are cannot meet them, the few that could give way would be driven to nothing: no cell is changed by
    more than a quarter after the first turn.

    Args:
        weights: by place of the given column.
        given: sums of the rows.
        other: sums of the columns.
    """
    table = [
        {place: float(weight) for place, weight in deck.items() if weight > 0.0 and other[place] > 0} if rows else {}
        for deck, rows in zip(weights, given, strict=True)
    ]
    _scale_rows(table, given)
    aimed: list[dict[int, float]] = []
    before = math.inf
    for turn in range(_SWEEPS):
        sums = [0.0] * len(other)
        for deck in table:
            for place, rows in deck.items():
                sums[place] += rows
        left = [abs(found - wanted) for found, wanted in zip(sums, other, strict=True) if found]
        if max(left, default=0.0) < _NEAR or (turn > 1 and sum(left) > _PROGRESS * before):
            break
        before = sum(left)
        for deck in table:
            for place, rows in deck.items():
                deck[place] = rows / sums[place] * other[place] if sums[place] else 0.0
        if turn:
            for deck, at_first in zip(table, aimed, strict=True):
                for place, rows in at_first.items():
                    deck[place] = min(max(deck.get(place, 0.0), rows / _BOUND), rows * _BOUND)
        _scale_rows(table, given)
        aimed = aimed or [dict(deck) for deck in table]
    return table


def _scale_rows(table: Sequence[dict[int, float]], given: Sequence[int]) -> None:
    for deck, wanted in zip(table, given, strict=True):
        found = sum(deck.values())
        if found <= 0.0:
            deck.clear()
            continue
        for place, rows in deck.items():
            deck[place] = rows / found * wanted


def _check(weights: Sequence[Mapping[int, float]], given: Sequence[int], other: Sequence[int]) -> None:
    faults = []
    if len(weights) != len(given):
        faults.append(f"{len(weights)} decks for {len(given)} given values")
    if min([*given, *other], default=0) < 0:
        faults.append("a value has a negative number of rows")
    if sum(given) != sum(other):
        faults.append(f"the given column has {sum(given)} rows and the other one {sum(other)}; expected as many")
    if faults:
        raise ConfigurationError("; ".join(faults))

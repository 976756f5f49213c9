"""The order of planned uses on disk: how closely it follows the order of the values."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from statistics import NormalDist

__all__ = ("arranged", "excess_correlation", "in_order")

_NORMAL = NormalDist()
_UNORDERED = 0.02  # a correlation that small is random order as far as a planner can tell
_SORTED = 0.9999


def excess_correlation(correlation: float, counts: Sequence[int]) -> float:
    """What of a ``pg_stats.correlation`` does not come from ties.

    The server ranks equal values by their place, so a column of few values correlates by Σp² in random order already.

    Args:
        correlation: as measured.
        counts: uses of the values.

    Example:
        >>> excess_correlation(0.5, [10, 10])
        0.0
        >>> excess_correlation(1.0, [10, 10])
        1.0
    """
    total = sum(counts)
    ties = sum(count * count for count in counts) / (total * total) if total else 1.0
    excess = (correlation - ties) / (1.0 - ties) if ties < 1.0 else 0.0
    return min(1.0, max(-1.0, excess)) if abs(excess) >= _UNORDERED else 0.0


def arranged(uses: Sequence[int], values: Sequence[int], correlation: float, random: Random) -> list[int]:
    """Put uses in an order whose rank correlation with the order of their values is the given one.

    Args:
        uses: the values, one entry a use, in any order.
        values: each value once, in the order of its key.
        correlation: wanted, -1…1, ties left out.
        random: the stream to draw from.

    Returns:
        The uses, first first.

    Source: Gaussian copula; Spearman's ρ is ``6/π·asin(r/2)`` of its r.
    """
    counts = Counter(uses)
    total = len(uses)
    place: dict[int, float] = {}  # of the middle of a value's uses, on the normal scale
    before = 0
    for value in values:
        place[value] = _NORMAL.inv_cdf((before + counts[value] / 2.0) / total) if counts[value] else 0.0
        before += counts[value]
    pull = 2.0 * math.sin(math.pi * correlation / 6.0)
    noise = 0.0 if abs(correlation) >= _SORTED else math.sqrt(max(0.0, 1.0 - pull * pull))
    keys = [pull * place[value] + noise * random.gauss(0.0, 1.0) for value in uses]
    return [uses[use] for use in sorted(range(total), key=keys.__getitem__)]


def in_order(
    tickets: list[int],
    spread: float,
    correlation: float | None,
    by_value: Callable[[list[int]], list[int]],
    random: Random,
) -> list[int]:
    """Put tickets in the order in which they will be drawn, last first.

    Args:
        tickets: of one stretch; the list may be changed.
        spread: how far apart those of one rank may lie, as a share of the stretch.
        correlation: replaces ``spread``; None: as that says.
        by_value: gives the ranks of tickets in the order of their values.
        random: the stream to draw from.
    """
    excess = 0.0
    if correlation is not None:
        excess = excess_correlation(correlation, list(Counter(tickets).values()))
    if excess:
        ordered = arranged(tickets, by_value(tickets), excess, random)
        ordered.reverse()
        return ordered
    if spread >= 1.0:
        random.shuffle(tickets)
        return tickets
    draw = random.random
    starts: dict[int, float] = {}
    keys = [starts.setdefault(rank, draw()) + spread * draw() for rank in tickets]
    return [tickets[i] for i in sorted(range(len(tickets)), key=keys.__getitem__)]

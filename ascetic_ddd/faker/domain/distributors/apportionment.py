"""Whole parts of a whole, by shares: the one way in which uses are rounded here."""

from collections.abc import Sequence
from itertools import pairwise

__all__ = ("apportioned", "tickets_owed")


def apportioned(total: int, upto: Sequence[float], phase: float) -> list[int]:
    """Split a total by shares; each part is right to within one, and so is each sum of parts in a row.

    Args:
        total: what is split.
        upto: the cumulative shares, from 0 to 1: one more than there are parts.
        phase: where they are rounded, in [0, 1): over random phases each part is right on the average.

    Returns:
        As many whole numbers as there are parts, together exactly ``total``.

    Source: systematic sampling; Cox's controlled rounding in one dimension.

    Example:
        >>> apportioned(10, [0.0, 0.5, 0.75, 1.0], 0.5)
        [5, 3, 2]
    """
    cuts = [int(total * share + phase) for share in upto]
    cuts[0], cuts[-1] = 0, total
    return [high - low for low, high in pairwise(cuts)]


def tickets_owed(total: int, upto: Sequence[float], phase: float, given: list[int]) -> list[int]:
    """What each part still lacks of its share of a total, one entry a unit, part by part; ``given`` has it afterwards.

    Args:
        total: what is shared out by now.
        upto: the cumulative shares, as for :func:`apportioned`.
        phase: where they are rounded.
        given: what each part has been given before; more than its share stays.

    Example:
        >>> given = [4, 2, 2]
        >>> tickets_owed(10, [0.0, 0.5, 0.75, 1.0], 0.5, given), given
        ([0, 1], [5, 3, 2])
    """
    tickets: list[int] = []
    for part, share in enumerate(apportioned(total, upto, phase)):
        more = share - given[part]
        if more > 0:
            given[part] = share
            tickets.extend([part] * more)
    return tickets

"""From the ranks of a column in a run to the places of a captured law, and back."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from ascetic_ddd.faker.domain.distributors.joint.law import NULL, Side

__all__ = ("Places",)


class Places:
    """The ranks at each place: one, if places are ranks; several, if they are classes of values.

    Args:
        ranks: by place.
        rows: by rank.
        nulls: rows that are null.
    """

    def __init__(self, ranks: Sequence[Sequence[int]], rows: Sequence[int], nulls: int) -> None:
        self.ranks = ranks
        self.rows = rows
        self.sums = [*(sum(rows[rank] for rank in each) for each in ranks), nulls]
        self._place = {rank: place for place, each in enumerate(ranks) for rank in each}

    @classmethod
    def by_rows(cls, rows: Sequence[int], weights: Sequence[float], nulls: int) -> "Places":
        """The ranks with rows, those first that weigh most: what has been used in earlier runs counts, too.

        Example:
            >>> Places.by_rows([2, 0, 5], [2.0, 9.0, 5.0], 1).sums
            [5, 2, 1]
        """
        used = [rank for rank, each in enumerate(rows) if each]
        return cls([(rank,) for rank in sorted(used, key=lambda rank: -weights[rank])], rows, nulls)

    @classmethod
    def by_class(cls, rows: Sequence[int], weights: Sequence[float], nulls: int, values: Sequence[Any], side: Side) -> "Places":
        """The ranks in the order of their values, in classes that have the captured shares of the rows.

        Example:
            >>> Places.by_class([3, 1, 4], [3.0, 1.0, 4.0], 0, [70, 10, 30], Side.of([5, 3])).ranks
            [[1, 2], [0]]
        """
        held = side.sums()[:NULL]
        upto = [each / sum(held) for each in accumulate(held)] if sum(held) else []
        ranks: list[list[int]] = [[] for _ in held]
        total, below = sum(weights), 0.0
        for rank in sorted(range(len(values)), key=values.__getitem__):
            middle = (below + weights[rank] / 2.0) / total
            ranks[min(bisect_right(upto, middle), len(held) - 1)].append(rank)
            below += weights[rank]
        return cls(ranks, rows, nulls)

    def place_of(self, rank: int | None) -> int:
        """The place of a rank; of one that the run does not use, or does not know, the last one, which is the rarest."""
        return self._place.get(rank, len(self.ranks) - 1) if rank is not None else len(self.ranks) - 1

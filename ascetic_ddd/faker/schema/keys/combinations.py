"""Combinations of references within each value of a part that they share, numbered without being kept."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import prod
from typing import Any

from ascetic_ddd.faker.schema.keys.key_parts import IKeyPart

__all__ = ("Combinations", "CombinedPart")


class Combinations:
    """In each scope, all tuples of one member of each group; numbered through all scopes.

    Args:
        sizes: by scope, how many members each group has there.
    """

    def __init__(self, sizes: Sequence[Sequence[int]]) -> None:
        self._sizes = sizes
        self._upto = list(accumulate((prod(found) for found in sizes), initial=0))
        self.size = self._upto[-1]

    def at(self, number: int) -> tuple[int, list[int]]:
        """The scope of a combination, and the place of its member in each group."""
        scope = bisect_right(self._upto, number) - 1
        left = number - self._upto[scope]
        places = []
        for size in reversed(self._sizes[scope]):
            left, place = divmod(left, size)
            places.append(place)
        return scope, places[::-1]


class CombinedPart:
    """A key field whose value follows from the number of a combination.

    Args:
        combinations: what is numbered.
        group: which group decides the value; None: the scope.
        target: the values, by number of the scope or of the target's row.
        members: of the group, by scope: the numbers of the target's rows.
    """

    def __init__(
        self, combinations: Combinations, group: int | None, target: IKeyPart, members: Sequence[Sequence[int]] = ()
    ) -> None:
        self._combinations, self._group, self._target, self._members = combinations, group, target, members

    def at_many(self, rows: Iterable[int]) -> list[Any]:
        group = self._group
        found = map(self._combinations.at, rows)
        if group is None:
            return self._target.at_many([scope for scope, _ in found])
        return self._target.at_many([self._members[scope][places[group]] for scope, places in found])

"""Self-references without cycles: every row refers to an earlier one, or to nothing."""

from array import array
from collections.abc import Sequence
from random import Random
from typing import Any

from ascetic_ddd.faker.schema.keys.key_parts import IKeyPart

__all__ = ("TreeColumn", "parents_of")


def parents_of(children: Sequence[int], rows: int, roots: int, random: Random) -> "array[int]":
    """A random forest where given numbers of children occur: by row, the row above it; ``rows`` for a root.

    Every parent has a smaller number than its children. A parent's children are anywhere behind it.

    Args:
        children: numbers of children of the rows that have any, together ``rows - roots``.
        rows: number of rows.
        roots: how many rows have no parent.
        random: decides which row has how many, and whose child it is.

    Source: the cycle lemma: of the rotations of any sequence of such numbers, some never run out of open places.
    """
    numbers = [*children, *[0] * (rows - len(children))]
    random.shuffle(numbers)
    height = lowest = 0
    start = 0
    for place, number in enumerate(numbers):
        height += number - 1
        if height < lowest:
            lowest, start = height, place + 1
    numbers = numbers[start:] + numbers[:start]
    open_places = array("Q", (rows,)) * roots
    found = array("Q")
    for row in range(rows):
        place = int(random.random() * len(open_places))
        open_places[place], open_places[-1] = open_places[-1], open_places[place]
        found.append(open_places.pop())
        open_places.extend(array("Q", (row,)) * numbers[row])
    return found


class TreeColumn:
    """The parents' keys, row after row.

    Args:
        name: the field.
        part: the key that is referred to.
        parents: by row, the row above it, or the number of rows for a root.
        nullable: whether roots refer to None; else to themselves.
    """

    def __init__(self, name: str, part: IKeyPart, parents: Sequence[int], *, nullable: bool) -> None:
        self.names: tuple[str, ...] = (name,)
        self._part, self._parents, self._nullable = part, parents, nullable
        self._start = 0

    def take(self, count: int) -> list[Sequence[Any]]:
        start, rows = self._start, len(self._parents)
        self._start += count
        parents = self._parents[start : start + count]
        own = [row if parent == rows else parent for row, parent in enumerate(parents, start)]
        values = self._part.at_many(own)
        if self._nullable:
            values = [None if parent == rows else value for parent, value in zip(parents, values, strict=True)]
        return [values]

    def redraw(self) -> tuple[Any, ...] | None:
        return None

    def may_swap(self, number: int, other: int) -> bool:
        return False

"""Values that come as often as planned: a ticket a row, drawn without replacement."""

from array import array
from collections.abc import Sequence
from random import Random
from typing import Any

from ascetic_ddd.faker.schema.synthesizers.permutation import Permutation
from ascetic_ddd.faker.schema.synthesizers.spaces import INumbered

__all__ = ("Pointer", "TicketColumn", "tickets_of")

_KEPT = 65_536  # keys of smaller models are reckoned once and kept


class Pointer:
    """From numbers of rows of the target to the values of the fields that refer to it.

    Args:
        names: the fields.
        parts: for each, the key field it takes its value from.
        nullable: for each, whether it may be None.
        size: number of the target's rows.
        null_weight: share of the rows in which the nullable fields are None.
    """

    def __init__(
        self, names: Sequence[str], parts: Sequence[INumbered], nullable: Sequence[bool], size: int, null_weight: float = 0.0
    ) -> None:
        self.names = tuple(names)
        self.size = size
        self.null_weight = null_weight
        self._nullable = tuple(nullable)
        self._parts = tuple(parts)
        self._values: list[list[Any]] | None = None

    def columns(self, numbers: Sequence[int], nulls: Sequence[bool] | None = None) -> list[Sequence[Any]]:
        """A column for each field.

        Args:
            numbers: for each row, the number of the target's row.
            nulls: for each row, whether the nullable fields are None there; None: nowhere.
        """
        if self.size <= _KEPT:
            if self._values is None:
                self._values = [part.at_many(range(self.size)) for part in self._parts]
            found: list[Sequence[Any]] = [list(map(values.__getitem__, numbers)) for values in self._values]
        else:
            found = [part.at_many(numbers) for part in self._parts]
        if nulls is not None:
            for place, nullable in enumerate(self._nullable):
                if nullable:
                    found[place] = [None if null else value for null, value in zip(nulls, found[place], strict=True)]
        return found


def tickets_of(uses: Sequence[int], targets: Sequence[int] | Permutation, nulls: int, null_number: int) -> "array[int]":
    """One number for each row: each target's as often as it is used, most used first.

    Args:
        uses: by rank.
        targets: by rank, the number of the target's row.
        nulls: rows that refer to nothing.
        null_number: stands for nothing.
    """
    numbers = targets.at_many(range(len(uses))) if isinstance(targets, Permutation) else targets
    found = array("I" if null_number < 2**32 else "Q")
    for number, count in zip(numbers, uses, strict=False):
        found.extend(array(found.typecode, (number,)) * count)
    found.extend(array(found.typecode, (null_number,)) * nulls)
    return found


class TicketColumn:
    """Each target is used as often as planned, in random order: drawn without replacement.

    Args:
        pointer: what is referred to.
        tickets: one a row, this column's own; the number ``pointer.size`` stands for None.
        random: the stream of this run through the rows.
    """

    def __init__(self, pointer: Pointer, tickets: "array[int]", random: Random) -> None:
        self.names = pointer.names
        self._pointer, self._tickets, self._random = pointer, tickets, random
        self._next = 0

    def take(self, count: int) -> list[Sequence[Any]]:
        tickets, random, size = self._tickets, self._random.random, len(self._tickets)
        start = self._next
        self._next = end = start + count
        for place in range(start, end):
            other = place + int(random() * (size - place))
            tickets[place], tickets[other] = tickets[other], tickets[place]
        return self._columns(tickets[start:end])

    def redraw(self) -> tuple[Any, ...] | None:
        return None

    def may_swap(self, number: int, other: int) -> bool:
        return True

    def _columns(self, numbers: Sequence[int]) -> list[Sequence[Any]]:
        null = self._pointer.size
        if not self._pointer.null_weight:
            return self._pointer.columns(numbers)
        random = self._random.random
        nulls = [number == null for number in numbers]
        return self._pointer.columns([int(random() * null) if number == null else number for number in numbers], nulls)

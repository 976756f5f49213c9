"""The values of references, row after row: each target equally likely, or by a planned law, or within a scope."""

from array import array
from collections.abc import Sequence
from random import Random
from typing import Any

from ascetic_ddd.faker.schema.key_parts import IKeyPart
from ascetic_ddd.faker.schema.permutation import Permutation

__all__ = ("FreeColumn", "Pointer", "ScopedColumn", "ScopedGroup", "TicketColumn", "tickets_of")

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
        self, names: Sequence[str], parts: Sequence[IKeyPart], nullable: Sequence[bool], size: int, null_weight: float = 0.0
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


class FreeColumn:
    """Each target is equally likely, whatever the others were.

    Args:
        pointer: what is referred to.
        random: the stream of this run through the rows.
        allowed: numbers of the target's rows that may be referred to; None: all.
    """

    def __init__(self, pointer: Pointer, random: Random, allowed: Sequence[int] | None = None) -> None:
        self.names = pointer.names
        self._pointer, self._random, self._allowed = pointer, random, allowed

    def take(self, count: int) -> list[Sequence[Any]]:
        random, weight, allowed = self._random.random, self._pointer.null_weight, self._allowed
        size = self._pointer.size if allowed is None else len(allowed)
        numbers = [int(random() * size) for _ in range(count)]
        if allowed is not None:
            numbers = [allowed[number] for number in numbers]
        return self._pointer.columns(numbers, [random() < weight for _ in range(count)] if weight else None)

    def redraw(self) -> tuple[Any, ...] | None:
        return tuple(column[0] for column in self.take(1))

    def may_swap(self, number: int, other: int) -> bool:
        return False


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


class ScopedGroup:
    """A reference that is chosen among the targets of a scope, such as the authors of the row's tenant.

    Args:
        pointer: what is referred to, for the fields that are not the scope's.
        members: by scope, the numbers of the target's rows.
        tickets: by scope, one number a row; None where each member is equally likely.
    """

    def __init__(self, pointer: Pointer, members: Sequence[Sequence[int]], tickets: Sequence["array[int]"] | None) -> None:
        self.pointer, self.members, self.tickets = pointer, members, tickets


class ScopedColumn:
    """References that share a part, such as a tenant: the scope first, then in it a target of each.

    Args:
        scopes: by row, the number of the scope.
        shared: fields that take their value from the scope itself, with the values by scope; none where the row's key tells it.
        groups: the references.
        random: the stream of this run through the rows.
    """

    def __init__(
        self, scopes: Sequence[int], shared: Sequence[tuple[str, Sequence[Any]]], groups: Sequence[ScopedGroup], random: Random
    ) -> None:
        self.names = (*(name for name, _ in shared), *(name for group in groups for name in group.pointer.names))
        self._scopes, self._shared, self._groups, self._random = scopes, shared, groups, random
        self._start = self._next = 0
        for group in groups:
            for tickets in group.tickets or ():
                _shuffle(tickets, random)

    def take(self, count: int) -> list[Sequence[Any]]:
        self._start = start = self._next
        self._next = start + count
        scopes = self._scopes[start : start + count]
        found: list[Sequence[Any]] = [[values[scope] for scope in scopes] for _, values in self._shared]
        for group in self._groups:
            numbers = [self._draw(group, scope) for scope in scopes]
            found += self._columns(group, numbers)
        return found

    def redraw(self) -> tuple[Any, ...] | None:
        return None

    def may_swap(self, number: int, other: int) -> bool:
        return self._scopes[self._start + number] == self._scopes[self._start + other]

    def _draw(self, group: ScopedGroup, scope: int) -> int:
        if group.tickets is not None:
            return group.tickets[scope].pop()
        members = group.members[scope]
        pointer = group.pointer
        if not members or (pointer.null_weight and self._random.random() < pointer.null_weight):
            return pointer.size
        return members[int(self._random.random() * len(members))]

    def _columns(self, group: ScopedGroup, numbers: Sequence[int]) -> list[Sequence[Any]]:
        null = group.pointer.size
        nulls = [number == null for number in numbers]
        if not any(nulls):
            return group.pointer.columns(numbers)
        return group.pointer.columns([0 if number == null else number for number in numbers], nulls)


def _shuffle(tickets: "array[int]", random: Random) -> None:
    draw = random.random
    for place in range(len(tickets) - 1, 0, -1):
        other = int(draw() * (place + 1))
        tickets[place], tickets[other] = tickets[other], tickets[place]

"""The values of references, row after row: each target equally likely, or within a scope. By a planned law: ``rows.tickets``."""

from array import array
from collections.abc import Sequence
from random import Random
from typing import Any

from ascetic_ddd.faker.schema.rows.tickets import Pointer

__all__ = ("FreeColumn", "ScopedColumn", "ScopedGroup")


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

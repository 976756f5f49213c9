"""The values of key fields by row number: what references are made of."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from ascetic_ddd.faker.schema.synthesizers.behaviors import IPool

__all__ = ("IKeyPart", "KeyColumn", "ListPart", "PoolPart", "ReferencePart", "TuplePart")


class IKeyPart(Protocol):
    """One field of a key."""

    def at_many(self, rows: Iterable[int]) -> list[Any]:
        """The field's values in these rows."""
        ...


class PoolPart:
    """A field that is distinct by itself."""

    def __init__(self, pool: IPool) -> None:
        self.pool = pool

    def at_many(self, rows: Iterable[int]) -> list[Any]:
        return self.pool.at_many(rows)


class ListPart:
    """Values that are kept."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    def at_many(self, rows: Iterable[int]) -> list[Any]:
        return list(map(self._values.__getitem__, rows))


class TuplePart:
    """A field of several that are distinct together."""

    def __init__(self, tuples: IPool, place: int) -> None:
        self._tuples, self._place = tuples, place

    def at_many(self, rows: Iterable[int]) -> list[Any]:
        place = self._place
        return [found[place] for found in self._tuples.at_many(rows)]


class ReferencePart:
    """A field that takes its values from another model's key.

    Args:
        numbers: by row: the number of the row that is referred to.
        target: that model's field.
    """

    def __init__(self, numbers: Sequence[int] | IPool, target: IKeyPart) -> None:
        self.numbers, self._target = numbers, target

    def at_many(self, rows: Iterable[int]) -> list[Any]:
        numbers = self.numbers
        if isinstance(numbers, IPool):
            return self._target.at_many(numbers.at_many(rows))
        return self._target.at_many([numbers[row] for row in rows])


class KeyColumn:
    """The values of a key field, row after row.

    Args:
        name: the field's.
        part: its values.
    """

    def __init__(self, name: str, part: IKeyPart) -> None:
        self.names: tuple[str, ...] = (name,)
        self._part = part
        self._start = 0

    def take(self, count: int) -> list[Sequence[Any]]:
        start = self._start
        self._start += count
        return [self._part.at_many(range(start, start + count))]

    def redraw(self) -> tuple[Any, ...] | None:
        return None

    def may_swap(self, number: int, other: int) -> bool:
        return False

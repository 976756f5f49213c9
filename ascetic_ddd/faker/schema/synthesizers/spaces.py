"""Sets of distinct values that can be counted and indexed without being kept: what keys are made from."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from math import prod
from random import Random
from typing import Any, Protocol

from ascetic_ddd.faker.schema.synthesizers.permutation import Permutation

__all__ = ("INumbered", "ISpace", "ItemsSpace", "MappedSpace", "ProductSpace", "RangeSpace", "TextSpace")


class INumbered(Protocol):
    """Values that are found by their numbers."""

    def at_many(self, numbers: Iterable[int], /) -> list[Any]:
        """The values with these numbers, in their order."""
        ...


class ISpace(Protocol):
    """Distinct values with numbers."""

    @property
    def size(self) -> int:
        """How many values there are; they have the numbers 0 … size - 1."""
        ...

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        """The values with these numbers, in their order."""
        ...


class RangeSpace:
    """``low, low + step, …``, ``size`` of them."""

    def __init__(self, low: Any, size: int, step: Any = 1) -> None:
        self.low, self.size, self.step = low, size, step

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        low, step = self.low, self.step
        if step == 1:
            return [low + i for i in indices]
        return [low + step * i for i in indices]


class ItemsSpace:
    """A short list."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items
        self.size = len(items)

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        return list(map(self.items.__getitem__, indices))


class MappedSpace:
    """Another space's values, each made into something else by a function that keeps them distinct."""

    def __init__(self, space: ISpace, function: Callable[[Any], Any]) -> None:
        self._space, self._function = space, function
        self.size = space.size

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        return list(map(self._function, self._space.at_many(indices)))


class ProductSpace:
    """All tuples of one value from each space; the last one runs fastest."""

    def __init__(self, spaces: Sequence[ISpace]) -> None:
        self._spaces = spaces
        self.size = prod(space.size for space in spaces)

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        columns: list[list[Any]] = []
        left = list(indices)
        for space in reversed(self._spaces):
            size = space.size
            columns.append(space.at_many([i % size for i in left]))
            left = [i // size for i in left]
        return list(zip(*reversed(columns), strict=True))


class TextSpace:
    """Strings over an alphabet, as evenly spread over their lengths as the short lengths have room.

    Args:
        alphabet: distinct characters.
        shortest: least length.
        longest: greatest length.
        wanted: how many strings are needed; more lengths than that needs are left out.
        random: decides which strings.
    """

    def __init__(self, alphabet: str, shortest: int, longest: int, wanted: int, random: Random) -> None:
        self._alphabet = "".join(dict.fromkeys(alphabet))
        base = len(self._alphabet)
        lengths = list(range(shortest, longest + 1))
        taken: list[int] = []
        left = wanted
        for place, length in enumerate(lengths):
            share = -(-left // (len(lengths) - place))
            taken.append(min(share, base**length))
            left -= taken[-1]
        self._lengths = lengths
        self._upto = list(accumulate(taken))
        self._orders = [
            Permutation(base**length, random) if count else None for length, count in zip(lengths, taken, strict=True)
        ]
        self.size = self._upto[-1]

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        alphabet, base, upto = self._alphabet, len(self._alphabet), self._upto
        found = []
        for index in indices:
            place = bisect_right(upto, index)
            order = self._orders[place]
            assert order is not None
            (number,) = order.at_many((index - (upto[place - 1] if place else 0),))
            letters = []
            for _ in range(self._lengths[place]):
                number, digit = divmod(number, base)
                letters.append(alphabet[digit])
            found.append("".join(letters))
        return found

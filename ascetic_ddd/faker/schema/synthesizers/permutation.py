"""A shuffled order of 0 … size - 1 that is reckoned, not kept."""

from collections.abc import Iterable
from random import Random

__all__ = ("Permutation",)


class Permutation:
    """A pseudo-random bijection of ``range(size)``; any place of it costs the same and no memory.

    Args:
        size: how many numbers, at least 1.
        random: decides which bijection; drawn from at construction only.

    Source: mixing by odd multipliers and shifts, as finalizers of hash functions do; results beyond the range are
    mixed again ("cycle walking"), which keeps the bijection.

    Example:
        >>> sorted(Permutation(10, Random(1)).at_many(range(10)))
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """

    def __init__(self, size: int, random: Random) -> None:
        self.size = size
        bits = max(3, (size - 1).bit_length())
        self._mask = (1 << bits) - 1
        self._shift = (bits + 1) // 2
        self._factors = tuple(random.getrandbits(bits) | 1 for _ in range(3))
        self._offset = random.getrandbits(bits)

    def at_many(self, indices: Iterable[int]) -> list[int]:
        """The numbers at these places, each from 0 to size - 1."""
        mask, shift, offset, size = self._mask, self._shift, self._offset, self.size
        first, second, third = self._factors
        mixed = [
            (z := ((y := ((x := (i * first + offset) & mask) ^ x >> shift) * second & mask) ^ y >> shift) * third & mask)
            ^ z >> shift
            for i in indices
        ]
        beyond = [place for place, number in enumerate(mixed) if number >= size] if size <= mask else []
        while beyond:
            again = self._mix([mixed[place] for place in beyond])
            for place, number in zip(beyond, again, strict=True):
                mixed[place] = number
            beyond = [place for place in beyond if mixed[place] >= size]
        return mixed

    def _mix(self, numbers: list[int]) -> list[int]:
        mask, shift, offset = self._mask, self._shift, self._offset
        first, second, third = self._factors
        found = []
        for number in numbers:
            x = number * first + offset & mask
            x = (x ^ x >> shift) * second & mask
            x = (x ^ x >> shift) * third & mask
            found.append(x ^ x >> shift)
        return found

"""The values of a scope that have no use yet."""

from ascetic_ddd.faker.domain.rewinding import Journal

__all__ = ("SpareValues",)


class SpareValues:
    """Numbers in a list, for drawing one by its place, each taken out in constant time: the last one moves into the gap.

    Args:
        numbers: of the values that are there already.
        journal: notes how each change is taken back, so that the order is what it was.
    """

    __slots__ = ("_journal", "_numbers", "_places")

    def __init__(self, numbers: list[int], journal: Journal) -> None:
        self._numbers = numbers
        self._places = {number: place for place, number in enumerate(numbers)}
        self._journal = journal

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, number: int) -> bool:
        return number in self._places

    def __getitem__(self, place: int) -> int:
        return self._numbers[place]

    def add(self, number: int) -> None:
        """Put a number behind all others."""
        self._places[number] = len(self._numbers)
        self._numbers.append(number)
        self._journal.note(self._drop, number)

    def take(self, number: int) -> None:
        """Take a number out."""
        self._journal.note(self._restore, (number, self._drop(number)))

    def _drop(self, number: int) -> int:
        place = self._places.pop(number)
        last = self._numbers.pop()
        if last != number:
            self._numbers[place] = last
            self._places[last] = place
        return place

    def _restore(self, taken: tuple[int, int]) -> None:
        number, place = taken
        self._numbers.append(number)
        self._places[number] = place
        last = len(self._numbers) - 1
        if place != last:
            moved = self._numbers[place]
            self._numbers[place], self._numbers[last] = number, moved
            self._places[moved] = last

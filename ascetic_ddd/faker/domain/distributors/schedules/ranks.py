"""Which value stands at which rank of a planned schedule, how often it has been used, and how often it shall be."""

from collections.abc import Iterable, Mapping

from ascetic_ddd.faker.domain.distributors.schedules.spare import SpareValues
from ascetic_ddd.faker.domain.rewinding import Journal

__all__ = ("FREE", "PENDING", "Ranks")

FREE = -1
"""Instead of a number: the rank has no value yet."""

PENDING = -2
"""Instead of a number: the value of the rank is being made."""


class Ranks:
    """Lists by rank, and the values that have none yet.

    Args:
        uses: uses that values have already, by number, most used first; they are the first ranks.
        members: all values.
        journal: notes how each change is taken back.

    Attributes:
        numbers: by rank; :data:`FREE` or :data:`PENDING` where there is no value.
        uses: by rank.
        planned: by rank: uses when all tickets are drawn.
        before: by rank: uses that were there at first; ranks that came later have none.
        by_number: the rank of each value that has one.
        spare: values without a use.
    """

    __slots__ = ("_journal", "before", "by_number", "numbers", "planned", "spare", "uses")

    def __init__(self, uses: Mapping[int, int], members: Iterable[int], journal: Journal) -> None:
        self._journal = journal
        self.numbers: list[int] = list(uses)
        self.uses: list[int] = list(uses.values())
        self.planned: list[int] = list(self.uses)
        self.before = tuple(self.uses)
        self.by_number = {number: rank for rank, number in enumerate(self.numbers)}
        self.spare = SpareValues([number for number in members if number not in uses], journal)

    def __len__(self) -> int:
        return len(self.numbers)

    def used(self) -> dict[int, int]:
        """Uses so far by number, most used first, without the unused."""
        found = {number: self.uses[rank] for number, rank in self.by_number.items() if self.uses[rank]}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def append(self, number: int, planned: int = 0) -> int:
        """One more rank, the last; who calls notes how it is taken back. Returns it."""
        self.numbers.append(number)
        self.uses.append(0)
        self.planned.append(planned)
        return len(self.numbers) - 1

    def append_spare(self, number: int) -> None:
        """One more rank, for a value without a use."""
        self._journal.note(self.shorten_to, len(self.numbers))
        self.bind(number, self.append(FREE))

    def bind(self, number: int, rank: int) -> None:
        """Give the rank a value without a use."""
        self.spare.take(number)
        self.numbers[rank] = number
        self.by_number[number] = rank
        self._journal.note(self._unbind, number)

    def reserve(self, rank: int) -> None:
        """The value of the rank is being made."""
        self.numbers[rank] = PENDING
        self._journal.note(self._unreserve, rank)

    def free(self, rank: int) -> None:
        """The rank waits for its value no more."""
        self.numbers[rank] = FREE
        self._journal.note(self._reserve, rank)

    def count(self, rank: int, uses: int) -> None:
        """So many uses more, or less."""
        self.uses[rank] += uses
        self._journal.note(self._uncount, (rank, uses))

    def replan(self, rank: int, uses: int) -> None:
        """So many planned uses more, or less."""
        self.planned[rank] += uses
        self._journal.note(self._unreplan, (rank, uses))

    def use_beside(self, rank: int) -> None:
        """One use beside the plan."""
        self.planned[rank] += 1
        self.uses[rank] += 1
        self._journal.note(self._unuse_beside, rank)

    def leave(self, number: int) -> None:
        """The value is gone; its rank may get another."""
        if number in self.spare:
            self.spare.take(number)
        else:
            rank = self.by_number.pop(number)
            self.numbers[rank] = FREE
            self._journal.note(self._unleave, (number, rank))

    def shorten_to(self, length: int) -> None:
        """Forget the ranks from this one on."""
        for by_rank in (self.numbers, self.uses, self.planned):
            del by_rank[length:]

    # How the changes are taken back, newest first; see Journal.

    def _unbind(self, number: int) -> None:
        self.numbers[self.by_number.pop(number)] = FREE

    def _reserve(self, rank: int) -> None:
        self.numbers[rank] = PENDING

    def _unreserve(self, rank: int) -> None:
        self.numbers[rank] = FREE

    def _uncount(self, counted: tuple[int, int]) -> None:
        self.uses[counted[0]] -= counted[1]

    def _unreplan(self, replanned: tuple[int, int]) -> None:
        self.planned[replanned[0]] -= replanned[1]

    def _unuse_beside(self, rank: int) -> None:
        self.planned[rank] -= 1
        self.uses[rank] -= 1

    def _unleave(self, left: tuple[int, int]) -> None:
        number, rank = left
        self.by_number[number] = rank
        self.numbers[rank] = number

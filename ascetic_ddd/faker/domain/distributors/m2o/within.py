"""Which law a scope follows where scopes have laws of their own: that of a scope of its size."""

import math
from collections.abc import Mapping, Sequence

from ascetic_ddd.faker.domain.distributors.counts.histogram import HistogramCounts
from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.faker.domain.stock.scope import Scope

__all__ = ("WithinLaws",)

_SINGLE = 1.5  # times as many values as a scope has: a law of one scope


class WithinLaws:
    """Laws by size of scope. One that was measured in a single scope goes to one scope, as long as there are enough.

    Args:
        within: pairs of a number of members and the law of scopes of about that size.
        journal: notes how changes are taken back.
    """

    def __init__(self, within: Sequence[tuple[float, ICountDistribution]], journal: Journal) -> None:
        self._within = tuple(within)
        self._singles = {number for number, (members, law) in enumerate(self._within) if _is_single(members, law)}
        self._given: dict[Scope, int] = {}
        self._free = set(self._singles)
        self._journal = journal

    @property
    def are_told(self) -> bool:
        """True if there are such laws."""
        return bool(self._within)

    @property
    def are_of_single_scopes(self) -> bool:
        """True if each was measured in one scope."""
        return self.are_told and len(self._singles) == len(self._within)

    def most_used_first(self, members: Mapping[int, int]) -> list[int]:
        """What scopes are told, in the order in which scopes of their sizes were used: those that had most uses first.

        A team of many players has many rows, but not always the most. Larger ones are like larger ones that were measured.

        Args:
            members: of each scope, by the number of what it is told.
        """
        measured = sorted(range(len(self._within)), key=lambda number: self._within[number][0])
        ranked = sorted(members, key=lambda number: members[number])
        like = {each: measured[int((at + 0.5) * len(measured) / len(ranked))] for at, each in enumerate(ranked)}
        return sorted(like, key=lambda each: -self._uses(like[each]))

    def _uses(self, number: int) -> float:
        members, law = self._within[number]
        return members * law.mean * law.used_share

    def law_of(self, scope: Scope, uses: int | None) -> ICountDistribution:
        """The law of a scope.

        Args:
            scope: the values.
            uses: how many it will be asked for, if that is known: of scopes with as many members, the one with as many uses.
        """
        number = self._given.get(scope)
        if number is None:
            number = self._nearest(max(1, len(scope.members)), uses)
            if number in self._singles:
                self._give(scope, number)
        return self._within[number][1]

    def _nearest(self, members: int, uses: int | None) -> int:
        if self._singles and not self._free:
            self._free |= self._singles  # there are more scopes than were measured
        numbers = [number for number in range(len(self._within)) if number not in self._singles or number in self._free]

        def distance(number: int) -> tuple[float, float]:
            size, law = self._within[number]
            expected = law.mean * law.used_share * members
            return abs(math.log(size / members)), abs(math.log(expected / uses)) if uses and expected else 0.0

        return min(numbers, key=distance)

    def _give(self, scope: Scope, number: int) -> None:
        self._given[scope] = number
        self._free.discard(number)
        self._journal.note(self._take_back, scope)

    def _take_back(self, scope: Scope) -> None:
        self._free.add(self._given.pop(scope))


def _is_single(members: float, law: ICountDistribution) -> bool:
    return isinstance(law, HistogramCounts) and sum(values for _, values in law.histogram) < _SINGLE * members

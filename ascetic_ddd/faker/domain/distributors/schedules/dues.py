"""When uses are due while the total is unknown, on the scale of the population."""

import math
from random import Random

from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution

__all__ = ("Dues",)

_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_NEVER = 1e15  # later than any population


class Dues:
    """The law's due populations, and how a population that takes in nothing new goes on where the law has nothing due.

    Args:
        counts: how many uses the values shall get.
        random: the distributor's stream.

    Attributes:
        is_closed: no pick could ask for a new value so far: what the law has due later than now is due in proportion.
        goes_on: what the law has never due is due in proportion, after all else.
        base: values that a closed population had when its dues were reckoned.
        phases: by rank: which part of a use is due beforehand, so that fractions round to the right mean.
    """

    __slots__ = ("_counts", "_offset", "base", "goes_on", "is_closed", "phases")

    def __init__(self, counts: ICountDistribution, random: Random) -> None:
        self._counts = counts
        self._offset = random.random()
        self.phases: list[float] = []
        self.is_closed = self.goes_on = False
        self.base = 0

    def add_rank(self) -> None:
        """One more rank, the last."""
        self.phases.append((self._offset + len(self.phases) * _GOLDEN) % 1.0)

    def due(self, rank: int, use: int) -> float:
        """The population at which the value of a rank, from 0, has so many uses; infinite if that is never."""
        wanted = use - self.phases[rank]
        due = self._counts.due(rank + 1, wanted)
        if self.is_closed and due > self.base:
            return self._beyond(rank, wanted)
        if self.goes_on and due == math.inf:
            return _NEVER * self._beyond(rank, wanted)
        return due

    def are_outgrown(self, population: int, first: float) -> bool:
        """Tell whether a closed population is so much larger by now that its dues, first at ``first``, must be reckoned anew."""
        return population > 1.1 * self.base or (population != self.base and first == math.inf)

    def _beyond(self, rank: int, wanted: float) -> float:
        """When a closed population has had all that the law gives it, its uses go on in the same proportions."""
        population = max(self.base, rank + 1)
        shares = self._counts.share((rank + 1) / population) - self._counts.share(rank / population)
        full = population * self._counts.mean * self._counts.used_share * shares
        return max(wanted / full, 1.0) * population if full > 0.0 else math.inf

"""Planning: which rank gets how many uses in the next stretch of a run, and in what order they will come."""

from collections.abc import Sequence
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.distributors.apportionment import tickets_owed
from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.distributors.schedules.forecast import Forecast
from ascetic_ddd.faker.domain.distributors.schedules.ordering import in_order
from ascetic_ddd.faker.domain.distributors.schedules.ranks import FREE, Ranks
from ascetic_ddd.faker.domain.distributors.schedules.tickets import Tickets
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Planner",)

_LOOKED_AT = 64  # values without a use, of which those of other sessions' open transactions are left out


class Planner:
    """Fills the tickets of a planned schedule when they have run out, and finds ranks their values.

    Args:
        counts: how many uses the values shall get.
        pool: what the values are of.
        ranks: the values; told what is planned for them.
        tickets: what is planned and not drawn.
        forecast: up to how many uses may be planned.
        random: the distributor's stream.
        journal: notes how each change is taken back.
        spread: how far apart the uses of a value may lie, as a share of the stretch: 1 anywhere, 0 one after the other.
        correlation: of the order of the uses with the order in which the values came to be, as ``pg_stats.correlation``; it
            replaces ``spread``. None: as ``spread`` says.
        favourites: numbers of values that shall have the most uses, most first; only where values exist beforehand.
        is_closed: as long as no pick may ask for a new value, none is planned for.
        is_for_all: closed, the law is about all values, however many uses there are for each; else the uses are for as many of
            them as the law's mean tells.
        coming: values that enter the scope in this run whether or not anybody asks, those of today included.

    Attributes:
        issued: uses ever planned, drawn or not, those of before included.
        is_closed: no value has been asked for yet.
    """

    def __init__(
        self,
        counts: ICountDistribution,
        pool: Pool,
        ranks: Ranks,
        tickets: Tickets,
        forecast: Forecast,
        random: Random,
        journal: Journal,
        *,
        spread: float = 1.0,
        correlation: float | None = None,
        favourites: Sequence[int] = (),
        is_closed: bool = False,
        is_for_all: bool = False,
        coming: int = 0,
    ) -> None:
        self._counts = counts
        self._pool = pool
        self._ranks = ranks
        self._tickets = tickets
        self._forecast = forecast
        self._random = random
        self._journal = journal
        self._spread = spread
        self._correlation = correlation
        self._favourites = favourites
        self._is_for_all = is_for_all
        self._coming = coming
        self._phase = random.random()
        self.is_closed = is_closed
        self.issued = sum(ranks.uses)

    @property
    def is_done(self) -> bool:
        """True if all uses of the run are planned, as far as their number is told."""
        return self._forecast.is_reached(self.issued)

    def extend(self) -> bool:
        """Plan the next stretch. Returns False if there is no value to plan for."""
        counts, ranks = self._counts, self._ranks
        self._note_extension()
        target = self._forecast.target(self.issued)
        population = max(1, round(target / (counts.mean * counts.used_share)))
        if self.is_closed:
            there = max(len(ranks.by_number) + len(ranks.spare), self._coming)
            population = there if self._is_for_all else min(population, there)
            if not population:
                return False
        while len(ranks) < population:
            ranks.append(FREE)
        self._bind_favourites()
        fresh = tickets_owed(target, counts.cumulative(population), self._phase, ranks.planned)
        if not fresh:  # the shape at this population is full: the most used values have the rest
            fresh = list(range(min(population, max(1, target - self.issued))))
            for rank in fresh:
                ranks.planned[rank] += 1
        self._tickets.entries[:] = in_order(fresh, self._spread, self._correlation, self._by_value, self._random)
        if not self._forecast.is_known:
            self._shorten(target - self.issued)
        self.issued += len(self._tickets.entries)
        return True

    def bind(self, session: ISession, rank: int, is_closed: bool) -> int:
        """Give the rank a value that exists and has no use, if there is one to spare and this session may use it."""
        spare = self._ranks.spare
        bound, count = len(self._ranks.by_number), len(spare)
        if not is_closed and bound + count < round((bound + 1) / self._counts.used_share):
            return FREE
        start = count - 1 if self._coming and self._correlation else int(self._random.random() * count)
        for step in range(min(count, _LOOKED_AT)):
            number = spare[(start - step) % count]
            if not self._pool.is_foreign(number, session):
                self._ranks.bind(number, rank)
                return number
        return FREE

    def open_up(self) -> None:
        """Values may be made from now on: plan what has not been drawn anew, for them, too."""
        self.is_closed = False
        planned, tickets = self._ranks.planned, self._tickets.entries
        if self._journal.entries is not None:
            self._journal.note(self._close_again, (list(planned), list(tickets), self.issued))
        for rank in tickets:
            planned[rank] -= 1
        self.issued -= len(tickets)
        tickets.clear()

    def _shorten(self, length: int) -> None:
        """Keep to the target where the end is only foretold: one rank more brings all its uses at once, and they would
        put the next rank off. Who is due to be born is born first; what is left out is planned again.
        """
        tickets = self._tickets.entries
        if len(tickets) <= self._counts.mean:
            for rank in {rank for rank in tickets if self._ranks.numbers[rank] == FREE}:
                tickets.remove(rank)
                tickets.append(rank)
        over = len(tickets) - max(1, length)
        if over > 0:
            for rank in tickets[:over]:
                self._ranks.planned[rank] -= 1
            del tickets[:over]

    def _bind_favourites(self) -> None:
        """Give the first ranks to the values that are to be used most."""
        ranks = self._ranks
        free = (rank for rank, number in enumerate(ranks.numbers) if number == FREE)
        for number in self._favourites:
            if number in ranks.spare:
                rank = next(free, None)
                if rank is None:
                    break
                ranks.bind(number, rank)
        self._favourites = ()

    def _by_value(self, tickets: list[int]) -> list[int]:
        """The ranks of the tickets in the order of their values; what has no value yet is given one, if all exist that will."""
        ranks = list(dict.fromkeys(tickets))
        self._random.shuffle(ranks)
        if not self.is_closed or self._coming:
            return ranks  # values come to be in the order of their first uses
        numbers, spare = self._ranks.numbers, self._ranks.spare
        for rank in ranks:
            if numbers[rank] == FREE and spare:
                self._ranks.bind(spare[int(self._random.random() * len(spare))], rank)
        return sorted(ranks, key=numbers.__getitem__)

    # How the changes are taken back, newest first; see Journal.

    def _close_again(self, before: tuple[list[int], list[int], int]) -> None:
        self.is_closed = True
        self._ranks.planned[:], self._tickets.entries[:], self.issued = before

    def _note_extension(self) -> None:
        if self._journal.entries is not None:
            scalars = self._forecast.state(), self.issued, self._favourites
            self._journal.note(self._unextend, (list(self._ranks.planned), scalars))

    def _unextend(self, before: tuple[list[int], tuple[Any, ...]]) -> None:
        planned, (state, self.issued, self._favourites) = before
        self._forecast.go_back(state)
        self._tickets.entries.clear()
        self._ranks.shorten_to(len(planned))
        self._ranks.planned[:] = planned

"""The planned order of uses: all that the law gives by the end of the run, in random order; exact at the end."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.distributors.apportionment import tickets_owed
from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.distributors.m2o.ordering import arranged, excess_correlation
from ascetic_ddd.faker.domain.distributors.m2o.schedule import Reserved
from ascetic_ddd.faker.domain.distributors.m2o.spare import SpareValues
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PlannedSchedule",)

_FREE, _PENDING = -1, -2  # instead of a number: a rank without a value yet, a rank whose value is being made
_LEAST_BLOCK = 8  # tickets that are taken together; twice as many each time, while all of them have values
_NOTHING = 1e-9  # of the run, since the schedule was made: nothing can be foretold
_ASIDE = 64  # tickets looked at before values in flight elsewhere make this session ask for one of its own


class PlannedSchedule:
    """The uses of one scope in a run whose end is known or can be foretold.

    Tickets, one a use, are drawn without replacement; a ticket names a rank, and the first ticket of a rank finds it a
    value: one that exists and has no use yet, else a new one. A scope whose number of uses is only foretold is planned in
    stretches, each to a total that is certain enough, the last ones short.

    Args:
        counts: how many uses the values shall get.
        scope: the values.
        random: the distributor's stream.
        plan: total and progress of the run.
        expected: number of uses this run will ask for, if that is known.
        foretell: gives that number when the first use is asked for, or None if it is not known then either.
        since: progress of the run when the uses given here had been made.
        spread: how far apart the uses of a value may lie, as a share of the stretch: 1 anywhere, 0 one after the other.
        correlation: of the order of the uses with the order in which the values came to be, as ``pg_stats.correlation``; it
            replaces ``spread``. None: as ``spread`` says.
        favourites: numbers of values that shall have the most uses, most first; only where values exist beforehand.
        is_closed: as long as no pick may ask for a new value, none is planned for.
        is_for_all: closed, the law is about all values, however many uses there are for each; else the uses are for as many of
            them as the law's mean tells.
        coming: values that enter the scope in this run whether or not anybody asks, those of today included.
        uses: uses that values of the scope have already, by number, most used first.
        journal: notes how each change is taken back.
    """

    def __init__(
        self,
        counts: ICountDistribution,
        scope: Scope,
        random: Random,
        *,
        plan: Plan,
        expected: int | None = None,
        foretell: Callable[[], int | None] | None = None,
        since: float = 0.0,
        spread: float = 1.0,
        correlation: float | None = None,
        favourites: Sequence[int] = (),
        is_closed: bool = False,
        is_for_all: bool = False,
        coming: int = 0,
        uses: dict[int, int] | None = None,
        journal: Journal | None = None,
    ) -> None:
        self._journal = journal or Journal()
        self._counts = counts
        self._scope = scope
        self._random = random
        self._plan = plan
        self._spread = spread
        self._correlation = correlation
        self._favourites = favourites
        self._coming = coming
        self._is_closed = is_closed
        self._is_for_all = is_for_all
        self._phase = random.random()
        used = uses or {}
        self._numbers: list[int] = list(used)  # by rank
        self._uses: list[int] = list(used.values())  # by rank
        self._planned: list[int] = list(self._uses)  # by rank: uses when all tickets are drawn
        self._ranks = {number: rank for rank, number in enumerate(self._numbers)}
        self._spare = SpareValues([number for number in scope.members if number not in used], self._journal)
        self._extra: list[int] = []  # ranks beyond the plan
        self._tickets: list[int] = []
        self._issued = self._before = sum(self._uses)  # tickets ever made, drawn or not
        self._expected = expected
        self._foretell = foretell
        self._since = since
        self._last: tuple[float, int] | None = None  # progress, and uses asked for by then

    @property
    def is_closed(self) -> bool:
        """True as long as no pick could ask for a new value."""
        return self._is_closed

    @property
    def is_waiting(self) -> bool:
        """True while values are being made for it."""
        return _PENDING in self._numbers

    @property
    def population(self) -> int:
        """How many values the scope shall have, as far as that is known: as many as have been planned for."""
        return len(self._numbers)

    @property
    def uses(self) -> dict[int, int]:
        """Uses so far by number, most used first, without the unused."""
        found = {n: self._uses[rank] for n, rank in self._ranks.items() if self._uses[rank]}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def remaining(self, number: int) -> int | None:
        """Uses the value has still to get in this run; None if the run's uses are not all planned, or it has no place."""
        rank = self._ranks.get(number)
        if rank is None or self._expected is None or self._issued < self._before + self._expected:
            return None
        return self._planned[rank] - self._uses[rank]

    def pick(self, session: ISession, is_closed: bool = False) -> int | Reserved | None:  # noqa: C901  # a call less for each of millions
        """Draw a ticket.

        Returns:
            The value's number; the place of the ticket's rank if that wants a value that does not exist; None if the pick is
            closed and there is nothing that this session may use.
        """
        if self._is_closed and not is_closed:
            self._open_up()
        aside: list[int] = []
        found: int | Reserved | None = None
        noted = self._journal.entries
        while len(aside) < _ASIDE:
            if not self._tickets and not self._extend():
                break
            rank = self._tickets.pop()
            number = self._numbers[rank]
            if number == _FREE:
                number = self._bind(session, rank, is_closed)
            if number >= 0 and not self._scope.pool.is_foreign(number, session):
                self._uses[rank] += 1
                found = number
                if noted is not None:
                    noted += (self._unpick, rank)
                break
            if number == _FREE and not is_closed:
                self._numbers[rank] = _PENDING
                found = Reserved(rank)
                if noted is not None:
                    noted += (self._unreserve, rank)
                break
            aside.append(rank)
            if noted is not None:
                noted += (self._untake, rank)
        for rank in aside:
            self._put_back(rank)
        if found is None:
            found = self._instead(session) if is_closed else self._beyond(session)
        return found

    def take(self, session: ISession, is_closed: bool, count: int) -> list[int]:
        """Draw tickets as long as their ranks have values that this session may use."""
        if self._is_closed and not is_closed:
            self._open_up()
        tickets, uses, numbers = self._tickets, self._uses, self._numbers
        in_flight = self._scope.pool.in_flight
        found: list[int] = []
        size = _LEAST_BLOCK
        while tickets and len(found) < count:
            size = min(size, count - len(found), len(tickets))
            ranks = tickets[: -size - 1 : -1]
            drawn = [numbers[rank] for rank in ranks]
            usable = size
            if min(drawn) < 0 or not in_flight.keys().isdisjoint(drawn):
                usable = self._usable(session, drawn)
                del ranks[usable:], drawn[usable:]
            if usable:
                del tickets[-usable:]
                for rank in ranks:
                    uses[rank] += 1
                self._journal.note(self._unpick_all, ranks)
                found += drawn
            if usable < size:
                break
            size *= 2
        return found

    def _usable(self, session: ISession, numbers: list[int]) -> int:
        """How many of the numbers, from the first on, are values that this session may use."""
        in_flight = self._scope.pool.in_flight
        for place, number in enumerate(numbers):
            if number < 0 or in_flight.get(number, session) is not session:
                return place
        return len(numbers)

    def _open_up(self) -> None:
        """Values may be made from now on: plan what has not been drawn anew, for them, too."""
        self._is_closed = False
        if self._journal.entries is not None:
            self._journal.note(self._close_again, (list(self._planned), self._tickets, self._issued))
        for rank in self._tickets:
            self._planned[rank] -= 1
        self._issued -= len(self._tickets)
        self._tickets = []

    def _instead(self, session: ISession) -> int | None:
        """All that is due is for values to come, or in flight elsewhere, and this pick needs one that is there."""
        members = self._scope.members
        ranks = (self._numbers[int(self._random.random() * len(self._numbers))] for _ in range(min(_ASIDE, len(members))))
        for number in chain(ranks, members):
            if number >= 0 and not self._scope.pool.is_foreign(number, session):
                if self._tickets:
                    rank = self._tickets.pop()
                    self._planned[rank] -= 1
                    self._journal.note(self._unspend, rank)
                self.use(number)
                return number
        return None

    def _beyond(self, session: ISession) -> int | Reserved:
        """All that is due is in flight elsewhere: have one value more than planned, and use that while it lasts."""
        if self._tickets:  # it is used instead of another
            rank = self._tickets.pop()
            self._planned[rank] -= 1
            self._journal.note(self._unspend, rank)
        for rank in reversed(self._extra[-_ASIDE:]):
            number = self._numbers[rank]
            if number >= 0 and not self._scope.pool.is_foreign(number, session):
                self._planned[rank] += 1
                self._uses[rank] += 1
                self._journal.note(self._unuse_beside, rank)
                return number
        self._append(_PENDING)
        self._planned[-1] = 1
        self._extra.append(len(self._numbers) - 1)
        self._journal.note(self._unextra, None)
        return Reserved(len(self._numbers) - 1)

    def fill(self, place: Reserved, number: int) -> bool:
        """The value for a reserved place exists, and this is its first use. Returns False if it is not in the scope."""
        rank = place.rank
        self._free(rank)
        if number not in self._spare:
            known = number in self._ranks
            self._put_back(rank)
            return self.use(number) if known else False
        self._take_spare(number, rank)
        self._count(rank, 1)
        return True

    def release(self, place: Reserved) -> None:
        """Nothing comes to a reserved place; its ticket will be drawn again."""
        rank = place.rank
        self._free(rank)
        self._put_back(rank)

    def use(self, number: int) -> bool:
        """Count one use of a given value, beside the plan. Returns False if it is not in the scope."""
        if number in self._spare:
            self._journal.note(self._shorten_to, len(self._numbers))
            self._append(_FREE)
            self._take_spare(number, len(self._numbers) - 1)
        rank = self._ranks.get(number)
        if rank is None:
            return False
        self._planned[rank] += 1  # not issued: it is no ticket, and says nothing of the rate of the draws
        self._uses[rank] += 1
        self._journal.note(self._unuse_beside, rank)
        return True

    def unuse(self, number: int, *, is_told: bool = False) -> None:
        """Take one use of the value back; its ticket, if it was not told, will be drawn again."""
        rank = self._ranks.get(number)
        if rank is not None:
            self._count(rank, -1)
            if is_told:
                self._replan(rank, -1)
            else:
                self._put_back(rank)

    def undraw(self, number: int) -> None:
        """Take one use back that nothing failed for."""
        self.unuse(number)

    def reuse(self, number: int) -> None:
        """Undo :meth:`undraw`: the ticket is drawn, if nobody else has drawn it since."""
        rank = self._ranks.get(number)
        if rank is not None:
            self._count(rank, 1)
            if rank in self._tickets:
                place = self._tickets.index(rank)
                del self._tickets[place]
                self._journal.note(self._reinsert, (place, rank))
            else:
                self._replan(rank, 1)

    def enter(self, number: int) -> None:
        self._spare.add(number)

    def leave(self, number: int) -> None:
        if number in self._spare:
            self._spare.take(number)
        else:
            rank = self._ranks.pop(number)
            self._numbers[rank] = _FREE
            self._journal.note(self._unleave, (number, rank))

    def _append(self, number: int) -> None:
        self._numbers.append(number)
        self._uses.append(0)
        self._planned.append(0)

    def _free(self, rank: int) -> None:
        self._numbers[rank] = _FREE
        self._journal.note(self._reserve, rank)

    def _replan(self, rank: int, uses: int) -> None:
        self._planned[rank] += uses
        self._journal.note(self._unreplan, (rank, uses))

    def _count(self, rank: int, uses: int) -> None:
        self._uses[rank] += uses
        self._journal.note(self._uncount, (rank, uses))

    def _put_back(self, rank: int) -> None:
        tickets = self._tickets
        tickets.append(rank)
        place = int(self._random.random() * len(tickets))
        tickets[place], tickets[-1] = tickets[-1], tickets[place]
        self._journal.note(self._unput, place)

    def _bind(self, session: ISession, rank: int, is_closed: bool) -> int:
        """Give the rank a value that exists and has no use, if there is one to spare and this session may use it."""
        bound = len(self._ranks)
        spare = len(self._spare)
        if not is_closed and bound + spare < round((bound + 1) / self._counts.used_share):
            return _FREE
        latest = self._coming and self._correlation
        start = spare - 1 if latest else int(self._random.random() * spare)
        for step in range(min(spare, _ASIDE)):
            number = self._spare[(start - step) % spare]
            if not self._scope.pool.is_foreign(number, session):
                self._take_spare(number, rank)
                return number
        return _FREE

    def _take_spare(self, number: int, rank: int) -> None:
        self._spare.take(number)
        self._numbers[rank] = number
        self._ranks[number] = rank
        self._journal.note(self._unbind, number)

    def _extend(self) -> bool:
        """Plan the next stretch. Returns False if there is no value to plan for."""
        counts = self._counts
        self._note_extension()
        if self._foretell is not None:
            self._expected, self._foretell = self._foretell(), None
        target = self._target()
        population = max(1, round(target / (counts.mean * counts.used_share)))
        if self._is_closed:
            there = max(len(self._ranks) + len(self._spare), self._coming)
            population = there if self._is_for_all else min(population, there)
            if not population:
                return False
        while len(self._numbers) < population:
            self._append(_FREE)
        self._bind_favourites()
        fresh = tickets_owed(target, counts.cumulative(population), self._phase, self._planned)
        if not fresh:  # the shape at this population is full: the most used values have the rest
            fresh = list(range(min(population, max(1, target - self._issued))))
            for rank in fresh:
                self._planned[rank] += 1
        self._tickets = self._in_order(fresh)
        if self._expected is None:
            self._shorten(target - self._issued)
        self._issued += len(self._tickets)
        return True

    def _shorten(self, length: int) -> None:
        """Keep to the target where the end is only foretold: one rank more brings all its uses at once, and they would
        put the next rank off. Who is due to be born is born first; what is left out is planned again.
        """
        tickets = self._tickets
        if len(tickets) <= self._counts.mean:
            for rank in {rank for rank in tickets if self._numbers[rank] == _FREE}:
                tickets.remove(rank)
                tickets.append(rank)
        over = len(tickets) - max(1, length)
        if over > 0:
            for rank in tickets[:over]:
                self._planned[rank] -= 1
            del tickets[:over]

    def _bind_favourites(self) -> None:
        """Give the first ranks to the values that are to be used most."""
        free = (rank for rank, number in enumerate(self._numbers) if number == _FREE)
        for number in self._favourites:
            if number in self._spare:
                rank = next(free, None)
                if rank is None:
                    break
                self._take_spare(number, rank)
        self._favourites = ()

    def _in_order(self, tickets: list[int]) -> list[int]:
        """The tickets as they will be drawn, last first."""
        excess = 0.0
        if self._correlation is not None:
            excess = excess_correlation(self._correlation, list(Counter(tickets).values()))
        if excess:
            ordered = arranged(tickets, self._by_value(tickets), excess, self._random)
            ordered.reverse()
            return ordered
        random, spread = self._random.random, self._spread
        if spread >= 1.0:
            self._random.shuffle(tickets)
            return tickets
        starts: dict[int, float] = {}
        keys = [starts.setdefault(rank, random()) + spread * random() for rank in tickets]
        return [tickets[i] for i in sorted(range(len(tickets)), key=keys.__getitem__)]

    def _by_value(self, tickets: list[int]) -> list[int]:
        """The ranks of the tickets in the order of their values; what has no value yet is given one, if all exist that will."""
        ranks = list(dict.fromkeys(tickets))
        self._random.shuffle(ranks)
        if not self._is_closed or self._coming:
            return ranks  # values come to be in the order of their first uses
        for rank in ranks:
            if self._numbers[rank] == _FREE and self._spare:
                self._take_spare(self._spare[int(self._random.random() * len(self._spare))], rank)
        return sorted(ranks, key=self._numbers.__getitem__)

    def _target(self) -> int:
        """Uses to plan up to: the end of the run if it is known, else half of the way that is certain."""
        issued = self._issued
        if self._expected is not None and issued < self._before + self._expected:
            return self._before + self._expected
        asked = issued - self._before + 1
        progress = max((self._plan.progress - self._since) / (1.0 - self._since), _NOTHING) if self._since < 1.0 else 1.0
        trend = 1.0
        if self._last is not None and self._last[0] < progress and self._last[1] < asked:
            trend = math.log(asked / self._last[1]) / math.log(progress / self._last[0])
            trend = min(1.0, max(0.0, trend))
        if self._last is None or progress >= 2.0 * self._last[0]:
            self._last = (progress, asked)
        end = asked * progress**-trend
        error = math.sqrt(asked * (1.0 - progress)) / progress if progress < 1.0 else 0.0
        certain = end - 2.0 * error
        if certain > asked and progress > _NOTHING:
            step = asked + (certain - asked) / 2.0
        else:
            step = min(asked + self._counts.mean, end)
        return max(self._before + int(step), issued + 1 + issued // 200)

    # How the changes are taken back, newest first; see Journal.

    def _untake(self, rank: int) -> None:
        self._tickets.append(rank)

    def _unpick(self, rank: int) -> None:
        self._uses[rank] -= 1
        self._tickets.append(rank)

    def _unpick_all(self, ranks: list[int]) -> None:
        for rank in reversed(ranks):
            self._unpick(rank)

    def _unreserve(self, rank: int) -> None:
        self._numbers[rank] = _FREE
        self._tickets.append(rank)

    def _reserve(self, rank: int) -> None:
        self._numbers[rank] = _PENDING

    def _unreplan(self, replanned: tuple[int, int]) -> None:
        self._planned[replanned[0]] -= replanned[1]

    def _reinsert(self, taken: tuple[int, int]) -> None:
        self._tickets.insert(*taken)

    def _close_again(self, before: tuple[list[int], list[int], int]) -> None:
        self._is_closed = True
        self._planned, self._tickets, self._issued = before

    def _uncount(self, counted: tuple[int, int]) -> None:
        self._uses[counted[0]] -= counted[1]

    def _unput(self, place: int) -> None:
        tickets = self._tickets
        tickets[place], tickets[-1] = tickets[-1], tickets[place]
        tickets.pop()

    def _unspend(self, rank: int) -> None:
        self._planned[rank] += 1
        self._tickets.append(rank)

    def _unuse_beside(self, rank: int) -> None:
        self._planned[rank] -= 1
        self._uses[rank] -= 1

    def _unextra(self, _: None) -> None:
        self._extra.pop()
        self._shorten_to(len(self._numbers) - 1)

    def _unbind(self, number: int) -> None:
        self._numbers[self._ranks.pop(number)] = _FREE

    def _unleave(self, left: tuple[int, int]) -> None:
        number, rank = left
        self._ranks[number] = rank
        self._numbers[rank] = number

    def _note_extension(self) -> None:
        if self._journal.entries is not None:
            scalars = self._expected, self._foretell, self._last, self._issued, self._favourites
            self._journal.note(self._unextend, (list(self._planned), scalars))

    def _unextend(self, before: tuple[list[int], tuple[Any, ...]]) -> None:
        planned, (self._expected, self._foretell, self._last, self._issued, self._favourites) = before
        self._tickets = []
        self._shorten_to(len(planned))
        self._planned = planned

    def _shorten_to(self, length: int) -> None:
        for by_rank in (self._numbers, self._uses, self._planned):
            del by_rank[length:]

"""The planned order of uses: all that the law gives by the end of the run, in random order; exact at the end."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest
from random import Random

from ascetic_ddd.faker.domain.distributors.schedules.interfaces import BUSY, Busy, Reserved
from ascetic_ddd.faker.domain.distributors.schedules.pairs import IsTaken, Pairs, Partner
from ascetic_ddd.faker.domain.distributors.schedules.planner import Planner
from ascetic_ddd.faker.domain.distributors.schedules.ranks import FREE, PENDING, Ranks
from ascetic_ddd.faker.domain.distributors.schedules.tickets import Tickets
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PlannedSchedule",)

_LEAST_BLOCK = 8  # tickets that are taken together; twice as many each time, while all of them have values
_ASIDE = 64  # tickets looked at before values in flight elsewhere make this session ask for one of its own


class PlannedSchedule:
    """The uses of one scope in a run whose end is known or can be foretold.

    Tickets, one a use, are drawn without replacement; a ticket names a rank, and the first ticket of a rank finds it a
    value: one that exists and has no use yet, else a new one. A scope whose number of uses is only foretold is planned in
    stretches, each to a total that is certain enough, the last ones short.

    Args:
        scope: the values.
        random: the distributor's stream.
        ranks: the values by rank, and those that have none yet.
        tickets: what is planned and not drawn.
        planner: makes more of them, as the law and the plan of the run have it.
        journal: notes how each change is taken back.
    """

    def __init__(
        self, scope: Scope, random: Random, ranks: Ranks, tickets: Tickets, planner: Planner, journal: Journal | None = None
    ) -> None:
        self._pool = scope.pool
        self._members = scope.members
        self._random = random
        self._ranks = ranks
        self._numbers, self._uses = ranks.numbers, ranks.uses
        self._put = tickets
        self._tickets = tickets.entries
        self._planner = planner
        self._journal = journal or Journal()
        self._pairs: Pairs | None = None  # where the tickets are, if they were dealt to another schedule's ranks
        self._extra: list[int] = []  # ranks beyond the plan

    @property
    def is_closed(self) -> bool:
        """True as long as no pick could ask for a new value."""
        return self._planner.is_closed

    @property
    def is_planned_out(self) -> bool:
        """True if all uses of the run are planned."""
        return self._planner.is_done

    @property
    def ranks(self) -> Ranks:
        """The values by rank, and what is planned for them."""
        return self._ranks

    @property
    def is_waiting(self) -> bool:
        """True while values are being made for it."""
        return PENDING in self._numbers

    @property
    def population(self) -> int:
        """How many values the scope shall have, as far as that is known: as many as have been planned for."""
        return len(self._ranks)

    @property
    def uses(self) -> dict[int, int]:
        """Uses so far by number, most used first, without the unused."""
        return self._ranks.used()

    def remaining(self, number: int) -> int | None:
        """Uses the value has still to get in this run; None if the run's uses are not all planned, or it has no place."""
        rank = self._ranks.by_number.get(number)
        return None if rank is None or not self.is_planned_out else self._ranks.planned[rank] - self._uses[rank]

    def pick(self, session: ISession, is_closed: bool = False) -> int | Reserved | None:  # noqa: C901  # a call less for each of millions
        """Draw a ticket.

        Returns:
            The value's number; the place of the ticket's rank if that wants a value that does not exist; None if the pick is
            closed and there is nothing that this session may use.
        """
        if self._planner.is_closed and not is_closed:
            self._planner.open_up()
        tickets, numbers, in_flight = self._tickets, self._numbers, self._pool.in_flight
        aside: list[int] = []
        found: int | Reserved | None = None
        noted = self._journal.entries
        while len(aside) < _ASIDE:
            if not tickets and not self._more():
                break
            rank = tickets.pop()
            number = numbers[rank]
            if number == FREE:
                number = self._planner.bind(session, rank, is_closed)
            if number >= 0 and in_flight.get(number, session) is session:
                self._uses[rank] += 1
                found = number
                if noted is not None:
                    noted += (self._unpick, rank)
                break
            if number == FREE and not is_closed:
                numbers[rank] = PENDING
                found = Reserved(rank)
                if noted is not None:
                    noted += (self._unreserve, rank)
                break
            aside.append(rank)
            if noted is not None:
                noted += (self._put.undraw, rank)
        for rank in aside:
            self._put.put_back(rank)
        if found is None:
            found = self._instead(session) if is_closed else self._beyond(session)
        return found

    def pick_free(
        self, session: ISession, is_closed: bool, is_free: Callable[[int], bool], partner: Partner | None = None
    ) -> int | Reserved | None:
        """Draw the first ticket whose value will do; those before it stay where they are.

        If both schedules are planned to the end, the tickets were dealt to the ranks of the partner's schedule, so that nobody
        runs out of them. If none will do, another value is used instead: one that exists, else one beyond the plan.
        """
        if self._planner.is_closed and not is_closed:
            self._planner.open_up()
        if not self._tickets and not self._pairs:
            self._planner.extend()
        rank = self._deal(partner) if partner is not None else None
        pairs = self._pairs
        if pairs is not None and rank is not None:
            deck = pairs.deck(rank)
            for place in range(len(deck) - 1, -1, -1):
                if (found := self._usable(session, deck[place], is_closed, is_free)) is not None:
                    pairs.take(rank, place)
                    return found
        seen: set[int] = set()  # each rank is asked once
        for place in range(len(self._tickets) - 1, -1, -1):
            ticket = self._tickets[place]
            if ticket not in seen and (found := self._usable(session, ticket, is_closed, is_free)) is not None:
                self._put.pull(place)
                return found
            seen.add(ticket)
        if pairs is not None and (found := self._exchanged(session, pairs, rank, is_closed, is_free)) is not None:
            return found
        found = self._instead(session, is_free)
        return self._one_more() if found is None and not is_closed else found

    def _deal(self, partner: Partner) -> int | None:
        """The rank of the partner in its schedule, to whose ranks the tickets have been dealt; None if they are not."""
        other = partner.schedule
        if self._pairs is not None and self._pairs.other is not other:
            self._pairs.gather()
            self._pairs = None
        if not isinstance(other, PlannedSchedule) or not other.is_planned_out:
            return None
        theirs, ours = other.ranks, self._ranks
        if self._pairs is None:
            if not self.is_planned_out:
                return None

            def is_allowed(rank: int, ticket: int) -> bool:
                first, second = theirs.numbers[rank], ours.numbers[ticket]
                return first < 0 or second < 0 or not partner.is_taken(first, second)

            self._journal.note(self._undeal, None)
            sizes = [planned - before for planned, before in zip_longest(theirs.planned, theirs.before, fillvalue=0)]
            self._pairs = Pairs(other, sizes, self._tickets, is_allowed, self._random, self._journal)
        return theirs.by_number.get(partner.number)

    def take_beside(self, session: ISession, other: object, partners: Iterable[int], claim: IsTaken) -> list[int]:
        """Take what was dealt to the partners, as long as it may be used."""
        pairs = self._pairs
        if pairs is None or pairs.other is not other or not isinstance(other, PlannedSchedule):
            return []
        numbers, uses, in_flight = self._numbers, self._uses, self._pool.in_flight
        rank_of, deck_of = other.ranks.by_number.get, pairs.deck
        found: list[int] = []
        taken: list[tuple[int, int]] = []
        for partner in partners:
            rank = rank_of(partner)
            deck = None if rank is None else deck_of(rank)
            if rank is None or not deck:
                break
            ticket = deck[-1]
            number = numbers[ticket]
            if number < 0 or in_flight.get(number, session) is not session or not claim(partner, number):
                break
            deck.pop()
            uses[ticket] += 1
            taken.append((rank, ticket))
            found.append(number)
        if taken:
            pairs.took(taken)
            self._journal.note(self._uncount_all, taken)
        return found

    def deal_back(self, came: int | Reserved, other: object, partner: int) -> None:
        """Deal a ticket that has come back."""
        pairs = self._pairs
        if pairs is None or pairs.other is not other or not isinstance(other, PlannedSchedule):
            return
        ticket = came.rank if isinstance(came, Reserved) else self._ranks.by_number.get(came)
        rank = other.ranks.by_number.get(partner)
        if rank is not None and ticket is not None and self._put.take_out(ticket):
            pairs.deal_back(rank, ticket)

    def _exchanged(
        self, session: ISession, pairs: Pairs, rank: int | None, is_closed: bool, is_free: Callable[[int], bool]
    ) -> int | Reserved | None:
        """A ticket that was dealt to somebody else."""
        own = -1 if rank is None else rank
        seen: set[int] = set()
        for other, place in pairs.candidates(own):
            ticket = pairs.deck(other)[place]
            if ticket not in seen and (found := self._usable(session, ticket, is_closed, is_free)) is not None:
                pairs.exchange(own, other, place)
                return found
            seen.add(ticket)
        return None

    def _usable(self, session: ISession, rank: int, is_closed: bool, is_free: Callable[[int], bool]) -> int | Reserved | None:
        """What a ticket of the rank comes to; None if its value will not do, or is not there."""
        number = self._numbers[rank]
        if number == FREE:
            number = self._planner.bind(session, rank, is_closed)
        if number == FREE and not is_closed:
            self._ranks.reserve(rank)
            return Reserved(rank)
        if number >= 0 and not self._pool.is_foreign(number, session) and is_free(number):
            self._ranks.count(rank, 1)
            return number
        return None

    def take(self, session: ISession, is_closed: bool, count: int) -> list[int]:
        """Draw tickets as long as their ranks have values that this session may use."""
        if self._planner.is_closed and not is_closed:
            self._planner.open_up()
        tickets, numbers, uses, in_flight = self._tickets, self._numbers, self._uses, self._pool.in_flight
        found: list[int] = []
        size = _LEAST_BLOCK
        while tickets and len(found) < count:
            size = min(size, count - len(found), len(tickets))
            ranks = tickets[: -size - 1 : -1]
            drawn = [numbers[rank] for rank in ranks]
            usable = size
            if min(drawn) < 0 or not in_flight.keys().isdisjoint(drawn):
                usable = self._pool.usable(session, drawn)
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

    def planned_by_rank(self) -> list[tuple[int, int]]:
        """Uses planned since the schedule was made, and in all, by rank."""
        self._plan_first()
        planned, before = self._ranks.planned, self._ranks.before
        return [(rows - was, rows) for rows, was in zip_longest(planned, before, fillvalue=0)]

    def rank_of(self, number: int) -> int | None:
        """The rank of a value; None if it has none yet."""
        return self._ranks.by_number.get(number)

    def pick_at(self, session: ISession, rank: int, is_closed: bool = False) -> int | Reserved | Busy:
        """Use the value of a rank; the tickets are somebody else's."""
        if self._planner.is_closed and not is_closed:
            self._planner.open_up()
        self._plan_first()
        if rank >= len(self._numbers):
            return BUSY
        number = self._numbers[rank]
        if number == FREE:
            number = self._planner.bind(session, rank, is_closed)
        if number >= 0 and self._pool.in_flight.get(number, session) is session:
            self._ranks.count(rank, 1)
            return number
        if number != FREE or is_closed:
            return BUSY
        self._numbers[rank] = PENDING
        self._journal.note(self._unpend, rank)
        return Reserved(rank)

    def pick_many_at(self, session: ISession, ranks: Sequence[int], is_closed: bool = False) -> list[int] | None:
        """Use the values of so many ranks; the tickets are somebody else's."""
        if self._planner.is_closed and not is_closed:
            self._planner.open_up()
        self._plan_first()
        numbers, in_flight, uses = self._numbers, self._pool.in_flight, self._uses
        if max(ranks, default=-1) >= len(numbers):
            return None
        for rank in set(ranks):
            if numbers[rank] == FREE:
                self._planner.bind(session, rank, is_closed)
        found = [numbers[rank] for rank in ranks]
        if min(found, default=0) < 0 or (in_flight and self._pool.usable(session, found) < len(found)):
            return None
        for rank in ranks:
            uses[rank] += 1
        self._journal.note(self._unuse_all, ranks)
        return found

    def fill(self, place: Reserved, number: int) -> bool:
        """The value for a reserved place exists, and this is its first use. Returns False if it is not in the scope."""
        ranks, rank = self._ranks, place.rank
        ranks.free(rank)
        if number not in ranks.spare:
            known = number in ranks.by_number
            self._put.put_back(rank)
            return self.use(number) if known else False
        ranks.bind(number, rank)
        ranks.count(rank, 1)
        return True

    def release(self, place: Reserved) -> None:
        """Nothing comes to a reserved place; its ticket will be drawn again."""
        self._ranks.free(place.rank)
        self._put.put_back(place.rank)

    def use(self, number: int) -> bool:
        """Count one use of a given value, beside the plan. Returns False if it is not in the scope."""
        ranks = self._ranks
        if number in ranks.spare:
            ranks.append_spare(number)
        rank = ranks.by_number.get(number)
        if rank is None:
            return False
        ranks.use_beside(rank)  # not issued: it is no ticket, and says nothing of the rate of the draws
        return True

    def unuse(self, number: int, *, is_told: bool = False) -> None:
        """Take one use of the value back; its ticket, if it was not told, will be drawn again."""
        rank = self._ranks.by_number.get(number)
        if rank is not None:
            self._ranks.count(rank, -1)
            if is_told:
                self._ranks.replan(rank, -1)
            else:
                self._put.put_back(rank)

    def undraw(self, number: int) -> None:
        """Take one use back that nothing failed for."""
        self.unuse(number)

    def reuse(self, number: int) -> None:
        """Undo :meth:`undraw`: the ticket is drawn, if nobody else has drawn it since."""
        rank = self._ranks.by_number.get(number)
        if rank is not None:
            self._ranks.count(rank, 1)
            if not self._put.take_out(rank):
                self._ranks.replan(rank, 1)

    def enter(self, number: int) -> None:
        self._ranks.spare.add(number)

    def leave(self, number: int) -> None:
        self._ranks.leave(number)

    def _more(self) -> bool:
        """There are no tickets: take some that were dealt, or plan more. Returns False if there is nothing to plan for."""
        return (self._pairs is not None and self._pairs.lend()) or self._planner.extend()

    def _instead(self, session: ISession, is_free: Callable[[int], bool] | None = None) -> int | None:
        """Nothing that is due will do (it is for values to come, or in flight elsewhere): use one that is there and will do."""
        numbers, members = self._numbers, self._members
        some = (numbers[int(self._random.random() * len(numbers))] for _ in range(min(_ASIDE, len(members))))
        for number in chain(some, members):
            if number >= 0 and not self._pool.is_foreign(number, session) and (is_free is None or is_free(number)):
                self._spend()
                self.use(number)
                return number
        return None

    def _beyond(self, session: ISession) -> int | Reserved:
        """All that is due is in flight elsewhere: have one value more than planned, and use that while it lasts."""
        self._spend()  # it is used instead of another
        for rank in reversed(self._extra[-_ASIDE:]):
            number = self._numbers[rank]
            if number >= 0 and not self._pool.is_foreign(number, session):
                self._ranks.use_beside(rank)
                return number
        return self._append()

    def _one_more(self) -> Reserved:
        """Have one value more than planned, instead of what is due."""
        self._spend()
        return self._append()

    def _append(self) -> Reserved:
        rank = self._ranks.append(PENDING, planned=1)
        self._extra.append(rank)
        self._journal.note(self._unextra, rank)
        return Reserved(rank)

    def _spend(self) -> None:
        """Give up a ticket, if there is one left."""
        if self._tickets or (self._pairs is not None and self._pairs.lend()):
            rank = self._tickets.pop()
            self._ranks.planned[rank] -= 1
            self._journal.note(self._unspend, rank)

    def _plan_first(self) -> None:
        """Plan, if nothing is planned yet."""
        if not self._tickets and not self._planner.is_done:
            self._planner.extend()

    # How the changes are taken back, newest first; see Journal.

    def _unuse_all(self, ranks: Sequence[int]) -> None:
        for rank in ranks:
            self._uses[rank] -= 1

    def _unpend(self, rank: int) -> None:
        self._numbers[rank] = FREE

    def _unpick(self, rank: int) -> None:
        self._uses[rank] -= 1
        self._tickets.append(rank)

    def _unpick_all(self, ranks: list[int]) -> None:
        for rank in reversed(ranks):
            self._unpick(rank)

    def _unreserve(self, rank: int) -> None:
        self._numbers[rank] = FREE
        self._tickets.append(rank)

    def _unspend(self, rank: int) -> None:
        self._ranks.planned[rank] += 1
        self._tickets.append(rank)

    def _uncount_all(self, taken: list[tuple[int, int]]) -> None:
        for _, ticket in taken:
            self._uses[ticket] -= 1

    def _undeal(self, nothing: None) -> None:
        self._pairs = None

    def _unextra(self, rank: int) -> None:
        self._extra.pop()
        self._ranks.shorten_to(rank)

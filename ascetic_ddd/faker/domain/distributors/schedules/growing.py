"""The growing order of uses: each is served the moment the law has it due, so the histogram is right at every moment."""

import math
from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from random import Random

from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.distributors.schedules.dues import Dues
from ascetic_ddd.faker.domain.distributors.schedules.interfaces import BUSY, Busy, Reserved
from ascetic_ddd.faker.domain.distributors.schedules.pairs import IsTaken, Partner
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("GrowingSchedule",)

_REPEATED = 3  # times the same use has to be taken back before it is put off
_DELAY = 0.1  # of the population, doubled each time
_LOOKED_AT = 256  # values that will not do before there is one more
_SOME_RANK = Reserved(0)  # a value gets its rank when it enters


class GrowingSchedule:
    """The uses of one scope while its total is unknown.

    A heap holds one live entry a value: when its next use is due, on the scale of the population. An entry whose value
    is gone, whose use was served meanwhile, or that is due at another time, is dropped when it comes up. A pick costs O(log n).

    Args:
        counts: how many uses the values shall get.
        scope: the values; those that are there already are ranked in random order.
        random: the distributor's stream.
        is_closed: as long as no pick may ask for a new value: when the law has nothing due for the values that exist, uses
            go on in proportion. The first pick that may ask for one has all uses due as the law has them.
        uses: uses that values of the scope have already, by number, most used first.
        journal: notes what a rollback does not take back: entries of the heap that have no effect any more may stay.
    """

    def __init__(
        self,
        counts: ICountDistribution,
        scope: Scope,
        random: Random,
        *,
        is_closed: bool = False,
        uses: dict[int, int] | None = None,
        journal: Journal | None = None,
    ) -> None:
        self._journal = journal or Journal()
        self._pool = scope.pool
        self._dues = Dues(counts, random)
        self._law = counts.due  # what most dues are reckoned by at once
        self._phases = self._dues.phases
        self._numbers: list[int] = []  # by rank; -1 where a value is gone
        self._uses: list[int] = []  # by rank
        self._ranks: dict[int, int] = {}  # by number
        self._vacant: list[int] = []  # ranks to fill again, least first
        self._heap: list[tuple[float, int, int]] = []  # due population, rank, which use
        self._parked: dict[ISession, list[tuple[float, int, int]]] = {}  # entries of values in flight, by who made them
        self._owners: dict[int, ISession] = {}  # of the values with entries there
        self._taken_back: dict[int, tuple[int, int]] = {}  # by rank: which use was taken back last, and how many times
        self._put_off: dict[int, tuple[int, float]] = {}  # by rank: a use that is due later than the law has it, and when
        self._reserved = 0
        self._mean = counts.mean * counts.used_share
        self._counted = (0, 0)  # uses, and how many more picks are added to them before they are counted again
        used = uses or {}
        rest = [number for number in scope.members if number not in used]
        random.shuffle(rest)
        for number in (*used, *rest):
            self._rank(number, used.get(number, 0))
        self._rebase(is_closed, is_closed)

    @property
    def is_closed(self) -> bool:
        """True as long as no pick could ask for a new value."""
        return self._dues.is_closed

    @property
    def is_waiting(self) -> bool:
        """True while values are being made for it."""
        return self._reserved > 0

    @property
    def population(self) -> int:
        """How many values the scope shall have, as far as that is known: those it has, and those in the making."""
        return len(self._ranks) + self._reserved

    @property
    def uses(self) -> dict[int, int]:
        """Uses so far by number, most used first, without the unused."""
        found = {n: self._uses[rank] for n, rank in self._ranks.items() if self._uses[rank]}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def remaining(self, number: int) -> int | None:
        """Nobody knows: nothing is planned."""
        return None

    def pick(self, session: ISession, is_closed: bool = False) -> int | Reserved | None:
        """Serve the use that is due first.

        Returns:
            The value's number; a place if nothing is due before there is one more value; None if the pick is closed and there is
            nothing that this session may use.
        """
        number = self._serve(session, is_closed)
        if number is not None:
            return number
        if not is_closed:
            self._reserved += 1
            return _SOME_RANK
        if self._dues.goes_on:
            return None
        self._rebase(self._dues.is_closed, True)  # other picks may ask for new values, this one may not
        return self.pick(session, is_closed)

    def take(self, session: ISession, is_closed: bool, count: int) -> list[int]:
        """Serve the uses that are due first."""
        found: list[int] = []
        while len(found) < count and (number := self._serve(session, is_closed)) is not None:
            found.append(number)
        return found

    def pick_free(
        self, session: ISession, is_closed: bool, is_free: Callable[[int], bool], partner: Partner | None = None
    ) -> int | Reserved | None:
        """Serve the use that is due first of the values that will do.

        What is due and will not do stays due. If that is all that is due, another value is served ahead of its time, and comes
        less often later; or there is one value more, if the values have had as many uses as the law has for them.
        """
        if self._dues.is_closed and not is_closed:
            self._rebase(is_closed, is_closed)
        horizon = math.inf if is_closed or self._count_free_pick() else len(self._ranks) + self._reserved + 1.0
        found = self._serve_free(session, is_closed, is_free, horizon)
        if found is None and is_closed and not self._dues.goes_on:
            self._rebase(self._dues.is_closed, True)
            found = self._serve_free(session, is_closed, is_free, math.inf)
        if found is None and not is_closed:
            self._reserved += 1
            return _SOME_RANK
        return found

    def take_beside(self, session: ISession, other: object, partners: Iterable[int], claim: IsTaken) -> list[int]:
        """Nothing is dealt."""
        return []

    def deal_back(self, came: int | Reserved, other: object, partner: int) -> None:
        """Nothing is dealt."""

    def _count_free_pick(self) -> bool:
        """Count a use; tell whether the values have had less than the law has for them. Other uses are counted at times."""
        self._journal.note(self._recount, self._counted)
        total, picks = self._counted
        if picks <= 0:
            total, picks = sum(self._uses), len(self._uses) + 1
        self._counted = (total + 1, picks - 1)
        return total < self._mean * (len(self._ranks) + self._reserved)

    def _recount(self, counted: tuple[int, int]) -> None:
        self._counted = counted

    def _serve_free(self, session: ISession, is_closed: bool, is_free: Callable[[int], bool], horizon: float) -> int | None:
        heap = self._heap
        aside: list[tuple[float, int, int]] = []
        found: int | None = None
        if self._parked:
            heap += self._parked.pop(session, ())  # others park them again
            heapify(heap)
        while heap and found is None and (is_closed or len(aside) < _LOOKED_AT) and heap[0][0] <= horizon:
            if heap[0][0] == math.inf:
                break
            entry = heappop(heap)
            due, rank, use = entry
            number = self._numbers[rank]
            if number < 0 or self._uses[rank] + 1 != use or self._is_put_off(due, rank, use):
                continue
            if self._pool.is_foreign(number, session):
                self._park(self._pool.in_flight[number], number, entry)
            elif is_free(number):
                self._uses[rank] = use
                self._push(rank)
                found = number
            else:
                aside.append(entry)
        for entry in aside:
            heappush(heap, entry)
        return found

    def _serve(self, session: ISession, is_closed: bool) -> int | None:
        """Serve the use that is due first, if one is due that this session may have."""
        dues, shared, uses, put_off = self._dues, self._heap, self._uses, self._put_off
        if dues.is_closed and (not is_closed or dues.are_outgrown(len(self._ranks), shared[0][0] if shared else 0.0)):
            self._rebase(is_closed, is_closed)
        horizon = math.inf if is_closed else len(self._ranks) + self._reserved + 1
        in_flight = self._pool.in_flight
        own = self._parked.get(session) if self._parked else None
        while shared or own:
            heap = own if own and (not shared or own[0] < shared[0]) else shared
            due, rank, use = heap[0]
            if due > horizon or due == math.inf:
                break
            number = self._numbers[rank]
            if number < 0 or uses[rank] + 1 != use or (put_off and self._is_put_off(due, rank, use)):
                heappop(heap)
            elif in_flight and in_flight.get(number, session) is not session:
                self._park(in_flight[number], number, heappop(heap))
            else:
                uses[rank] = use
                due = dues.due(rank, use + 1) if dues.goes_on else self._law(rank + 1, use + 1 - self._phases[rank])
                heapreplace(heap, (due, rank, use + 1))
                return number
        return None

    def planned_by_rank(self) -> list[tuple[int, int]]:
        """Nothing is planned."""
        return []

    def rank_of(self, number: int) -> int | None:
        """The rank of a value."""
        return self._ranks.get(number)

    def pick_at(self, session: ISession, rank: int, is_closed: bool = False) -> int | Reserved | Busy:
        """Use the value of a rank, due or not. No value is asked for."""
        number = self._numbers[rank] if rank < len(self._numbers) else -1
        if number < 0 or self._pool.in_flight.get(number, session) is not session:
            return BUSY
        self.use(number)
        return number

    def pick_many_at(self, session: ISession, ranks: Sequence[int], is_closed: bool = False) -> list[int] | None:
        """Use the values of so many ranks, due or not."""
        numbers, in_flight = self._numbers, self._pool.in_flight
        found = [numbers[rank] if rank < len(numbers) else -1 for rank in ranks]
        if min(found, default=0) < 0 or any(in_flight.get(number, session) is not session for number in found if in_flight):
            return None
        for number in found:
            self.use(number)
        return found

    def fill(self, place: Reserved, number: int) -> bool:
        """The value for a reserved place exists, and this is its first use. Returns False if it is not in the scope."""
        self._reserved -= 1
        return self.use(number)

    def release(self, place: Reserved) -> None:
        """Nothing comes to a reserved place."""
        self._reserved -= 1

    def use(self, number: int) -> bool:
        """Count one use of a given value. Returns False if it is not in the scope."""
        rank = self._ranks.get(number)
        if rank is None:
            return False
        self._uses[rank] += 1
        self._push(rank)
        return True

    def unuse(self, number: int, *, is_told: bool = False) -> None:
        """Take one use of the value back. It is due at once; if that happens again and again, others come first."""
        rank = self._ranks.get(number)
        if rank is None:
            return
        if is_told:  # nobody tried to serve it in vain
            self._uses[rank] -= 1
            self._push(rank)
            return
        use = self._uses[rank]
        self._journal.note(self._forgive, (rank, self._taken_back.get(rank), self._put_off.get(rank)))
        before, times = self._taken_back.get(rank, (use, 0))
        times = times + 1 if before == use else 1
        self._taken_back[rank] = (use, times)
        if times >= _REPEATED:
            now = max(len(self._ranks) + self._reserved + 1.0, self._next_due())
            self._put_off[rank] = (use, now * (1.0 + _DELAY * 2.0 ** min(times - _REPEATED, 60)))
        self._uses[rank] -= 1
        self._push(rank)

    def undraw(self, number: int) -> None:
        """Take one use back that nothing failed for: it is due at once, however often."""
        rank = self._ranks.get(number)
        if rank is not None:
            if rank in self._put_off:
                self._journal.note(self._forgive, (rank, self._taken_back.get(rank), self._put_off.pop(rank)))
            self._uses[rank] -= 1
            self._push(rank)

    def reuse(self, number: int) -> None:
        """Undo :meth:`undraw`."""
        self.use(number)

    def enter(self, number: int) -> None:
        self._push(self._rank(number, 0))

    def leave(self, number: int) -> None:
        rank = self._ranks.pop(number)
        self._numbers[rank] = -1
        self._taken_back.pop(rank, None)
        self._put_off.pop(rank, None)
        heappush(self._vacant, rank)

    def _rank(self, number: int, uses: int) -> int:
        """Give the value a rank."""
        if self._vacant:
            rank = heappop(self._vacant)
            self._numbers[rank] = number
            self._uses[rank] = uses
        else:
            rank = len(self._numbers)
            self._numbers.append(number)
            self._uses.append(uses)
            self._dues.add_rank()
        self._ranks[number] = rank
        return rank

    def _forgive(self, before: tuple[int, tuple[int, int] | None, tuple[int, float] | None]) -> None:
        """That the use was taken back shall not put it off."""
        rank, taken_back, put_off = before
        if taken_back is None:
            self._taken_back.pop(rank, None)
        else:
            self._taken_back[rank] = taken_back
        if put_off is None:
            self._put_off.pop(rank, None)
        else:
            self._put_off[rank] = put_off
        self._push(rank)

    def _is_put_off(self, due: float, rank: int, use: int) -> bool:
        """Tell whether the use is due at another time than the entry says."""
        late = self._put_off.get(rank)
        return late is not None and late[0] == use and late[1] != due

    def _next_due(self) -> float:
        """When the next use of all is due; entries that have no effect any more do not count."""
        heap = self._heap
        while heap:
            due, rank, use = heap[0]
            if self._numbers[rank] >= 0 and self._uses[rank] + 1 == use and not self._is_put_off(due, rank, use):
                return due
            heappop(heap)
        return 0.0

    def _park(self, owner: ISession, number: int, entry: tuple[float, int, int]) -> None:
        """Move the entry of a value in flight to where only the session that made it looks, until it is settled."""
        if number not in self._owners:
            self._owners[number] = owner
            self._pool.when_settled(number, self._resume)
        heappush(self._parked.setdefault(owner, []), entry)

    def _resume(self, number: int) -> None:
        owner = self._owners.pop(number)
        for entry in self._parked.pop(owner, ()):  # what its owner has not settled yet is parked again when it comes up
            heappush(self._heap, entry)
        if number in self._ranks:
            self._push(self._ranks[number])

    def _push(self, rank: int) -> None:
        heappush(self._heap, self._entry(rank))

    def _entry(self, rank: int) -> tuple[float, int, int]:
        use = self._uses[rank] + 1
        late = self._put_off.get(rank) if self._put_off else None
        return (late[1] if late is not None and late[0] == use else self._dues.due(rank, use), rank, use)

    def _rebase(self, is_closed: bool, goes_on: bool) -> None:
        dues = self._dues
        self._journal.note(self._rebase_to, (dues.base, dues.is_closed, dues.goes_on, dict(self._put_off)))
        self._rebase_to((len(self._ranks), is_closed, goes_on, {}))

    def _rebase_to(self, told: tuple[int, bool, bool, dict[int, tuple[int, float]]]) -> None:
        dues = self._dues
        dues.base, dues.is_closed, dues.goes_on, self._put_off = told
        self._heap[:] = map(self._entry, range(len(self._uses)))
        heapify(self._heap)

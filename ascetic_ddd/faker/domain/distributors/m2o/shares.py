"""A fixed list of values with a share each."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.distributors.apportionment import tickets_owed
from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision
from ascetic_ddd.faker.domain.distributors.m2o.nulls import Nulls
from ascetic_ddd.faker.domain.distributors.m2o.selecting import Beside
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.distributors.schedules.interfaces import Busy
from ascetic_ddd.faker.domain.distributors.schedules.tickets import Tickets
from ascetic_ddd.faker.domain.distributors.validation import positive_numbers
from ascetic_ddd.faker.domain.errors import ConfigurationError, UnsatisfiableError
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("SharesDistributor",)

_BLOCK = 64
_ROWS_PER_VALUE = 8


class SharesDistributor:
    """Deals out the values in randomly permuted blocks, so that the shares hold at every moment and no order repeats.

    After each block every value has its share of all draws, to within one draw; inside a block the order is random, so two
    lists are independent of each other. In a run that asks a known number of times, the last block ends with the run.

    Args:
        shares: one a value, in the order of the values; positive, scaled to sum 1.
        null_weight: probability of null.

    Source: permuted block randomisation, as in clinical trials.
    """

    keeps_values = True

    def __init__(self, shares: Sequence[float], null_weight: float = 0.0) -> None:
        self.shares = positive_numbers("weights", shares)
        self._upto = [0.0, *accumulate(self.shares)]
        self.null_weight = null_weight
        self._nulls = Nulls(null_weight)
        self._random = Random(0)
        self._least = self._block = _block_of(shares)
        self._plan: Plan | None = None
        self._is_followed = False  # a run is dealt as a whole
        self._before: list[int] | None = None  # by number, what had been drawn before an exact run
        self._draws: int | None = None  # of an exact run that are not null
        self._dealt = 0
        self._dealt_by_value = [0] * len(self.shares)
        self._journal = Journal()
        self._put = Tickets(self._random, self._journal)
        self._tickets = self._put.entries
        self._marked: Any = None

    @classmethod
    def of(
        cls, size: int, weights: Sequence[float] | None, counts: ICountDistribution | None, null_weight: float
    ) -> "SharesDistributor":
        """For ``size`` values: with the given shares, or those of a count distribution, or equal ones.

        Raises:
            ConfigurationError: there is not one weight a value, or a weight is not positive.
        """
        if weights is not None:
            if len(weights) != size:
                raise ConfigurationError(f"{len(weights)} weights for {size} values; expected one a value, in the same order")
            return cls(weights, null_weight)
        points = counts.cumulative(size) if counts is not None else range(size + 1)
        return cls([high - low for low, high in pairwise(points)], null_weight)

    @property
    def is_nullable(self) -> bool:
        return self.null_weight > 0.0

    def draw(self, session: ISession, scope: Scope, *, is_closed: bool = False, may_be_null: bool = True) -> int | None:
        if self.null_weight and self._nulls.draw(session, may_be_null):
            return None
        if not self._tickets:
            self._deal()
        number = self._tickets.pop()
        if self._journal.entries is not None:
            self._journal.entries += (self._put.undraw, number)
        session.on_rollback(self._put.put_back, number)
        return number

    def draw_free(
        self,
        session: ISession,
        scope: Scope,
        is_free: Callable[[int], bool],
        *,
        is_closed: bool = False,
        may_be_null: bool = True,
        beside: Beside | None = None,
    ) -> int | None:
        if self.null_weight and self._nulls.draw(session, may_be_null):
            return None
        if not self._tickets:
            self._deal()
        place = next((place for place in range(len(self._tickets) - 1, -1, -1) if is_free(self._tickets[place])), None)
        number = self._deal_instead(is_free) if place is None else self._put.pull(place)
        session.on_rollback(self._put.put_back, number)
        return number

    def _deal_instead(self, is_free: Callable[[int], bool]) -> int:
        """Give up a ticket of the block for a value that has none in it; the next blocks make it good."""
        free = [number for number in range(len(self.shares)) if is_free(number)]
        if not free:
            raise UnsatisfiableError(f"none of the {len(self.shares)} values will do")
        number = max(free, key=lambda number: self.shares[number] / (self._dealt_by_value[number] + 1))
        self._exchange((number, self._put.pull(len(self._tickets) - 1)))
        return number

    def _exchange(self, values: tuple[int, int]) -> None:
        """One more of the first has been dealt, one less of the second."""
        more, less = values
        self._dealt_by_value[more] += 1
        self._dealt_by_value[less] -= 1
        self._journal.note(self._unexchange, values)

    def draw_many(
        self, session: ISession, scope: Scope, count: int, *, is_closed: bool = False, may_be_null: bool = True
    ) -> list[Decision]:
        hand: list[Decision] = []
        while len(hand) < count:
            if self.null_weight and self._nulls.take(may_be_null):
                hand.append(None)
                continue
            if not self._tickets:
                self._deal()
            size = 1 if self.null_weight else min(count - len(hand), len(self._tickets))
            numbers = self._tickets[: -size - 1 : -1]
            del self._tickets[-size:]
            self._journal.note(self._put.undraw_all, numbers)
            hand += numbers
        session.on_rollback(self._put_back_all, tuple(hand))
        return hand

    def be_followed(self) -> None:
        """Another column follows this one: exact runs are dealt as a whole, so that it is known how often each value comes."""
        self._is_followed = True

    @property
    def is_exact(self) -> bool:
        """As :class:`~ascetic_ddd.faker.domain.distributors.joint.interfaces.IRanked` says; a rank is a number."""
        return self._before is not None

    @property
    def keeps_ranks(self) -> bool:
        return True

    def rows_by_rank(self, scope: Scope, *, is_closed: bool, takes_over: bool = False) -> list[tuple[int, float]]:
        before = self._before or [0] * len(self.shares)
        if not self._is_followed:
            self._is_followed = True
            self._size_block()
        if not self._tickets and self._dealt_by_value == before:
            self._deal()
        rows = [now - then for now, then in zip(self._dealt_by_value, before, strict=True)]
        if takes_over:
            self._journal.note(self._tickets.extend, list(self._tickets))
            self._tickets.clear()
        nulls = 0 if self._plan is None else self._plan.total - (self._draws or 0)
        return [*zip(rows, self.shares, strict=True), (nulls, self.null_weight)]

    def shares_by_rank(self, scope: Scope, *, is_closed: bool) -> list[float] | None:
        total = sum(self.shares)
        return [*(share / total * (1.0 - self.null_weight) for share in self.shares), self.null_weight]

    def rank_of(self, scope: Scope, number: int, *, is_closed: bool) -> int | None:
        return number

    def draw_at(self, session: ISession, scope: Scope, rank: int, *, is_closed: bool) -> "Decision | Busy":
        return None if rank < 0 else rank

    def draw_many_at(
        self, session: ISession, scope: Scope, ranks: Sequence[int], *, is_closed: bool, behind: int = 0
    ) -> list[int | None] | None:
        return [None if rank < 0 else rank for rank in ranks]

    def undraw_at(self, session: ISession, scope: Scope, choice: int | None) -> None:
        """Nothing was counted."""

    def undraw(self, session: ISession, scope: Scope, choice: int | None) -> None:
        if self.null_weight:
            self._nulls.undraw(session, choice is None)
        if choice is not None:
            self._put.put_back(choice)
            session.on_rollback(self._put.take_out, choice)

    def seed(self, seed: int) -> None:
        self._random.seed(seed)
        self._nulls.seed(seed ^ 1)

    def restore(self, uses: Mapping[int, int], values: int) -> None:
        self._tickets.clear()
        self._dealt = sum(uses.values())
        self._dealt_by_value = [uses.get(number, 0) for number in range(len(self.shares))]

    def use(self, session: ISession, scope: Scope, number: int) -> None:
        """Lists keep their shares among what is drawn."""

    def unuse(self, session: ISession, scope: Scope, number: int) -> None:
        """Nothing was counted."""

    def forget(self, scope: Scope) -> bool:
        """All scopes are one."""
        return True

    def plan(self, plan: Plan | None, *, is_exact: bool = False, is_of_root: bool = False) -> None:
        if plan is self._plan:
            return
        self._plan = plan
        draws = plan.total if plan is not None and is_exact else None
        self._nulls.plan(draws)
        self._draws = self._nulls.expected if self.null_weight else draws
        left = Counter(self._tickets)
        self._before = None if draws is None else [dealt - left[number] for number, dealt in enumerate(self._dealt_by_value)]
        self._size_block()

    def _size_block(self) -> None:
        if self._draws is None:
            self._block = self._least
            return
        owed = self._draws - len(self._tickets)
        blocks = 1 if self._is_followed else max(1, owed // self._least)
        self._block = max(1, math.ceil(owed / blocks))

    def end(self, plan: Plan) -> None:
        if self._plan is plan:
            self.plan(None)

    def mark(self) -> None:
        self._journal.mark()
        self._nulls.mark()
        self._marked = self._random.getstate()

    def rewind(self) -> None:
        self._journal.rewind()
        self._nulls.rewind()
        self._random.setstate(self._marked)

    def unmark(self) -> None:
        self._journal.unmark()

    def _deal(self) -> None:
        if self._journal.entries is not None:
            self._journal.note(self._undeal, (self._dealt, list(self._dealt_by_value)))
        while not self._tickets:
            self._dealt += self._block
            self._tickets += tickets_owed(self._dealt, self._upto, self._random.random(), self._dealt_by_value)
        self._random.shuffle(self._tickets)

    def _put_back_all(self, hand: Sequence[Decision]) -> None:
        for choice in reversed(hand):
            if isinstance(choice, int):
                self._put.put_back(choice)
        if self.null_weight:
            self._nulls.take_back(len(hand), hand.count(None))

    def _unexchange(self, values: tuple[int, int]) -> None:
        more, less = values
        self._dealt_by_value[more] -= 1
        self._dealt_by_value[less] += 1

    def _undeal(self, before: tuple[int, list[int]]) -> None:
        self._tickets.clear()
        self._dealt, self._dealt_by_value = before

    def __repr__(self) -> str:
        return f"SharesDistributor({len(self.shares)} values, null_weight={self.null_weight:g})"


def _block_of(shares: Sequence[float]) -> int:
    """Draws in a block. Counts of a few rows a value are dealt as a whole: then each value comes as often as it was counted."""
    if all(isinstance(share, int) for share in shares):
        rows = int(sum(shares))
        if _BLOCK <= rows <= _ROWS_PER_VALUE * len(shares):
            return rows
    return max(_BLOCK, 2 * len(shares))

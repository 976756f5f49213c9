"""The distributor by a law: values are reused so that their counts follow a count distribution."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.distributors.m2o.choosing import Choosing
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision
from ascetic_ddd.faker.domain.distributors.m2o.nulls import Nulls
from ascetic_ddd.faker.domain.distributors.m2o.opening import Opening
from ascetic_ddd.faker.domain.distributors.m2o.run import Run
from ascetic_ddd.faker.domain.distributors.m2o.scope_uses import ScopeUses
from ascetic_ddd.faker.domain.distributors.m2o.selecting import Beside
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.distributors.schedules.interfaces import BUSY, Busy
from ascetic_ddd.faker.domain.distributors.schedules.pairs import IsTaken, Partner
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.faker.domain.stock.sequence import PositionSequence
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("LawDistributor",)


class LawDistributor:
    """Reuses values so that their counts follow a count distribution, in every scope.

    Growing (no plan), the histogram is as asked at every moment; in a planned run it is so at the end, and the uses come in
    random order, independent of those of other distributors.

    Args:
        counts: how many uses the values shall get.
        null_weight: probability of null.
        spread: in planned runs, how far apart the uses of one value may lie: 1 anywhere in the run, 0 next to each other.
        correlation: in planned runs, of the order of the uses with the order of the values; None: as ``spread`` says.
        like: another distributor of the same values: in planned runs, values that it uses most are used most here, too.
        within: for scopes: pairs of a number of members and the law of scopes of about that size; None: ``counts`` everywhere.
    """

    keeps_values = True

    def __init__(
        self,
        counts: ICountDistribution,
        null_weight: float = 0.0,
        spread: float = 1.0,
        correlation: float | None = None,
        like: "LawDistributor | None" = None,
        within: Sequence[tuple[float, ICountDistribution]] = (),
    ) -> None:
        self.counts = counts
        self.null_weight = null_weight
        self.spread = spread
        self.correlation = correlation
        self.like = like
        self._random = Random(0)
        self._nulls = Nulls(null_weight)
        self._positions = PositionSequence()
        self._journal = Journal()
        self._marked: tuple[Any, ...] = ()
        self._run = Run()
        self._uses = ScopeUses(self._journal)
        self._opening = Opening(
            counts,
            self._random,
            self._journal,
            self._run,
            self._nulls,
            spread=spread,
            correlation=correlation,
            like=like,
            within=within,
        )
        self._choosing = Choosing(self._uses, self._opening, self._nulls, self._positions, has_unused=counts.used_share < 1.0)

    @property
    def is_nullable(self) -> bool:
        return self.null_weight > 0.0

    @property
    def is_unique(self) -> bool:
        """True if every value is used once: a mean of 1 leaves no other law."""
        return self.counts.mean == 1.0 and self.counts.used_share == 1.0

    @property
    def is_steady(self) -> bool:
        """True if what is drawn does not depend on how far a run is, nor on what others draw meanwhile."""
        return self.like is None and (self._run.plan is None or self._run.draws is not None)

    @property
    def draws_like(self) -> "tuple[LawDistributor, ...]":
        """Whose uses are looked at."""
        return () if self.like is None else (self.like,)

    @property
    def positions(self) -> PositionSequence:
        """The running numbers of the new values."""
        return self._positions

    # decisions

    def draw(self, session: ISession, scope: Scope, *, is_closed: bool = False, may_be_null: bool = True) -> Decision:
        if self._run.draws is not None and scope is scope.pool.everything:
            self._count_draw()
        if self.null_weight and self._nulls.draw(session, may_be_null):
            return None
        return self._choosing.choose(session, scope, is_closed=is_closed)

    def draw_free(
        self,
        session: ISession,
        scope: Scope,
        is_free: Callable[[int], bool],
        *,
        is_closed: bool = False,
        may_be_null: bool = True,
        beside: Beside | None = None,
    ) -> Decision:
        if self._run.draws is not None and scope is scope.pool.everything:
            self._count_draw()
        if self.null_weight and self._nulls.draw(session, may_be_null):
            return None
        partner = None
        if beside is not None and isinstance(beside.distributor, LawDistributor) and not self.null_weight:
            schedule = beside.distributor._uses.schedules.get(beside.scope)  # noqa: SLF001  # of its own class
            partner = Partner(schedule, beside.number, beside.is_taken)
        return self._choosing.choose(session, scope, is_closed=is_closed, is_free=is_free, partner=partner)

    def draw_beside(
        self,
        session: ISession,
        scope: Scope,
        other: "LawDistributor",
        chosen_from: Scope,
        partners: Sequence[int],
        claim: IsTaken,
    ) -> list[int]:
        """What calls of :meth:`draw_free` beside these partners would answer, as far as that was planned; perhaps nothing.

        Args:
            session: as for :meth:`draw`.
            scope: as for :meth:`draw`.
            other: has chosen the partners.
            chosen_from: their scope.
            partners: their numbers.
            claim: is asked whether a partner may be combined with a value, by their numbers; then it is.
        """
        theirs = other._uses.schedules.get(chosen_from)  # noqa: SLF001  # of its own class
        hand = self._choosing.deal_beside(session, scope, theirs, partners, claim)
        if hand:
            self._count_draw()
            if self._run.draws is not None:
                self._run.draws += len(hand) - 1
        return hand

    def draw_many(
        self,
        session: ISession,
        scope: Scope,
        count: int,
        *,
        is_closed: bool = False,
        may_be_null: bool = True,
        behind: int = 0,
    ) -> list[Decision]:
        """As the port says; ``behind`` root aggregates of the run have been counted since the first of these draws was due."""
        if count <= 0:
            return []
        run = self._run if scope is scope.pool.everything else None
        if run is not None:
            self._count_draw(behind)
        hand: list[Decision] = []
        draws = 1  # that are not in the hand: the one that is refused
        try:
            self._choosing.deal(hand, session, scope, count, is_closed, may_be_null)
            draws = 0
        finally:
            draws += len(hand)
            if run is not None and run.draws is not None:
                run.draws += draws - 1  # no other draw of one moment can be the first that is too late
            session.on_rollback(self._choosing.take_back, scope, tuple(hand), draws)
        return hand

    # by rank: what another column decides

    @property
    def is_exact(self) -> bool:
        """As :class:`~ascetic_ddd.faker.domain.distributors.joint.interfaces.IRanked` says."""
        return self._run.draws is not None

    @property
    def keeps_ranks(self) -> bool:
        return False

    def rows_by_rank(self, scope: Scope, *, is_closed: bool, takes_over: bool = False) -> list[tuple[int, float]]:
        plan = self._run.plan
        nulls = plan.total - (self._nulls.expected or 0) if plan is not None and self.null_weight else 0
        return [*self._choosing.schedule_of(scope, is_closed).planned_by_rank(), (nulls, nulls)]

    def shares_by_rank(self, scope: Scope, *, is_closed: bool) -> list[float] | None:
        if not is_closed or not scope.members:
            return None
        points = self.counts.cumulative(len(scope.members))
        return [*((high - low) * (1.0 - self.null_weight) for low, high in pairwise(points)), self.null_weight]

    def rank_of(self, scope: Scope, number: int, *, is_closed: bool) -> int | None:
        return self._choosing.schedule_of(scope, is_closed).rank_of(number)

    def draw_at(self, session: ISession, scope: Scope, rank: int, *, is_closed: bool) -> "Decision | Busy":
        choice = None if rank < 0 else self._choosing.choose_at(session, scope, rank, is_closed=is_closed)
        if self._run.draws is not None and choice is not BUSY and scope is scope.pool.everything:
            self._count_draw()
        return choice

    def draw_many_at(
        self, session: ISession, scope: Scope, ranks: Sequence[int], *, is_closed: bool, behind: int = 0
    ) -> list[int | None] | None:
        """As :class:`~ascetic_ddd.faker.domain.distributors.joint.interfaces.IRanked` says."""
        numbers = self._choosing.choose_many_at(session, scope, [rank for rank in ranks if rank >= 0], is_closed=is_closed)
        if numbers is None:
            return None
        run = self._run
        if run.draws is not None and scope is scope.pool.everything and ranks:
            self._count_draw(behind)
            if run.draws is not None:
                run.draws += len(ranks) - 1
        given = iter(numbers)
        return [next(given) if rank >= 0 else None for rank in ranks]

    def undraw_at(self, session: ISession, scope: Scope, choice: int | None) -> None:
        if choice is not None:
            self._uses.undraw(session, scope, choice)

    def be_followed(self) -> None:
        """An exact run is planned as a whole anyway."""

    # what was decided, taken back; what was told

    def undraw(self, session: ISession, scope: Scope, choice: int | None) -> None:
        if self.null_weight:
            self._nulls.undraw(session, choice is None)
        if choice is not None:
            self._uses.undraw(session, scope, choice)

    def use(self, session: ISession, scope: Scope, number: int) -> None:
        self._uses.tell(session, scope, number)

    def unuse(self, session: ISession, scope: Scope, number: int) -> None:
        self._uses.untell(session, scope, number)

    # what is known

    def uses(self, scope: Scope) -> dict[int, int]:
        """Uses so far by number of the value, most used first; values without a use are left out."""
        return self._uses.of(scope)

    @property
    def used(self) -> set[int]:
        """The numbers of the values that have a use, in whatever scope."""
        return self._uses.used

    def remaining(self, scope: Scope, number: int) -> int | None:
        """Uses that a value of a scope has still to get in an exact run; None if that is not planned."""
        schedule = self._uses.schedules.get(scope) if self._run.draws is not None else None
        return None if schedule is None else schedule.remaining(number)

    def foretell(self, scope: Scope, uses: Callable[[], int | None]) -> None:
        """Have a scope plan to the end at once: ``uses`` tells how many it will be asked for from the first one on."""
        if not self.null_weight and scope is not scope.pool.everything:
            self._opening.foretell(scope, uses)

    def lead(self, other: "LawDistributor", number_of: Callable[[int], int | None]) -> None:
        """Know that values of ``other`` are used inside those of this one, as authors inside their tenants.

        What was born there early is owed its uses here: a value whose inside has more values already is planned for more uses.

        Args:
            other: the distributor of the values inside.
            number_of: gives the number of the value that a value of ``other`` is inside of, by its number; None if there is none.
        """
        if not other._opening.is_sized:  # noqa: SLF001  # of its own class
            self._opening.lead(other, number_of)

    def be_shared(self, inside: "LawDistributor", members: Callable[[], Mapping[int, int]]) -> None:
        """Know that each value is what a scope of ``inside`` is told, if those scopes have laws of their own.

        In planned runs over values that exist, those whose scopes were used most are used most.

        Args:
            inside: the distributor that is told them.
            members: gives how many values of it are in each scope, by the number of the value of this one.
        """
        laws = inside._opening.within  # noqa: SLF001  # of its own class
        if laws.are_of_single_scopes:
            self._opening.be_shared(laws, members)

    def forget(self, scope: Scope) -> bool:
        if not self._uses.forget(scope):
            return False
        self._opening.forget(scope)
        return True

    def restore(self, uses: Mapping[int, int], values: int) -> None:
        self._positions.restart(values)
        self._uses.restore(uses)

    # runs

    def seed(self, seed: int) -> None:
        self._random.seed(seed)
        self._nulls.seed(seed ^ 1)

    def plan(self, plan: Plan | None, *, is_exact: bool = False, is_of_root: bool = False) -> None:
        if plan is self._run.plan:
            return
        self._run.follow(plan, is_exact=is_exact, is_of_root=is_of_root)
        self._nulls.plan(plan.total if plan is not None and is_exact else None)
        for scope in self._uses.schedules:
            self._replace(scope)

    def end(self, plan: Plan) -> None:
        if self._run.plan is plan:
            self.plan(None)

    def mark(self) -> None:
        self._journal.mark()
        self._positions.mark()
        self._nulls.mark()
        self._marked = (self._random.getstate(), self._run.draws)

    def rewind(self) -> None:
        self._journal.rewind()
        self._positions.rewind()
        self._nulls.rewind()
        state, self._run.draws = self._marked
        self._random.setstate(state)

    def unmark(self) -> None:
        self._journal.unmark()

    def _count_draw(self, behind: int = 0) -> None:
        """An exact plan counts on one draw a root aggregate. Some may have been told instead: then plan by what is asked."""
        run = self._run
        if run.count_draw(behind) and run.plan is not None:
            self._nulls.plan(None)
            for scope in self._uses.schedules:
                if scope is scope.pool.everything:
                    self._replace(scope, since=run.plan.progress)

    def _replace(self, scope: Scope, since: float = 0.0) -> None:
        """Schedule the scope anew, from the uses it has."""
        before = self._uses.schedules[scope]
        self._uses.replace(scope, self._opening.schedule(scope, before.uses, before.is_closed, since))

    def __repr__(self) -> str:
        return f"LawDistributor({self.counts!r}, null_weight={self.null_weight:g})"

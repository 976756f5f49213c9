"""The distributors: every value new, or values reused by the law of a count distribution."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.distributors.counts import ICountDistribution
from ascetic_ddd.faker.domain.distributors.m2o.growing import GrowingSchedule
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision
from ascetic_ddd.faker.domain.distributors.m2o.nulls import Nulls
from ascetic_ddd.faker.domain.distributors.m2o.planned import PlannedSchedule
from ascetic_ddd.faker.domain.distributors.m2o.reservation import Reservation, ScheduledReservation
from ascetic_ddd.faker.domain.distributors.m2o.schedule import ISchedule, Reserved
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.faker.domain.stock.sequence import PositionSequence
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("LawDistributor", "NewDistributor")

_SLACK = 20  # root aggregates without a draw before a plan that counts on them is given up; or half a percent of the run


class NewDistributor:
    """Asks for a new value each time; remembers nothing.

    Args:
        null_weight: probability of null.
        is_sequence: the number of the new value is what the value is made of.
        start: the first number of a sequence; None: 0, or behind what exists.
    """

    keeps_values = False

    def __init__(self, null_weight: float = 0.0, *, is_sequence: bool = False, start: int | None = None) -> None:
        self.null_weight = null_weight
        self.is_sequence = is_sequence
        self.start = start
        self._positions = PositionSequence(start or 0)
        self._nulls = Nulls(null_weight)
        self._plan: Plan | None = None

    @property
    def is_nullable(self) -> bool:
        return self.null_weight > 0.0

    @property
    def is_unique(self) -> bool:
        """True if no two of the values are the same."""
        return self.is_sequence

    @property
    def positions(self) -> PositionSequence:
        """The running numbers of the new values."""
        return self._positions

    def draw(self, session: ISession, scope: Scope, *, is_closed: bool = False, may_be_null: bool = True) -> Decision:
        if self.null_weight and self._nulls.draw(session, may_be_null):
            return None
        if is_closed:
            raise UnsatisfiableError(
                "every value shall be new, and no value may be created; give the distributor a mean, a skew or weights"
            )
        return Reservation(self._positions)

    def draw_many(
        self, session: ISession, scope: Scope, count: int, *, is_closed: bool = False, may_be_null: bool = True
    ) -> list[Decision]:
        hand: list[Decision] = []
        while len(hand) < count:
            choice = self.draw(session, scope, is_closed=is_closed, may_be_null=may_be_null)
            hand.append(choice)
            if choice is not None:
                break
        return hand

    def draw_nulls(self, session: ISession, count: int, *, may_be_null: bool = True) -> list[bool]:
        """Which of so many draws are null; each of the others is a new value, see :meth:`take_positions`."""
        return self._nulls.draw_many(session, count, may_be_null) if self.null_weight else [False] * count

    def restore(self, uses: Mapping[int, int], values: int) -> None:
        self._positions.restart(values)

    def take_position(self) -> int:
        """The number of a new value that is made at once."""
        return self._positions.take()

    def take_positions(self, count: int) -> range:
        """The numbers of so many new values that are made at once."""
        return self._positions.take_many(count)

    def seed(self, seed: int) -> None:
        self._nulls.seed(seed)

    def undraw(self, session: ISession, scope: Scope, choice: int | None) -> None:
        if self.null_weight:
            self._nulls.undraw(session, choice is None)

    def use(self, session: ISession, scope: Scope, number: int) -> None:
        """Nothing is remembered, so nothing is counted."""

    def unuse(self, session: ISession, scope: Scope, number: int) -> None:
        """Nothing was counted."""

    def forget(self, scope: Scope) -> bool:
        """Nothing is kept."""
        return True

    def plan(self, plan: Plan | None, *, is_exact: bool = False, is_of_root: bool = False) -> None:
        """Only the nulls are planned."""
        if plan is not self._plan:
            self._plan = plan
            self._nulls.plan(plan.total if plan is not None and is_exact else None)

    def end(self, plan: Plan) -> None:
        if self._plan is plan:
            self.plan(None)

    def mark(self) -> None:
        self._positions.mark()
        self._nulls.mark()

    def rewind(self) -> None:
        self._positions.rewind()
        self._nulls.rewind()

    def unmark(self) -> None:
        """A mark costs nothing."""

    def __repr__(self) -> str:
        return f"NewDistributor(null_weight={self.null_weight:g})"


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
        self._within = tuple(within)
        self._random = Random(0)
        self._nulls = Nulls(null_weight)
        self._positions = PositionSequence()
        self._beside: dict[int, int] = {}  # uses by number that a scope opened later starts from
        self._forgotten: dict[object, dict[int, int]] = {}  # uses beside those, by number, in forgotten scopes of one family
        self._schedules: dict[Scope, ISchedule] = {}
        self._foretold: dict[Scope, Callable[[], int | None]] = {}
        self._led: dict[LawDistributor, Callable[[int], int | None]] = {}
        self._plan: Plan | None = None
        self._is_of_root = False
        self._is_exact = False  # asked once for each root aggregate, in whatever scope
        self._journal = Journal()
        self._marked: tuple[Any, ...] = ()
        self._draws: int | None = None  # since an exact plan began, those rolled back included, as in its attempts

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
        return self.like is None and (self._plan is None or self._draws is not None)

    @property
    def draws_like(self) -> "tuple[LawDistributor, ...]":
        """Whose uses are looked at."""
        return () if self.like is None else (self.like,)

    @property
    def positions(self) -> PositionSequence:
        """The running numbers of the new values."""
        return self._positions

    def draw(self, session: ISession, scope: Scope, *, is_closed: bool = False, may_be_null: bool = True) -> Decision:
        if self._draws is not None and scope is scope.pool.everything:
            self._check_rate()
        if self.null_weight and self._nulls.draw(session, may_be_null):
            return None
        if not scope.is_lazy:
            schedule = self._schedules.get(scope)
            if schedule is not None:
                choice = schedule.pick(session, is_closed)
                if isinstance(choice, int):
                    session.on_rollback(self._take_back, scope, choice)
                    return choice
                return self._answer(scope, schedule, choice)
        return self.choose(session, scope, is_closed=is_closed)

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
        is_rated = self._draws is not None and scope is scope.pool.everything
        if is_rated:
            self._check_rate(behind)
        hand: list[Decision] = []
        draws = 1  # that are not in the hand: the one that is refused
        try:
            self._deal(hand, session, scope, count, is_closed, may_be_null)
            draws = 0
        finally:
            draws += len(hand)
            if is_rated and self._draws is not None:
                self._draws += draws - 1
            session.on_rollback(self._take_back_all, scope, tuple(hand), draws)
        return hand

    def _deal(
        self, hand: list[Decision], session: ISession, scope: Scope, count: int, is_closed: bool, may_be_null: bool
    ) -> None:
        schedule: ISchedule | None = None
        while len(hand) < count:
            if self.null_weight and self._nulls.take(may_be_null):
                hand.append(None)
                continue
            if schedule is None:
                schedule = self._opened(scope, is_closed)
            if not self.null_weight:
                hand += schedule.take(session, is_closed, count - len(hand))
                if len(hand) == count:
                    break
            choice = schedule.pick(session, is_closed)
            if not isinstance(choice, int):
                hand.append(self._answer(scope, schedule, choice))
                break
            hand.append(choice)

    def choose(self, session: ISession, scope: Scope, *, is_closed: bool = False) -> int | Reservation:
        """Decide a use that is not null."""
        schedule = self._opened(scope, is_closed)
        choice = schedule.pick(session, is_closed)
        if isinstance(choice, int):
            session.on_rollback(self._take_back, scope, choice)
            return choice
        return self._answer(scope, schedule, choice)

    def _opened(self, scope: Scope, is_closed: bool) -> ISchedule:
        """The schedule of a scope that is up to date."""
        if scope.is_lazy:
            scope.refresh()
        schedule = self._schedules.get(scope)
        if schedule is None:
            schedule = self._schedules[scope] = self._open(scope, self._uses_beside(scope), is_closed)
            self._journal.note(self._unopen, scope)
        return schedule

    def _answer(self, scope: Scope, schedule: ISchedule, choice: Reserved | None) -> Reservation:
        """Put a schedule's choice that is no number into the distributor's words."""
        if choice is None:
            raise UnsatisfiableError(
                f"no value to use among {scope.description} ({len(scope.members)} known, "
                f"{len(scope.pool.in_flight)} not committed yet), and none may be created; "
                "create or load one that matches, or allow the reference to create"
            )
        return ScheduledReservation(
            self, self._positions, schedule, scope, choice, is_for_unused_value=self.counts.used_share < 1.0
        )

    def undraw(self, session: ISession, scope: Scope, choice: int | None) -> None:
        if self.null_weight:
            self._nulls.undraw(session, choice is None)
        if choice is not None:
            schedule = self._schedules.get(scope)
            if schedule is not None:
                schedule.undraw(choice)
            else:
                self._take_back(scope, choice)
            session.on_rollback(self._repeat, scope, choice)

    def use(self, session: ISession, scope: Scope, number: int) -> None:
        if scope.is_lazy:
            scope.refresh()
        schedule = self._schedules.get(scope)
        if schedule is None or schedule.use(number):  # one that is opened meanwhile counts it, too
            session.on_rollback(self._take_back, scope, number, is_told=True)
        if schedule is None or scope is scope.pool.everything:
            self._beside[number] = self._beside.get(number, 0) + 1
            session.on_rollback(self._take_back_beside, number)

    def unuse(self, session: ISession, scope: Scope, number: int) -> None:
        self._take_back(scope, number, is_told=True)
        session.on_rollback(self._repeat, scope, number, is_told=True)
        self._take_back_beside(number)
        session.on_rollback(self._repeat_beside, number)

    def fill(self, session: ISession, schedule: ISchedule, scope: Scope, place: Reserved, number: int) -> None:
        """The value for a place exists. The plan may have changed since the place was reserved.

        Raises:
            UnsatisfiableError: it is not a member of the scope.
        """
        current = self._schedules[scope]
        if not (current.fill(place, number) if current is schedule else current.use(number)):
            raise UnsatisfiableError(f"the value made for {scope.description} is not among them")
        session.on_rollback(self._take_back, scope, number)

    def release(self, schedule: ISchedule, scope: Scope, place: Reserved) -> None:
        """Nothing comes to a place."""
        current = self._schedules.get(scope)
        if current is schedule and current is not None:
            current.release(place)

    def seed(self, seed: int) -> None:
        self._random.seed(seed)
        self._nulls.seed(seed ^ 1)

    def plan(self, plan: Plan | None, *, is_exact: bool = False, is_of_root: bool = False) -> None:
        if plan is self._plan:
            return
        self._plan = plan
        self._is_of_root = is_of_root
        self._draws = 0 if plan is not None and is_exact else None
        self._is_exact = self._draws is not None
        self._nulls.plan(plan.total if plan is not None and is_exact else None)
        for scope, schedule in self._schedules.items():
            self._replace(scope, schedule)

    def end(self, plan: Plan) -> None:
        if self._plan is plan:
            self.plan(None)

    def mark(self) -> None:
        self._journal.mark()
        self._positions.mark()
        self._nulls.mark()
        self._marked = (self._random.getstate(), self._draws)

    def rewind(self) -> None:
        self._journal.rewind()
        self._positions.rewind()
        self._nulls.rewind()
        state, self._draws = self._marked
        self._random.setstate(state)

    def unmark(self) -> None:
        self._journal.unmark()

    def restore(self, uses: Mapping[int, int], values: int) -> None:
        self._positions.restart(values)
        self._beside = dict(uses)
        for scope, schedule in self._schedules.items():
            scope.unfollow(schedule)
        self._schedules = {}
        self._forgotten = {}

    def forget(self, scope: Scope) -> bool:
        schedule = self._schedules.get(scope) if scope is not scope.pool.everything else None
        if schedule is not None:
            if schedule.is_waiting:
                return False
            del self._schedules[scope]
            scope.unfollow(schedule)
            kept, uses = self._forgotten.setdefault(scope.family, {}), schedule.uses
            if self._journal.entries is not None:
                before = {number: kept.get(number) for number in scope.members}
                self._journal.note(self._unforget, (scope, schedule, before, self._foretold.get(scope)))
            for number in scope.members:
                more = uses.get(number, 0) - self._beside.get(number, 0)
                if more:
                    kept[number] = more
                else:
                    kept.pop(number, None)
        self._foretold.pop(scope, None)
        return True

    def uses(self, scope: Scope) -> dict[int, int]:
        """Uses so far by number of the value, most used first; values without a use are left out."""
        return self._schedules[scope].uses if scope in self._schedules else self._uses_beside(scope)

    def remaining(self, scope: Scope, number: int) -> int | None:
        """Uses that a value of a scope has still to get in an exact run; None if that is not planned."""
        schedule = self._schedules.get(scope) if self._draws is not None else None
        return None if schedule is None else schedule.remaining(number)

    def foretell(self, scope: Scope, uses: Callable[[], int | None]) -> None:
        """Have a scope plan to the end at once: ``uses`` tells how many it will be asked for from the first one on."""
        if not self.null_weight and scope is not scope.pool.everything:
            self._foretold[scope] = uses

    def lead(self, other: "LawDistributor", number_of: Callable[[int], int | None]) -> None:
        """Know that values of ``other`` are used inside those of this one, as authors inside their tenants.

        What was born there early is owed its uses here: a value whose inside has more values already is planned for more uses.

        Args:
            other: the distributor of the values inside.
            number_of: gives the number of the value that a value of ``other`` is inside of, by its number; None if there is none.
        """
        if not other._within:  # noqa: SLF001 - of its own class
            self._led[other] = number_of

    @property
    def used(self) -> set[int]:
        """The numbers of the values that have a use, in whatever scope."""
        found = {number for kept in (self._beside, *self._forgotten.values()) for number, uses in kept.items() if uses > 0}
        return found.union(*(schedule.uses for schedule in self._schedules.values()))

    def _check_rate(self, behind: int = 0) -> None:
        """An exact plan counts on one draw a root aggregate. Some may have been told instead: then plan by what is asked."""
        plan = self._plan
        if plan is None or self._draws is None:
            return
        self._draws += 1
        if plan.attempts - self._draws - behind >= max(_SLACK, plan.total // (10 * _SLACK)):
            self._draws = None
            self._nulls.plan(None)
            for scope, schedule in self._schedules.items():
                if scope is scope.pool.everything:
                    self._replace(scope, schedule, since=plan.progress)

    def _replace(self, scope: Scope, schedule: ISchedule, since: float = 0.0) -> None:
        """Schedule the scope anew, from the uses it has."""
        scope.unfollow(schedule)
        self._schedules[scope] = self._open(scope, schedule.uses, schedule.is_closed, since)
        self._journal.note(self._unreplace, (scope, schedule))

    def _unforget(self, forgotten: tuple[Scope, Any, dict[int, int | None], Any]) -> None:
        scope, self._schedules[forgotten[0]], before, foretold = forgotten
        scope.follow(self._schedules[scope])
        kept = self._forgotten[scope.family]
        for number, uses in before.items():
            if uses is None:
                kept.pop(number, None)
            else:
                kept[number] = uses
        if foretold is not None:
            self._foretold[scope] = foretold

    def _unopen(self, scope: Scope) -> None:
        scope.unfollow(self._schedules.pop(scope))

    def _unreplace(self, replaced: tuple[Scope, ISchedule]) -> None:
        scope, before = replaced
        scope.unfollow(self._schedules[scope])
        self._schedules[scope] = before
        scope.follow(before)

    def _take_back(self, scope: Scope, number: int, *, is_told: bool = False) -> None:
        """A use was rolled back; the schedule may be another one by now."""
        schedule = self._schedules.get(scope)
        if schedule is not None:
            schedule.unuse(number, is_told=is_told)
        elif scope.family in self._forgotten:
            kept = self._forgotten[scope.family]
            kept[number] = kept.get(number, 0) - 1

    def _take_back_all(self, scope: Scope, hand: Sequence[Decision], draws: int) -> None:
        for choice in reversed(hand):
            if isinstance(choice, int):
                self._take_back(scope, choice)
        if self.null_weight:
            self._nulls.take_back(draws, hand.count(None))

    def _repeat(self, scope: Scope, number: int, *, is_told: bool = False) -> None:
        """Undo :meth:`_take_back`."""
        schedule = self._schedules.get(scope)
        if schedule is not None:
            (schedule.use if is_told else schedule.reuse)(number)
        elif scope.family in self._forgotten:
            self._forgotten[scope.family][number] += 1

    def _repeat_beside(self, number: int) -> None:
        self._beside[number] = self._beside.get(number, 0) + 1

    def _take_back_beside(self, number: int) -> None:
        if number in self._beside:
            self._beside[number] -= 1

    def _uses_beside(self, scope: Scope) -> dict[int, int]:
        """Uses that the members of a scope have when it is opened, most used first."""
        beside, kept = self._beside, self._forgotten.get(scope.family, {})
        if not beside and not kept:
            return {}
        found = ((number, beside.get(number, 0) + kept.get(number, 0)) for number in scope.members)
        return dict(sorted(((number, uses) for number, uses in found if uses > 0), key=lambda item: -item[1]))

    def _by_what_is_owed(self, uses: dict[int, int]) -> dict[int, int]:
        """Uses of the values of the whole, those first that must have most at the end.

        A plan of n ranks gives the i-th of them at least what it owes, if they are put in this order: each owes no more than
        the plan that was left had for it.
        """
        owed: dict[int, float] = dict(uses)
        for other, number_of in self._led.items():
            for number, values in Counter(number_of(value) for value in other.used).items():
                if number in owed:
                    owed[number] = max(owed[number], (values - 0.5) * other.counts.mean)
        return {number: uses[number] for number in sorted(uses, key=lambda number: -owed[number])}

    def _open(self, scope: Scope, uses: dict[int, int], is_closed: bool, since: float = 0.0) -> ISchedule:
        schedule: ISchedule
        if self._plan is None:
            schedule = GrowingSchedule(
                self._counts_of(scope), scope, self._random, is_closed=is_closed, uses=uses, journal=self._journal
            )
        else:
            if self._led and scope is scope.pool.everything:
                uses = self._by_what_is_owed(uses)
            schedule = PlannedSchedule(
                self._counts_of(scope),
                scope,
                self._random,
                plan=self._plan,
                expected=self._expected() if scope is scope.pool.everything else None,
                foretell=self._foretold.get(scope) if self._is_exact else None,
                since=since,
                spread=self.spread,
                correlation=self.correlation,
                favourites=list(self.like.uses(scope)) if self.like is not None and is_closed else (),
                is_closed=is_closed,
                is_for_all=self._is_sized(scope),
                coming=self._coming(scope),
                uses=uses,
                journal=self._journal,
            )
        scope.follow(schedule)
        return schedule

    def _counts_of(self, scope: Scope) -> ICountDistribution:
        """The law of a scope: that of scopes of its size, if it is told."""
        if not self._is_sized(scope):
            return self.counts
        members = max(1, len(scope.members))
        return min(self._within, key=lambda sized: abs(math.log(sized[0] / members)))[1]

    def _is_sized(self, scope: Scope) -> bool:
        return bool(self._within) and scope is not scope.pool.everything

    def _coming(self, scope: Scope) -> int:
        """Values that a scope will have at the end of the run without anybody asking; 0 if nobody knows."""
        if self._plan is None or not self._is_of_root or scope is not scope.pool.everything:
            return 0
        return len(scope.members) + self._plan.total - self._plan.done

    def _expected(self) -> int | None:
        """Uses left in an exact run."""
        if self._draws is None or self._plan is None:
            return None
        return self._nulls.expected if self.null_weight else self._plan.total

    def __repr__(self) -> str:
        return f"LawDistributor({self.counts!r}, null_weight={self.null_weight:g})"

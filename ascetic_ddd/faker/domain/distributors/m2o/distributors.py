"""The distributors: every value new, or values reused by the law of a count distribution."""

from collections.abc import Mapping
from random import Random

from ascetic_ddd.faker.domain.distributors.counts import ICountDistribution
from ascetic_ddd.faker.domain.distributors.m2o.births import Birth, Positions, ScheduledBirth
from ascetic_ddd.faker.domain.distributors.m2o.growing import GrowingSchedule
from ascetic_ddd.faker.domain.distributors.m2o.nulls import Nulls
from ascetic_ddd.faker.domain.distributors.m2o.planned import PlannedSchedule
from ascetic_ddd.faker.domain.distributors.m2o.scope import Scope
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("LawDistributor", "NewDistributor")


class NewDistributor:
    """Asks for a new value each time; remembers nothing.

    Args:
        null_weight: probability of null.
        is_sequence: the number of the new value is what the value is made of.
    """

    keeps_values = False

    def __init__(self, null_weight: float = 0.0, *, is_sequence: bool = False) -> None:
        self.null_weight = null_weight
        self.is_sequence = is_sequence
        self._positions = Positions()
        self._made = 0
        self._nulls = Nulls(null_weight)

    @property
    def is_nullable(self) -> bool:
        return self.null_weight > 0.0

    def draw(self, session: ISession, scope: Scope, *, is_closed: bool = False) -> int | Birth | None:
        if self.null_weight and self._nulls.draw(session):
            return None
        if is_closed:
            raise UnsatisfiableError(
                "every value shall be new, and no value may be created; give the distributor a mean, a skew or weights"
            )
        return Birth(self._positions)

    def restore(self, uses: Mapping[int, int], values: int) -> None:
        self._positions.skip(values)
        self._made = max(self._made, values)

    def take_position(self, session: ISession) -> int:
        """The number of a new value that is made at once; only a sequence minds a gap after a rollback."""
        if self.is_sequence:
            position = self._positions.take()
            session.on_rollback(self._positions.give_back, position)
            return position
        self._made += 1
        return self._made - 1

    def seed(self, seed: int) -> None:
        self._nulls.seed(seed)

    def plan(self, plan: Plan | None, *, is_exact: bool = False) -> None:
        self._nulls.plan(plan.total if plan is not None and is_exact else None)

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
    """

    keeps_values = True

    def __init__(self, counts: ICountDistribution, null_weight: float = 0.0, spread: float = 1.0) -> None:
        self.counts = counts
        self.null_weight = null_weight
        self.spread = spread
        self._random = Random(0)
        self._nulls = Nulls(null_weight)
        self._positions = Positions()
        self._restored: dict[int, int] = {}
        self._schedules: dict[Scope, GrowingSchedule | PlannedSchedule] = {}
        self._closed: set[Scope] = set()
        self._plan: Plan | None = None
        self._is_exact = False

    @property
    def is_nullable(self) -> bool:
        return self.null_weight > 0.0

    def draw(self, session: ISession, scope: Scope, *, is_closed: bool = False) -> int | Birth | None:
        if self.null_weight and self._nulls.draw(session):
            return None
        if scope.is_lazy:
            scope.refresh()
        schedule = self._schedules.get(scope)
        if schedule is None:
            if is_closed:
                self._closed.add(scope)
            schedule = self._schedules[scope] = self._open(scope, self._restored_uses(scope))
        choice = schedule.pick(session)
        if choice is None:
            raise UnsatisfiableError(
                f"no value to use among {scope.description} ({len(scope.members)} known, "
                f"{len(scope.pool.in_flight)} not committed yet), and none may be created; "
                "create or load one that matches, or allow the reference to create"
            )
        if choice >= 0:
            return choice
        return ScheduledBirth(self._positions, schedule, choice, self.counts.used_share < 1.0)

    def seed(self, seed: int) -> None:
        self._random.seed(seed)
        self._nulls.seed(seed ^ 1)

    def plan(self, plan: Plan | None, *, is_exact: bool = False) -> None:
        if plan is self._plan:
            return
        self._plan = plan
        self._is_exact = is_exact
        self._nulls.plan(plan.total if plan is not None and is_exact else None)
        for scope, schedule in self._schedules.items():
            scope.unfollow(schedule)
            self._schedules[scope] = self._open(scope, schedule.uses)

    def restore(self, uses: Mapping[int, int], values: int) -> None:
        self._positions.skip(values)
        self._restored = dict(uses)
        for scope, schedule in self._schedules.items():
            scope.unfollow(schedule)
        self._schedules = {}

    def uses(self, scope: Scope) -> dict[int, int]:
        """Uses so far by number of the value, most used first; values without a use are left out."""
        return self._schedules[scope].uses if scope in self._schedules else {}

    def _restored_uses(self, scope: Scope) -> dict[int, int]:
        """Uses that the members of a scope had in the store, most used first."""
        if not self._restored:
            return {}
        found = [(number, self._restored[number]) for number in scope.members if number in self._restored]
        return dict(sorted(found, key=lambda item: -item[1]))

    def _open(self, scope: Scope, uses: dict[int, int]) -> GrowingSchedule | PlannedSchedule:
        is_closed = scope in self._closed
        schedule: GrowingSchedule | PlannedSchedule
        if self._plan is None:
            schedule = GrowingSchedule(self.counts, scope, self._random, is_closed=is_closed, uses=uses)
        else:
            schedule = PlannedSchedule(
                self.counts,
                scope,
                self._random,
                plan=self._plan,
                expected=self._nulls.expected if scope is scope.pool.everything else None,
                spread=self.spread,
                is_closed=is_closed,
                uses=uses,
            )
        scope.follow(schedule)
        return schedule

    def __repr__(self) -> str:
        return f"LawDistributor({self.counts!r}, null_weight={self.null_weight:g})"

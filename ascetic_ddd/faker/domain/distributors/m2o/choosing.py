"""Uses that are not null: from the schedule of their scope to a decision, and from a decision back to the schedule."""

from collections.abc import Callable, Sequence

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision
from ascetic_ddd.faker.domain.distributors.m2o.nulls import Nulls
from ascetic_ddd.faker.domain.distributors.m2o.opening import Opening
from ascetic_ddd.faker.domain.distributors.m2o.reservation import ScheduledReservation
from ascetic_ddd.faker.domain.distributors.m2o.scope_uses import ScopeUses
from ascetic_ddd.faker.domain.distributors.schedules.interfaces import BUSY, Busy, ISchedule, Reserved
from ascetic_ddd.faker.domain.distributors.schedules.pairs import IsTaken, Partner
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.faker.domain.stock.sequence import PositionSequence
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Choosing",)


class Choosing:
    """Asks the schedule of a scope, which is opened when it is first asked.

    Args:
        uses: of the values in all scopes.
        opening: makes the schedules.
        nulls: which draws of a hand are null.
        positions: the running numbers of the new values.
        has_unused: some values shall have no use: a new one is asked for without one, and the use is decided anew.
    """

    def __init__(self, uses: ScopeUses, opening: Opening, nulls: Nulls, positions: PositionSequence, *, has_unused: bool) -> None:
        self._uses = uses
        self._schedules = uses.schedules
        self._opening = opening
        self._nulls = nulls
        self._positions = positions
        self._has_unused = has_unused

    def choose(
        self,
        session: ISession,
        scope: Scope,
        *,
        is_closed: bool = False,
        is_free: Callable[[int], bool] | None = None,
        partner: Partner | None = None,
    ) -> Decision:
        """Decide a use that is not null; if ``is_free`` is given, of a value that it tells will do, beside the partner."""
        schedule = self._schedules.get(scope)
        if schedule is None or scope.is_lazy:
            schedule = self.schedule_of(scope, is_closed)
        if is_free is None:
            choice = schedule.pick(session, is_closed)
        else:
            choice = schedule.pick_free(session, is_closed, is_free, partner)
        if isinstance(choice, int):
            if partner is None:
                session.on_rollback(self._uses.take_back, scope, choice)
            else:
                session.on_rollback(self._take_back_from, scope, choice, partner)
            return choice
        return self.answer(scope, schedule, choice, is_free, partner)

    def _take_back_from(self, scope: Scope, number: int, partner: Partner) -> None:
        """A use was rolled back that was chosen for a partner."""
        self._uses.take_back(scope, number)
        if scope in self._schedules:
            self._schedules[scope].deal_back(number, partner.schedule, partner.number)

    def deal_beside(
        self, session: ISession, scope: Scope, other: ISchedule | None, partners: Sequence[int], claim: IsTaken
    ) -> list[int]:
        """Decide uses in a row that were dealt to partners of another schedule beforehand; perhaps none."""
        schedule = self._schedules.get(scope)
        if schedule is None or other is None or scope.is_lazy:
            return []
        hand = schedule.take_beside(session, other, partners, claim)
        if hand:
            session.on_rollback(self._take_hand_back, scope, other, tuple(zip(hand, partners, strict=False)))
        return hand

    def _take_hand_back(self, scope: Scope, other: ISchedule, hand: Sequence[tuple[int, int]]) -> None:
        for number, partner in reversed(hand):
            self._uses.take_back(scope, number)
            if scope in self._schedules:
                self._schedules[scope].deal_back(number, other, partner)

    def choose_at(self, session: ISession, scope: Scope, rank: int, *, is_closed: bool = False) -> "Decision | Busy":
        """Decide a use of the value of a rank, or say that this session may not have it now."""
        schedule = self.schedule_of(scope, is_closed)
        choice = schedule.pick_at(session, rank, is_closed)
        if isinstance(choice, int):
            session.on_rollback(self._uses.take_back, scope, choice)
            return choice
        if isinstance(choice, Busy):
            return choice
        keeper = _AtRank(self, rank) if self._has_unused else self
        return ScheduledReservation(keeper, self._positions, schedule, scope, choice, is_for_unused_value=self._has_unused)

    def choose_many_at(self, session: ISession, scope: Scope, ranks: Sequence[int], *, is_closed: bool) -> list[int] | None:
        """Decide uses of the values of so many ranks; None, and none is decided, if one has none that this session may use."""
        numbers = self.schedule_of(scope, is_closed).pick_many_at(session, ranks, is_closed)
        if numbers:
            session.on_rollback(self.take_back, scope, tuple(numbers), 0)
        return numbers

    def deal(self, hand: list[Decision], session: ISession, scope: Scope, count: int, is_closed: bool, may_be_null: bool) -> None:
        """Add the decisions of so many draws to a hand, up to the first place; who calls sees to a rollback."""
        schedule: ISchedule | None = None
        has_nulls = self._nulls.weight > 0.0
        while len(hand) < count:
            if has_nulls and self._nulls.take(may_be_null):
                hand.append(None)
                continue
            if schedule is None:
                schedule = self.schedule_of(scope, is_closed)
            if not has_nulls:
                hand += schedule.take(session, is_closed, count - len(hand))
                if len(hand) == count:
                    break
            choice = schedule.pick(session, is_closed)
            if not isinstance(choice, int):
                hand.append(self.answer(scope, schedule, choice))
                break
            hand.append(choice)

    def take_back(self, scope: Scope, hand: Sequence[Decision], draws: int) -> None:
        """A hand was rolled back; so many draws were counted for it."""
        for choice in reversed(hand):
            if isinstance(choice, int):
                self._uses.take_back(scope, choice)
        if self._nulls.weight:
            self._nulls.take_back(draws, hand.count(None))

    def schedule_of(self, scope: Scope, is_closed: bool) -> ISchedule:
        """The schedule of a scope that is up to date."""
        if scope.is_lazy:
            scope.refresh()
        schedule = self._schedules.get(scope)
        if schedule is None:
            schedule = self._opening.schedule(scope, self._uses.at_start(scope), is_closed)
            self._uses.begin(scope, schedule)
        return schedule

    def answer(
        self,
        scope: Scope,
        schedule: ISchedule,
        choice: Reserved | None,
        is_free: Callable[[int], bool] | None = None,
        partner: Partner | None = None,
    ) -> ScheduledReservation:
        """Put a schedule's choice that is no number into the distributor's words."""
        if choice is None:
            raise UnsatisfiableError(
                f"no value to use among {scope.description} ({len(scope.members)} known, "
                f"{len(scope.pool.in_flight)} not committed yet), and none may be created; "
                "create or load one that matches, or allow the reference to create"
            )
        return ScheduledReservation(
            self, self._positions, schedule, scope, choice, is_for_unused_value=self._has_unused, is_free=is_free, partner=partner
        )

    def fill(
        self,
        session: ISession,
        schedule: ISchedule,
        scope: Scope,
        place: Reserved,
        number: int,
        partner: Partner | None = None,
    ) -> None:
        """The value for a place exists. The plan may have changed since the place was reserved.

        Raises:
            UnsatisfiableError: it is not a member of the scope.
        """
        current = self._schedules[scope]
        if not (current.fill(place, number) if current is schedule else current.use(number)):
            raise UnsatisfiableError(f"the value made for {scope.description} is not among them")
        if partner is None:
            session.on_rollback(self._uses.take_back, scope, number)
        else:
            session.on_rollback(self._take_back_from, scope, number, partner)

    def release(self, schedule: ISchedule, scope: Scope, place: Reserved, partner: Partner | None = None) -> None:
        """Nothing comes to a place."""
        if self._schedules.get(scope) is schedule:
            schedule.release(place)
            if partner is not None:
                schedule.deal_back(place, partner.schedule, partner.number)


class _AtRank:
    """Keeps a place of one rank: whatever is made without a use, the use that was asked for is of this rank."""

    def __init__(self, choosing: Choosing, rank: int) -> None:
        self._rank = rank
        self._choosing = choosing
        self.fill = choosing.fill
        self.release = choosing.release

    def choose(
        self,
        session: ISession,
        scope: Scope,
        *,
        is_free: Callable[[int], bool] | None = None,
        partner: Partner | None = None,
    ) -> Decision:
        choice = self._choosing.choose_at(session, scope, self._rank)
        return self._choosing.choose(session, scope) if choice is BUSY else choice

"""The uses of a distributor's values in all scopes, wherever they are kept."""

from collections.abc import Mapping

from ascetic_ddd.faker.domain.distributors.schedules.interfaces import ISchedule
from ascetic_ddd.faker.domain.rewinding import Journal
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ScopeUses",)


class ScopeUses:
    """Uses by scope: in its schedule; where that was forgotten, as numbers; and those beside all schedules.

    Args:
        journal: notes how changes of schedules are taken back.

    Attributes:
        schedules: of the scopes that are asked; always the same dictionary.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.schedules: dict[Scope, ISchedule] = {}
        self._outside: dict[int, int] = {}  # by number: those that a scope opened later starts from
        self._forgotten: dict[object, dict[int, int]] = {}  # by number, beside those, in forgotten scopes of one family

    def of(self, scope: Scope) -> dict[int, int]:
        """Uses so far by number of the value, most used first; values without a use are left out."""
        schedule = self.schedules.get(scope)
        return self.at_start(scope) if schedule is None else schedule.uses

    def at_start(self, scope: Scope) -> dict[int, int]:
        """Uses that the members of a scope have when it is opened, most used first."""
        outside, kept = self._outside, self._forgotten.get(scope.family, {})
        if not outside and not kept:
            return {}
        found = ((number, outside.get(number, 0) + kept.get(number, 0)) for number in scope.members)
        return dict(sorted(((number, uses) for number, uses in found if uses > 0), key=lambda item: -item[1]))

    @property
    def used(self) -> set[int]:
        """The numbers of the values that have a use, in whatever scope."""
        found = {number for kept in (self._outside, *self._forgotten.values()) for number, uses in kept.items() if uses > 0}
        return found.union(*(schedule.uses for schedule in self.schedules.values()))

    def restore(self, uses: Mapping[int, int]) -> None:
        """Forget all but these, by number."""
        self._outside = dict(uses)
        for scope, schedule in self.schedules.items():
            scope.unfollow(schedule)
        self.schedules.clear()
        self._forgotten = {}

    def begin(self, scope: Scope, schedule: ISchedule) -> None:
        """The scope has a schedule from now on."""
        self.schedules[scope] = schedule
        scope.follow(schedule)
        self._journal.note(self._unopen, scope)

    def replace(self, scope: Scope, schedule: ISchedule) -> None:
        """The scope has another schedule from now on."""
        before = self.schedules[scope]
        scope.unfollow(before)
        self.schedules[scope] = schedule
        scope.follow(schedule)
        self._journal.note(self._unreplace, (scope, before))

    def forget(self, scope: Scope) -> bool:
        """Keep only the numbers of a scope's uses. Returns False if values are being made for it."""
        schedule = self.schedules.get(scope) if scope is not scope.pool.everything else None
        if schedule is None:
            return True
        if schedule.is_waiting:
            return False
        del self.schedules[scope]
        scope.unfollow(schedule)
        kept, uses = self._forgotten.setdefault(scope.family, {}), schedule.uses
        if self._journal.entries is not None:
            self._journal.note(self._unforget, (scope, schedule, {number: kept.get(number) for number in scope.members}))
        for number in scope.members:
            more = uses.get(number, 0) - self._outside.get(number, 0)
            if more:
                kept[number] = more
            else:
                kept.pop(number, None)
        return True

    # single uses, and their way back

    def undraw(self, session: ISession, scope: Scope, number: int) -> None:
        """Take a drawn use back that nothing failed for."""
        schedule = self.schedules.get(scope)
        if schedule is not None:
            schedule.undraw(number)
        else:
            self.take_back(scope, number)
        session.on_rollback(self.repeat, scope, number)

    def tell(self, session: ISession, scope: Scope, number: int) -> None:
        """Count a use of a value that was told."""
        if scope.is_lazy:
            scope.refresh()
        schedule = self.schedules.get(scope)
        if schedule is None or schedule.use(number):  # one that is opened meanwhile counts it, too
            session.on_rollback(self.take_back, scope, number, is_told=True)
        if schedule is None or scope is scope.pool.everything:
            self._repeat_outside(number)
            session.on_rollback(self._take_back_outside, number)

    def untell(self, session: ISession, scope: Scope, number: int) -> None:
        """Take back what :meth:`tell` counted."""
        self.take_back(scope, number, is_told=True)
        session.on_rollback(self.repeat, scope, number, is_told=True)
        self._take_back_outside(number)
        session.on_rollback(self._repeat_outside, number)

    def take_back(self, scope: Scope, number: int, *, is_told: bool = False) -> None:
        """A use was rolled back; the schedule may be another one by now."""
        schedule = self.schedules.get(scope)
        if schedule is not None:
            schedule.unuse(number, is_told=is_told)
        elif scope.family in self._forgotten:
            kept = self._forgotten[scope.family]
            kept[number] = kept.get(number, 0) - 1

    def repeat(self, scope: Scope, number: int, *, is_told: bool = False) -> None:
        """Undo :meth:`take_back`."""
        schedule = self.schedules.get(scope)
        if schedule is not None:
            (schedule.use if is_told else schedule.reuse)(number)
        elif scope.family in self._forgotten:
            self._forgotten[scope.family][number] += 1

    def _repeat_outside(self, number: int) -> None:
        self._outside[number] = self._outside.get(number, 0) + 1

    def _take_back_outside(self, number: int) -> None:
        if number in self._outside:
            self._outside[number] -= 1

    # how changes of schedules are taken back; see Journal

    def _unopen(self, scope: Scope) -> None:
        scope.unfollow(self.schedules.pop(scope))

    def _unreplace(self, replaced: tuple[Scope, ISchedule]) -> None:
        scope, before = replaced
        scope.unfollow(self.schedules[scope])
        self.schedules[scope] = before
        scope.follow(before)

    def _unforget(self, forgotten: tuple[Scope, ISchedule, dict[int, int | None]]) -> None:
        scope, schedule, before = forgotten
        self.schedules[scope] = schedule
        scope.follow(schedule)
        kept = self._forgotten[scope.family]
        for number, uses in before.items():
            if uses is None:
                kept.pop(number, None)
            else:
                kept[number] = uses

"""What a distributor under test draws from: values that are nothing but numbers, and histories of two sessions."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from random import Random
from typing import Any, NamedTuple

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision, IM2ODistributor, IReservation
from ascetic_ddd.faker.domain.distributors.m2o.reservation import carry_out
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.stock.scope import Pool, Scope
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

__all__ = ("DEEDS", "History", "LostError", "Step", "Values", "some_steps")

DEEDS = ("draw", "draw", "draw", "draw", "lose", "add", "use", "end")
"""What may happen, the commonest more often."""

_PARTS = 3


class LostError(Exception):
    """Rolls a transaction back on purpose."""


class Values(Pool):
    """Values that are nothing but numbers, made when a distributor asks for one; some may belong to scopes."""

    def __init__(self, distributor: IM2ODistributor, existing: int = 0) -> None:
        super().__init__()
        self.distributor = distributor
        self.number = 0
        self.scope_of: dict[int, Scope] = {}
        for _ in range(existing):
            self.add(InMemorySession(), self.everything)

    def part(self) -> Scope:
        """One more scope, disjoint from others of this kind."""
        return Scope(self, self)

    def add(self, session: InMemorySession, scope: Scope) -> int:
        """Make a value of the scope."""
        number, self.number = self.number, self.number + 1
        self._take_off(session, number)
        self.everything.enter(number)
        if scope is not self.everything:
            self.scope_of[number] = scope
            scope.enter(number)
        return number

    async def draw(
        self, session: InMemorySession, scope: Scope | None = None, *, is_closed: bool = False, may_be_null: bool = True
    ) -> int | None:
        """Draw, and make what is wanted."""
        asked = scope or self.everything

        async def make(reservation: IReservation) -> int:
            assert not is_closed, "a closed draw asked for a new value"
            return self.add(session, asked)

        choice = self.distributor.draw(session, asked, is_closed=is_closed, may_be_null=may_be_null)
        return await carry_out(session, choice, make)

    def _remove(self, number: int) -> None:
        scope = self.scope_of.pop(number, None)
        if scope is not None:
            scope.leave(number)
        super()._remove(number)


class Step(NamedTuple):
    """One deed of a history."""

    deed: str
    """``draw`` uses; ``lose`` them with a savepoint; ``add`` a value; ``use`` one that is told; ``end`` the transaction."""
    session: int
    scope: int
    number: int
    is_closed: bool
    may_be_null: bool
    fails: bool
    """Values for the first places cannot be made; transactions roll back."""
    given_up: int
    """Draws that are taken back, of the last ones; each third."""


def some_steps(random: Random, count: int) -> list[Step]:
    """A history that a stream draws."""
    return [
        Step(
            random.choice(DEEDS),
            random.randrange(2),
            random.randrange(_PARTS),
            random.choice((1, 2, 5, 40)),
            random.random() < 0.2,
            random.random() < 0.8,
            random.random() < 0.2,
            random.choice((0, 0, 1, 4)),
        )
        for _ in range(count)
    ]


class History:
    """Two sessions that draw, fail, roll back and commit; what one of them makes is foreign to the other until then.

    Args:
        values: what is drawn from.
        is_dealt: draw by hands; else one by one.
        plan: of the run, if there is one.
        has_parts: draw from scopes of some of the values, too.
    """

    def __init__(self, values: Values, *, is_dealt: bool, plan: Plan | None = None, has_parts: bool = True) -> None:
        self._values = values
        self._is_dealt = is_dealt
        self._plan = plan
        self._scopes = [values.everything, *(values.part() if has_parts else values.everything for _ in range(_PARTS - 1))]
        self._sessions = InMemorySession(), InMemorySession()
        self._open: list[Any] = [None, None]
        self.told: list[Any] = []

    async def play(self, steps: Iterable[Step]) -> list[Any]:
        """Do the steps, and tell all that came of them; then what is drawn afterwards."""
        for step in steps:
            if self._open[step.session] is None:
                self._open[step.session] = self._sessions[step.session].atomic()
                await self._open[step.session].__aenter__()
            await self._do(step, self._sessions[step.session], self._scopes[step.scope])
        for session in (0, 1):
            await self._end(session, fails=False)
        for scope in self._scopes:
            self._draw(self._sessions[0], scope, Step("draw", 0, 0, 40, False, True, False, 0))
        return self.told

    async def _do(self, step: Step, session: InMemorySession, scope: Scope) -> None:
        if step.deed == "draw":
            self._draw(session, scope, step)
        elif step.deed == "lose":
            with suppress(LostError):
                async with session.atomic():
                    self._draw(session, scope, step)
                    raise LostError
        elif step.deed == "add" and self._values.distributor.keeps_values:
            self._values.add(session, scope)
        elif step.deed == "use" and scope.members:
            number = next(reversed(scope.members))
            self._values.distributor.use(session, scope, number)
            if step.given_up:
                self._values.distributor.unuse(session, scope, number)
        elif step.deed == "end":
            await self._end(step.session, fails=step.fails)
        for _ in range(step.number if self._plan is not None else 0):
            self._plan.advance()  # type: ignore[union-attr]  # there is one

    async def _end(self, session: int, *, fails: bool) -> None:
        opened, self._open[session] = self._open[session], None
        if opened is not None:
            error = LostError() if fails else None
            await opened.__aexit__(type(error) if error else None, error, None)

    def _draw(self, session: InMemorySession, scope: Scope, step: Step) -> None:
        deal = self._hand if self._is_dealt else self._one
        found: list[int | None] = []
        failing = 2 if step.fails else 0
        while len(found) < step.number:
            try:
                hand = deal(session, scope, step, step.number - len(found))
            except UnsatisfiableError:
                self.told.append("unsatisfiable")
                return
            assert hand
            assert all(choice is None or isinstance(choice, int) for choice in hand[:-1])
            *drawn, last = hand
            found += drawn  # type: ignore[arg-type]  # as asserted
            while last is not None and not isinstance(last, int):
                assert not step.is_closed
                self.told.append((last.position, last.is_for_unused_value))
                if failing:
                    failing -= 1
                    last.cancel()
                    break
                number = self._values.add(session, scope) if self._values.distributor.keeps_values else last.position
                last = last.fulfil(session, number)
            else:
                found.append(last)
        self.told.append(found)
        for choice in found[::-3][: step.given_up]:
            self._values.distributor.undraw(session, scope, choice)

    def _hand(self, session: InMemorySession, scope: Scope, step: Step, count: int) -> Sequence[Decision]:
        return self._values.distributor.draw_many(session, scope, count, is_closed=step.is_closed, may_be_null=step.may_be_null)

    def _one(self, session: InMemorySession, scope: Scope, step: Step, count: int) -> Sequence[Decision]:
        return [self._values.distributor.draw(session, scope, is_closed=step.is_closed, may_be_null=step.may_be_null)]

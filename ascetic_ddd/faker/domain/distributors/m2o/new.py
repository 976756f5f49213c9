"""The distributor without a law: every value is new."""

from collections.abc import Mapping

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision
from ascetic_ddd.faker.domain.distributors.m2o.nulls import Nulls
from ascetic_ddd.faker.domain.distributors.m2o.reservation import Reservation
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.faker.domain.stock.sequence import PositionSequence
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("NewDistributor",)


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

    @property
    def expected(self) -> tuple[int, int] | None:
        """How many draws of an exact run are values, and how many are null; None where nobody knows."""
        values = self._nulls.expected
        return None if values is None or self._plan is None else (values, self._plan.total - values)

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

"""Which draws are null."""

from random import Random
from typing import Any

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Nulls",)


_BLOCK = 128  # draws among which the nulls are in random order, where the number of draws is not known


class Nulls:
    """Draws null with a probability; with the number of draws known, exactly that share of them.

    Otherwise nulls come in shuffled blocks, so that at every moment their number is right to within a block's share of them.

    Args:
        weight: probability of null, 0…1.

    Source: permuted block randomisation, as in clinical trials.
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._random = Random(0)
        self._draws = 0  # left in the plan, or in the block
        self._nulls = 0  # among them
        self._owed: float | None = None  # nulls that the blocks so far were too few by, 0…1
        self._expected: int | None = None
        self._marked: tuple[Any, ...] = ()

    @property
    def expected(self) -> int | None:
        """How many draws of the plan are not null, if the number of draws is known."""
        return self._expected

    def seed(self, seed: int) -> None:
        """Restart the random stream."""
        self._random.seed(seed)

    def plan(self, draws: int | None) -> None:
        """Expect so many draws from now on; None: nobody knows."""
        self._draws = draws or 0
        self._nulls = round(self._draws * self.weight)
        self._expected = None if draws is None else self._draws - self._nulls

    def draw(self, session: ISession, may_be_null: bool = True) -> bool:
        """Tell whether this draw is null. One that must not be counts, too: its share goes to others."""
        is_null = self.take(may_be_null)
        session.on_rollback(self.take_back, 1, is_null)
        return is_null

    def draw_many(self, session: ISession, count: int, may_be_null: bool = True) -> list[bool]:
        """What so many calls of :meth:`draw` would tell, taken back as one."""
        found = [self.take(may_be_null) for _ in range(count)]
        session.on_rollback(self.take_back, count, sum(found))
        return found

    def take(self, may_be_null: bool = True) -> bool:
        """:meth:`draw`, where somebody else sees to a rollback."""
        if self._draws <= 0:
            self._deal()
        is_null = may_be_null and self._random.random() * self._draws < self._nulls
        self._draws -= 1
        self._nulls -= is_null
        return is_null

    def take_back(self, draws: int, nulls: int) -> None:
        """So many draws did not happen, and so many of them were null."""
        self._draws += draws
        self._nulls += nulls

    def undraw(self, session: ISession, is_null: bool) -> None:
        """Take a draw back, until the session rolls back."""
        self.take_back(1, is_null)
        session.on_rollback(self.take_back, -1, -is_null)

    def mark(self) -> None:
        if self.weight:
            self._marked = (self._random.getstate(), self._draws, self._nulls, self._owed)

    def rewind(self) -> None:
        if self.weight:
            state, self._draws, self._nulls, self._owed = self._marked
            self._random.setstate(state)

    def _deal(self) -> None:
        """Begin another block."""
        if self._owed is None:
            self._owed = self._random.random()
        self._owed += _BLOCK * self.weight
        self._draws += _BLOCK
        self._nulls = min(self._draws, int(self._owed))
        self._owed -= self._nulls

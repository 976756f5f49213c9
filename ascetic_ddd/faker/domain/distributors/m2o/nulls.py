"""Which draws are null."""

from random import Random

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Nulls",)


class Nulls:
    """Draws null with a probability; with the number of draws known, exactly that share of them.

    Args:
        weight: probability of null, 0…1.
    """

    def __init__(self, weight: float) -> None:
        self._weight = weight
        self._random = Random(0)
        self._draws = 0
        self._nulls = 0
        self._expected: int | None = None

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
        self._nulls = round(self._draws * self._weight)
        self._expected = None if draws is None else self._draws - self._nulls

    def draw(self, session: ISession) -> bool:
        """Tell whether this draw is null."""
        if self._draws <= 0:
            return self._random.random() < self._weight
        is_null = self._random.random() * self._draws < self._nulls
        self._draws -= 1
        self._nulls -= is_null
        session.on_rollback(self._take_back, is_null)
        return is_null

    def _take_back(self, is_null: bool) -> None:
        self._draws += 1
        self._nulls += is_null

"""Numbers and times that are drawn anew, as a column with ranks: classes of values in their order."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from ascetic_ddd.faker.domain.distributors.apportionment import apportioned
from ascetic_ddd.faker.domain.distributors.joint.law import NULL, Side
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.generators.quantile_generator import QuantileGenerator
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ClassedColumn",)


class ClassedColumn:
    """What a captured deck needs of a :class:`QuantileGenerator`: a rank is a class, and has the captured share of the rows.

    Args:
        generator: draws the values; of a class, from its part of the distribution.
        distributor: decides on null.
        side: the column as it was captured.
    """

    def __init__(self, generator: QuantileGenerator, distributor: NewDistributor, side: Side) -> None:
        held = side.sums()[:NULL]
        self._generator = generator
        self._distributor = distributor
        self._upto = [0.0, *(each / (sum(held) or 1) for each in accumulate(held))]
        self._bounds = [generator.at(share) for share in self._upto[1:-1]]

    @property
    def is_exact(self) -> bool:
        return self._distributor.expected is not None

    @property
    def keeps_ranks(self) -> bool:
        return True

    def rows_by_rank(self, scope: Scope, *, is_closed: bool, takes_over: bool = False) -> list[tuple[int, float]]:
        values, nulls = self._distributor.expected or (0, 0)
        rows = apportioned(values, self._upto, 0.5)
        return [*((each, each) for each in rows), (nulls, nulls)]

    def shares_by_rank(self, scope: Scope, *, is_closed: bool) -> list[float] | None:
        nulls = self._distributor.null_weight
        shares = [high - low for low, high in zip(self._upto, self._upto[1:], strict=False)]
        return [*(share * (1.0 - nulls) for share in shares), nulls]

    def rank_of(self, scope: Scope, number: int, *, is_closed: bool) -> int | None:
        return number

    def draw_at(self, session: ISession, scope: Scope, rank: int, *, is_closed: bool) -> int | None:
        return None if rank < 0 else rank

    def draw_many_at(
        self, session: ISession, scope: Scope, ranks: Sequence[int], *, is_closed: bool, behind: int = 0
    ) -> list[int | None] | None:
        return [None if rank < 0 else rank for rank in ranks]

    def undraw_at(self, session: ISession, scope: Scope, choice: int | None) -> None:
        """Nothing was counted."""

    def be_followed(self) -> None:
        """Its classes are met closely anyway."""

    def draw(self, session: ISession, scope: Scope, *, is_closed: bool = False, may_be_null: bool = True) -> Decision:
        """Any class; asked only where the deck has no row."""
        return bisect_right(self._bounds, self._generator(session, 0))

    def number_of(self, input: Any) -> int | None:
        """The class of a value."""
        return bisect_right(self._bounds, input)

    def input_of(self, number: int) -> Any:
        """A value of the class."""
        return self._generator.between(self._upto[number], self._upto[number + 1])

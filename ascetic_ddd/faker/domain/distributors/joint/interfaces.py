"""The port of a column that depends on another one of the same object."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision
from ascetic_ddd.faker.domain.distributors.schedules.interfaces import Busy
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("IJointDistributor", "IRanked")


class IJointDistributor(Protocol):
    """Decides the place that one column takes beside a given one: its rank or class, :data:`~.law.NULL` for null.

    Shared by all lanes. What is drawn follows the session: after a rollback it is as if it had not been drawn.
    """

    def draw(self, session: ISession, given: int) -> int:
        """Give the place of the other column beside this one of the given column.

        Args:
            session: the session that the object belongs to.
            given: the place of the given column.

        Raises:
            ConfigurationError: the given column has no such place.
        """
        ...

    def undraw(self, session: ISession, given: int, place: int) -> None:
        """Take a draw back whose object is not made after all. A rollback that undoes the draw, too, undoes it once."""
        ...

    def use(self, session: ISession, given: int, place: int) -> None:
        """Count a combination that was told, not drawn: it is not drawn once more.

        Raises:
            ConfigurationError: one of the columns has no such place.
        """
        ...


@runtime_checkable
class IRanked(Protocol):
    """A distributor whose values stand in a ranking, so that another column can decide which of them is used."""

    @property
    def is_exact(self) -> bool:
        """True in a run of which it is known how many draws there will be."""
        ...

    @property
    def keeps_ranks(self) -> bool:
        """True if a value has the same rank in each run, as those of a list have."""
        ...

    def rows_by_rank(self, scope: Scope, *, is_closed: bool, takes_over: bool = False) -> list[tuple[int, float]]:
        """By rank, the rows that it gets in an exact run, drawn or not, and what it is ranked by; the last are the nulls.

        Args:
            scope: all values.
            is_closed: none is made.
            takes_over: whoever asks draws them all, by :meth:`draw_at`.
        """
        ...

    def shares_by_rank(self, scope: Scope, *, is_closed: bool) -> list[float] | None:
        """The shares of the ranks, the last that of null; None where values are made as there is need, so that ranks move."""
        ...

    def rank_of(self, scope: Scope, number: int, *, is_closed: bool) -> int | None:
        """The rank of a value; None if it has none."""
        ...

    def draw_at(self, session: ISession, scope: Scope, rank: int, *, is_closed: bool) -> "Decision | Busy":
        """Decide a use of the value of a rank; -1 is null.

        Returns:
            As a draw; ``BUSY`` if this session may not have that value now.
        """
        ...

    def draw_many_at(
        self, session: ISession, scope: Scope, ranks: Sequence[int], *, is_closed: bool, behind: int = 0
    ) -> list[int | None] | None:
        """What so many calls of :meth:`draw_at` would answer, undone as one.

        Returns:
            None, and nothing is decided, if one of them is not the number of a value that this session may have now.
        """
        ...

    def undraw_at(self, session: ISession, scope: Scope, choice: int | None) -> None:
        """Take back what :meth:`draw_at` came to, as the object is not made after all."""
        ...

    def be_followed(self) -> None:
        """Another column follows: exact runs are planned as a whole from their beginning on."""
        ...

    def draw(self, session: ISession, scope: Scope, *, is_closed: bool = False, may_be_null: bool = True) -> Decision:
        """As the port of distributors says."""
        ...

"""The M:1 distributor port: reuse one of the values that exist, or make a new one."""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Decision", "IM2ODistributor", "IReservation")


Decision: TypeAlias = "int | IReservation | None"
"""What a draw answers: the number of a value to use once more, a place for a value to make, or null. There is nothing else."""


class IReservation(Protocol):
    """A place kept for a value that does not exist yet. Either :meth:`fulfil` or :meth:`cancel` must be called, once.

    :func:`~ascetic_ddd.faker.domain.distributors.m2o.reservation.carry_out` does so.
    """

    @property
    def position(self) -> int:
        """Number of the new value, from 0; given to the input generator."""
        ...

    @property
    def is_for_unused_value(self) -> bool:
        """True: the law wants one more value *without* a use; :meth:`fulfil` answers what the use that was asked for shall be."""
        ...

    @property
    def population(self) -> int:
        """How many values the scope shall have, as far as that is known."""
        ...

    def retry(self) -> int:
        """The value of this number will not do: the number of another one for the same place, now :attr:`position`."""
        ...

    def fulfil(self, session: ISession, number: int | None = None) -> Decision:
        """The value exists; ``number`` is its number in the pool (None: nothing was kept, nobody will reuse it).

        Unless :attr:`is_for_unused_value`, this is also its first use.

        Returns:
            The number, if this is the use that was asked for; else another decision on it. Never null: that is settled.

        Raises:
            UnsatisfiableError: the value is not in the scope it was made for; nothing was counted, the place is free.
        """
        ...

    def cancel(self) -> None:
        """The value could not be made; the place is free again."""
        ...


class IM2ODistributor(Protocol):
    """Decides reuse or create for one provider. Shared by all clones (lanes) of that provider.

    The decision is a return value and takes no I/O; whoever asks acts on it. All bookkeeping follows the session: what
    was drawn or born in a transaction that rolls back leaves no trace.
    """

    @property
    def keeps_values(self) -> bool:
        """False if every value is new, so that nobody has to remember them."""
        ...

    @property
    def is_nullable(self) -> bool:
        """True if a draw may answer None."""
        ...

    def draw(self, session: ISession, scope: Scope, *, is_closed: bool = False, may_be_null: bool = True) -> Decision:
        """Decide one use.

        Args:
            session: the session the use belongs to.
            scope: the values that may be used.
            is_closed: this draw must not ask for a new value, whatever others of the same scope may do.
            may_be_null: False: this draw must not be null; somebody told what it shall be like. Others have the share of null.

        Returns:
            The number of a value of the scope, used once more by this call; or a place for a new value; or None for null.

        Raises:
            UnsatisfiableError: closed, and the scope has no value that this session may use.
        """
        ...

    def draw_many(
        self, session: ISession, scope: Scope, count: int, *, is_closed: bool = False, may_be_null: bool = True
    ) -> "list[Decision]":
        """Decide uses in a row: what ``count`` calls of :meth:`draw` would answer one after the other, up to the first place for
        a new value.

        All of the hand is undone as one where the session rolls back; :meth:`undraw` takes single members of it back. The run's
        plan is where it is at the first draw. A distributor that inherits this port draws one by one.

        Args:
            session: the session the uses belong to.
            scope: the values that may be used.
            count: how many uses are wanted.
            is_closed: as for :meth:`draw`.
            may_be_null: as for :meth:`draw`.

        Returns:
            The decisions in order. If they are fewer than ``count``, the last is a place; ask for the rest once that is settled.

        Raises:
            UnsatisfiableError: as :meth:`draw`, from the first draw that is refused; those before it are counted.
        """
        hand: list[Decision] = []
        while len(hand) < count:
            choice = self.draw(session, scope, is_closed=is_closed, may_be_null=may_be_null)
            hand.append(choice)
            if choice is not None and not isinstance(choice, int):
                break
        return hand

    def undraw(self, session: ISession, scope: Scope, choice: int | None) -> None:
        """Take a draw back whose object is not made after all; what was made for it stays. A rollback that undoes the draw, too,
        undoes it once.

        Args:
            session: the session of the draw.
            scope: that of the draw.
            choice: what it came to: the number of a value (if values are not kept, any number), or None for null.
        """
        ...

    def use(self, session: ISession, scope: Scope, number: int) -> None:
        """Count a use of a value that was told, not drawn."""
        ...

    def unuse(self, session: ISession, scope: Scope, number: int) -> None:
        """Take back what :meth:`use` counted, as :meth:`undraw` does."""
        ...

    def forget(self, scope: Scope) -> bool:
        """Keep of a scope that has not been asked for long only the uses of its values; asked again, it goes on from them.

        Returns:
            False if it is not forgotten, since values are being made for it.
        """
        ...

    def seed(self, seed: int) -> None:
        """Restart the distributor's random stream. What has been drawn stays drawn."""
        ...

    def restore(self, uses: Mapping[int, int], values: int) -> None:
        """Take up from a store; all that was known before is forgotten.

        Args:
            uses: uses so far by number of the value; values without a use may be left out.
            values: how many values have been made.
        """
        ...

    def plan(self, plan: Plan | None, *, is_exact: bool = False, is_of_root: bool = False) -> None:
        """Follow a run with a known total, or (None) grow without one.

        Args:
            plan: total and progress of the run.
            is_exact: this distributor is asked once per root aggregate. If it turns out that it is asked less often, because
                some are told, it plans by what it is asked from then on.
            is_of_root: the values are the run's own root aggregates: there will be as many more as the run makes.
        """
        ...

    def end(self, plan: Plan) -> None:
        """Grow again, if this is the plan that is followed."""
        ...

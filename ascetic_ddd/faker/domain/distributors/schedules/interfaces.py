"""The schedule port: in what order the values of one scope get their uses."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from ascetic_ddd.faker.domain.distributors.schedules.pairs import IsTaken, Partner
from ascetic_ddd.faker.domain.stock.scope import IScheduled
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("BUSY", "Busy", "ISchedule", "Reserved")


class Busy(Enum):
    """The value of a rank is in flight elsewhere, or is being made: ask for another rank, or later."""

    BUSY = "busy"


BUSY = Busy.BUSY


class Reserved(NamedTuple):
    """A place kept in a schedule for a value that does not exist yet."""

    rank: int
    """Means something to the schedule alone."""


class ISchedule(IScheduled, Protocol):
    """The uses of one scope, past and to come. Which values exist it hears from the scope that it follows.

    It decides and counts, and does no I/O. What it answered is taken back by whoever asked, when a session rolls back.
    """

    @property
    def is_closed(self) -> bool:
        """True if no value has ever been asked for: uses go to what exists."""
        ...

    @property
    def is_waiting(self) -> bool:
        """True while something in it waits for a transaction to end."""
        ...

    @property
    def population(self) -> int:
        """How many values the scope shall have, as far as that is known."""
        ...

    @property
    def uses(self) -> dict[int, int]:
        """Uses so far by number of the value, most used first; values without a use are left out."""
        ...

    def remaining(self, number: int) -> int | None:
        """Uses the value has still to get in this run; None if they are not all planned, or it has no place."""
        ...

    def pick(self, session: ISession, is_closed: bool = False) -> int | Reserved | None:
        """Decide one use.

        Args:
            session: values in flight in other sessions are left out.
            is_closed: ask for no new value.

        Returns:
            The number of the value, used once more by this call; a place, now reserved, for a value that does not exist yet; None
            if it is closed and has nothing that this session may use.
        """
        ...

    def take(self, session: ISession, is_closed: bool, count: int) -> list[int]:
        """Decide uses in a row, as :meth:`pick` would one by one, as far as values for them are at hand.

        Returns:
            The numbers, each used once more by this call, in order; fewer than ``count``, perhaps none, where the next use
            needs more than that: only :meth:`pick` decides it.
        """
        ...

    def planned_by_rank(self) -> list[tuple[int, int]]:
        """By rank, the uses that are planned since the schedule was made, drawn or not, and those in all."""
        ...

    def rank_of(self, number: int) -> int | None:
        """The rank of a value; None if it has none yet."""
        ...

    def pick_at(self, session: ISession, rank: int, is_closed: bool = False) -> int | Reserved | Busy:
        """Decide a use of the value of one rank, which somebody else has drawn.

        Returns:
            As :meth:`pick`; :data:`BUSY` if this session may not use the value of that rank now, or there is no such rank.
        """
        ...

    def pick_free(
        self, session: ISession, is_closed: bool, is_free: Callable[[int], bool], partner: Partner | None = None
    ) -> int | Reserved | None:
        """Decide one use of a value that will do: the first that is due, else the one that is due next, else a new one.

        Args:
            session: as for :meth:`pick`.
            is_closed: as for :meth:`pick`.
            is_free: tells of the number of a value whether it will do; a new one always does.
            partner: what the use will be combined with, if all that will not do is what it was combined with before.

        Returns:
            As :meth:`pick`; None if it is closed and nothing will do.
        """
        ...

    def take_beside(self, session: ISession, other: object, partners: Iterable[int], claim: IsTaken) -> list[int]:
        """Decide uses in a row, as :meth:`pick_free` would one by one for these partners, as far as they were dealt beforehand.

        Args:
            session: as for :meth:`pick`.
            other: the schedule that the partners were chosen by.
            partners: their numbers there.
            claim: is asked whether a partner may be combined with a value; then it is.

        Returns:
            The numbers, fewer than the partners, perhaps none, where the next use needs more than that.
        """
        ...

    def deal_back(self, came: int | Reserved, other: object, partner: int) -> None:
        """What was answered for a partner of another schedule has been taken back: a value's use, or a place."""
        ...

    def pick_many_at(self, session: ISession, ranks: Sequence[int], is_closed: bool = False) -> list[int] | None:
        """Decide uses of the values of so many ranks, as :meth:`pick_at` would one by one.

        Returns:
            The numbers; None, and nothing is decided, if one of them is no value that this session may use.
        """
        ...

    def fill(self, place: Reserved, number: int) -> bool:
        """The value for a reserved place exists, and this is its first use. Returns False if it is not in the scope."""
        ...

    def release(self, place: Reserved) -> None:
        """Nothing comes to a reserved place."""
        ...

    def use(self, number: int) -> bool:
        """Count one use of a given value that was told. Returns False if it is not in the scope."""
        ...

    def unuse(self, number: int, *, is_told: bool = False) -> None:
        """Take one use of the value back, drawn or told: its session rolled back."""
        ...

    def undraw(self, number: int) -> None:
        """Take one drawn use back, because the object was given up; it is due again."""
        ...

    def reuse(self, number: int) -> None:
        """Count a use again that was given up in what is rolled back."""
        ...

"""Draws of which some answers will not do, since what they would be combined with has them already."""

from collections.abc import Callable
from typing import NamedTuple, Protocol, cast

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision, IM2ODistributor
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Beside", "ISelecting", "draw_free")

_TRIES = 100  # draws of a distributor that cannot be told what will do


class Beside(NamedTuple):
    """What a draw will be combined with, where all that will not do is what it was combined with before."""

    distributor: IM2ODistributor
    """Chose it."""

    scope: Scope
    """Among these, as often as is drawn in the scope of the draw."""

    number: int
    """It is this one."""

    is_taken: Callable[[int, int], bool]
    """Tells of the numbers of two values, its own side's first, whether they have been combined."""


class ISelecting(Protocol):
    """A distributor that keeps its law among the values that will do."""

    def draw_free(
        self,
        session: ISession,
        scope: Scope,
        is_free: Callable[[int], bool],
        *,
        is_closed: bool = False,
        may_be_null: bool = True,
        beside: Beside | None = None,
    ) -> Decision:
        """Decide one use, as ``draw`` does, of a value of which ``is_free`` tells, by its number, that it will do.

        What comes first and will not do stays due. A new value always does, and so does null.

        Raises:
            UnsatisfiableError: nothing that exists will do, and nothing may be made.
        """
        ...


def draw_free(
    distributor: IM2ODistributor,
    session: ISession,
    scope: Scope,
    is_free: Callable[[int], bool],
    *,
    is_closed: bool = False,
    may_be_null: bool = True,
    beside: Beside | None = None,
) -> Decision:
    """As :class:`ISelecting` says; one that cannot is asked again and again, and what will not do is given back.

    Raises:
        UnsatisfiableError: nothing will do, or nothing was met that does.
    """
    if hasattr(distributor, "draw_free"):  # asking the protocol would cost more than the draw
        return cast(ISelecting, distributor).draw_free(
            session, scope, is_free, is_closed=is_closed, may_be_null=may_be_null, beside=beside
        )
    misfits: list[int] = []
    try:
        for _ in range(_TRIES):
            choice = distributor.draw(session, scope, is_closed=is_closed, may_be_null=may_be_null)
            if not isinstance(choice, int) or is_free(choice):
                return choice
            misfits.append(choice)
    finally:
        for choice in misfits:
            distributor.undraw(session, scope, choice)
    raise UnsatisfiableError(f"{distributor!r} gave nothing that will do in {_TRIES} draws")

"""How a value is drawn, or told, that nobody else may have: by a sequence, or by a distributor whose mean is 1."""

from collections.abc import Hashable
from typing import Any, TypeVar, cast

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IReservation
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.errors import ExhaustedError
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.drawn_value import DrawnValue
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.plain import copied, is_awaitable
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.unique_pool import UniquePool
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("UniqueValue",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class UniqueValue(DrawnValue[I, O]):
    """The part of a value provider that gives each value once."""

    _sequence: NewDistributor | None

    def _draw(self, session: ISession) -> Pending:
        if not self._is_unique:
            return super()._draw(session)
        pool = cast(UniquePool, self._pool)
        is_told = self._slot.input is not None
        if (is_told or pool.is_late) and not pool.knows_enough(is_told=is_told):
            return self._look(session, pool, is_told=is_told)
        if is_told:
            self._claim(session, pool)
            return None
        if self._sequence is not None:
            return self._draw_next(session, self._sequence.take_position())
        return super()._draw(session)

    def _make_once(self, session: ISession, reservation: IReservation) -> Pending:
        return self._draw_next(session, reservation.position) if self._is_unique else super()._make_once(session, reservation)

    async def _look(self, session: ISession, pool: UniquePool, *, is_told: bool) -> None:
        """First look at what the store has."""
        root, path = self._place()
        await pool.look(session, root._stores_in(), path, is_told=is_told)
        pending = self._draw(session)
        if pending is not None:
            await pending

    def _claim(self, session: ISession, pool: UniquePool) -> None:
        """Take in a value that was told."""
        number = pool.claim(session, copied(self._slot.input), by=self)
        self.distributor.use(session, pool.everything, number)
        self._root()._give_back_unless_made(pool.release, number)
        self._slot.is_done = True

    def _draw_next(self, session: ISession, position: int) -> Pending:
        """Draw the next value of a sequence."""
        drawn = self._generate(session, position)
        pool = cast(UniquePool, self._pool)
        if is_awaitable(drawn) or drawn in pool:
            return self._draw_behind(session, drawn, pool)
        pool.drew(session, drawn)
        self._slot.input = drawn
        self._slot.is_done = True
        return None

    async def _draw_behind(self, session: ISession, drawn: Any, pool: UniquePool) -> None:
        """Leave out the numbers whose values were told, or stored by somebody else."""
        if is_awaitable(drawn):
            drawn = await drawn
        met: set[Hashable] = set()
        while drawn in pool:
            if freeze(drawn) in met:
                raise ExhaustedError(
                    f"{self.path}: the sequence gives {drawn!r} again, which is stored or was told already; give each number a "
                    "value of its own, or leave sequence=True out if values may repeat: a generator is given the position anyway"
                )
            met.add(freeze(drawn))
            drawn = self._generate(session, self.distributor.positions.take())  # type: ignore[attr-defined]  # a sequence has them
            if is_awaitable(drawn):
                drawn = await drawn
        pool.drew(session, drawn)
        self._slot.input = drawn
        self._slot.is_done = True

    def _place(self) -> tuple[Provider[Any, Any], tuple[str, ...]]:
        """The aggregate this is a part of, or whatever else is at the top, and the path from there in the exported state."""
        provider: Provider[Any, Any] = self
        path: list[str] = []
        while provider._owner is not None:
            if not isinstance(provider._owner, DependentProvider):  # what a list holds has no name in it
                path.append(provider._name)
            provider = provider._owner
        return provider, tuple(reversed(path))

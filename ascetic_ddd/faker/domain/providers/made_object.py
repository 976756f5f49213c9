"""The object that an aggregate provider is at, made: by the domain's factory, once, and again until it fits what is wanted."""

from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.errors import ConfigurationError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.failures import noted
from ascetic_ddd.faker.domain.providers.plain import is_awaitable
from ascetic_ddd.faker.domain.providers.root_object import RootObject
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("MadeObject",)

I = TypeVar("I")  # noqa: E741
A = TypeVar("A")

_TRIES = 100  # aggregates made before we say that none satisfies a specification


class MadeObject(RootObject[I, A]):
    """The part of an aggregate provider that makes its object."""

    async def build(self, session: ISession, **told: Any) -> A:
        """Make the aggregate without storing it; a second call returns the same, and :meth:`create` stores that one.

        What it refers to is created and stored, as for :meth:`create`, which takes the same keywords.

        Raises:
            UnsatisfiableError: no aggregate that was drawn satisfies the specification given to :meth:`populate`.
        """
        if told:
            self._begin_told(told)
        if self._is_lost:
            raise self._lost()
        before = self._enter()
        try:
            return await self._made(session)
        finally:
            self._leave(before)

    async def _made(self, session: ISession) -> A:
        """The aggregate, made if it is not yet."""
        slot = self._slot
        if slot.output is NOTHING:
            if self._wanted is not None:
                await self._make_to_fit(session, self._wanted)
            else:
                await self._make(session)
        return slot.output  # type: ignore[no-any-return]

    async def _make(self, session: ISession) -> None:
        slot = self._slot
        if not slot.is_done:
            await self.populate(session, self._wanted)
        agg = self._build() if self._plain else self._call_factory(await self._outputs(session))
        slot.output = await self._awaited(agg) if is_awaitable(agg) else agg

    async def _awaited(self, made: Awaitable[A]) -> A:
        """What an async factory makes."""
        self._slot.output = NOTHING
        try:
            self._slot.output = await made
        except Exception as error:
            noted(error, self, self._known())
            raise
        return self._slot.output  # type: ignore[no-any-return]

    async def _make_to_fit(self, session: ISession, wanted: ISpecification) -> None:
        for _ in range(_TRIES):
            self._is_fitting = True
            try:
                async with session.atomic():  # what a misfit drew and created is given back
                    await self._make(session)
                    if not wanted.is_satisfied_by(self._state_of(self._slot.output)):
                        raise _MisfitError
                    return
            except _MisfitError:
                self._redraw(self)
            finally:
                self._is_fitting = False
        raise UnsatisfiableError(
            f"{self.path}: none of {_TRIES} aggregates satisfies {wanted!r}; the last one that was told {self._told!r} did not; "
            "tell the parts that the specification looks at, or give them generators that can meet it"
        )

    def _state_of(self, agg: Any) -> Mapping[str, Any]:
        state = self._output_exporter(agg)  # type: ignore[misc]  # __init__ has seen to it
        if not (type(state) is dict or isinstance(state, Mapping)) or self._id_attr not in state:
            raise ConfigurationError(
                f"{self.path}: output_exporter gave {state!r}; expected a dict with the key {self._id_attr!r}"
            )
        return state


class _MisfitError(Exception):
    """Rolls back a savepoint; never leaves this module."""

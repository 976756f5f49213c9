"""An object of whose parts some are unique together: their combinations are claimed when they are complete."""

from typing import Any, TypeVar

from ascetic_ddd.faker.domain.blueprint.slot import Slot
from ascetic_ddd.faker.domain.providers.entity_provider import EntityProvider
from ascetic_ddd.faker.domain.providers.kinds import Storing
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.stepped import Layout
from ascetic_ddd.faker.domain.providers.together import Together
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("UnitedObject",)

I = TypeVar("I")  # noqa: E741
A = TypeVar("A")


class UnitedObject(EntityProvider[I, A], Storing[I, A]):
    """The part of an aggregate provider that gives each combination of some parts once."""

    _togethers: tuple[Together, ...] = ()  # what is unique together

    @property
    def unique_parts(self) -> tuple[tuple[Provider[Any, Any], ...], ...]:
        """The parts of which no combination comes twice, as far as they have no parts of their own."""
        self.parts()
        return tuple(together.parts for together in self._togethers)

    def _unite(self, togethers: tuple[Together, ...]) -> None:
        """Combinations of these parts come once."""
        if togethers or self._togethers:
            self._togethers = togethers
            self._lay_out_anew()

    def _laid_out(self, late: tuple[Provider[Any, Any], ...]) -> Layout:
        steps, cleared, clears = super()._laid_out(late)
        claimed = tuple((together.slot, False, _nothing_told) for together in self._togethers)
        if claimed:  # slots that are never done: what has been claimed is looked at whenever parts may have changed
            steps = ((Slot(), self._know_given), *steps, (Slot(), self._claim_together))
        return steps, cleared + claimed, clears

    def _know_given(self, session: ISession) -> Pending:
        """Before anything is drawn: which combinations were given."""
        return self._look_at_given(session) if any(together.given.is_late for together in self._togethers) else None

    async def _look_at_given(self, session: ISession) -> None:
        for together in self._togethers:
            await together.look(session)

    def _claim_together(self, session: ISession) -> Pending:
        """The parts are complete."""
        for together in self._togethers:
            pending = together.settle(session)
            if pending is not None:
                return self._claim_later(session, pending)
        return None

    async def _claim_later(self, session: ISession, pending: Pending) -> None:
        while pending is not None:
            await pending
            pending = self._claim_together(session)


def _nothing_told() -> None:
    """Nobody tells it anything."""

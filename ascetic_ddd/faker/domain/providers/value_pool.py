"""The plain values that a value provider made and may give again."""

from collections.abc import Hashable
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.scope import Pool
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ValuePool",)


class ValuePool(Pool):
    """Inputs by number, each different from all others. Shared by the clones of a provider."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs: list[Any] = []
        self._known: set[Hashable] = set()

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, input: Any) -> bool:
        return freeze(input) in self._known

    def append(self, session: ISession, input: Any) -> int:
        """Add a new value, until the session rolls back. Returns its number."""
        number = len(self.inputs)
        self.inputs.append(input)
        self._known.add(freeze(input))
        self._take_off(session, number)
        self.everything.enter(number)
        return number

    def _remove(self, number: int) -> None:
        super()._remove(number)
        self._known.discard(freeze(self.inputs[number]))
        self.inputs[number] = None

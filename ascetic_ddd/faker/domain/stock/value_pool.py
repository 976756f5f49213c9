"""The plain values that a value provider made and may give again."""

from collections.abc import Hashable
from typing import Any

from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ValuePool",)


class ValuePool(Pool):
    """Inputs by number, each different from all others. Shared by the clones of a provider."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs: list[Any] = []
        self.is_fixed = False
        self._numbers: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, input: Any) -> bool:
        return freeze(input) in self._numbers

    def number_of(self, input: Any) -> int | None:
        """The number of a value that is here, else None."""
        return self._numbers.get(freeze(input))

    def append(self, session: ISession | None, input: Any) -> int:
        """Add a value, until the session rolls back; without a session, for good. Returns its number."""
        number = len(self.inputs)
        self.inputs.append(input)
        self._numbers.setdefault(freeze(input), number)
        if session is not None:
            self._take_off(session, number)
        self.everything.enter(number)
        return number

    def forget(self) -> None:
        """Forget the inputs that were drawn; a fixed list stays."""
        if not self.is_fixed:
            self.clear()

    def _remove(self, number: int) -> None:
        super()._remove(number)
        self._numbers.pop(freeze(self.inputs[number]), None)
        self.inputs[number] = None

"""What the many that belong to one are told: how many they are, or what each of them is like."""

from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.telling import NOBODY, contradict, overrules, same, told_by
from ascetic_ddd.faker.domain.providers.use import at_work, refuse_original

__all__ = ("ToldChildren",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class ToldChildren(Provider[list[Any], list[O]], Generic[I, O]):
    """The part of a dependent provider that is told."""

    def __init__(self) -> None:
        super().__init__()
        self._told: list[Any] | None = None
        self._count: int | None = None
        self._teller: Any = NOBODY
        self._children: list[Provider[I, O]] = []
        self._idle: list[Provider[I, O]] = []

    def reset(self) -> None:
        self._told = None
        self._count = None
        self._teller = NOBODY
        self._slot.is_done = False
        self._slot.output = NOTHING
        self._idle.extend(self._children)
        self._children = []

    def set(self, input: list[Any] | int | None) -> None:
        """Tell the number of children, or a list with the (partial) input of each; None means none.

        Raises:
            ContradictionError: something else was told since :meth:`reset`.
        """
        if at_work.get():
            refuse_original(self)
        is_number = isinstance(input, int) and not isinstance(input, bool) and input >= 0
        if not is_number and input is not None and not isinstance(input, (list, tuple)):
            raise ConfigurationError(f"{self.path} was told {input!r}; expected a number of children, or a list of their inputs")
        told: Any = input if is_number else list(input or ())  # type: ignore[arg-type]  # looked at
        teller = told_by(self)
        if not overrules(teller, self._teller):
            before = self._count if self._told is None else self._told
            if not same(before, told):
                contradict(self, before, told, teller)
            return
        self.reset()
        self._teller = teller
        self._told = None if is_number else told
        self._count = told if is_number else len(told)

    def _yields(self, teller: Provider[Any, Any] | None) -> bool:
        return overrules(teller, self._teller)

    def _redraw(self, teller: Provider[Any, Any] | None) -> None:
        by, told, count = self._teller, self._told, self._count
        self.reset()
        if not overrules(teller, by):
            self._teller, self._told, self._count = by, told, count

    def _known(self) -> list[Any] | None:
        if self._children:
            return [child._known() for child in self._children]
        return self._told if self._told is not None else ([] if self._slot.is_done and not self._count else None)

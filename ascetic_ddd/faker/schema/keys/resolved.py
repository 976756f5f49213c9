"""What a model's keys and references have become."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.schema.keys.grouping import Group, ScopedGroups
from ascetic_ddd.faker.schema.keys.key_parts import IKeyPart, KeyColumn
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer
from ascetic_ddd.faker.schema.rows.records import IColumn

__all__ = ("ColumnFactory", "ResolvedModel")

ColumnFactory = Callable[[Random], IColumn]
"""Makes a fresh column for one run through the rows, with its stream."""


class ResolvedModel:
    """What a model's keys and references have become.

    Attributes:
        model: the model.
        plain: its references that stand alone.
        scoped: its references that share a part.
        parts: its key fields, by name.
    """

    def __init__(self, model: ModelSynthesizer, plain: list[Group], scoped: list[ScopedGroups]) -> None:
        self.model, self.plain, self.scoped = model, plain, scoped
        self.parts: dict[str, IKeyPart] = {}
        self.factories: list[tuple[str, ColumnFactory]] = []

    def columns(self) -> Iterator[IColumn]:
        """Fresh columns of all keys and references, for one run through the rows."""
        for name, part in self.parts.items():
            yield _NullableKey.of(self.model, name, part)
        for name, factory in self.factories:
            yield factory(Random(seed_of(self.model.seed, f"{self.model.name}.{name} references")))

    def groups(self) -> Iterator[Group]:
        """All references, those that are decided first included."""
        yield from self.plain
        for scope in self.scoped:
            if scope.driver is not None:
                yield scope.driver
            yield from scope.groups


class _NullableKey(KeyColumn):
    """A unique field of which some rows have none."""

    def __init__(self, name: str, part: IKeyPart, weight: float, random: Random) -> None:
        super().__init__(name, part)
        self._weight, self._draw = weight, random.random

    @staticmethod
    def of(model: ModelSynthesizer, name: str, part: IKeyPart) -> KeyColumn:
        """The column of a key field, with its share of None if it may be None."""
        weight = model.null_weights[name]
        if name not in model.nullable or not weight:
            return KeyColumn(name, part)
        return _NullableKey(name, part, weight, Random(seed_of(model.seed, f"{model.name}.{name} nulls")))

    def take(self, count: int) -> list[Sequence[Any]]:
        (values,) = super().take(count)
        return [[None if self._draw() < self._weight else value for value in values]]

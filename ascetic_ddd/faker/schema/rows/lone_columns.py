"""Keys and references of a model that stands alone, outside a schema."""

from collections.abc import Sequence
from typing import Any

from ascetic_ddd.faker.schema.synthesizers.behaviors import Pooled
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer

__all__ = ("PooledColumn", "UnresolvedColumn")


class PooledColumn:
    """A unique field of a model that stands alone."""

    def __init__(self, name: str, synth: Synthesizer) -> None:
        self.names: tuple[str, ...] = (name,)
        assert isinstance(synth.behavior, Pooled)
        self._pool = synth.behavior.pool
        self._start = 0

    def take(self, count: int) -> list[Sequence[Any]]:
        start = self._start
        self._start += count
        return [self._pool.at_many(range(start, start + count))]

    def redraw(self) -> tuple[Any, ...] | None:
        return None

    def may_swap(self, number: int, other: int) -> bool:
        return False


class UnresolvedColumn:
    """A reference that nobody resolved: says so."""

    def __init__(self, name: str, synth: Synthesizer) -> None:
        self.names: tuple[str, ...] = (name,)
        self._synth = synth

    def take(self, count: int) -> list[Sequence[Any]]:
        return [[self._synth(place) for place in range(count)]]

    def redraw(self) -> tuple[Any, ...] | None:
        return (self._synth(),)

    def may_swap(self, number: int, other: int) -> bool:
        return False

"""Synthesizers as input generators: what lets a provider draw what a row would have."""

from random import Random
from typing import Any

from ascetic_ddd.faker.domain.errors import ExhaustedError
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.schema.synthesizers.behaviors import PermutedPool
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer

__all__ = ("FieldGenerator", "KeyGenerator", "values_of")

_AHEAD = 64


class FieldGenerator:
    """Draws the values of a field, from streams of its own: the schema's rows are not disturbed.

    Args:
        synth: the field's.
    """

    def __init__(self, synth: Synthesizer) -> None:
        self._synth = synth
        self.seed(synth.seed)

    def seed(self, seed: int) -> None:
        """Begin new streams."""
        self._cursors = self._synth.cursors(seed, self._synth.place)
        self._drawn: list[Any] = []

    def __call__(self) -> Any:
        if not self._drawn:
            for node, cursor in self._cursors:
                node.cursor = cursor
            self._drawn = self._synth.draw(_AHEAD)[::-1]
        return self._drawn.pop()


class KeyGenerator:
    """Gives the distinct values of a key by their running numbers: the same ones, in the same order, as the schema's rows have.

    They follow from the schema's seed alone, so that a run that is taken up again goes on where the one before ended.

    Args:
        synth: the key field's; its values can be counted.
    """

    def __init__(self, synth: Synthesizer) -> None:
        random = _stream_of(synth)
        space = _space(synth, random)
        assert space is not None
        self._place, self._size = synth.place, space.size
        self._pool = PermutedPool(space, space.size, random)
        self._block = -1
        self._values: list[Any] = []

    def __call__(self, session: object, position: int) -> Any:
        if position >= self._size:
            raise ExhaustedError(
                f"{self._place} has {self._size:,} distinct values, and all are given; widen the field's constraints or "
                "make fewer"
            )
        block, place = divmod(position, _AHEAD)
        if block != self._block:
            start = block * _AHEAD
            self._values = self._pool.at_many(range(start, min(start + _AHEAD, self._size)))
            self._block = block
        return self._values[place]


def values_of(synth: Synthesizer) -> int | None:
    """How many values a field has; None if nobody can count them."""
    space = _space(synth, _stream_of(synth))
    return None if space is None else space.size


def _space(synth: Synthesizer, random: Random) -> ISpace | None:
    return synth.space(getattr(synth.model, "rows", None) or 1, random)


def _stream_of(synth: Synthesizer) -> Random:
    return Random(seed_of(synth.seed, f"{synth.place} pool"))

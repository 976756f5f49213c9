"""How a synthesizer's values follow each other: independently, or all distinct."""

from abc import abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Any, overload

from ascetic_ddd.faker.domain.errors import ConfigurationError, ExhaustedError
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.schema.reading.plain import plain
from ascetic_ddd.faker.schema.synthesizers.interfaces import ISynthesizer
from ascetic_ddd.faker.schema.synthesizers.permutation import Permutation
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace

__all__ = ("Behavior", "FilledPool", "IPool", "Independent", "PermutedPool", "Pooled", "pool_of")

_TRIES, _TRIES_A_VALUE = 1_000, 20


class Behavior:
    """The way of going through a synthesizer's values.

    Args:
        synth: the synthesizer, prepared.
    """

    def __init__(self, synth: ISynthesizer) -> None:
        self.synth = synth

    def __repr__(self) -> str:
        return self.__class__.__name__

    def iterator(self) -> Iterator[Any]:
        """Go through the values."""
        return iter(self.next, self)  # no value is this behaviour: it never ends

    def next(self) -> Any:
        """Give one value."""
        raise NotImplementedError(f"{type(self).__name__}.next() is not written")


class Independent(Behavior):
    """Each value is drawn without regard to the others; duplicates are possible. It never ends."""

    def __init__(self, synth: ISynthesizer) -> None:
        super().__init__(synth)
        self.count = 0

    def next(self) -> Any:
        value = self.synth(self.count)
        self.count += 1
        return value


class IPool(Sequence[Any]):
    """Distinct values, as many as rows, in an order that looks random and stays."""

    @abstractmethod
    def at_many(self, indices: Iterable[int]) -> list[Any]:
        """The values at these places."""

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        places = range(len(self))[index]
        return self.at_many(places) if isinstance(places, range) else self.at_many((places,))[0]

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self), 1024):
            yield from self.at_many(range(start, min(start + 1024, len(self))))


class PermutedPool(IPool):
    """The values of a space in shuffled order. Takes no memory; a value at any place costs the same.

    Args:
        space: at least ``rows`` values.
        rows: how many of them are taken.
        random: decides which, and the order.
    """

    def __init__(self, space: ISpace, rows: int, random: Random) -> None:
        self._space, self._rows = space, rows
        self._order = Permutation(space.size, random)

    def __len__(self) -> int:
        return self._rows

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        return self._space.at_many(self._order.at_many(indices))


class FilledPool(IPool):
    """Values that had to be drawn one by one and are kept: whole numbers in eight bytes each, others as they are."""

    def __init__(self, values: Iterable[Any]) -> None:
        kept = list(values)
        self._values: Sequence[Any] = kept
        if all(type(value) is int and -(2**63) <= value < 2**63 for value in kept):
            self._values = array("q", kept)

    def __len__(self) -> int:
        return len(self._values)

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        return list(map(self._values.__getitem__, indices))


class Pooled(Behavior):
    """All values are distinct; there are as many as the model has rows.

    Values of built-in synthesizers are reckoned from their number and take no memory. Those of a synthesizer of your own are
    drawn beforehand and kept; it is called with 0, 1, 2, … until there are enough.

    Raises:
        ConfigurationError: the model has no number of rows.
    """

    def __init__(self, synth: ISynthesizer) -> None:
        super().__init__(synth)
        rows = getattr(synth.model, "rows", None)
        if rows is None:
            raise ConfigurationError(
                f"{synth.place or synth.model}: distinct values need a number of rows; tell it, e.g. add(model, rows=1000)"
            )
        self._rows: int = rows
        self._pool: IPool | None = None
        self._given = 0

    @property
    def pool(self) -> IPool:
        """The values, in the order of the rows; made at the first use.

        Raises:
            ConfigurationError: the synthesizer has fewer values than there shall be rows; both numbers are told.
            ExhaustedError: the same, of a synthesizer whose values cannot be counted beforehand.
        """
        if self._pool is None:
            self._pool = self._made()
        return self._pool

    def prepare(self) -> None:
        """Make the pool, so that too small a domain is found now."""
        _ = self.pool

    def iterator(self) -> Iterator[Any]:
        return iter(self.pool)

    def next(self) -> Any:
        """A value of the pool at random, as a reference to it takes."""
        pool = self.pool
        return pool[int(self.synth.random.random() * len(pool))]

    def _made(self) -> IPool:
        return pool_of(self.synth, self._rows)


def pool_of(synth: ISynthesizer, rows: int) -> IPool:
    """So many distinct values of a synthesizer.

    Raises:
        ConfigurationError: it has fewer; both numbers are told.
        ExhaustedError: the same, of a synthesizer whose values cannot be counted beforehand.
    """
    random = Random(seed_of(synth.seed, f"{synth.place} pool"))
    space = synth.accepted_space(rows, random)
    if space is None:
        return FilledPool(_drawn(synth, rows, random))
    if space.size < rows:
        raise ConfigurationError(
            f"{synth.place or type(synth).__name__}: {rows:,} rows need as many distinct values, and there are {space.size:,}; "
            f"widen the field's constraints, or ask for at most {space.size:,} rows"
        )
    return PermutedPool(space, rows, random)


def _drawn(synth: ISynthesizer, rows: int, random: Random) -> Iterable[Any]:
    synth.restart(random)
    seen: dict[Any, Any] = {}
    misses = 0
    while len(seen) < rows:
        before = len(seen)
        drawn = synth.draw(rows - before)
        for raw in drawn:
            for value in synth.accepted(raw):
                seen.setdefault(_identity(value), value)
        misses = 0 if len(seen) > before else misses + len(drawn)
        if misses > _TRIES + _TRIES_A_VALUE * len(seen):
            raise ExhaustedError(
                f"{synth.place or type(synth).__name__}: {rows:,} rows need as many distinct values, and "
                f"{type(synth).__name__} gave {len(seen):,} and then nothing new {misses:,} times; "
                f"let it give more, or ask for at most {len(seen):,} rows"
            )
    return seen.values()


def _identity(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return freeze(plain(value))
    return value

"""Primary keys of several fields: distinct together, made of free values and of references."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.keys.key_parts import IKeyPart, PoolPart, ReferencePart, TuplePart
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer
from ascetic_ddd.faker.schema.rows.tickets import tickets_of
from ascetic_ddd.faker.schema.rows.uses import planned_uses
from ascetic_ddd.faker.schema.synthesizers.behaviors import IPool, PermutedPool, Pooled
from ascetic_ddd.faker.schema.synthesizers.permutation import Permutation
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace, ProductSpace, RangeSpace
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer

__all__ = ("Dimension", "key_parts")

_REPAIRS = 200


@dataclass(frozen=True, slots=True)
class Dimension:
    """One independent part of a key: a field of its own, or a reference of one or several fields.

    Attributes:
        names: the fields.
        size: how many targets a reference has; None for a field of its own.
        parts: by field, the targets' values.
        law: of a reference.
        synth: of a field of its own.
    """

    names: tuple[str, ...]
    size: int | None
    parts: Mapping[str, IKeyPart]
    law: Mapping[str, Any]
    synth: Synthesizer | None = None


def key_parts(model: ModelSynthesizer, dimensions: Sequence[Dimension], random: Random) -> dict[str, IKeyPart]:
    """Make the values of a key, distinct together, for all rows of a model.

    Where the free fields alone have room for all rows they are distinct by themselves; else all combinations are numbered and
    the rows take some of them, in random order. References with a law have its numbers of rows; they are kept, four bytes a row.

    Raises:
        ConfigurationError: there are fewer combinations than rows; both numbers are told.
    """
    rows = model.rows
    names = ", ".join(name for dimension in dimensions for name in dimension.names)
    if rows is None:
        raise ConfigurationError(
            f"{model.name}.{names}: distinct values need a number of rows; tell it, e.g. add({model.name}, rows=1000)"
        )
    place = f"{model.name}.{names}"
    if len(dimensions) == 1 and dimensions[0].synth is not None:
        behavior = dimensions[0].synth.behavior
        pool = behavior.pool if isinstance(behavior, Pooled) else Pooled(dimensions[0].synth).pool
        return {dimensions[0].names[0]: PoolPart(pool)}
    free = [dimension for dimension in dimensions if dimension.synth is not None]
    references = [dimension for dimension in dimensions if dimension.synth is None]
    spaces = [_space_of(dimension, rows, random) for dimension in free]
    if free and (None in spaces or prod(space.size for space in spaces if space is not None) >= rows):
        found = _free_parts(free, spaces, rows, random)
        for dimension in references:
            found.update(_reference_parts(dimension, _numbers(dimension, rows, place, random)))
        return found
    known = [space for space in spaces if space is not None]
    sizes = [dimension.size or 0 for dimension in references]
    combinations = prod(sizes) * prod(space.size for space in known)
    if combinations < rows:
        raise ConfigurationError(
            f"{place}: {rows:,} rows need as many distinct keys, and there are {combinations:,} combinations "
            f"({' × '.join(f'{size:,}' for size in [*sizes, *(space.size for space in known)])}); ask for at most "
            f"{combinations:,} rows, for more rows of what is referred to, or widen the fields' constraints"
        )
    ruled = [dimension for dimension in references if dimension.law]
    if not ruled:
        return _product_parts([*references, *free], [*(RangeSpace(0, size) for size in sizes), *known], rows, random)
    return _ruled_parts(ruled, [dimension for dimension in references if not dimension.law], free, known, rows, place, random)


def _space_of(dimension: Dimension, rows: int, random: Random) -> ISpace | None:
    assert dimension.synth is not None
    return dimension.synth.accepted_space(rows, random)


def _free_parts(free: Sequence[Dimension], spaces: Sequence[ISpace | None], rows: int, random: Random) -> dict[str, IKeyPart]:
    """Free fields that are distinct by themselves."""
    if None in spaces:  # one of them can only be drawn: it is drawn until it is distinct
        place = spaces.index(None)
        drawn = free[place]
        assert drawn.synth is not None
        found: dict[str, IKeyPart] = {drawn.names[0]: PoolPart(Pooled(drawn.synth).pool)}
        rest = [(dimension, space) for dimension, space in zip(free, spaces, strict=True) if dimension is not drawn]
        for dimension, space in rest:
            found[dimension.names[0]] = PoolPart(
                _Repeated(space, rows, random) if space is not None else Pooled(_synth(dimension)).pool
            )
        return found
    known = [space for space in spaces if space is not None]
    if len(known) == 1:
        return {free[0].names[0]: PoolPart(PermutedPool(known[0], rows, random))}
    tuples = PermutedPool(ProductSpace(known), rows, random)
    return {dimension.names[0]: TuplePart(tuples, place) for place, dimension in enumerate(free)}


def _synth(dimension: Dimension) -> Synthesizer:
    assert dimension.synth is not None
    return dimension.synth


class _Repeated(PermutedPool):
    """Values of a space, again and again."""

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        size = self._space.size
        return super().at_many([index % size for index in indices])


def _numbers(dimension: Dimension, rows: int, place: str, random: Random) -> "array[int]":
    """By row, the number of the target."""
    size = dimension.size or 0
    if not size and rows:
        raise ConfigurationError(f"{place}: there is nothing to refer to, because the model that is referred to has 0 rows")
    if dimension.law:
        try:
            uses = planned_uses(dimension.law, rows, size, random)
        except ConfigurationError as error:
            raise ConfigurationError(f"{place}: {error}") from error
        found = tickets_of(uses, Permutation(size, random), 0, size)
        _shuffle(found, random)
        return found
    draw = random.random
    return array("I" if size < 2**32 else "Q", (int(draw() * size) for _ in range(rows)))


def _shuffle(numbers: "array[int]", random: Random) -> None:
    draw = random.random
    for place in range(len(numbers) - 1, 0, -1):
        other = int(draw() * (place + 1))
        numbers[place], numbers[other] = numbers[other], numbers[place]


def _reference_parts(dimension: Dimension, numbers: Sequence[int] | IPool) -> dict[str, IKeyPart]:
    return {name: ReferencePart(numbers, dimension.parts[name]) for name in dimension.names}


def _product_parts(dimensions: Sequence[Dimension], spaces: Sequence[ISpace], rows: int, random: Random) -> dict[str, IKeyPart]:
    """All combinations are equally likely, none comes twice; nothing is kept."""
    found: dict[str, IKeyPart] = {}
    if len(dimensions) == 1:
        return _reference_parts(dimensions[0], PermutedPool(spaces[0], rows, random))
    tuples = PermutedPool(ProductSpace(spaces), rows, random)
    for place, dimension in enumerate(dimensions):
        if dimension.synth is None:
            found.update(_reference_parts(dimension, _Column(tuples, place)))
        else:
            found[dimension.names[0]] = TuplePart(tuples, place)
    return found


class _Column(IPool):
    """One place of tuples, as numbers of rows."""

    def __init__(self, tuples: IPool, place: int) -> None:
        self._tuples, self._place = tuples, place

    def __len__(self) -> int:
        return len(self._tuples)

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        place = self._place
        return [found[place] for found in self._tuples.at_many(indices)]


def _ruled_parts(
    ruled: Sequence[Dimension],
    others: Sequence[Dimension],
    free: Sequence[Dimension],
    spaces: Sequence[ISpace],
    rows: int,
    place: str,
    random: Random,
) -> dict[str, IKeyPart]:
    """References with laws have their numbers of rows; what is left of the key makes each combination a different one."""
    columns = [_numbers(dimension, rows, place, random) for dimension in ruled]
    rest: list[ISpace] = [*(RangeSpace(0, dimension.size or 0) for dimension in others), *spaces]
    room = prod(space.size for space in rest)
    ordinals = _distinct(columns, room, place, random)
    found: dict[str, IKeyPart] = {}
    for dimension, numbers in zip(ruled, columns, strict=True):
        found.update(_reference_parts(dimension, numbers))
    if rest:
        tuples = _Chosen(ProductSpace(rest), ordinals)
        for number, dimension in enumerate([*others, *free]):
            if dimension.synth is None:
                found.update(_reference_parts(dimension, _Column(tuples, number)))
            else:
                found[dimension.names[0]] = TuplePart(tuples, number)
    return found


class _Chosen(IPool):
    """Values of a space by a list of their numbers."""

    def __init__(self, space: ISpace, numbers: Sequence[int]) -> None:
        self._space, self._numbers = space, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def at_many(self, indices: Iterable[int]) -> list[Any]:
        return self._space.at_many([self._numbers[index] for index in indices])


def _distinct(columns: Sequence["array[int]"], room: int, place: str, random: Random) -> "array[int]":
    """For each row a number below ``room``, such that it and the row's numbers come only once; rows swap where they must."""
    seen: dict[tuple[int, ...], int] = {}
    ordinals = array("Q")
    waiting: list[int] = []
    for row, numbers in enumerate(zip(*columns, strict=True)):
        taken = seen.get(numbers, 0)
        if taken >= room:
            waiting.append(row)
            ordinals.append(0)
            continue
        seen[numbers] = taken + 1
        ordinals.append(taken)
    last = columns[-1]
    rows = len(last)
    for row in waiting:
        for _ in range(_REPAIRS * 10 if len(columns) > 1 else 0):
            other = int(random.random() * rows)
            mine = (*(column[row] for column in columns[:-1]), last[other])
            theirs = (*(column[other] for column in columns[:-1]), last[row])
            before = tuple(column[other] for column in columns)
            if (
                other in waiting
                or mine == theirs
                or seen.get(mine, 0) >= room
                or seen.get(theirs, 0) >= room
                or ordinals[other] != seen[before] - 1
            ):
                continue
            seen[before] -= 1
            last[row], last[other] = last[other], last[row]
            for changed, numbers in ((row, mine), (other, theirs)):
                ordinals[changed] = seen.get(numbers, 0)
                seen[numbers] = ordinals[changed] + 1
            break
        else:
            numbers = tuple(column[row] for column in columns)
            raise ConfigurationError(
                f"{place}: the distribution gives one of the targets more rows than the key has room for ({room:,} for each "
                f"combination of {len(columns)} references); take a flatter distribution, or a key with more room"
            )
    return ordinals

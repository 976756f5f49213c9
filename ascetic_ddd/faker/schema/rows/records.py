"""Instances of a class from columns of values, each validated; what a validator rejects is drawn again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple, Protocol

import pydantic

from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.schema.reading.shapes import Shape
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Cursor, Synthesizer
from ascetic_ddd.seedwork.domain.errors import add_note

__all__ = ("TRIES", "DrawnColumn", "IColumn", "Record", "Records", "words_of")

TRIES = 1_000
"""How often a row is drawn again before it is given up."""

_SETTLED_BY_FIELD = 20  # tries in which only the fields that were complained of are drawn again
_SWAP_EVERY = 5


class IColumn(Protocol):
    """Gives the values of one field, or of several that depend on each other, row after row."""

    names: tuple[str, ...]

    def take(self, count: int) -> list[Sequence[Any]]:
        """The values of the next ``count`` rows: a column for each name."""
        ...

    def redraw(self) -> tuple[Any, ...] | None:
        """Other values for one row, one for each name; None if this row's are fixed, as a key is."""
        ...

    def may_swap(self, number: int, other: int) -> bool:
        """Whether two rows may swap their values, as planned references may.

        Args:
            number: of a row among those taken last.
            other: of another one.
        """
        ...


class DrawnColumn:
    """Draws from one synthesizer.

    Args:
        name: the field's.
        synth: the synthesizer.
        cursors: its streams and those of its parts, for this run through the rows; None if somebody else sets them.
    """

    def __init__(self, name: str, synth: Synthesizer, cursors: Sequence[tuple[Synthesizer, Cursor]] = ()) -> None:
        self.names: tuple[str, ...] = (name,)
        self._synth, self._cursors = synth, cursors

    def take(self, count: int) -> list[Sequence[Any]]:
        for node, cursor in self._cursors:
            node.cursor = cursor
        return [self._synth.draw(count)]

    def redraw(self) -> tuple[Any, ...] | None:
        return (self.take(1)[0][0],)

    def may_swap(self, number: int, other: int) -> bool:
        return False


class Record(NamedTuple):
    """A row that its validators accept: what it was told, and what was made of it."""

    told: Any
    made: Any


class Records:
    """Makes rows, a batch at a time.

    Args:
        shape: of the class.
        columns: for all fields of the shape together.
        place: the name of what is made, for messages and for the stream that decides which rows swap their references.
        seed: of the run.
    """

    def __init__(self, shape: Shape, columns: Sequence[IColumn], place: str, seed: int) -> None:
        self._shape, self._columns, self._place = shape, columns, place
        self._random = Random(seed_of(seed, f"{place} again"))

    def made(self, count: int) -> list[Any]:
        """The next ``count`` instances."""
        return self._batch(count)[1]

    def records(self, count: int) -> list[Record]:
        """The next ``count`` instances beside the data they were made of."""
        return list(map(Record, *self._batch(count)))

    def _batch(self, count: int) -> tuple[list[Any], list[Any]]:
        taken = ((column.names, column.take(count)) for column in self._columns)
        found = {name: values for names, columns in taken for name, values in zip(names, columns, strict=True)}
        columns = {name: found[name] for name in self._shape.fields}
        told = self._shape.inputs(columns, count)
        validate = self._shape.validate
        made = []
        rejected: dict[int, pydantic.ValidationError] = {}
        for row in told:
            try:
                made.append(validate(row))
            except pydantic.ValidationError as error:
                rejected[len(made)] = error
                made.append(None)
            except Exception as error:
                add_note(error, f"{self._place}: raised by a validator that was given {row!r}")
                raise
        if rejected:
            batch = _Batch({name: list(values) for name, values in columns.items()}, told, made, rejected)
            for number in list(rejected):
                if number in rejected:  # a swap may have mended it
                    self._settle(batch, number)
        return told, made

    def _settle(self, batch: "_Batch", number: int) -> None:
        """Draw again until the validators accept the row: what they complain of, then everything, then swap references."""
        for attempt in range(TRIES):
            error = batch.rejected[number]
            names = self._shape.names_of(error) if attempt < _SETTLED_BY_FIELD else set()
            if not self._redraw(batch, number, names) or attempt % _SWAP_EVERY == _SWAP_EVERY - 1:
                if self._swap(batch, number):
                    return
            elif self._accept(batch, number):
                return
        error = batch.rejected[number]
        raise UnsatisfiableError(
            f"{self._place}: {TRIES:,} tries gave no row that its validators accept. The last one was {batch.told[number]!r}; "
            f"they say: {words_of(error)}. Narrow the fields' constraints to what the validators want, or write a synthesizer"
        ) from error

    def _redraw(self, batch: "_Batch", number: int, names: set[str]) -> bool:
        changed = False
        for column in self._columns:
            if not names or names.intersection(column.names):
                new = column.redraw()
                if new is not None:
                    changed = True
                    for name, value in zip(column.names, new, strict=True):
                        batch.columns[name][number] = value
        return changed

    def _swap(self, batch: "_Batch", number: int) -> bool:
        """Swap references with another row of the batch, if both rows are then accepted."""
        other = int(self._random.random() * len(batch.told))
        columns = [column for column in self._columns if other != number and column.may_swap(number, other)]
        if not columns:
            return self._accept(batch, number)
        for names in (self._random.choice(columns).names, [name for column in columns for name in column.names]):
            batch.swap(names, number, other)
            kept = batch.told[other], batch.made[other], batch.rejected.get(other)
            if self._accept(batch, number) and (self._accept(batch, other) or kept[2] is not None):
                return True
            batch.swap(names, number, other)
            batch.put_back(other, *kept)
        return self._accept(batch, number)

    def _accept(self, batch: "_Batch", number: int) -> bool:
        (told,) = self._shape.inputs({name: values[number : number + 1] for name, values in batch.columns.items()}, 1)
        batch.told[number] = told
        try:
            batch.made[number] = self._shape.validate(told)
        except pydantic.ValidationError as error:
            batch.rejected[number] = error
            return False
        batch.rejected.pop(number, None)
        return True


@dataclass(slots=True)
class _Batch:
    """Rows of which some are not accepted yet."""

    columns: dict[str, list[Any]]
    told: list[Any]
    made: list[Any]
    rejected: dict[int, pydantic.ValidationError]

    def swap(self, names: Iterable[str], number: int, other: int) -> None:
        for name in names:
            values = self.columns[name]
            values[number], values[other] = values[other], values[number]

    def put_back(self, number: int, told: Any, made: Any, error: pydantic.ValidationError | None) -> None:
        self.told[number], self.made[number] = told, made
        if error is None:
            self.rejected.pop(number, None)
        else:
            self.rejected[number] = error


def words_of(error: pydantic.ValidationError) -> str:
    """What the validators said, in one line."""
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'the whole'}: {item['msg']}"
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    )

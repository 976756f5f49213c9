"""Instances of a class from columns of values, each validated; what a validator rejects is drawn again."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import pydantic

from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.schema.shapes import Shape
from ascetic_ddd.faker.schema.synthesizer import Cursor, Synthesizer

__all__ = ("TRIES", "DrawnColumn", "IColumn", "Record", "Records")

TRIES = 1_000
"""How often a row is drawn again before it is given up."""

_SETTLED_BY_FIELD = 20  # tries in which only the fields that were complained of are drawn again


class IColumn(Protocol):
    """Gives the values of one field, or of several that depend on each other, row after row."""

    names: tuple[str, ...]

    def take(self, count: int) -> list[Sequence[Any]]:
        """The values of the next ``count`` rows: a column for each name."""
        ...

    def redraw(self) -> tuple[Any, ...] | None:
        """Other values for one row, one for each name; None if this row's are fixed, as a key is."""
        ...

    def exchange(self, number: int) -> tuple[Any, ...] | None:
        """Give the values of a row to a later row and take that one's; None where that cannot be.

        Args:
            number: of the row among those taken last.
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

    def exchange(self, number: int) -> tuple[Any, ...] | None:
        return None


class Record(NamedTuple):
    """A row that its validators accept: what it was told, and what was made of it."""

    told: Any
    made: Any


class Records:
    """Makes rows.

    Args:
        shape: of the class.
        columns: for all fields of the shape together.
        place: the name of what is made, for messages.
    """

    def __init__(self, shape: Shape, columns: Sequence[IColumn], place: str) -> None:
        self._shape, self._columns, self._place = shape, columns, place

    def made(self, count: int) -> Iterator[Any]:
        """The next ``count`` instances."""
        columns = self._taken(count)
        validate = self._shape.validate
        for number, told in enumerate(self._shape.inputs(columns, count)):
            try:
                made = validate(told)
            except pydantic.ValidationError as error:
                made = self._settled(self._row(columns, number), number, told, error).made
            yield made

    def records(self, count: int) -> Iterator[Record]:
        """The next ``count`` instances beside the data they were made of."""
        columns = self._taken(count)
        validate = self._shape.validate
        for number, told in enumerate(self._shape.inputs(columns, count)):
            try:
                found = Record(told, validate(told))
            except pydantic.ValidationError as error:
                found = self._settled(self._row(columns, number), number, told, error)
            yield found

    def _taken(self, count: int) -> dict[str, Sequence[Any]]:
        found = {name: values for column in self._columns for name, values in zip(column.names, column.take(count), strict=True)}
        return {name: found[name] for name in self._shape.fields}

    def _row(self, columns: dict[str, Sequence[Any]], number: int) -> dict[str, Any]:
        return {name: values[number] for name, values in columns.items()}

    def _settled(self, row: dict[str, Any], number: int, told: Any, error: pydantic.ValidationError) -> Record:
        """Draw again until the validators accept the row: what they complain of, then everything, then the references."""
        for attempt in range(TRIES):
            names = self._shape.names_of(error) if attempt < _SETTLED_BY_FIELD else set()
            changed = False
            for column in self._columns:
                if not names or names.intersection(column.names):
                    new = column.redraw()
                    if new is None and (attempt % 5 == 4 or names):
                        new = column.exchange(number)
                    if new is not None:
                        row.update(zip(column.names, new, strict=True))
                        changed = True
            if not changed and names:
                names = set()
                continue
            (told,) = self._shape.inputs({name: [value] for name, value in row.items()}, 1)
            try:
                return Record(told, self._shape.validate(told))
            except pydantic.ValidationError as again:
                error = again
        raise UnsatisfiableError(
            f"{self._place}: {TRIES:,} tries gave no row that its validators accept. The last one was {told!r}; they say: "
            f"{words_of(error)}. Narrow the fields' constraints to what the validators want, or write a synthesizer"
        ) from error


def words_of(error: pydantic.ValidationError) -> str:
    """What the validators said, in one line."""
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'the whole'}: {item['msg']}"
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    )

"""Rows as CSV files, one a model."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.csv_text import CsvText
from ascetic_ddd.faker.infrastructure.feeds.destinations import columns_of
from ascetic_ddd.faker.infrastructure.feeds.file_sink import FileSink, files_in
from ascetic_ddd.faker.infrastructure.feeds.nested import telling_field
from ascetic_ddd.faker.infrastructure.feeds.noisy import FAULTS, noisy_columns
from ascetic_ddd.faker.infrastructure.feeds.tables import Table
from ascetic_ddd.faker.schema.noise import noisy_rows
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("CsvColumn", "CsvFolder", "CsvLines")


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """A column of a file, or of a COPY.

    Attributes:
        name: of the column.
        field: of the model.
        is_json: whether every value is written as JSON.
        adapt: applied to each value first.
    """

    name: str
    field: str
    is_json: bool = False
    adapt: Callable[[Any], Any] | None = None


class CsvLines:
    """Turns rows of one model into lines of CSV, as bytes: RFC 4180, UTF-8.

    Args:
        model: the rows'.
        columns: in their order.
        text: makes the fields of a line.
        read: turns rows into columns of values.
    """

    def __init__(
        self,
        model: ModelSynthesizer,
        columns: Sequence[CsvColumn],
        text: CsvText,
        read: Callable[[ModelSynthesizer, Sequence[Any]], Mapping[str, Sequence[Any]]] = columns_of,
    ) -> None:
        self._model, self._columns, self._text, self._read = model, columns, text, read

    @property
    def header(self) -> bytes:
        """The line with the columns' names."""
        return (",".join(self._text.header([column.name for column in self._columns])) + "\r\n").encode()

    def lines(self, rows: Sequence[Any]) -> bytes:
        """The lines of the rows.

        Raises:
            ConfigurationError: a value cannot be written; its column is named.
        """
        values = self._read(self._model, rows)
        place = self._model.name
        try:
            fields = [self._fields(column, values[column.field]) for column in self._columns]
        except ConfigurationError as error:
            raise ConfigurationError(f"{place}: {error}") from error
        lines = "\r\n".join(map(",".join, zip(*fields, strict=True))) + "\r\n"
        try:
            return lines.encode()
        except UnicodeEncodeError as error:
            raise ConfigurationError(
                f"{place}: {error.object[max(0, error.start - 20) : error.end]!r} has half a surrogate pair, which no UTF-8 file "
                "can have; take it out of the field's pattern or synthesizer"
            ) from error

    def _fields(self, column: CsvColumn, values: Sequence[Any]) -> list[str]:
        if column.adapt is not None:
            values = list(map(column.adapt, values))
        return self._text.column(column.name, values, is_json=column.is_json)


class CsvFolder:
    """A folder with a file ``Model.csv`` for each model: a header, a line for each row, ended by CR LF.

    ``COPY table FROM 'Model.csv' (FORMAT csv, HEADER)`` takes them back as they are; :class:`CsvText` tells what is written
    how. The files are whole or not there, and all of them appear together.

    Args:
        path: of the folder, which must be empty.
        force: it need not be; files of the same names are replaced.
        null: stands for None, see :class:`CsvText`.
        noise: probability that a field is broken, for negative tests; the files have a column ``_faults`` then.
        readable: others may read the files, as the umask allows; else only their owner.
        spreadsheet_safe: texts that a spreadsheet would take for formulas get an apostrophe, see :class:`CsvText`.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        force: bool = False,
        null: str = "",
        noise: float = 0.0,
        readable: bool = False,
        spreadsheet_safe: bool = False,
    ) -> None:
        self._path, self._force, self._noise, self._readable = Path(path), force, noise, readable
        self._text = CsvText(null, spreadsheet_safe=spreadsheet_safe)

    def rows_of(self, model: ModelSynthesizer) -> Iterator[Any]:
        return noisy_rows(model, self._noise) if self._noise else model.instances()

    @contextmanager
    def opened(self, models: Mapping[str, ModelSynthesizer], tables: Mapping[str, Table]) -> Iterator[FileSink]:
        lines = {
            name: CsvLines(
                models[name], self._columns(table, models[name]), self._text, noisy_columns if self._noise else columns_of
            )
            for name, table in tables.items()
        }
        writers = {name: (each.header, each.lines) for name, each in lines.items()}
        with files_in(self._path, writers, ".csv", force=self._force, readable=self._readable) as sink:
            yield sink

    def _columns(self, table: Table, model: ModelSynthesizer) -> list[CsvColumn]:
        columns = table.columns.values()
        if self._noise:
            return [*(CsvColumn(column.name, column.field) for column in columns), CsvColumn(FAULTS, FAULTS)]
        return [
            CsvColumn(column.name, column.field, is_json=True, adapt=telling_field(model, column.field))
            if column.type.is_json
            else CsvColumn(column.name, column.field)
            for column in columns
        ]

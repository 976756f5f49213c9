"""Rows as files of JSON, one object a line."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.csv_text import json_fallback, json_text
from ascetic_ddd.faker.infrastructure.feeds.destinations import columns_of
from ascetic_ddd.faker.infrastructure.feeds.file_sink import FileSink, files_in
from ascetic_ddd.faker.infrastructure.feeds.nested import telling_field
from ascetic_ddd.faker.infrastructure.feeds.noisy import noisy_lines
from ascetic_ddd.faker.infrastructure.feeds.pg_types import takes_json_text
from ascetic_ddd.faker.infrastructure.feeds.tables import Table
from ascetic_ddd.faker.schema.noise import noisy_rows
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("JsonLines", "JsonlFolder")

_UNWRITABLE = (PydanticSerializationError, UnicodeError, TypeError, ValueError)


class JsonLines:
    """Turns rows of one model into lines of JSON: what ``Model.model_validate_json(line)`` reads back.

    It is pydantic's JSON mode, except where that would lose something: every field is there under the key by which the model is
    told it, and no computed one; a secret is told; infinities and NaN are texts; bytes are what the model's ``val_json_bytes``
    reads, where that is ``"base64"`` or ``"hex"``, else base64.

    Args:
        model: the rows'.
    """

    def __init__(self, model: ModelSynthesizer) -> None:
        self._model = model
        fields = model.shape.fields
        told = {name: telling_field(model, name) for name in fields}
        self._adapters = {name: adapt for name, adapt in told.items() if adapt is not None}
        self._documents = [name for name, field in fields.items() if takes_json_text(field, name)]

    def lines(self, rows: Sequence[Any]) -> bytes:
        """The lines of the rows.

        Raises:
            ConfigurationError: a value cannot be written.
        """
        values = columns_of(self._model, rows)
        for name, adapt in self._adapters.items():
            values[name] = list(map(adapt, values[name]))
        for name in self._documents:
            values[name] = [None if value is None else json_text(value) for value in values[name]]
        found = list(map(self._line, self._model.shape.inputs(values, len(rows))))
        found.append(b"")
        return b"\n".join(found)

    def _line(self, told: Any) -> bytes:
        try:
            return self._json(told)
        except _UNWRITABLE as error:
            place, value = self._model.name, told
            for key, part in told.items() if isinstance(told, dict) else ():
                try:
                    self._json(part)
                except _UNWRITABLE:
                    place, value = f"{place}.{key}", part
                    break
            raise ConfigurationError(
                f"{place}: {value!r} cannot be written as JSON: {error}; give the class in it a serializer of pydantic's, or the "
                "field another type"
            ) from error

    def _json(self, value: Any) -> bytes:
        return to_json(value, by_alias=True, inf_nan_mode="strings", bytes_mode="base64", fallback=json_fallback)


class JsonlFolder:
    """A folder with a file ``Model.jsonl`` for each model, in UTF-8. Whole or not there, and all of them appear together.

    Args:
        path: of the folder, which must be empty.
        force: it need not be; files of the same names are replaced.
        noise: probability that a field is broken, for negative tests; the lines are ``{"input": …, "faults": […]}`` then.
        readable: others may read the files, as the umask allows; else only their owner.
    """

    def __init__(self, path: str | Path, *, force: bool = False, noise: float = 0.0, readable: bool = False) -> None:
        self._path, self._force, self._noise, self._readable = Path(path), force, noise, readable

    def rows_of(self, model: ModelSynthesizer) -> Iterator[Any]:
        return noisy_rows(model, self._noise) if self._noise else model.instances()

    @contextmanager
    def opened(self, models: Mapping[str, ModelSynthesizer], tables: Mapping[str, Table]) -> Iterator[FileSink]:
        writers = {
            name: (b"", partial(noisy_lines, models[name]) if self._noise else JsonLines(models[name]).lines) for name in tables
        }
        with files_in(self._path, writers, ".jsonl", force=self._force, readable=self._readable) as sink:
            yield sink

"""What the writers wrote, read back: instances of the model, equal to those that were written."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.pg_types import PgType, pg_type, takes_json_text
from ascetic_ddd.faker.schema.reading.facts import extra_of
from ascetic_ddd.faker.schema.reading.shapes import Shape

__all__ = ("read_csv", "read_jsonl")

_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\Z)')
_DURATION: TypeAdapter[timedelta] = TypeAdapter(timedelta)


def read_csv(path: str | Path, model: Any, *, null: str = "") -> Iterator[Any]:
    """Read a file that ``CsvFolder`` wrote.

    Python's csv module reads it too, but before Python 3.13 it does not tell ``""``, an empty text, from nothing, which is NULL.

    Args:
        path: of the file.
        model: the class of the rows.
        null: as it was written with.

    Raises:
        ConfigurationError: the file is no such file; the line is told.
    """
    shape = Shape(model)
    names = {_column_name(name, field): name for name, field in shape.fields.items()}
    parsers = {
        name: str if takes_json_text(field, name) else _parser(pg_type(field, name)) for name, field in shape.fields.items()
    }
    with Path(path).open(encoding="utf-8", newline="") as stream:
        records = _records(stream, str(path))
        _, header = next(records, (0, []))
        columns = [names.get(text) for text, _ in header]
        if None in columns or len(columns) != len(names):
            raise ConfigurationError(f"{path}: the header is {[text for text, _ in header]}; expected {list(names)}")
        for number, record in records:
            if len(record) != len(columns):
                raise ConfigurationError(f"{path}, line {number}: {len(record)} fields; expected {len(columns)}")
            values = {
                name: [None if not quoted and text == null else parsers[str(name)](text)]
                for name, (text, quoted) in zip(columns, record, strict=True)
            }
            (told,) = shape.inputs({str(name): value for name, value in values.items()}, 1)
            yield shape.validate(told)


def read_jsonl(path: str | Path, model: Any) -> Iterator[Any]:
    """Read a file that ``JsonlFolder`` wrote.

    Args:
        path: of the file.
        model: the class of the rows.
    """
    shape = Shape(model)
    config = getattr(model, "model_config", None) or getattr(model, "__pydantic_config__", None) or {}
    decode = bytes.fromhex if config.get("val_json_bytes") == "hex" else base64.urlsafe_b64decode
    hidden = [name for name, field in shape.fields.items() if pg_type(field, name).name == "bytea"]
    with Path(path).open(encoding="utf-8") as stream:
        for line in stream:
            told = json.loads(line)
            for name in hidden:
                text = shape.value_of(told, name)
                if text is not None:
                    told = shape.with_value(told, name, decode(text))
            yield shape.validate(told)


def _column_name(name: str, field: Any) -> str:
    sql = extra_of(field).get("sql")
    return str((sql.get("column") if isinstance(sql, Mapping) else None) or name)


def _parser(kind: PgType) -> Callable[[str], Any]:
    return json.loads if kind.is_json else _PARSERS.get(kind.name.partition("(")[0], str)


_PARSERS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "bigint": int,
    "numeric": Decimal,
    "double precision": float,
    "boolean": "true".__eq__,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timetz": time.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "timestamptz": datetime.fromisoformat,
    "interval": _DURATION.validate_python,
    "uuid": UUID,
    "bytea": lambda text: bytes.fromhex(text[2:]),
}


def _records(lines: Iterator[str], place: str) -> Iterator[tuple[int, Sequence[tuple[str, bool]]]]:
    """The records with the numbers of their lines: fields, and whether each was quoted."""
    record = ""
    for number, line in enumerate(lines, 1):
        record += line
        if record.count('"') % 2 == 0:
            yield number, list(_fields(record, f"{place}, line {number}"))
            record = ""
    if record:
        raise ConfigurationError(f"{place}: it ends inside of quotes; the file is not whole")


def _fields(record: str, place: str) -> Iterator[tuple[str, bool]]:
    start = 0
    while True:
        found = _FIELD.match(record, start)
        if found is None:
            raise ConfigurationError(f"{place}: {record[start : start + 40]!r} is no field of CSV")
        quoted, bare, end = found.groups()
        yield (bare, False) if quoted is None else (quoted.replace('""', '"'), True)
        if end != ",":
            return
        start = found.end()

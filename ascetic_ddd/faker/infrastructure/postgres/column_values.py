"""Exported values as the driver writes them to a column: documents, arrays, members of enumerations; else refused by name."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from psycopg.types.json import Json, Jsonb

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.postgres.table_facts import ColumnFacts, TableFacts

__all__ = ("ColumnWriter", "RowWriter")

_DOCUMENTS = frozenset(("json", "jsonb"))
_SCALARS = frozenset(
    ("bool", "int2", "int4", "int8", "float4", "float8", "numeric", "uuid", "bytea", "an enum", "interval"),
).union(("date", "time", "timetz", "timestamp", "timestamptz"))
_TEXTS = frozenset(("text", "varchar", "bpchar"))
_INTO_DOCUMENTS = frozenset((type(None), str, Jsonb, Json))  # a str is the text of a document
_AS_IS = _INTO_DOCUMENTS | {int, float, bool, bytes, UUID, datetime, date, time, timedelta, Decimal}


class RowWriter:
    """Turns the exported values of one table's columns into what the driver writes; the one place where this is decided.

    Dicts and lists become documents in ``json`` and ``jsonb`` columns, lists and tuples arrays in array columns; members of an
    ``Enum`` are written as their values (in a column of a PostgreSQL enum, as their names where those are its labels and the
    values are not). Inside documents, ``UUID``, ``date``, ``time`` and ``datetime`` are written as their ISO texts.

    Args:
        table: name for messages.
        facts: what the catalogue says.
        can_adapt: tells whether the driver can write objects of a class.
    """

    def __init__(self, table: str, facts: TableFacts, can_adapt: Callable[[type], bool]) -> None:
        self._table = table
        self._facts = facts
        self._can_adapt = can_adapt
        self._writers: dict[str, ColumnWriter] = {}

    def row(self, columns: Iterable[str], values: Sequence[Any]) -> list[Any]:
        """Give one row's values, in their order.

        Raises:
            ConfigurationError: a value cannot be written to its column; it is named, and its type.
        """
        return [
            value if type(value) in _INTO_DOCUMENTS else self.of(column).write(value)
            for column, value in zip(columns, values, strict=True)
        ]

    def column(self, column: str, values: Sequence[Any]) -> Sequence[Any]:
        """Give the values of many rows for one column; otherwise as :meth:`row`."""
        writer = self.of(column)
        return values if writer.as_is.issuperset(map(type, values)) else [writer.write(value) for value in values]

    def of(self, column: str) -> "ColumnWriter":
        """Give the writer of a column."""
        writer = self._writers.get(column)
        if writer is None:
            place = f"column {column!r} of table {self._table!r}"
            writer = self._writers[column] = ColumnWriter(place, self._facts.columns.get(column), self._can_adapt)
        return writer


class ColumnWriter:
    """Writes the values of one column; see :class:`RowWriter`.

    Args:
        place: for messages.
        facts: what the catalogue says of the column; None: it does not know it, and the server will say so.
        can_adapt: tells whether the driver can write objects of a class.
    """

    def __init__(self, place: str, facts: ColumnFacts | None, can_adapt: Callable[[type], bool]) -> None:
        self._place = place
        self._type = "unknown" if facts is None else facts.type
        self._kind = "" if facts is None else facts.kind or ""
        self._labels = () if facts is None else facts.labels
        self._can_adapt = can_adapt
        self._is_document = self._kind in _DOCUMENTS
        self._element: ColumnWriter | None = None
        if facts is not None and facts.element:
            # Its labels are those of the elements.
            inner = ColumnFacts(facts.element, None, is_always=False, source=None, type=facts.type, labels=facts.labels)
            self._element, self._labels = ColumnWriter(place, inner, can_adapt), ()
        self.as_is: frozenset[type] = _INTO_DOCUMENTS if self._is_document else _AS_IS

    def write(self, value: Any) -> Any:
        """Give what the driver writes.

        Raises:
            ConfigurationError: the value cannot be written to the column.
        """
        if type(value) in self.as_is:
            return value
        if self._is_document:
            return self._document(value)
        if isinstance(value, Enum):
            return self._member(value)
        if isinstance(value, Mapping) and not self._can_adapt(type(value)):
            if self._kind in _SCALARS or self._element is not None:
                raise self._refused(value, "only a json or jsonb column takes it")
            return self._document(value)
        if isinstance(value, (list, tuple)):
            return self._sequence(value)
        if not self._can_adapt(type(value)):
            raise self._refused(value, "the driver cannot write it")
        return value

    def _sequence(self, value: Sequence[Any]) -> Any:
        element = self._element
        if element is not None:
            return [self._sequence(part) if isinstance(part, (list, tuple)) else element.write(part) for part in value]
        if self._kind in _SCALARS or self._kind in _TEXTS:
            raise self._refused(value, "only an array, json or jsonb column takes it")
        return value

    def _member(self, member: Enum) -> Any:
        if not self._labels:
            return self.write(member.value)
        for told in (member.value, member.name):
            if told in self._labels:
                return told
        raise self._refused(member, f"neither its value nor its name is one of {', '.join(map(repr, self._labels))}")

    def _document(self, value: Any) -> Jsonb:
        try:
            text = _encode(value)
        except (TypeError, ValueError):
            path, reason = _fault(value)
            raise self._refused(value, reason, path) from None
        except RecursionError:
            raise self._refused(value, "it is nested too deeply; export less of it, or a text") from None
        return Jsonb(text, dumps=str)

    def _refused(self, value: Any, reason: str, path: tuple[str, ...] = ()) -> ConfigurationError:
        inside = f", at {'.'.join(path)!r}" if path else ""
        return ConfigurationError(
            f"A {type(value).__name__} cannot be written to {self._place}, of type {self._type}{inside}: {reason}; "
            "have agg_exporter export plain data there: str, numbers, bool, None, UUID, datetime…; documents of dicts and lists."
        )


def _plain(value: Any) -> Any:
    """What JSON has no word for, and what has one plain meaning there."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_plain).encode


def _fault(value: Any, path: tuple[str, ...] = ()) -> tuple[tuple[str, ...], str]:
    """Where in a document something is that cannot be written, and why."""
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        odd = next((key for key in value if not isinstance(key, (str, int, float, bool, type(None)))), None)
        if odd is not None:
            return path, f"a key of it is of type {type(odd).__name__}"
        parts = value.items()
    elif isinstance(value, (list, tuple)):
        parts = enumerate(value)
    for key, part in parts:
        try:
            _encode(part)
        except (TypeError, ValueError):
            return _fault(part, (*path, str(key)))
    if isinstance(value, int):
        return path, "it is a number of thousands of digits; export a text"
    shown = repr(value) if isinstance(value, float) else f"a {type(value).__name__}"
    return path, f"JSON has no word for {shown}"

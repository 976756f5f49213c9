"""Values as a column of an existing table wants them, where its type is another than the model's own."""

from collections import deque
from collections.abc import Callable, Iterable, Set
from datetime import UTC, datetime
from typing import Any

from ascetic_ddd.faker.infrastructure.feeds.csv_text import duration_text, json_text
from ascetic_ddd.faker.infrastructure.feeds.pg_catalogue import PgColumn
from ascetic_ddd.faker.schema.reading.plain import in_order, revealed

__all__ = ("adapter_for",)

_LISTS = (list, tuple, deque, Set)


def adapter_for(column: PgColumn) -> Callable[[Any], Any] | None:
    """What turns values for this column; None if they are written as they are.

    A moment with a time zone goes into a ``timestamp`` as UTC, where PostgreSQL would drop the zone. A list goes into an array.
    """
    if column.is_array:
        return _array
    if column.kind == "timestamp":
        return _in_utc
    return None


def _in_utc(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _array(value: Any) -> Any:
    """The literal of an array; what is no list stays as it is."""
    return _literal(value) if isinstance(value, _LISTS) else value


def _literal(values: Iterable[Any]) -> str:
    elements = map(_element, values)
    return "{" + ",".join(in_order(elements, str) if isinstance(values, Set) else elements) + "}"


def _element(value: Any) -> str:
    value = revealed(value)
    if value is None:
        return "NULL"
    if isinstance(value, _LISTS):
        return _literal(value)
    text = _text(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (bytes, bytearray)):
        return "\\x" + value.hex()
    if hasattr(value, "total_seconds"):
        return duration_text(value)
    text = json_text(value)  # numbers and truth values as they are, all else in quotes
    return text[1:-1] if text[:1] == '"' else text

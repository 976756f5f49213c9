"""What the outputs of providers are as plain data: for the state that is remembered, and for what is sent."""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("json_ready", "plain", "plain_parts")

_AS_IS: frozenset[type] = frozenset((str, int, float, bool, type(None), UUID, Decimal, datetime, date, time, timedelta, bytes))


def plain(value: Any) -> Any:
    """Give a value as plain data that shares no container with it.

    An enum or a value object gives its ``value``, a dataclass its fields, a pydantic model its ``model_dump()``.

    Raises:
        ConfigurationError: it is none of these.

    Example:
        >>> plain({"lines": ({"price": Decimal("1.50")},)})
        {'lines': [{'price': Decimal('1.50')}]}
    """
    kind = type(value)
    return value if kind in _AS_IS else _BY_KIND.get(kind, _first_of_kind)(value)


def plain_parts(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Give each of the parts by name as plain data, as :func:`plain` does."""
    return {
        name: part if (kind := type(part)) in _AS_IS else _BY_KIND.get(kind, _first_of_kind)(part) for name, part in parts.items()
    }


def _items(value: Any) -> list[Any]:
    return [plain(part) for part in value]


def _value_in(value: Any) -> Any:
    inside = value.value
    return inside if type(inside) in _AS_IS else plain(inside)


# How values of a class become plain: found once, asked for each value.
_BY_KIND: dict[type, Callable[[Any], Any]] = {dict: plain_parts, list: _items, tuple: _items}


def _first_of_kind(value: Any) -> Any:
    taken_apart = _BY_KIND[type(value)] = _way_of(value)
    return taken_apart(value)


def _way_of(value: Any) -> Callable[[Any], Any]:
    kind = type(value)
    if isinstance(value, Mapping):
        return plain_parts
    if isinstance(value, (list, tuple)):
        return _items
    if isinstance(value, (set, frozenset)):
        return lambda value: [plain(part) for part in sorted(value, key=repr)]  # in every process the same
    if isinstance(value, Enum) or hasattr(value, "value"):
        return _value_in
    if dataclasses.is_dataclass(value):
        return _fields_of(tuple(field.name for field in dataclasses.fields(value)))
    if callable(getattr(value, "model_dump", None)):
        return lambda value: plain(value.model_dump())
    if isinstance(value, tuple(_AS_IS)):
        return lambda value: value
    raise ConfigurationError(
        f"{value!r} of type {kind.__name__} is no plain data; expected str, numbers, UUID, dates, lists, dicts, dataclasses, "
        "or an object with `value`: let the provider give such a one"
    )


def _fields_of(names: tuple[str, ...]) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {
        name: part if (kind := type(part := getattr(value, name))) in _AS_IS else _BY_KIND.get(kind, _first_of_kind)(part)
        for name in names
    }


def json_ready(value: Any) -> Any:
    """Give plain data as what ``json.dumps`` can write: a decimal, a UUID and a date as text, a duration as seconds.

    Raises:
        ConfigurationError: bytes, for which JSON has no form.

    Example:
        >>> json_ready({"price": Decimal("1.50"), "day": date(2026, 1, 2)})
        {'price': '1.50', 'day': '2026-01-02'}
    """
    if isinstance(value, dict):
        return {str(key): json_ready(part) for key, part in value.items()}
    if isinstance(value, list):
        return [json_ready(part) for part in value]
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        raise ConfigurationError(f"JSON has no form for bytes, here {value[:20]!r}…; give the route a `body=` that says how")
    return value

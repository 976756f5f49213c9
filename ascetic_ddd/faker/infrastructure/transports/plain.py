"""What the outputs of providers are as plain data: for the state that is remembered, and for what is sent."""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("json_ready", "plain")

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
    if kind in _AS_IS:
        return value
    if kind is dict:
        return {key: part if type(part) in _AS_IS else plain(part) for key, part in value.items()}
    if kind is list or kind is tuple:
        return [plain(part) for part in value]
    taken_apart = _BY_KIND.get(kind)
    if taken_apart is None:
        taken_apart = _BY_KIND[kind] = _way_of(value)
    return taken_apart(value)


_BY_KIND: dict[type, Callable[[Any], Any]] = {}  # how values of a class become plain: found once, asked for each value


def _way_of(value: Any) -> Callable[[Any], Any]:
    kind = type(value)
    if isinstance(value, Mapping):
        return lambda value: {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return lambda value: [plain(part) for part in value]
    if isinstance(value, (set, frozenset)):
        return lambda value: [plain(part) for part in sorted(value, key=repr)]  # in every process the same
    if isinstance(value, Enum) or hasattr(value, "value"):
        return lambda value: plain(value.value)
    if dataclasses.is_dataclass(value):
        names = tuple(field.name for field in dataclasses.fields(value))
        return lambda value: {name: plain(getattr(value, name)) for name in names}
    if callable(getattr(value, "model_dump", None)):
        return lambda value: plain(value.model_dump())
    if isinstance(value, tuple(_AS_IS)):
        return lambda value: value
    raise ConfigurationError(
        f"{value!r} of type {kind.__name__} is no plain data; expected str, numbers, UUID, dates, lists, dicts, dataclasses, "
        "or an object with `value`: let the provider give such a one"
    )


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

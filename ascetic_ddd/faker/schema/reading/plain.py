"""Values as plain data: what a store can keep without knowing the classes they come from."""

import dataclasses
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Set
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, RootModel, Secret, SecretBytes, SecretStr

__all__ = ("in_order", "plain", "revealed")

_PLAIN = frozenset((str, int, float, bool, type(None), UUID, datetime, date, time, timedelta, Decimal, bytes))
_BASES: tuple[Any, ...] = (bool, int, float, datetime, date, time, timedelta, Decimal, bytes)


def revealed(value: Any) -> Any:
    """The value behind an ``Enum`` or a secret: what is stored of it."""
    while True:
        if isinstance(value, Enum):
            value = value.value
        elif isinstance(value, (Secret, SecretStr, SecretBytes)):
            value = value.get_secret_value()
        else:
            return value


def in_order(items: Iterable[Any], text: Callable[[Any], str]) -> list[Any]:
    """The items of a set in an order that no hash decides: whole numbers and texts ascending, all else by its text.

    Args:
        items: plain, those inside them in order already.
        text: of an item.

    Example:
        >>> in_order({10, 9}, repr), in_order([2.5, "b"], repr)
        ([9, 10], ['b', 2.5])
    """
    found = list(items)
    kinds = set(map(type, found))
    return sorted(found) if kinds in ({int}, {str}) else sorted(found, key=text)


def plain(value: Any) -> Any:
    """Text, numbers, truth values, None, UUIDs, dates, times, bytes, and lists and dicts of them; all else as text.

    Example:
        >>> from pydantic import BaseModel, HttpUrl
        >>> class Page(BaseModel):
        ...     url: HttpUrl
        ...     tags: set[str]
        >>> plain([Page(url="https://example.com", tags={"a"})])
        [{'url': 'https://example.com/', 'tags': ['a']}]
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, (list, tuple, deque)):
        return [plain(item) for item in value]
    if isinstance(value, Set):
        return in_order(map(plain, value), repr)
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    hidden = revealed(value)
    if hidden is not value:
        return plain(hidden)
    if isinstance(value, RootModel):
        return plain(value.root)
    if isinstance(value, BaseModel):
        return {name: plain(item) for name, item in value.__dict__.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytearray):
        return bytes(value)
    if isinstance(value, _BASES):
        return value
    return str(getattr(value, "pattern", value))

"""Plain data: what providers are told, draw and export."""

from collections.abc import Mapping
from typing import Any

__all__ = ("copied", "is_awaitable", "nested")

_AWAITABLE: dict[type, bool] = {}


def is_awaitable(value: object) -> bool:
    """Tell whether a value has to be awaited; looked up once per class, as failing look-ups are slow."""
    cls = type(value)
    found = _AWAITABLE.get(cls)
    if found is None:
        found = _AWAITABLE[cls] = hasattr(cls, "__await__")
    return found


def copied(data: Any) -> Any:
    """A copy of plain data that the caller may change."""
    if isinstance(data, (int, str)):
        return data
    if type(data) is dict:  # most often, and told without asking an abstract class
        return {key: part if isinstance(part, (int, str)) else copied(part) for key, part in data.items()}
    if isinstance(data, Mapping):
        return {key: copied(part) for key, part in data.items()}
    return [copied(part) for part in data] if isinstance(data, list) else data


def nested(path: tuple[str, ...], value: Any) -> Any:
    """A value as the dict of dicts in which it stands at a path."""
    for name in reversed(path):
        value = {name: value}
    return value

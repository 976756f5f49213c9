"""Equality with nested parts: the pattern is contained in the state."""

from collections.abc import Hashable, Mapping
from typing import Any

__all__ = ("EqualSpecification", "contains", "freeze")

_ATOMS = frozenset({int, str, float, bool, type(None), bytes})


def freeze(value: object) -> Hashable:
    """Give a hashable stand-in for plain data: equal data have equal stand-ins, whatever the order of their keys."""
    if type(value) in _ATOMS:
        return value
    if isinstance(value, Mapping):
        return frozenset((key, freeze(part)) for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(freeze(part) for part in value)
    if isinstance(value, (set, frozenset)):
        return frozenset(freeze(part) for part in value)
    if isinstance(value, Hashable):
        return value
    return repr(value)


def contains(state: object, pattern: object) -> bool:
    """Tell whether ``state`` has everything that ``pattern`` tells; mappings are compared key by key."""
    if isinstance(pattern, Mapping):
        return isinstance(state, Mapping) and all(key in state and contains(state[key], part) for key, part in pattern.items())
    return state == pattern


class EqualSpecification:
    """Satisfied by states that contain the pattern.

    Args:
        pattern: nested plain data, e.g. ``{"status": "active", "id": {"tenant_id": 7}}``; keys it leaves out are free.

    Example:
        >>> of_tenant_7 = EqualSpecification({"id": {"tenant_id": 7}})
        >>> of_tenant_7.is_satisfied_by({"id": {"tenant_id": 7, "author_id": 1}, "name": "A"})
        True
    """

    def __init__(self, pattern: Mapping[str, Any]) -> None:
        self.pattern = pattern

    def is_satisfied_by(self, state: Mapping[str, Any]) -> bool:
        return contains(state, self.pattern)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EqualSpecification) and other.pattern == self.pattern

    def __hash__(self) -> int:
        return hash(freeze(self.pattern))

    def __repr__(self) -> str:
        return f"EqualSpecification({self.pattern!r})"

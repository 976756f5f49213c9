"""From plain JSON values to dataclasses, by their type hints; every fault is noted with its place, none is raised."""

import math
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from ascetic_ddd.faker.application.profile.limits import Range

__all__ = ("FAULTY", "Faults", "Kind", "kind_of", "read")

FAULTY: Any = object()
"""What is read of a value that has a fault."""

Faults = list[str]

_NAMES = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", NoneType: "null"}


class Kind:
    """A type hint, taken apart.

    Attributes:
        hint: the type without its limits.
        limits: of a number.
        origin: ``tuple``, ``dict``, ``Literal``, ``UnionType`` or the type itself.
        parts: what is in the brackets, or the members of the union.
    """

    __slots__ = ("hint", "limits", "origin", "parts")

    def __init__(self, hint: Any) -> None:
        self.limits: Range | None = None
        if get_origin(hint) is Annotated:
            hint, *marks = get_args(hint)
            self.limits = next((mark for mark in marks if isinstance(mark, Range)), None)
        self.hint = hint
        self.origin = get_origin(hint) or hint
        self.parts = get_args(hint)

    @property
    def is_union(self) -> bool:
        """True for ``A | B``."""
        return self.origin is UnionType or str(self.origin) == "typing.Union"


@cache
def kind_of(hint: Any) -> Kind:
    """Take a type hint apart."""
    return Kind(hint)


def read(hint: Any, value: Any, place: str, faults: Faults) -> Any:
    """Read a value as the type hint says.

    Args:
        hint: a dataclass, ``tuple``, ``dict`` of text to something, ``Literal``, union, ``Annotated`` number, or scalar.
        value: as ``json.loads`` gives it.
        place: such as ``references[2].histogram[5]``.
        faults: where faults are added.

    Returns:
        The value, or :data:`FAULTY` if it, or a part of it, has a fault.
    """
    kind = kind_of(hint)
    if kind.is_union:
        return _union(kind, value, place, faults)
    if is_dataclass(kind.hint):
        return _object(kind.hint, value, place, faults)
    reader = _READERS.get(kind.origin, _scalar)
    return reader(kind, value, place, faults)


def _object(cls: Any, value: Any, place: str, faults: Faults) -> Any:
    if not isinstance(value, dict):
        return _wrong(value, place, "an object", faults)
    hints = get_type_hints(cls, include_extras=True)
    known = {each.name: each for each in fields(cls)}
    found: dict[str, Any] = {}
    is_sound = True
    for name in value.keys() - known.keys():
        faults.append(f"{_inside(place, name)}: there is no such field; expected {', '.join(known)}")
        is_sound = False
    for name, each in known.items():
        if name in value:
            found[name] = read(hints[name], value[name], _inside(place, name), faults)
            is_sound = is_sound and found[name] is not FAULTY
        elif each.default is MISSING and each.default_factory is MISSING:
            faults.append(f"{_inside(place, name)}: is missing")
            is_sound = False
    return cls(**found) if is_sound else FAULTY


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _tuple(kind: Kind, value: Any, place: str, faults: Faults) -> Any:
    if not isinstance(value, list):
        return _wrong(value, place, "a list", faults)
    hints: list[Any] = list(kind.parts)
    if len(hints) == 2 and hints[1] is Ellipsis:
        hints = [hints[0]] * len(value)
    elif len(hints) != len(value):
        faults.append(f"{place}: {_shown(value)} has {len(value)} parts; expected {len(hints)}")
        return FAULTY
    found = tuple(
        read(hint, part, f"{place}[{index}]", faults) for index, (hint, part) in enumerate(zip(hints, value, strict=True))
    )
    return FAULTY if any(part is FAULTY for part in found) else found


def _dict(kind: Kind, value: Any, place: str, faults: Faults) -> Any:
    if not isinstance(value, dict):
        return _wrong(value, place, "an object", faults)
    found = {name: read(kind.parts[1], part, _inside(place, name), faults) for name, part in value.items()}
    return FAULTY if any(part is FAULTY for part in found.values()) else found


def _literal(kind: Kind, value: Any, place: str, faults: Faults) -> Any:
    if value in kind.parts and isinstance(value, str):
        return value
    return _wrong(value, place, " or ".join(map(repr, kind.parts)), faults)


def _union(kind: Kind, value: Any, place: str, faults: Faults) -> Any:
    """Read as the member whose sort of value it is; of the faults of several, those of the first that is no null."""
    attempts: list[Faults] = []
    for hint in kind.parts:
        tried: Faults = []
        found = read(hint, value, place, tried)
        if found is not FAULTY:
            return found
        if hint is not NoneType:
            attempts.append(tried)
    if len(attempts) == 1:
        faults.extend(attempts[0])
        return FAULTY
    return _wrong(value, place, " or ".join(_NAMES.get(kind_of(hint).hint, str(hint)) for hint in kind.parts), faults)


def _scalar(kind: Kind, value: Any, place: str, faults: Faults) -> Any:
    wanted = kind.hint
    if wanted is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    elif wanted is float and isinstance(value, int) and not isinstance(value, bool):
        value = _as_float(value)
    if type(value) is not wanted or (wanted is float and not math.isfinite(value)):
        return _wrong(value, place, _NAMES[wanted], faults)
    limits = kind.limits
    if limits is not None:
        if limits.low is not None and value < limits.low:
            return _wrong(value, place, f"{_NAMES[wanted]}, at least {limits.low:g}", faults)
        if limits.high is not None and value > limits.high:
            return _wrong(value, place, f"{_NAMES[wanted]}, at most {limits.high:g}", faults)
    return value


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _wrong(value: Any, place: str, expected: str, faults: Faults) -> Any:
    faults.append(f"{place or 'the file'}: {_shown(value)}; expected {expected}")
    return FAULTY


def _shown(value: Any) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


_READERS: dict[Any, Callable[[Kind, Any, str, Faults], Any]] = {tuple: _tuple, dict: _dict, Literal: _literal}

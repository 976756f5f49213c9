"""Parts told in words: a path leads to a part, and what is said of it is cast to the part's input type."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from inspect import get_annotations
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.kinds import source_of

__all__ = ("cast_pattern", "rows_of")

_CASTS: dict[Any, Callable[[str], Any]] = {
    int: int,
    float: float,
    Decimal: Decimal,
    UUID: UUID,
    bool: lambda text: {"true": True, "yes": True, "да": True, "false": False, "no": False, "нет": False}[text.lower()],
    datetime.date: datetime.date.fromisoformat,
    datetime.datetime: datetime.datetime.fromisoformat,
    datetime.time: datetime.time.fromisoformat,
}


def rows_of(provider: Any, table: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """The patterns of a table's rows: the header has paths of parts, an empty cell is drawn, ``null`` is None.

    Raises:
        ConfigurationError: there is no such part, or a cell cannot be cast.
    """
    header, *rows = table
    patterns = []
    for row in rows:
        pattern: dict[str, Any] = {}
        for path, cell in zip(header, row, strict=True):
            names = path.strip().split(".")
            owner, part = _part(provider, names)
            if cell.strip():
                inner = pattern
                for name in names[:-1]:
                    inner = inner.setdefault(name, {})
                inner[names[-1]] = _cast(owner, part, names, cell.strip())
        patterns.append(pattern)
    return patterns


def cast_pattern(provider: Any, pattern: Mapping[str, Any], before: tuple[str, ...] = ()) -> dict[str, Any]:
    """A pattern whose words are cast to the input types of their parts."""
    found: dict[str, Any] = {}
    for key, value in pattern.items():
        names = [*before, key]
        if isinstance(value, Mapping):
            found[key] = cast_pattern(provider, value, tuple(names))
        elif isinstance(value, str):
            found[key] = _cast(*_part(provider, names), names, value)
        else:
            found[key] = value
    return found


def _part(provider: Any, names: Sequence[str]) -> tuple[Any, str]:
    """The provider that has the part at the end of a path, and the part's name."""
    owner: Any = provider
    for index, name in enumerate(names):
        source = source_of(owner)
        owner = source.aggregate_provider if source is not None else owner
        parts = dict(owner.parts())
        id_provider = getattr(owner, "id_provider", None)
        if name not in parts and id_provider is not None and name in id_provider.parts():
            owner, parts = id_provider, dict(id_provider.parts())
        if name not in parts:
            known = ", ".join(sorted(parts)) or "none"
            raise ConfigurationError(f"{'.'.join(names)!r}: {owner.path} has no part {name!r}; it has: {known}")
        if index < len(names) - 1:
            owner = parts[name]
    return owner, names[-1]


def _cast(owner: Any, part: str, names: Sequence[str], text: str) -> Any:
    if text == "null":
        return None
    type_ = _input_type(type(owner), part)
    try:
        return _CASTS.get(type_, str)(text)
    except (ValueError, ArithmeticError, KeyError) as error:
        raise ConfigurationError(f"{'.'.join(names)!r} was told {text!r}; expected {type_.__name__}") from error


def _input_type(owner: type, part: str) -> Any:
    """The first of the types in the part's annotation, ``IValueProvider[int, …]``; where there is none, text."""
    for class_ in owner.__mro__:
        if part in get_annotations(class_):
            hint = (get_args(get_annotations(class_, eval_str=True)[part]) or (str,))[0]
            optional = get_origin(hint) in (Union, UnionType)
            return next((each for each in get_args(hint) if each is not NoneType), str) if optional else hint
    return str

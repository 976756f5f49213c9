"""Putting an id that the store gave into an aggregate, as an ORM does."""

import dataclasses
from collections.abc import Callable, Sequence
from copy import copy
from functools import reduce
from operator import attrgetter
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.repositories.exported_id import Path

__all__ = ("IdAssigner",)

T = TypeVar("T")
_WRAPPED = ("_value", "value")


class IdAssigner(Generic[T]):
    """Finds the attribute behind an exported path, once per class, and sets it.

    The path ``("id", "book_id")`` leads through ``agg._id`` or ``agg.id`` to ``.book_id`` or ``._book_id``; if a value object
    with a ``value``, or a dataclass with one field, stands there, that is set. Frozen ones on the way (of dataclasses, attrs,
    pydantic) are replaced by copies; of an aggregate that is frozen itself the one attribute is set as its own constructor
    sets it.

    Args:
        set_id: called with the aggregate and the value instead; for aggregates that guard their id.
    """

    def __init__(self, set_id: Callable[[T, Any], object] | None = None) -> None:
        self._set_id = set_id
        self._ways: dict[tuple[type, Path], tuple[Path, bool]] = {}
        self._last_class: type | None = None
        self._last_path: Path = ()
        self._last_holder: Callable[[Any], Any] = _itself
        self._last_name = ""

    @property
    def is_told(self) -> bool:
        """Tell whether the user's own function puts the ids in."""
        return self._set_id is not None

    def fill(self, agg: T, path: Path, value: Any) -> bool:
        """Set the value if the way to it is known, and leads to None; else do nothing and return False."""
        if type(agg) is not self._last_class or path is not self._last_path:  # else it is the way of the time before
            way, is_frozen = self._ways.get((type(agg), path), ((), False))
            if is_frozen:
                return _fill_frozen(agg, path, way, value)
            if not way:
                return False
            self._last_class, self._last_path = type(agg), path
            self._last_holder = attrgetter(".".join(way[:-1])) if way[:-1] else _itself
            self._last_name = way[-1]
        try:
            holder = self._last_holder(agg)
            if getattr(holder, self._last_name) is not None:
                return False
            setattr(holder, self._last_name, value)
        except Exception:  # noqa: BLE001 - whatever a class raises that guards its attributes
            return False
        return True

    def are_missing(self, aggs: Sequence[T], path: Path) -> bool:
        """Tell whether all lack a value at the path; False if they are of several classes, or nobody can tell."""
        cls = type(aggs[0])
        try:
            value = attrgetter(".".join(_find_way(aggs[0], path)[0]))
            return not self.is_told and all(type(agg) is cls and value(agg) is None for agg in aggs)
        except Exception:  # noqa: BLE001 - whatever a class raises that guards its attributes
            return False

    def assign(self, agg: T, path: Path, value: Any) -> None:
        """Make the aggregate export ``value`` at ``path``.

        Raises:
            ConfigurationError: no such attribute, or it cannot be set.
        """
        if self._set_id is not None:
            self._set_id(agg, value)
            return
        found = self._ways.get((type(agg), path))
        if found is None:
            found = self._ways[type(agg), path] = _find_way(agg, path)
        way, is_frozen = found
        if not is_frozen:
            holder: Any = agg
            try:
                for name in way[:-1]:
                    holder = getattr(holder, name)
                setattr(holder, way[-1], value)
                return
            except Exception:  # noqa: BLE001 - of pydantic it is a ValueError
                pass  # perhaps a part of another class stands on the way this time
        _replace_on_the_way(agg, path, way, value)


def _itself(agg: Any) -> Any:
    return agg


def _find_way(agg: object, path: Path) -> tuple[Path, bool]:
    """Give the names of the attributes from the aggregate to the value, and whether the last holder is frozen."""
    holder = agg
    way = []
    for key in path:
        name = _first_attribute(holder, (f"_{key}", key))
        if name is None:
            raise _impossible(agg, path, f"{type(holder).__name__} has neither attribute {'_' + key!r} nor {key!r}")
        way.append(name)
        holder = getattr(holder, name)
    wrapped = _first_attribute(holder, _WRAPPED) or _only_field(holder)
    if wrapped is not None:
        return (*way, wrapped), _is_frozen(holder)
    return tuple(way), _is_frozen(reduce(getattr, way[:-1], agg))


def _first_attribute(holder: object, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if hasattr(holder, name)), None)


def _only_field(holder: object) -> str | None:
    """The field of a value object that has one, whatever its name."""
    if not dataclasses.is_dataclass(holder) or isinstance(holder, type):
        return None
    fields = dataclasses.fields(holder)
    return fields[0].name if len(fields) == 1 else None


def _replace_on_the_way(agg: object, path: Path, way: Path, value: Any) -> None:
    try:
        replaced = _with_value(agg, way, value)
    except Exception as error:
        words = " ".join(str(error).split())
        raise _impossible(agg, path, f"{type(error).__name__}{': ' * bool(words)}{words}") from error
    if replaced is not agg:  # whoever has the aggregate, has this one
        object.__setattr__(agg, way[0], getattr(replaced, way[0]))


def _fill_frozen(agg: object, path: Path, way: Path, value: Any) -> bool:
    """Replace what is frozen on the way, if it leads to None; an aggregate that is frozen itself is left to ``assign``."""
    try:
        if len(way) < 2 or reduce(getattr, way, agg) is not None:
            return False
        return _with_value(agg, way, value) is agg
    except (AttributeError, TypeError):
        return False


def _with_value(holder: Any, way: Path, value: Any) -> Any:
    """Set the value in place where that is allowed, else give a copy that has it."""
    name, rest = way[0], way[1:]
    if rest:
        part = getattr(holder, name)
        replaced = _with_value(part, rest, value)
        if replaced is part:
            return holder
        value = replaced
    if _is_frozen(holder):
        return _copy_with(holder, name, value)
    setattr(holder, name, value)
    return holder


def _copy_with(holder: Any, name: str, value: Any) -> Any:
    if dataclasses.is_dataclass(holder):
        return dataclasses.replace(holder, **{name: value})  # type: ignore[type-var]  # an object, no class
    twin = copy(holder)
    object.__setattr__(twin, name, value)
    return twin


def _is_frozen(holder: object) -> bool:
    """Tell whether a dataclass, or a class of attrs or pydantic, has been declared frozen. Neither library is imported."""
    cls: Any = type(holder)
    if hasattr(cls, "__dataclass_params__"):
        return bool(cls.__dataclass_params__.frozen)
    if hasattr(cls, "__attrs_attrs__"):
        return bool(cls.__setattr__.__name__ == "_frozen_setattrs")
    return hasattr(cls, "__pydantic_fields__") and bool(cls.model_config.get("frozen"))


def _impossible(agg: object, path: Path, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"Cannot put the id given by the store into {type(agg).__name__} at {'.'.join(path)!r}: {reason}. "
        f"Pass set_id=lambda agg, value: ... to the repository, to put it there your way "
        f"(a frozen object: object.__setattr__(agg, ..., value))."
    )

"""What a JSON value may look like: as a schema says it, and as the annotation of a Python type says it."""

import dataclasses
import enum
import inspect
import types
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

__all__ = ("ANYTHING", "Shape", "fields_of", "shape_of_type", "together")


@dataclasses.dataclass(frozen=True)
class Shape:
    """What is known of the values of a place; None says that anything may be.

    Attributes:
        types: names of JSON types.
        values: all that there may be.
        properties: name → the schema, or the Python type, of a property.
        required: names of properties that have to be there.
        takes_others: properties of other names may be there, too.
        item: the schema, or the Python type, of an array's items.
    """

    types: frozenset[str] | None = None
    values: tuple[Any, ...] | None = None
    properties: Mapping[str, Any] | None = None
    required: frozenset[str] = frozenset()
    takes_others: bool = True
    item: Any = None

    def may_be(self, other: "Shape") -> bool:
        """Tell whether some value has both shapes, as far as the types say; null alone does not count."""
        if self.types is None or other.types is None:
            return True
        own, others = self.types - {"null"}, other.types - {"null"}
        return not own or not others or bool(_wider(own) & _wider(others))


ANYTHING = Shape()


def together(shapes: Iterable[Shape]) -> Shape:
    """The shape of a value that has one of these shapes: what cannot be said of all is left open."""
    found = list(shapes)
    objects = [each for each in found if each.properties is not None]
    arrays = [each for each in found if each.item is not None]
    one = objects[0] if len(objects) == 1 else ANYTHING
    return Shape(
        None if any(each.types is None for each in found) else frozenset().union(*(each.types or () for each in found)),
        None if any(each.values is None for each in found) else tuple(value for each in found for value in each.values or ()),
        one.properties,
        one.required,
        one.takes_others,
        arrays[0].item if len(arrays) == 1 else None,
    )


_SIMPLE: dict[Any, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    timedelta: "number",
    str: "string",
}
_WRITTEN = (str, Decimal, UUID, date, time)
_ARRAYS = (list, tuple, set, frozenset, Sequence, Set)


def shape_of_type(kind: Any) -> Shape:
    """The shape of what is sent for values of a Python type: see :func:`.plain` and :func:`.json_ready`."""
    if isinstance(kind, NewType):
        return shape_of_type(kind.__supertype__)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return shape_of_type(arguments[0])
    if origin in (Union, types.UnionType):
        return together(map(shape_of_type, arguments))
    if origin is Literal:
        return _of_values(arguments)
    cls = origin or kind
    return _of_class(cls, arguments) if inspect.isclass(cls) else ANYTHING


def _of_class(cls: type, arguments: tuple[Any, ...]) -> Shape:
    if issubclass(cls, enum.Enum):
        return _of_values([member.value for member in cls])
    if cls in _SIMPLE or issubclass(cls, _WRITTEN):
        return Shape(frozenset({_SIMPLE.get(cls, "string")}))
    if issubclass(cls, _ARRAYS):
        return Shape(frozenset({"array"}), item=next((each for each in arguments if each is not Ellipsis), None))
    if issubclass(cls, Mapping):
        return Shape(frozenset({"object"}))
    fields = fields_of(cls)
    if "value" in fields:  # a value object
        return shape_of_type(fields["value"])
    return Shape(frozenset({"object"}), properties=fields) if fields else ANYTHING


def fields_of(cls: Any) -> dict[str, Any]:
    """The fields of a dataclass, or of a class of that kind, and their types; those of unknown types have ``Any``."""
    if dataclasses.is_dataclass(cls):
        names = [field.name for field in dataclasses.fields(cls)]
    elif isinstance(getattr(cls, "model_fields", None), Mapping):
        names = list(cls.model_fields)
    else:
        return {}
    try:
        hints = get_type_hints(cls)
    except (NameError, TypeError):  # of names that are known only where the class was made
        hints = {}
    return {name: hints.get(name, Any) for name in names}


def _of_values(values: Iterable[Any]) -> Shape:
    found = tuple(values)
    return Shape(frozenset(_SIMPLE.get(type(value), "string") for value in found), found)


def _wider(names: frozenset[str]) -> frozenset[str]:
    return names | {"number"} if "integer" in names else names

"""What pydantic knows of a field, read once: its extra words, its constraints, its type without wrappings."""

import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from types import SimpleNamespace
from typing import Annotated, Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import annotated_types
import pydantic
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = (
    "Constraints",
    "bare_type",
    "configured",
    "constraints_of",
    "derived",
    "expanded",
    "extra_of",
    "is_alias",
    "is_nullable",
    "members_of",
    "not_null",
    "type_name",
    "unfold",
    "with_words",
)


@dataclass(slots=True)
class Constraints:
    """The constraints of a field, whichever way they were written."""

    ge: Any = None
    gt: Any = None
    le: Any = None
    lt: Any = None
    multiple_of: Any = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    max_digits: int | None = None
    decimal_places: int | None = None
    timezone: Any = None
    has_timezone: bool = False
    others: list[Any] = field(default_factory=list)


def extra_of(field: FieldInfo) -> Mapping[str, Any]:
    """The field's ``json_schema_extra``; nothing where there is none, or where it is a function."""
    extra = field.json_schema_extra
    return extra if isinstance(extra, Mapping) else {}


def expanded(metadata: Any) -> Iterator[Any]:
    """The metadata one by one, groups such as ``Interval`` and ``StringConstraints`` taken apart."""
    for item in metadata:
        if isinstance(item, annotated_types.GroupedMetadata):
            yield from expanded(item)
        elif isinstance(item, FieldInfo):
            yield from expanded(item.metadata)
        elif item is not None:
            yield item


_LARGEST = ("ge", "gt", "min_length")
_KNOWN = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length", "pattern", "max_digits", "decimal_places")


def constraints_of(field: FieldInfo) -> Constraints:
    """Collect the constraints. Of two of a kind the narrower one counts; what is none stands in ``others``."""
    found = Constraints()
    for item in expanded(field.metadata):
        if isinstance(item, annotated_types.Timezone):
            found.timezone, found.has_timezone = item.tz, True
            continue
        known = {name: value for name in _KNOWN if (value := getattr(item, name, None)) is not None}
        if not known:
            found.others.append(item)
        for name, value in known.items():
            before = getattr(found, name)
            if before is not None and name not in ("pattern", "multiple_of"):
                value = max(before, value) if name in _LARGEST else min(before, value)
            setattr(found, name, getattr(value, "pattern", value) if name == "pattern" else value)
    return found


def bare_type(annotation: Any) -> Any:
    """The type behind ``NewType`` and ``type`` aliases and type variables; what stands in ``Annotated`` is kept."""
    while True:
        origin = get_origin(annotation)
        if annotation is pydantic.JsonValue:  # an alias of itself
            return annotation
        if isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif isinstance(annotation, TypeAliasType):
            annotation = _value_of(annotation)
        elif isinstance(origin, TypeAliasType):
            annotation = _value_of(origin)[get_args(annotation)]
        elif isinstance(annotation, TypeVar):
            annotation = annotation.__bound__ or (reduce(or_, annotation.__constraints__) if annotation.__constraints__ else Any)
        else:
            return annotation


def is_alias(annotation: Any) -> bool:
    """Whether a type is a ``type`` alias, which may contain itself."""
    return isinstance(annotation, TypeAliasType) or isinstance(get_origin(annotation), TypeAliasType)


def _value_of(alias: TypeAliasType) -> Any:
    """What an alias stands for; names in quotes are those of its module, and its own."""
    names = {parameter.__name__: parameter for parameter in alias.__type_params__}
    holder = SimpleNamespace(__annotations__={"value": alias.__value__})
    module = vars(sys.modules[alias.__module__]) if alias.__module__ in sys.modules else {}
    try:
        return get_type_hints(holder, module, {**names, alias.__name__: alias}, include_extras=True)["value"]
    except NameError as error:
        raise ConfigurationError(f"the type {alias.__name__}: {error}; define it in the module of the alias") from error


def derived(field: FieldInfo, annotation: Any) -> FieldInfo:
    """A field of another type with this one's words and constraints, to which those of the type itself are added."""
    found = FieldInfo.from_annotation(annotation)
    found.metadata = [*found.metadata, *field.metadata]
    found.json_schema_extra = {**extra_of(found), **extra_of(field)}
    found.discriminator = field.discriminator or found.discriminator
    return found


def configured(field: FieldInfo, cls: Any) -> FieldInfo:
    """The field with the lengths that its class's ``model_config`` gives all texts."""
    if not (isinstance(field.annotation, type) and issubclass(field.annotation, str)):
        return field
    config = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", None) or {}
    told = constraints_of(field)
    lengths: list[Any] = []
    if told.min_length is None and config.get("str_min_length"):
        lengths.append(annotated_types.MinLen(config["str_min_length"]))
    if told.max_length is None and config.get("str_max_length") is not None:
        lengths.append(annotated_types.MaxLen(config["str_max_length"]))
    if lengths:
        field = derived(field, field.annotation)
        field.metadata = [*field.metadata, *lengths]
    return field


def with_words(field: FieldInfo, words: Mapping[str, Any]) -> FieldInfo:
    """The same field with other words."""
    found = FieldInfo.from_annotation(cast("Any", field.annotation))
    found.metadata = field.metadata
    found.json_schema_extra = dict(words)
    found.discriminator, found.default, found.default_factory = field.discriminator, field.default, field.default_factory
    return found


def members_of(annotation: Any) -> tuple[Any, ...]:
    """The types of a union; none if it is no union."""
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else ()


def is_nullable(annotation: Any) -> bool:
    """Whether ``None`` is one of the types of the union, or a ``Literal`` beside others."""
    return any(member is type(None) for member in members_of(annotation))


def not_null(annotation: Any) -> Any:
    """The union without ``None``."""
    members = tuple(member for member in members_of(annotation) if member is not type(None))
    return reduce(or_, members) if members else annotation


def type_name(annotation: Any) -> str:
    """The type as one writes it."""
    if isinstance(annotation, type) and not get_args(annotation):
        return (
            annotation.__qualname__
            if annotation.__module__ == "builtins"
            else f"{annotation.__module__}.{annotation.__qualname__}"
        )
    return repr(annotation).replace("typing.", "")


def unfold(field: FieldInfo, place: str, aliases: list[Any] | None = None) -> FieldInfo:
    """The field with its type's wrappings taken off.

    Args:
        field: pydantic's description.
        place: for messages.
        aliases: those that were taken off are put here.
    """
    for _ in range(32):
        annotation = field.annotation
        if aliases is not None and is_alias(annotation):
            aliases.append(annotation)
        bare = bare_type(annotation)
        if get_origin(bare) is Annotated or bare is not annotation:
            field = derived(field, bare)
        else:
            return field
    raise ConfigurationError(f"{place}: the type {type_name(field.annotation)} is an alias of itself")

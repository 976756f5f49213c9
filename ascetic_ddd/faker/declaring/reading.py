"""What a class, or a function, of the domain says of itself: its fields, its parameters and their types."""

import dataclasses
import inspect
import types
from collections.abc import Callable, Collection, Mapping
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.output_class import is_users_own

__all__ = (
    "collection_of",
    "enum_class",
    "fields_of",
    "hints_of",
    "is_nullable",
    "item_of",
    "parameters_of",
    "value_class",
    "without_none",
)

_BARE = type(None)
_UNIONS = (Union, types.UnionType)


def fields_of(cls: Any) -> Mapping[str, str] | None:
    """The fields of a dataclass, or a class of attrs, pydantic or msgspec: the attributes by the names that its factory takes.

    None if it is of neither kind. None of the libraries is imported.
    """
    if dataclasses.is_dataclass(cls):
        return {field.name: field.name for field in dataclasses.fields(cls) if field.init}
    if hasattr(cls, "__attrs_attrs__"):
        return {field.alias or field.name.lstrip("_"): field.name for field in cls.__attrs_attrs__ if field.init}
    if hasattr(cls, "__pydantic_fields__"):
        return {name: name for name in cls.__pydantic_fields__}
    if hasattr(cls, "__struct_fields__"):
        return {name: name for name in cls.__struct_fields__}
    return None


def hints_of(factory: Callable[..., Any]) -> Mapping[str, Any]:
    """The types of what a factory takes, by name, as far as it tells them.

    Raises:
        ConfigurationError: a name in an annotation stands for nothing at run time.
    """
    fields = fields_of(factory) if isinstance(factory, type) else None
    source: Any = factory.__init__ if isinstance(factory, type) and fields is None else factory  # type: ignore[misc]
    try:
        hints = get_type_hints(source) if fields is not None else _parameter_hints(source)
    except NameError as error:
        raise ConfigurationError(
            f"the types that {_name(factory)} takes cannot be read: {error}; import it at run time, not only for type checkers, "
            "or tell each part its factory=…"
        ) from error
    return hints if fields is None else {name: hints[attribute] for name, attribute in fields.items() if attribute in hints}


def _parameter_hints(function: Any) -> dict[str, Any]:
    told = {name: hint for name, hint in getattr(function, "__annotations__", {}).items() if name != "return"}
    return get_type_hints(types.SimpleNamespace(__annotations__=told), getattr(function, "__globals__", {}))


def parameters_of(factory: Callable[..., Any]) -> tuple[frozenset[str], frozenset[str]] | None:
    """The names that a factory takes, and those it needs; None if it takes any."""
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):  # built in
        return None
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return None
    named = [each for each in parameters if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
    return frozenset(each.name for each in named), frozenset(each.name for each in named if each.default is each.empty)


def value_class(hint: Any) -> type | None:
    """The class that makes a value of this type: a value object's, an enum's; None for plain values and what is no class."""
    hint = _bare(hint)
    return hint if isinstance(hint, type) and is_users_own(hint) and not issubclass(hint, Collection) else None


def enum_class(hint: Any) -> type[Enum] | None:
    """The enum that a type is; None if it is none."""
    found = _bare(hint)
    return found if isinstance(found, type) and issubclass(found, Enum) else None


def collection_of(hint: Any) -> Callable[[Any], Any]:
    """What makes the collection of this type of a list: ``tuple``, ``frozenset``, ``set``; a list as it is."""
    origin = get_origin(_bare(hint)) or _bare(hint)
    found: Callable[[Any], Any] = origin if origin in (tuple, frozenset, set) else list
    return found


def item_of(hint: Any) -> Any:
    """The type of the members of a collection of this type; None if it does not tell."""
    arguments = [argument for argument in get_args(_bare(hint)) if argument is not Ellipsis]
    return arguments[0] if arguments else None


def is_nullable(hint: Any) -> bool:
    """Tell whether a value of this type may be None."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return get_origin(hint) in _UNIONS and _BARE in get_args(hint)


def without_none(hint: Any) -> Any:
    """A type without ``| None``; what ``Annotated`` says of it stays."""
    if get_origin(hint) is Annotated:
        inner, *said = get_args(hint)
        return Annotated[without_none(inner), *said]
    if not is_nullable(hint):
        return hint
    others = tuple(argument for argument in get_args(hint) if argument is not _BARE)
    return Union[others]  # noqa: UP007  # of as many as there are


def _bare(hint: Any) -> Any:
    """A type without ``Annotated`` and ``| None``."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in _UNIONS:
        others = [argument for argument in get_args(hint) if argument is not _BARE]
        return _bare(others[0]) if len(others) == 1 else None
    return hint


def _name(factory: Any) -> str:
    return str(getattr(factory, "__qualname__", factory))

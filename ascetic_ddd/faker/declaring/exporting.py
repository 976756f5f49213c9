"""The state of an object as plain data, in the way that its class offers."""

import inspect
from collections.abc import Callable, Collection, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from ascetic_ddd.faker.declaring.reading import fields_of
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("exported", "exporter_of", "state_exporter_of")

Exporter: TypeAlias = Callable[[Any], Any]

_PLAIN_MODULES = {"builtins", "datetime", "decimal", "fractions", "ipaddress", "pathlib", "uuid", "zoneinfo"}

_TEXTS = {"pydantic", "pydantic_core", "re"}
"""Their values are told by a text: addresses, secrets, patterns. Models of pydantic are defined elsewhere."""


def exported(value: Any) -> Any:
    """The state of an aggregate, or the plain data of a value object.

    The first of these that the class offers: ``export(dict)``, which writes into the dict; ``export()``, which returns the
    state; the columns of a class that SQLAlchemy has mapped, those of a primary key of several together as ``id``; a property
    ``value``; the fields of a dataclass, or of an attrs, pydantic or msgspec class. Of an object with one field
    that is the field's own plain data, else a dict by their names. Enum members give their values, collections lists.

    Raises:
        ConfigurationError: the class offers none of these.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class Title:
        ...     value: str
        >>> @dataclass
        ... class Book:
        ...     id: int
        ...     title: Title
        >>> exported(Book(1, Title("Emma")))
        {'id': 1, 'title': 'Emma'}
    """
    cls: Any = type(value)
    return exporter_of(cls)(value)


@lru_cache(maxsize=4_096)
def exporter_of(cls: Any) -> Exporter:
    """What :func:`exported` does with objects of a class.

    Raises:
        ConfigurationError: the class offers no way.
    """
    if issubclass(cls, Enum):
        return _value_of
    if cls.__module__ in _PLAIN_MODULES and not issubclass(cls, Collection):
        return _itself
    if issubclass(cls, (str, bytes)):
        return _itself
    if issubclass(cls, UUID):
        return _uuid_of
    if callable(getattr(cls, "export", None)):
        return _by_export(cls)
    if issubclass(cls, Collection):
        return _items_of if issubclass(cls, Mapping) else _members_of
    return _of_fields(cls)


def _of_fields(cls: Any) -> Exporter:
    if cls.__module__.partition(".")[0] in _TEXTS:
        return _text_of
    if _is_mapped(cls):
        return _columns_of(cls.__mapper__)
    fields = fields_of(cls)
    if isinstance(getattr(cls, "value", None), property):
        return lambda value: exported(value.value)
    if fields is not None and len(fields) == 1:
        (attribute,) = fields.values()
        return lambda value: exported(getattr(value, attribute))
    return _by_fields(cls)


@lru_cache(maxsize=4_096)
def state_exporter_of(cls: Any) -> Exporter:
    """What gives the state of the aggregates of a class: as :func:`exported` does, but always as a dict of the fields.

    Raises:
        ConfigurationError: the class offers no way.
    """
    if callable(getattr(cls, "export", None)):
        return _by_export(cls)
    if _is_mapped(cls):
        return _columns_of(cls.__mapper__)
    return _items_of if issubclass(cls, Mapping) else _by_fields(cls)


def _by_fields(cls: Any) -> Exporter:
    fields = fields_of(cls)
    if fields is None:
        raise ConfigurationError(
            f"{cls.__module__}.{cls.__qualname__} tells its state in no known way: give it export(self, exporter: dict) or "
            "export(self) -> dict, make it a dataclass or a class of attrs, pydantic or msgspec, or declare exporter=…"
        )
    named = tuple(fields.items())
    return lambda value: {name: exported(getattr(value, attribute)) for name, attribute in named}


def _by_export(cls: Any) -> Exporter:
    parameters = list(inspect.signature(cls.export).parameters.values())[1:]
    if not any(each.default is each.empty and each.kind is not each.VAR_KEYWORD for each in parameters):
        return lambda value: value.export()

    def written(value: Any) -> dict[str, Any]:
        state: dict[str, Any] = {}
        value.export(state)
        return state

    return written


def _is_mapped(cls: Any) -> bool:
    return hasattr(getattr(cls, "__mapper__", None), "column_attrs")


def _columns_of(mapper: Any) -> Exporter:
    keys = [prop.key for prop in mapper.column_attrs]
    parts = [mapper.get_property_by_column(column).key for column in mapper.primary_key]

    def state(agg: Any) -> dict[str, Any]:
        found = {key: exported(getattr(agg, key)) for key in keys}
        return found if len(parts) == 1 else {"id": {key: found.pop(key) for key in parts}} | found

    return state


def _itself(value: Any) -> Any:
    return value


def _uuid_of(value: Any) -> UUID:
    """Drivers have classes of their own."""
    return UUID(int=value.int)


def _text_of(value: Any) -> Any:
    hidden = getattr(value, "get_secret_value", None)
    return exported(hidden()) if hidden is not None else str(getattr(value, "pattern", value))


def _value_of(member: Any) -> Any:
    return member.value


def _items_of(mapping: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: exported(value) for key, value in mapping.items()}


def _members_of(members: Collection[Any]) -> list[Any]:
    listed = [exported(member) for member in members]
    return sorted(listed, key=repr) if isinstance(members, (set, frozenset)) else listed  # one order in every process

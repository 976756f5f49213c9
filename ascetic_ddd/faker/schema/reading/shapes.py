"""What a class looks like to pydantic: its fields, the names they are told by, and how a value of it is validated."""

import dataclasses
import typing
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from itertools import repeat
from typing import Any, NotRequired, Required, get_args, get_origin

import pydantic
from pydantic import AliasChoices, AliasPath, BaseModel, PydanticSchemaGenerationError, PydanticUserError, RootModel, TypeAdapter
from pydantic.fields import FieldInfo
from typing_extensions import ReadOnly, is_typeddict

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.reading.facts import type_name

__all__ = ("MISSING", "Shape", "has_fields")


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()
"""Stands for a key that is left out."""


def has_fields(cls: Any) -> bool:
    """Whether a type is a pydantic model, a dataclass, or a typed dictionary; ``BaseModel`` itself is none of them."""
    kind = get_origin(cls) or cls
    return (
        kind not in (BaseModel, RootModel)
        and isinstance(kind, type)
        and (issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind) or is_typeddict(kind))
    )


class Shape:
    """A class with fields, read once.

    Args:
        cls: a pydantic model, a dataclass of pydantic's or of Python's, or a typed dictionary.

    Attributes:
        cls: the class.
        fields: pydantic's description of each field that an instance is told, by name.
        keys: by name: the key by which a field is told, its alias if it has one.
        validate: makes an instance of plain data, or raises ``pydantic.ValidationError``.

    Raises:
        ConfigurationError: the class has no fields, or names a type that nobody knows.
    """

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        if not has_fields(cls):
            raise ConfigurationError(
                f"{cls!r}: expected a pydantic model, or a dataclass; a dataclass of Python's own will do as well"
            )
        self.fields: dict[str, FieldInfo] = _fields_of(cls)
        self.is_root = isinstance(cls, type) and issubclass(cls, RootModel)
        self.validate: Callable[[Any], Any] = _validator_of(cls)
        config = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", None) or {}
        self._paths = {name: _path_of(name, field, config) for name, field in self.fields.items()}
        self._is_flat = all(len(path) == 1 for path in self._paths.values())
        self.keys = {name: path[0] for name, path in self._paths.items()}
        self._names = {path[0]: name for name, path in reversed(self._paths.items())}

    @property
    def name(self) -> str:
        """The class's name."""
        return str(getattr(self.cls, "__name__", self.cls))

    def inputs(self, columns: Mapping[str, Sequence[Any]], count: int) -> list[Any]:
        """Put columns, by field name, together to what ``validate`` takes."""
        if self.is_root:
            return list(columns["root"])
        if not columns:
            return [{} for _ in range(count)]
        if self._is_flat:
            keys = [self.keys[name] for name in columns]
            return list(map(dict, map(zip, repeat(keys), zip(*columns.values(), strict=True))))  # the fastest way there is
        return [self._nested(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]

    def _nested(self, values: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in values.items():
            target: Any = found
            path = self._paths[name]
            for key, following in zip(path, [*path[1:], None], strict=True):
                if isinstance(target, list):
                    target.extend([None] * (key + 1 - len(target)))
                    kept = target[key]
                else:
                    kept = target.get(key)
                if following is None:
                    target[key] = value
                elif kept is None:
                    target[key] = kept = [] if isinstance(following, int) else {}
                target = kept
        return found

    def value_of(self, told: Any, name: str) -> Any:
        """What an input says of a field; None if it says nothing."""
        if self.is_root:
            return told
        for key in self._paths[name]:
            told = told[key]
        return told

    def with_value(self, told: Any, name: str, value: Any) -> Any:
        """A copy of an input that says something else of a field; ``MISSING``: nothing."""
        if self.is_root:
            return value
        *way, last = self._paths[name]
        found = target = copy(told)
        for key in way:
            target[key] = target = copy(target[key])
        if value is MISSING:
            del target[last]
        else:
            target[last] = value
        return found

    def names_of(self, error: pydantic.ValidationError) -> set[str]:
        """The fields that a validation error complains of; empty if it is about the whole."""
        places = [
            item["loc"][0] if item["loc"] else None
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        names = {self._names.get(str(place), place if place in self.fields else None) for place in places}
        return set() if None in names else {str(name) for name in names}


def _fields_of(cls: Any) -> dict[str, FieldInfo]:
    kind: Any = get_origin(cls) or cls
    if issubclass(kind, BaseModel):
        if not kind.__pydantic_complete__:
            _rebuilt(kind)
        found = dict(cls.model_fields)
    elif hasattr(kind, "__pydantic_fields__"):
        found = dict(kind.__pydantic_fields__)
    else:
        hints = typing.get_type_hints(kind, include_extras=True)
        told = {field.name: field for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else {}
        found = {}
        for name, hint in hints.items():
            if isinstance(hint, dataclasses.InitVar) and not hasattr(kind, name):
                raise ConfigurationError(
                    f"{kind.__name__}.{name}: an InitVar of Python's dataclass, which nobody can make up; give it "
                    "a default, or take pydantic.dataclasses.dataclass"
                )
            if told and (name not in told or not told[name].init):
                continue
            while get_origin(hint) in (Required, NotRequired, ReadOnly):
                hint = get_args(hint)[0]
            default = told[name].default if name in told else dataclasses.MISSING
            found[name] = (
                FieldInfo.from_annotation(hint)
                if default is dataclasses.MISSING
                else FieldInfo.from_annotated_attribute(hint, default)
            )
    return {name: field for name, field in found.items() if getattr(field, "init", None) is not False}


def _rebuilt(cls: type[BaseModel]) -> None:
    try:
        cls.model_rebuild()
    except (PydanticUserError, NameError) as error:
        raise ConfigurationError(
            f"{cls.__name__}: pydantic does not know all types of its fields: {error}; define them, or call "
            f"{cls.__name__}.model_rebuild()"
        ) from error


def _validator_of(cls: Any) -> Callable[[Any], Any]:
    try:
        if isinstance(cls, type) and issubclass(cls, BaseModel):
            return cls.__pydantic_validator__.validate_python
        return TypeAdapter(cls).validate_python
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        raise ConfigurationError(f"{type_name(cls)}: pydantic refuses it: {error}") from error


def _path_of(name: str, field: FieldInfo, config: Mapping[str, Any]) -> tuple[Any, ...]:
    alias = field.validation_alias if field.validation_alias is not None else field.alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    if alias is None or config.get("validate_by_alias") is False:
        return (name,)
    return tuple(alias.path) if isinstance(alias, AliasPath) else (alias,)

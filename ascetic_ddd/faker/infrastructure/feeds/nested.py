"""Nested values as their models are told them, where pydantic's own JSON would say something else."""

import base64
from collections import deque
from collections.abc import Callable, Mapping, Set
from functools import lru_cache
from typing import Any, get_args, get_origin

import pydantic
from pydantic.fields import FieldInfo

from ascetic_ddd.faker.infrastructure.feeds.csv_text import json_text
from ascetic_ddd.faker.infrastructure.feeds.pg_types import takes_json_text
from ascetic_ddd.faker.schema.reading.facts import is_alias, unfold
from ascetic_ddd.faker.schema.reading.plain import in_order, revealed
from ascetic_ddd.faker.schema.reading.shapes import Shape, has_fields
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("as_told", "bytes_text_of", "telling", "telling_field")

_UNKNOWN = (Any, object)  # there may be anything inside
_HIDDEN = (pydantic.SecretStr, pydantic.SecretBytes, pydantic.Secret)


def telling(field: FieldInfo, place: str, cls: Any) -> Callable[[Any], Any] | None:
    """What turns a field's values into what JSON has of them; None where pydantic's own way loses nothing.

    It would lose secrets, fields that are excluded or have a serializer, and keys where a model reads another alias than it
    writes; it would read back bytes and ``Json`` as something else; and it writes sets in an order that differs from run to run.

    Args:
        field: of a model.
        place: for messages.
        cls: the model; its ``val_json_bytes`` says how bytes are written.
    """
    if not _needs_care(field.annotation, place, frozenset()):
        return None
    mode = bytes_text_of(cls)
    return lambda value: as_told(value, mode)


def telling_field(model: ModelSynthesizer, name: str) -> Callable[[Any], Any] | None:
    """:func:`telling` for a field of a model."""
    return telling(model.shape.fields[name], f"{model.name}.{name}", model.model_class)


def bytes_text_of(cls: Any) -> Callable[[bytes], str]:
    """How bytes are written for a model: as its ``val_json_bytes`` reads them, where that can hold any bytes, else base64."""
    config = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", None) or {}
    return bytes.hex if config.get("val_json_bytes") == "hex" else _base64


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode()


def as_told(value: Any, bytes_text: Callable[[bytes], str]) -> Any:
    """A value as JSON can tell it to its model: of instances what they would be made of, of secrets what is behind them."""
    value = revealed(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes_text(bytes(value))
    if isinstance(value, (list, tuple, deque)):
        return [as_told(item, bytes_text) for item in value]
    if isinstance(value, Set):
        return in_order((as_told(item, bytes_text) for item in value), json_text)
    if isinstance(value, Mapping):
        return {_key(key, bytes_text): as_told(item, bytes_text) for key, item in value.items()}
    if not has_fields(type(value)):
        return value
    cls: Any = type(value)
    shape, documents = _shape_of(cls)
    inner = bytes_text_of(cls)
    values = {name: as_told(getattr(value, name), inner) for name in shape.fields}
    for name in documents:
        values[name] = None if values[name] is None else json_text(values[name])
    (told,) = shape.inputs({name: [part] for name, part in values.items()}, 1)
    return told


def _key(value: Any, bytes_text: Callable[[bytes], str]) -> Any:
    """A key of a mapping, which must stay hashable."""
    told = as_told(value, bytes_text)
    return tuple(told) if isinstance(told, list) else told


@lru_cache(maxsize=1_000)
def _shape_of(cls: Any) -> tuple[Shape, list[str]]:
    shape = Shape(cls)
    return shape, [name for name, field in shape.fields.items() if takes_json_text(field, name)]


def _needs_care(annotation: Any, place: str, seen: frozenset[Any]) -> bool:
    if is_alias(annotation):
        if annotation in seen:
            return False
        seen |= {annotation}
    annotation = unfold(FieldInfo.from_annotation(annotation), place).annotation
    kind = get_origin(annotation) or annotation
    if kind in _UNKNOWN or (isinstance(kind, type) and issubclass(kind, (bytes, bytearray, Set, *_HIDDEN))):
        return True
    if any(_needs_care(part, place, seen) for part in get_args(annotation) if _is_type(part)):
        return True
    if not has_fields(annotation) or kind in seen:
        return False
    shape = Shape(annotation)
    return _reads_otherwise(annotation, shape) or any(
        takes_json_text(field, name) or _needs_care(field.annotation, f"{place}.{name}", seen | {kind})
        for name, field in shape.fields.items()
    )


def _reads_otherwise(cls: Any, shape: Shape) -> bool:
    decorators = getattr(cls, "__pydantic_decorators__", None)
    if any(getattr(decorators, name, None) for name in ("field_serializers", "model_serializers", "computed_fields")):
        return True
    return any(
        field.exclude
        or isinstance(field.validation_alias, pydantic.AliasPath)
        or shape.keys[name] != (field.serialization_alias or name)
        for name, field in shape.fields.items()
    )


def _is_type(part: Any) -> bool:
    return isinstance(part, type) or get_origin(part) is not None or hasattr(part, "__value__") or hasattr(part, "__supertype__")

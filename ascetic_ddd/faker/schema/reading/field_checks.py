"""The validation of one field by itself, taken out of its class's schema."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from pydantic_core import SchemaError, SchemaValidator

__all__ = ("READ_ONCE", "FieldCheck", "field_check")

READ_ONCE = (
    "pydantic makes it a generator, which can be read once: who looks at a row, or writes it, would leave nothing to the next; "
    "make it a list, or a Sequence"
)
"""Why a field is refused."""

_CHANGES = ("to_upper", "to_lower", "strip_whitespace")


class FieldCheck(NamedTuple):
    """What pydantic does to a field's value.

    Attributes:
        validate: gives the value as an instance has it, or raises ``pydantic.ValidationError``; a validator of the
        application may
            raise what it likes, because it sees no other field.
        is_own: validators of the application are among it.
        changes: it changes texts, to upper case for example.
        is_read_once: it makes a generator of whatever it is given.
    """

    validate: Callable[[Any], Any]
    is_own: bool
    changes: bool
    is_read_once: bool = False


def field_check(cls: Any, name: str) -> FieldCheck | None:
    """The check of a field; None if the class's schema is of a kind that hides it."""
    schema: Any = getattr(cls, "__pydantic_core_schema__", None)
    if not isinstance(schema, Mapping):
        schema = TypeAdapter(cls).core_schema
    definitions: list[Any] = []
    config: dict[str, Any] = {}
    while schema["type"] not in ("model-fields", "dataclass-args", "typed-dict"):
        if schema["type"] == "definitions":
            definitions = schema["definitions"]
        config |= schema.get("config") or {}
        following = schema.get("schema")
        if schema["type"] == "definition-ref":
            following = next((found for found in definitions if found.get("ref") == schema["schema_ref"]), None)
        if not isinstance(following, Mapping):
            return None
        schema = following
    fields = schema["fields"]
    field = fields.get(name) if isinstance(fields, Mapping) else next((found for found in fields if found["name"] == name), None)
    if field is None:
        return None
    inner = field["schema"]
    whole = {"type": "definitions", "schema": inner, "definitions": definitions} if definitions else inner
    config |= schema.get("config") or {}
    try:
        validator = SchemaValidator(whole, config)  # type: ignore[arg-type]  # plain mappings
    except SchemaError:
        return None
    changes = any(config.get(f"str_{change}") for change in _CHANGES)
    is_read_once = _any(inner, lambda found: found["type"] == "generator")
    return FieldCheck(validator.validate_python, _any(inner, _is_own), changes or _any(inner, _changes), is_read_once)


def _any(schema: Any, question: Callable[[Mapping[str, Any]], bool]) -> bool:
    while isinstance(schema, Mapping):
        if question(schema):
            return True
        schema = schema.get("schema")
    return False


def _changes(schema: Mapping[str, Any]) -> bool:
    return schema["type"] == "str" and any(schema.get(change) for change in _CHANGES)


def _is_own(schema: Mapping[str, Any]) -> bool:
    if not schema["type"].startswith("function-"):
        return False
    module = getattr(schema["function"].get("function"), "__module__", None) or ""
    return not module.startswith("pydantic")

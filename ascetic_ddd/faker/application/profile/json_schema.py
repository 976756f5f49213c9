"""The JSON Schema of a profile, made of the model: ``docs/profile.schema.json`` is what :func:`json_schema` gives."""

import inspect
from dataclasses import MISSING, Field, fields, is_dataclass
from types import NoneType
from typing import Any, Literal, get_type_hints

from ascetic_ddd.faker.application.profile.completing import DERIVED
from ascetic_ddd.faker.application.profile.model import Profile, ReferenceProfile
from ascetic_ddd.faker.application.profile.reading import Kind, kind_of

__all__ = ("json_schema",)

_TYPES = {int: "integer", float: "number", str: "string", bool: "boolean", NoneType: "null"}
_SECTION = "Attributes:\n"


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a profile's file."""
    definitions: dict[str, Any] = {}
    top = _object(Profile, definitions)
    top["properties"]["version"] = {"const": 1, "description": "of the file's format"}
    top["required"] = ["version", "tables", "references"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Profile of a database, captured by ascetic-ddd",
        **top,
        "$defs": dict(sorted(definitions.items())),
    }


def _object(cls: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    words = _attributes(cls)
    return {
        "description": (inspect.getdoc(cls) or "").split("\n\n")[0].replace("\n", " "),
        "type": "object",
        "properties": {
            each.name: {**_schema(hints[each.name], definitions), "description": words[each.name]} for each in fields(cls)
        },
        "required": [each.name for each in fields(cls) if _is_required(cls, each)],
        "additionalProperties": False,
    }


def _is_required(cls: Any, field: Field[Any]) -> bool:
    has_default = field.default is not MISSING or field.default_factory is not MISSING
    return not has_default and not (cls is ReferenceProfile and field.name in DERIVED)


def _attributes(cls: Any) -> dict[str, str]:
    """The words of the docstring's section Attributes, by name; the records below the class have it."""
    words: dict[str, str] = {}
    name = ""
    docs = (inspect.getdoc(kind) or "" for kind in cls.__mro__)
    section = next(doc.partition(_SECTION)[2] for doc in docs if _SECTION in doc)
    for line in section.splitlines():
        if line.startswith("    ") and not line.startswith("     "):
            name, _, text = line.strip().partition(": ")
            words[name] = text
        elif line.strip() and name:
            words[name] += f" {line.strip()}"
    return {name: text.replace("``", "").replace(":class:", "").replace("`", "") for name, text in words.items()}


def _schema(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    kind = kind_of(hint)
    if isinstance(kind.hint, type) and is_dataclass(kind.hint):
        name = kind.hint.__name__
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = _object(kind.hint, definitions)
        return {"$ref": f"#/$defs/{name}"}
    if kind.is_union:
        return _union(kind, definitions)
    if kind.origin is Literal:
        return {"enum": list(kind.parts)}
    if kind.origin is dict:
        return {"type": "object", "additionalProperties": _schema(kind.parts[1], definitions)}
    if kind.origin is tuple:
        return _array(kind, definitions)
    return _number_or_text(kind)


def _union(kind: Kind, definitions: dict[str, Any]) -> dict[str, Any]:
    members = [_schema(part, definitions) for part in kind.parts]
    if all(member.keys() == {"type"} for member in members):
        return {"type": [member["type"] for member in members]}
    return {"anyOf": members}


def _array(kind: Kind, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind.parts[-1] is Ellipsis:
        return {"type": "array", "items": _schema(kind.parts[0], definitions)}
    parts = [_schema(part, definitions) for part in kind.parts]
    return {"type": "array", "prefixItems": parts, "items": False, "minItems": len(parts)}


def _number_or_text(kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = {"type": _TYPES[kind.hint]}
    if kind.limits is not None and kind.limits.low is not None:
        found["minimum"] = kind.limits.low
    if kind.limits is not None and kind.limits.high is not None:
        found["maximum"] = kind.limits.high
    return found

"""Structs of msgspec, with what their ``Meta`` says; it is not imported."""

from collections.abc import Callable, Sequence
from typing import Any, get_args, get_type_hints

from ascetic_ddd.faker.declaring.readers.field import MISSING, Field

__all__ = ("MsgspecReader",)

_SAID = ("ge", "gt", "le", "lt", "multiple_of", "pattern", "min_length", "max_length")


class MsgspecReader:
    """Reads structs."""

    def supports(self, model: Any) -> bool:
        return isinstance(model, type) and hasattr(model, "__struct_fields__")

    def fields(self, model: Any) -> Sequence[Field]:
        hints = get_type_hints(model, include_extras=True)
        names: Sequence[str] = model.__struct_fields__
        defaults = dict(zip(reversed(names), reversed(model.__struct_defaults__), strict=False))
        return [
            Field(
                name,
                hints[name],
                _constraints(hints[name]),
                **_default(defaults.get(name, MISSING)),
            )
            for name in names
        ]

    def factory(self, model: Any) -> Callable[..., Any] | None:
        return None


def _default(told: Any) -> dict[str, Any]:
    if repr(told) == "NODEFAULT":
        return {}
    return {"makes_default": told.factory} if type(told).__name__ == "Factory" else {"default": told}


def _constraints(hint: Any) -> dict[str, Any]:
    """What a ``Meta`` in ``Annotated`` says, behind ``| None`` too."""
    found: dict[str, Any] = {}
    for meta in getattr(hint, "__metadata__", ()):
        if type(meta).__module__.partition(".")[0] == "msgspec":
            found |= {name: getattr(meta, name) for name in _SAID if getattr(meta, name, None) is not None}
    for argument in get_args(hint):
        if hasattr(argument, "__metadata__"):
            found |= _constraints(argument)
    return found

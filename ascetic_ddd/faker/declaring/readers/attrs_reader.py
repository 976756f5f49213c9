"""Classes of attrs, with what their validators say."""

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_type_hints

from ascetic_ddd.faker.declaring.readers.field import Field, unknown

__all__ = ("AttrsReader",)

_BOUNDS = {operator.ge: "ge", operator.gt: "gt", operator.le: "le", operator.lt: "lt"}
_LENGTHS = {"_MaxLengthValidator": "max_length", "_MinLengthValidator": "min_length"}


class AttrsReader:
    """Reads classes of attrs."""

    def supports(self, model: Any) -> bool:
        return isinstance(model, type) and hasattr(model, "__attrs_attrs__")

    def fields(self, model: Any) -> Sequence[Field]:
        hints = get_type_hints(model, include_extras=True)
        return [self._field(each, hints.get(each.name, each.type)) for each in model.__attrs_attrs__ if each.init]

    def factory(self, model: Any) -> Callable[..., Any] | None:
        return None

    def _field(self, attribute: Any, hint: Any) -> Field:
        told = dict(_said(attribute.validator))
        values = told.pop("values", None)
        name = attribute.alias or attribute.name.lstrip("_")
        default = attribute.default
        if repr(default) == "NOTHING":
            return Field(name, hint, told, values)
        if hasattr(default, "takes_self"):  # a factory; one that takes the object is left to the model
            return Field(name, hint, told, values, makes_default=unknown if default.takes_self else default.factory)
        return Field(name, hint, told, values, default=default)


def _said(validator: Any) -> Iterator[tuple[str, Any]]:
    """What validators of attrs say, by the names of pydantic; all others say nothing that could be drawn by."""
    kind = type(validator).__name__
    if kind == "_AndValidator":
        for each in validator._validators:  # noqa: SLF001  # attrs tells it nowhere else
            yield from _said(each)
    elif kind == "_OptionalValidator":
        yield from _said(validator.validator)
    elif kind == "_NumberValidator" and validator.compare_func in _BOUNDS:
        yield _BOUNDS[validator.compare_func], validator.bound
    elif kind in _LENGTHS:
        yield _LENGTHS[kind], getattr(validator, _LENGTHS[kind])
    elif kind == "_MatchesReValidator":
        yield "pattern", validator.pattern.pattern
    elif kind == "_InValidator":
        yield "values", list(validator.options)

"""Dataclasses, and pydantic's own kind of them."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, get_type_hints

from ascetic_ddd.faker.declaring.readers.field import MISSING, Field

__all__ = ("DataclassReader",)


class DataclassReader:
    """Reads dataclasses."""

    def supports(self, model: Any) -> bool:
        return isinstance(model, type) and dataclasses.is_dataclass(model)

    def fields(self, model: Any) -> Sequence[Field]:
        hints = get_type_hints(model, include_extras=True)
        return [
            Field(
                each.name,
                hints[each.name],
                default=MISSING if each.default is dataclasses.MISSING else each.default,
                makes_default=None if each.default_factory is dataclasses.MISSING else each.default_factory,
            )
            for each in dataclasses.fields(model)
            if each.init
        ]

    def factory(self, model: Any) -> Callable[..., Any] | None:
        return None

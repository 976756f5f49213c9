"""Typed dictionaries."""

from collections.abc import Callable, Sequence
from typing import Any, NotRequired, Required, get_args, get_origin, get_type_hints

from typing_extensions import ReadOnly, is_typeddict

from ascetic_ddd.faker.declaring.readers.field import Field, unknown

__all__ = ("TypedDictReader",)


class TypedDictReader:
    """Reads typed dictionaries; a key that is not required is left out, unless it is declared."""

    def supports(self, model: Any) -> bool:
        return is_typeddict(model)

    def fields(self, model: Any) -> Sequence[Field]:
        hints = get_type_hints(model, include_extras=True)
        required = model.__required_keys__
        return [Field(name, _bare(hint), makes_default=None if name in required else unknown) for name, hint in hints.items()]

    def factory(self, model: Any) -> Callable[..., Any] | None:
        return None


def _bare(hint: Any) -> Any:
    while get_origin(hint) in (Required, NotRequired, ReadOnly):
        hint = get_args(hint)[0]
    return hint

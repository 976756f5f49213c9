"""Models of pydantic; it is not imported."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from ascetic_ddd.faker.declaring.readers.field import MISSING, Field, unknown

__all__ = ("PydanticReader",)


class PydanticReader:
    """Reads models and dataclasses of pydantic 2; the descriptions of the fields have their constraints."""

    def supports(self, model: Any) -> bool:
        return isinstance(model, type) and bool(getattr(model, "__pydantic_fields__", None))

    def fields(self, model: Any) -> Sequence[Field]:
        return [
            Field(
                name,
                Annotated[info.annotation, *info.metadata, info] if info.metadata else Annotated[info.annotation, info],
                default=MISSING if info.is_required() or info.default_factory is not None else info.default,
                obstacle=_obstacle(name, info, model),
                makes_default=unknown if info.default_factory_takes_validated_data else info.default_factory,
            )
            for name, info in model.__pydantic_fields__.items()
            if info.init is not False
        ]

    def factory(self, model: Any) -> Callable[..., Any] | None:
        """What it shows of its parameters are its aliases."""
        has_aliases = any(info.validation_alias not in (None, name) for name, info in model.__pydantic_fields__.items())
        return (lambda **told: model(**told)) if has_aliases else None


def _obstacle(name: str, info: Any, model: Any) -> tuple[str, str] | None:
    """An alias by which alone the model can be told a field."""
    config = getattr(model, "model_config", None) or getattr(model, "__pydantic_config__", None) or {}
    if info.validation_alias in (None, name) or config.get("populate_by_name") or config.get("validate_by_name"):
        return None
    return f"it is told by its alias {info.validation_alias!r} alone", "model_config = ConfigDict(populate_by_name=True)"

"""What follows from the types of fields: which classes stand behind them, and how a field is refused."""

from typing import Annotated, Any, NewType, get_args, get_origin

from ascetic_ddd.faker.declaring.readers.field import Field
from ascetic_ddd.faker.declaring.readers.known_readers import reader_of
from ascetic_ddd.faker.declaring.reading import is_nullable, item_of, without_none
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("bare", "contains", "is_model", "only_field", "plain_type", "refused")


def bare(hint: Any) -> Any:
    """A type without ``Annotated``, ``| None`` and ``NewType``."""
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif isinstance(hint, NewType):
            hint = hint.__supertype__
        elif is_nullable(hint):
            hint = without_none(hint)
        else:
            return hint


def is_model(hint: Any) -> bool:
    """Tell whether a type is a class whose fields are known."""
    return reader_of(hint) is not None


def only_field(cls: Any) -> Field | None:
    """The field of a value object that has one."""
    reader = reader_of(cls)
    if reader is None or issubclass(cls, dict):
        return None
    fields = reader.fields(cls)
    return fields[0] if len(fields) == 1 and not fields[0].is_key else None


def plain_type(kind: Any) -> Any:
    """The type of the plain value behind a type: that of the field of a value object that has one."""
    inner = only_field(kind)
    return kind if inner is None else bare(inner.hint)


def contains(model: Any, wanted: Any) -> bool:
    """Tell whether objects of a model have others of a class in them, at any depth."""
    seen: set[Any] = set()
    waiting = [model]
    while waiting:
        reader = reader_of(current := waiting.pop())
        if reader is None or current in seen:
            continue
        seen.add(current)
        inner = [bare(each) for field in reader.fields(current) for each in (field.hint, item_of(bare(field.hint)))]
        if wanted in inner:
            return True
        waiting += inner
    return False


def refused(model: Any, field: Field, reason: str, advice: str) -> ConfigurationError:
    """The error of a field of which nothing follows: field, type, what to do."""
    hint = field.hint.__name__ if isinstance(field.hint, type) and get_origin(field.hint) is None else field.hint
    return ConfigurationError(
        f"{model.__name__}.{field.name}, of type {hint}, cannot be derived: {reason.rstrip('.')}. What to do: tell it, as "
        f"Aggregate.of({model.__name__}, {field.name}=…): {advice}"
    )

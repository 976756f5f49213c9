"""How often a field is None, by its words."""

from typing import Any

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.distributors.validation import number_fault
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.reading.facts import extra_of, is_nullable

__all__ = ("DEFAULT_NULL_WEIGHT", "null_weight_of")

DEFAULT_NULL_WEIGHT = 0.1
"""Share of ``None`` in an optional field that tells none."""


def null_weight_of(field: FieldInfo, default: float = DEFAULT_NULL_WEIGHT) -> float:
    """The share of ``None`` that a field asks for, by ``null_weight``.

    Raises:
        ConfigurationError: it is not between 0 and 1, or above 0 in a field that allows no ``None``.
    """
    extra = extra_of(field)
    told = extra.get("null_weight")
    for key in ("sql", "distribution"):
        inner: Any = extra.get(key)
        if told is None and hasattr(inner, "get"):
            told = inner.get("null_weight")
    nullable = is_nullable(field.annotation)
    if told is None:
        return default if nullable else 0.0
    faults = number_fault("null_weight", told, 0.0, 1.0, "probability of None")
    if faults:
        raise ConfigurationError(faults[0])
    if told and not nullable:
        raise ConfigurationError(f"null_weight={told!r}: the field allows no None; make it optional, or leave null_weight out")
    return float(told)

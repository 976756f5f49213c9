"""Values of one of several types, and values that may be missing."""

import types
from collections.abc import Sequence
from typing import Any, Union, get_origin

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.distributors.validation import number_fault
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.choices import shares_of
from ascetic_ddd.faker.schema.facts import derived, extra_of, is_nullable, members_of, not_null
from ascetic_ddd.faker.schema.field_maker import DepthError
from ascetic_ddd.faker.schema.synthesizer import Synthesizer, Values

__all__ = ("DEFAULT_NULL_WEIGHT", "SynthesizeOptional", "SynthesizeUnion", "null_weight_of")

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


class SynthesizeOptional(Values):
    """Gives ``None`` with the probability ``null_weight``, and otherwise what the type without ``None`` gives."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return is_nullable(field.annotation)

    def prepare(self) -> None:
        self.null_weight = null_weight_of(self.field)
        try:
            self.inner: Synthesizer | None = self.part("value", derived(self.field, not_null(self.field.annotation)))
        except DepthError:
            self.inner, self.null_weight = None, 1.0

    def drawn(self, count: int) -> list[Any]:
        random, weight = self.random.random, self.null_weight
        if self.inner is None:
            return [None] * count
        is_null = [random() < weight for _ in range(count)]
        values = iter(self.inner.draw(count - sum(is_null)))
        return [None if null else next(values) for null in is_null]


class SynthesizeUnion(Values):
    """Gives a value of one of the types, each as often, or by ``weights``, one a type."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return get_origin(field.annotation) in (Union, types.UnionType) and not is_nullable(field.annotation)

    def prepare(self) -> None:
        members = members_of(self.field.annotation)
        found: list[Synthesizer] = []
        deep: DepthError | None = None
        kept = []
        for place, member in enumerate(members):
            try:
                found.append(self.part(str(place), self._field_of(member)))
                kept.append(place)
            except DepthError as error:
                deep = error
        if not found and deep is not None:
            raise deep
        shares = shares_of(self.json_schema_extra, len(members))
        self._members: Sequence[Synthesizer] = found
        self._shares = [shares[place] for place in kept]

    def _field_of(self, member: Any) -> FieldInfo:
        field = FieldInfo.from_annotation(member)
        words = {key: value for key, value in self.json_schema_extra.items() if key not in ("weights", "skew", "mean")}
        field.json_schema_extra = {**extra_of(field), **words}
        return field

    def drawn(self, count: int) -> list[Any]:
        chosen = self.random.choices(range(len(self._members)), weights=self._shares, k=count)
        values = [iter(member.draw(chosen.count(place))) for place, member in enumerate(self._members)]
        return [next(values[place]) for place in chosen]

"""Values of one of several types, and values that may be missing."""

import types
from collections.abc import Sequence
from typing import Any, Union, get_origin

from pydantic.fields import FieldInfo

from ascetic_ddd.faker.schema.reading.facts import derived, extra_of, is_nullable, members_of, not_null
from ascetic_ddd.faker.schema.reading.null_weights import null_weight_of
from ascetic_ddd.faker.schema.synthesizers.choices import shares_of
from ascetic_ddd.faker.schema.synthesizers.interfaces import DepthError
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer, Values

__all__ = ("SynthesizeOptional", "SynthesizeUnion")


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

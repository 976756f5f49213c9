"""A field of a model as a recipe: which one, by what the model says of it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, get_origin
from uuid import UUID

from ascetic_ddd.faker.declaring.field_facts import bare, contains, is_model, only_field, plain_type, refused
from ascetic_ddd.faker.declaring.readers.field import MISSING, Field
from ascetic_ddd.faker.declaring.reading import enum_class, is_nullable, item_of, without_none
from ascetic_ddd.faker.declaring.recipes import children, constant, given, value
from ascetic_ddd.faker.declaring.synthesized import ModelReference, Synthesized
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("FieldRecipes",)

NULL_WEIGHT = 0.1
"""Share of None in what may be None, if nobody says another."""
MEAN = 50
"""Rows for each aggregate that a foreign key refers to, if nobody says another."""
_CHILDREN = 3
_DRAWN = (UUID, date, datetime, time)
"""What a model makes by chance, or of the clock: it is drawn, so that a seed says which."""
_COLLECTIONS = {"Collection", "Iterable", "MutableSequence", "Sequence", "frozenset", "list", "set", "tuple"}


class FieldRecipes:
    """Gives the recipes of a model's fields.

    Args:
        model: the class.
        taken: names that the provider itself uses.
        composite_of: gives a provider's class for a value object of several fields, and the probability of None.
        aggregate_of: gives one for a model that a foreign key refers to.
    """

    def __init__(
        self,
        model: Any,
        taken: Collection[str],
        composite_of: Callable[[Any, float], type[Any]],
        aggregate_of: Callable[[Any], type[Any]],
    ) -> None:
        self._model = model
        self._taken = taken
        self._composite_of = composite_of
        self._aggregate_of = aggregate_of

    def recipe(self, field: Field) -> Any:
        """What a field is drawn by; None: it is left to the model.

        Raises:
            ConfigurationError: nothing follows from what the model says; the message tells field, type, and what to do.
        """
        self._check_name(field)
        if field.refers_to is not None:
            mean = 1 if field.is_unique else MEAN
            return ModelReference(field.refers_to, self._aggregate_of, mean, 0.0 if field.is_key else _null_weight(field))
        if field.is_given:
            return given()
        if field.is_key:
            return self._key(field)
        default = _constant_default(field)
        if default is not MISSING:
            return self._constant(field, default)
        if field.makes_default is not None and bare(field.hint) not in _DRAWN:
            return None
        return self._drawn(field)

    def _check_name(self, field: Field) -> None:
        if field.name in self._taken:
            raise self._refused(
                field,
                "providers have an attribute of that name themselves",
                f"a part {field.name}_ in a subclass of Aggregate, with a factory= and an exporter= that give it its name",
            )
        if field.obstacle is not None:
            raise self._refused(field, *field.obstacle)

    def _key(self, field: Field) -> Any:
        kind = bare(field.hint)
        inner = only_field(kind)
        factory = kind if inner is not None else None
        plain = plain_type(kind)
        if plain is UUID:
            return value(UUID, factory=factory)
        if plain is int:
            is_open = is_nullable(field.hint) or (inner is not None and is_nullable(inner.hint))
            return given(factory=factory) if is_open else value(sequence=True, start=1, factory=factory)
        if plain is str:
            return self._synthesized(replace(field, is_unique=True))
        advice = f"class {field.name}(Composite[…]) in a subclass of Aggregate"
        raise self._refused(field, "which of its parts the database gives is not told", advice)

    def _constant(self, field: Field, default: Any) -> Any:
        """A part that is always the default, unless another is told; None where nothing else could be told."""
        kind = bare(field.hint)
        if enum_class(kind) is not None or only_field(kind) is not None:
            return constant(default, kind)
        if is_model(kind) or is_model(bare(item_of(kind))):
            return None
        return constant(default, self._synthesized(field).field().factory)

    def _drawn(self, field: Field) -> Any:
        kind, null_weight = bare(field.hint), _null_weight(field)
        if field.name.endswith("_id") and plain_type(kind) in (int, UUID):
            advice = f"{field.name}=reference(…), or value(…) if it is none"
            raise self._refused(field, "it looks like the id of something else", advice)
        if field.values is not None:
            return value(values=list(field.values), null_weight=null_weight)
        if enum_class(kind) is not None:
            return value(kind, null_weight=null_weight, factory=kind)
        if is_model(kind) and only_field(kind) is None:
            return self._composite(field, kind, null_weight)
        if is_model(bare(item_of(kind))):
            return self._many(field, kind)
        return self._synthesized(field, null_weight)

    def _composite(self, field: Field, kind: Any, null_weight: float) -> Any:
        if kind is self._model or contains(kind, kind):
            raise self._refused(field, "it contains itself", f"{field.name}=value(lambda: …)")
        try:
            return self._composite_of(kind, null_weight)
        except ConfigurationError as error:
            raise self._refused(field, str(error), f"class {field.name}(Composite[{kind.__name__}])") from error

    def _many(self, field: Field, kind: Any) -> Any:
        item = bare(item_of(kind))
        if getattr(get_origin(kind), "__name__", "") not in _COLLECTIONS:
            raise self._refused(field, "it is no list, tuple or set of them", f"{field.name}=children(…)")
        if only_field(item) is not None:
            raise self._refused(field, "they are values of one field", f"{field.name}=children(value(…), low=1, high=3)")
        if item is self._model or contains(item, self._model) or contains(item, item):
            raise self._refused(field, "it contains itself", f"{field.name}=value(lambda: [])")
        return children(self._composite_of(item, 0.0), low=1, high=_CHILDREN)

    def _synthesized(self, field: Field, null_weight: float = 0.0) -> Synthesized:
        kind = bare(field.hint)
        inner = only_field(kind)
        constraints = dict(field.constraints) if inner is None else {**inner.constraints, **field.constraints}
        recipe = Synthesized(
            field.name,
            without_none(field.hint if inner is None else inner.hint),
            constraints,
            (str(self._model.__name__), str(self._model.__module__)),
            null_weight,
            None if inner is None else kind,
            field.is_unique,
        )
        try:
            recipe.field()
        except (ConfigurationError, TypeError) as error:
            reason = str(error).removeprefix(f"{self._model.__name__}.{field.name}: ").partition(". ")[0]
            raise self._refused(field, reason, f"{field.name}=value(lambda: …)") from error
        return recipe

    def _refused(self, field: Field, reason: str, advice: str) -> ConfigurationError:
        return refused(self._model, field, reason, advice)


def _null_weight(field: Field) -> float:
    return NULL_WEIGHT if is_nullable(field.hint) else 0.0


def _constant_default(field: Field) -> Any:
    """What the model takes where nothing is told, if that is always the same, and not None."""
    if field.default is not MISSING:
        return MISSING if field.default is None else field.default
    if field.makes_default is None or bare(field.hint) in _DRAWN:
        return MISSING
    made = field.makes_default()
    return made if isinstance(made, Collection) and not isinstance(made, str) and not made else MISSING

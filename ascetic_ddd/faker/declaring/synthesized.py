"""Recipes that nobody writes: a field that is drawn by its type, and a reference to a model rather than to a provider."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ascetic_ddd.faker.declaring.exporting import exported
from ascetic_ddd.faker.declaring.recipe import Place, Recipe
from ascetic_ddd.faker.declaring.recipes import reference
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

__all__ = ("ModelReference", "Synthesized")


@dataclass(frozen=True)
class Synthesized(Recipe):
    """What the schema's synthesizers draw for a field of this name, type and constraints.

    Attributes:
        name: of the field.
        hint: its type, without None.
        constraints: as ``Field`` of the readers has them.
        place: names of the model and its module.
        null_weight: the probability of None.
        factory: makes the output; None: what the type says.
        is_unique: no two are the same.
    """

    name: str
    hint: Any
    constraints: Mapping[str, Any]
    place: tuple[str, str]
    null_weight: float = 0.0
    factory: Callable[[Any], Any] | None = None
    is_unique: bool = False

    def field(self) -> Any:
        """What draws it.

        Raises:
            ConfigurationError: nothing is known that does.
        """
        from ascetic_ddd.faker.schema.aggregates.lone_field import LoneField  # which needs an extra

        model, module = self.place
        return LoneField(self.name, self.hint, self.constraints, model=model, module=module)

    def resolved(self, place: Place) -> Provider[Any, Any]:
        field = self.field()
        generator = field.distinct() if self.is_unique and field.is_counted else field.generator
        law: dict[str, Any] = {"null_weight": self.null_weight} if self.null_weight else {}
        if self.is_unique:
            law |= {"sequence": True} if field.is_counted else {"mean": 1}
        return ValueProvider(
            distributor=distributor_factory(**law) if law else None,
            output_factory=self.factory or field.factory,
            output_exporter=exported,
            input_generator=generator,
        )


@dataclass(frozen=True)
class ModelReference(Recipe):
    """The id of an aggregate of another model, whoever provides it.

    Attributes:
        model: the other model.
        derived: gives a provider of it, if the graph has none.
        mean: rows for each aggregate that is referred to.
        null_weight: the probability of None.
    """

    model: Any
    derived: Callable[[Any], type[Any]]
    mean: float
    null_weight: float

    def resolved(self, place: Place) -> Provider[Any, Any]:
        provider = place.providers.class_of(self.model) or self.derived(self.model)
        return cast(Recipe, reference(provider, mean=self.mean, null_weight=self.null_weight)).resolved(place)

"""What a recipe is, and what it is told of the place where it is resolved."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.provider import Provider

__all__ = ("IFinding", "Place", "Recipe", "Target", "as_recipe")

Target = AggregateProvider[Any, Any] | Callable[[], AggregateProvider[Any, Any]]
"""The provider of what a reference refers to, or a function that gives it where it is not made yet."""


class IFinding(Protocol):
    """Finds the providers that recipes name."""

    def target(self, wanted: Any, place: "Place") -> Target:
        """The provider of aggregates that a recipe names, by its class, or the class's name."""
        ...

    def class_of(self, model: Any) -> type[AggregateProvider[Any, Any]] | None:
        """The class of a provider of this model's aggregates, if there is one."""
        ...


@dataclass(frozen=True)
class Place:
    """A part of a provider that is being made.

    Attributes:
        owner: the class that declares the part.
        name: the part's.
        hint: the type that the model's factory takes under that name; None if it does not tell.
        providers: finds the providers that recipes name.
    """

    owner: type
    name: str
    hint: Any
    providers: IFinding

    def __str__(self) -> str:
        return f"{self.owner.__qualname__}.{self.name}"


class Recipe(ABC):
    """What a part shall be. It holds no state: each provider that is made of it is another one."""

    is_given: ClassVar[bool] = False
    """The database gives it, or the domain: it is left out where the factory of the object does not take it."""

    hidden: bool = False
    """The factory of the object does not see it."""

    @abstractmethod
    def resolved(self, place: Place) -> Provider[Any, Any]:
        """A provider for this place.

        Raises:
            ConfigurationError: the recipe does not hold together.
        """

    def told(self, input: Any) -> "Recipe | None":
        """The recipe of a part that is always this; None if the part has to be told it."""
        return None


def as_recipe(said: Any) -> Recipe | None:
    """A recipe, or that of a class of parts; None of anything else."""
    found = getattr(said, "_as_recipe", None) if isinstance(said, type) else said
    return found if isinstance(found, Recipe) else None

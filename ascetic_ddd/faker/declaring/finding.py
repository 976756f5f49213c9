"""The providers that exist already, found by the classes that recipes name."""

import sys
from collections.abc import Iterable
from typing import Any, TypeVar

from ascetic_ddd.faker.declaring.recipe import Place, Target
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider

__all__ = ("Known",)

P = TypeVar("P", bound=AggregateProvider[Any, Any])


class Known:
    """Providers by their classes: those given, and all that these lead to.

    Args:
        providers: those given.
    """

    def __init__(self, providers: Iterable[AggregateProvider[Any, Any]] = ()) -> None:
        self._known: dict[type, AggregateProvider[Any, Any]] = {}
        for given in providers:
            if not isinstance(given, AggregateProvider):
                raise ConfigurationError(
                    f"{given!r} was given as a provider of what is referred to; expected an aggregate provider"
                )
            for provider in given.walk():
                if isinstance(provider, AggregateProvider):
                    self._known.setdefault(type(provider), provider)

    def class_of(self, model: Any) -> type[AggregateProvider[Any, Any]] | None:
        """The class of a provider of this model's aggregates, if there is one."""
        for cls, provider in self._known.items():
            declared = getattr(cls, "_declaration", None)
            if (provider.output_class if declared is None else declared.model) is model:
                return cls
        return None

    def begin(self, provider: AggregateProvider[Any, Any]) -> None:
        """A provider is being made; what refers to its class refers to it."""
        self._known[type(provider)] = provider

    def target(self, wanted: Any, place: Place) -> Target:
        """The provider of aggregates that a recipe names.

        Args:
            wanted: its class, the class's name, a function that returns the class or the provider, or a provider.
            place: where it is named.

        Raises:
            ConfigurationError: it is nothing of the kind, or no such provider is there.
        """
        if isinstance(wanted, str):
            wanted = _named(wanted, place)
        elif callable(wanted) and not isinstance(wanted, type):
            wanted = wanted()
        if isinstance(wanted, AggregateProvider):
            return wanted
        if not (isinstance(wanted, type) and issubclass(wanted, AggregateProvider)):
            raise ConfigurationError(f"{place} refers to {wanted!r}; expected the class of an aggregate provider, or its name")
        found = self._found(wanted, place)
        return found if "memory" in vars(found) else lambda: found  # it is being made: its references lead back here

    def _found(self, wanted: type[P], place: Any) -> P:
        found = self._known.get(wanted)
        if found is None:
            fitting = [provider for cls, provider in self._known.items() if issubclass(cls, wanted)]
            if len(fitting) != 1:
                raise ConfigurationError(
                    f"{place} refers to {wanted.__qualname__}, and {len(fitting) or 'none'} of that class was given; "
                    f"give one after the repository: {place.owner.__qualname__}(repository, {wanted.__qualname__}(…)), or let "
                    "Providers make them all"
                )
            found = fitting[0]
        return found  # type: ignore[return-value]  # it is kept under its class


def _named(name: str, place: Place) -> Any:
    module: Any = sys.modules.get(place.owner.__module__)
    found = getattr(module, name, None)
    if found is None:
        raise ConfigurationError(f"{place} refers to {name!r}, but {place.owner.__module__} has nothing of that name")
    return found

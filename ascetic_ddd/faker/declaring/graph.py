"""All providers of a graph, each made when it is first asked for."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from ascetic_ddd.faker.declaring.classes import Aggregate
from ascetic_ddd.faker.declaring.declaration import declaration_of
from ascetic_ddd.faker.declaring.finding import Known
from ascetic_ddd.faker.declaring.recipe import Place
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider

__all__ = ("MakeRepository", "Providers")

P = TypeVar("P", bound=AggregateProvider[Any, Any])

MakeRepository: TypeAlias = Callable[[Any, Callable[[Any], dict[str, Any]]], Any]
"""Makes the repository of a model, given the model and what exports its objects."""


class Providers(Known):
    """The providers of one graph by their classes: declared ones are made when they are asked for, each once.

    Args:
        repository: is called with a model and its exporter, once for each model, and gives the repository.
        providers: those written by hand, and all that they lead to.

    Example::

        providers = Providers(lambda model, exporter: InMemoryRepository(agg_exporter=exporter))
        books = providers[BookProvider]
    """

    def __init__(self, repository: MakeRepository, *providers: AggregateProvider[Any, Any]) -> None:
        super().__init__(providers)
        self._make_repository = repository
        self._repositories = {provider.output_class: provider.repository for provider in self._known.values()}

    def __getitem__(self, provider: type[P]) -> P:
        """The provider of this class.

        Raises:
            ConfigurationError: it is not declared, and none was given.
        """
        return self._found(provider, None)

    def _found(self, wanted: type[P], place: Place | None) -> P:
        if wanted not in self._known:
            if not issubclass(wanted, Aggregate):
                where = f"{place} refers to {wanted.__qualname__}, which" if place is not None else wanted.__qualname__
                raise ConfigurationError(
                    f"{where} is written by hand; give one after the repository: Providers(…, {wanted.__qualname__}(…))"
                )
            wanted(self._repository_of(wanted), self)
        return self._known[wanted]  # type: ignore[return-value]  # it is kept under its class

    def _repository_of(self, provider: type[Aggregate[Any]]) -> Any:
        declaration = declaration_of(provider)
        if declaration.model not in self._repositories:
            self._repositories[declaration.model] = self._make_repository(declaration.model, declaration.state_of)
        return self._repositories[declaration.model]

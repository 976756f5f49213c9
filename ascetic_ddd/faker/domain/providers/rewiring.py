"""A graph whose aggregates are stored elsewhere: to try it out without its own stores."""

from collections.abc import Callable
from typing import Any

from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.stock.aggregate_stock import AggregateStock

__all__ = ("Export", "store_elsewhere")

Export = Callable[[Any], Any]


def store_elsewhere(root: Provider[Any, Any], repository_of: Callable[[Export, str], Any]) -> None:
    """Have the aggregates of a graph stored in other repositories, before anything is drawn.

    Args:
        root: where the graph begins.
        repository_of: called once for each repository, with what exports its aggregates, and the key of their id.
    """
    repositories: dict[int, Any] = {}
    stocks: dict[int, AggregateStock] = {}
    for provider in [found for found in root.walk() if isinstance(found, AggregateProvider)]:
        repository, before = provider.repository, provider.memory
        if id(repository) not in repositories:
            repositories[id(repository)] = repository_of(provider._state_of, provider._id_attr)
        if id(before) not in stocks:
            stock = stocks[id(before)] = AggregateStock(repositories[id(repository)], provider._id_attr)
            if before.has_readers:
                _ = stock.population  # listen from the start
        provider.repository, provider.memory = repositories[id(repository)], stocks[id(before)]

"""Where the parts of an aggregate stand in its exported state."""

from collections.abc import Iterator, Mapping
from typing import Any

from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

__all__ = ("Leaf", "stored_parts", "values_at")

Leaf = ReferenceProvider[Any, Any, Any] | ValueProvider[Any, Any]
"""A part that has no parts."""


def stored_parts(provider: Provider[Any, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[Leaf, tuple[str, ...]]]:
    """The references and values of an aggregate with their paths, those of its id, of composites and of listed parts included."""
    for name, part in provider.parts().items():
        if part.is_hidden:
            continue
        if isinstance(part, (ReferenceProvider, ValueProvider)):
            yield part, (*path, name)
        elif not isinstance(part, AggregateProvider):
            yield from stored_parts(part, (*path, name))


def values_at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """The values at a path in exported state: one, or those of each item of the lists on the way; None for null.

    Below null there is nothing.

    Raises:
        KeyError: there is nothing at the path.
    """
    if not path:
        yield value
    elif value is None:
        return
    elif isinstance(value, list):
        for item in value:
            yield from values_at(item, path[1:])
    elif isinstance(value, Mapping):
        yield from values_at(value[path[0]], path[1:])
    else:
        raise KeyError(path[0])

"""The parts of an id that the database gives."""

from collections.abc import Iterator
from typing import Any

from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

__all__ = ("given_parts",)


def given_parts(provider: Provider[Any, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Provider[Any, Any]]]:
    """Those of an id, with their paths in the exported id."""
    if isinstance(provider, ValueProvider) and provider.is_given:
        yield path, provider
    for name, part in provider.parts().items():
        yield from given_parts(part, (*path, name))

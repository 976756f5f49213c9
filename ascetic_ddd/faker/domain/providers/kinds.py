"""What kind a provider, or a told value, is: the one place that tells kinds apart, by class and never by attribute names."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from ascetic_ddd.faker.domain.providers.provider import Provider

__all__ = (
    "Referring",
    "Storing",
    "is_full_id",
    "is_plain_data",
    "is_specification",
    "memory_of",
    "source_of",
)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741

_PLAIN = (int, str, float, bytes, tuple, UUID, Decimal, date, time, timedelta, Enum)


class Referring(Provider[I, O]):
    """Refers to aggregates of another provider. Its subclass is the reference provider."""

    source: Any
    may_create: bool

    def tie_sources(self) -> Iterator[Provider[Any, Any]]:
        """The parts of the same object that tell parts of it."""
        return iter(())

    @abstractmethod
    def _chosen_from(self) -> Any:
        """The scope that it was chosen from, if that is known."""


class Storing(Provider[I, O]):
    """Provides aggregates, which are stored. Its subclass is the aggregate provider."""

    repository: Any
    memory: Any


def source_of(provider: Provider[Any, Any] | None) -> Any:
    """What stands behind a reference; None if the provider is no reference."""
    return provider.source if isinstance(provider, Referring) else None


def memory_of(provider: Provider[Any, Any]) -> Any:
    """What the clones of an aggregate provider share; None if it provides something else."""
    return provider.memory if isinstance(provider, Storing) else None


def is_specification(value: object) -> bool:
    """Tell whether a value is a specification rather than plain data: the port is known by its method."""
    return callable(getattr(value, "is_satisfied_by", None))


def is_plain_data(value: object) -> bool:
    """Tell whether a value can be plain data: not None, and no object of a class that holds other things."""
    return value is not None and not is_specification(value) and (isinstance(value, _PLAIN) or not hasattr(value, "__dict__"))


def is_full_id(provider: Provider[Any, Any], input: Any) -> bool:
    """Tell whether plain data is a whole id for this id provider (or reference), with no part left open."""
    source = source_of(provider)
    if source is not None:
        return is_full_id(source.id_provider, input)
    parts = provider.parts()
    if parts:
        return (
            (type(input) is dict or isinstance(input, Mapping))
            and input.keys() == parts.keys()
            and all(is_full_id(part, input[name]) for name, part in parts.items())
        )
    return is_plain_data(input) and not isinstance(input, Mapping)

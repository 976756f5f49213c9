"""Patterns: parts of a wanted aggregate, told as nested plain data.

``{"tenant_id": 7}`` is read against the aggregate's own parts or, where it has no part of that name, against its id's. A part
that is itself a reference may be told a pattern again: ``{"tenant_id": {"status": "active"}}``.
"""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.entity_provider import EntityProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.specification.reference import AndSpecification, ReferenceSpecification

_PLAIN = (int, str, float, bytes, tuple, UUID, Decimal, date, time, timedelta, Enum)

__all__ = ("DEEPEST", "check_depth", "is_full_id", "is_specification", "place", "specify")


DEEPEST = 100
"""References that may lead to one another: each level of making one takes a part of Python's stack."""


def check_depth(pattern: Mapping[str, Any], asker: Provider[Any, Any]) -> None:
    """Refuse a pattern whose parts are nested too deeply to be made, before anything walks through it.

    Raises:
        ConfigurationError: it has more than :data:`DEEPEST` levels.
    """
    names: list[str] = []
    level: list[tuple[str, Any]] = [("", pattern)]
    while level:
        level = [(key, part) for _, value in level if isinstance(value, Mapping) for key, part in value.items()]
        names += [str(key) for key, _ in level[:1]]
        if len(names) > DEEPEST:
            raise ConfigurationError(
                f"{asker.path} was told a pattern of more than {DEEPEST} levels, {'.'.join(names[:5])}.…; create the last of "
                "these aggregates beforehand, and tell their ids"
            )


def is_specification(value: object) -> bool:
    """Tell whether a value is a specification rather than plain data."""
    return hasattr(value, "is_satisfied_by")


def is_plain_data(value: object) -> bool:
    """Tell whether a value can be plain data: not None, and no object of a class that holds other things."""
    return value is not None and not is_specification(value) and (isinstance(value, _PLAIN) or not hasattr(value, "__dict__"))


def is_full_id(provider: Provider[Any, Any], input: Any) -> bool:
    """Tell whether plain data is a whole id for this id provider, with no part left open."""
    source = getattr(provider, "source", None)
    if source is not None:
        return is_full_id(source.aggregate_provider.id_provider, input)
    parts = provider.parts()
    if parts:
        return (
            (type(input) is dict or isinstance(input, Mapping))
            and input.keys() == parts.keys()
            and all(is_full_id(part, input[name]) for name, part in parts.items())
        )
    return is_plain_data(input) and not isinstance(input, Mapping)


def place(target: EntityProvider[Any, Any], pattern: Mapping[str, Any], asker: Provider[Any, Any]) -> dict[str, Any]:
    """Put the parts of a pattern where they belong, in the aggregate or in its id.

    Raises:
        ConfigurationError: neither has a part of that name.
    """
    parts, id_attr = target.parts(), target._id_attr
    id_parts = target.id_provider.parts()
    placed: dict[str, Any] = {}
    for key, value in pattern.items():
        if value is None and getattr(parts.get(key) or id_parts.get(key), "is_given", False):
            continue  # an id that is not given yet is open
        if key in parts and isinstance(parts[key], DependentProvider):
            raise ConfigurationError(f"{asker.path} was told {key!r}={value!r}; a pattern cannot tell children")
        if key in parts:
            if key == id_attr and isinstance(value, Mapping):
                placed.setdefault(id_attr, {}).update(value)
            else:
                placed[key] = value
        elif key in id_parts:
            placed.setdefault(id_attr, {})[key] = value
        else:
            raise ConfigurationError(
                f"{asker.path} was told {key!r}={value!r}, but {target.path} has no such attribute; "
                f"it has {', '.join(sorted({*parts, *id_parts}))}"
            )
    return placed


def specify(target: EntityProvider[Any, Any], placed: Mapping[str, Any], asker: Provider[Any, Any]) -> ISpecification:
    """The specification that an aggregate made from a placed pattern satisfies."""
    plain: dict[str, Any] = {}
    nested: list[ISpecification] = []
    _collect(target, placed, (), plain, nested, asker)
    if not nested:
        return EqualSpecification(plain)
    return AndSpecification(*([EqualSpecification(plain)] if plain else []), *nested)


def _collect(
    provider: Provider[Any, Any],
    pattern: Mapping[str, Any],
    path: tuple[str, ...],
    plain: dict[str, Any],
    nested: list[ISpecification],
    asker: Provider[Any, Any],
) -> None:
    for name, value in pattern.items():
        part = provider.parts().get(name)
        if part is None:
            raise ConfigurationError(
                f"{asker.path} was told {'.'.join((*path, name))}={value!r}, but {provider.path} has no such attribute; "
                f"it has {', '.join(sorted(provider.parts())) or 'no parts'}"
            )
        source = getattr(part, "source", None)
        if source is not None and value is not None and not is_full_id(part, value):
            target = source.aggregate_provider
            if is_specification(value):
                wanted = value
            elif isinstance(value, Mapping):
                wanted = specify(target, place(target, value, asker), asker)
            else:
                raise ConfigurationError(
                    f"{asker.path} was told {'.'.join((*path, name))}={value!r}; expected an id of {target.path}, "
                    "or a dict of its attributes"
                )
            population = source.population
            nested.append(ReferenceSpecification((*path, name), population.state_of, wanted, population.version))
        elif isinstance(part, CompositeValueProvider) and isinstance(value, Mapping):
            inner: dict[str, Any] = {}
            _collect(part, value, (*path, name), inner, nested, asker)
            if inner:
                plain[name] = inner
        else:
            plain[name] = value

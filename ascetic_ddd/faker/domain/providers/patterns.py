"""Patterns: parts of a wanted aggregate, told as nested plain data.

``{"tenant_id": 7}`` is read against the aggregate's own parts or, where it has no part of that name, against its id's. A part
that is itself a reference may be told a pattern again: ``{"tenant_id": {"status": "active"}}``.
"""

from collections.abc import Mapping
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.entity_provider import EntityProvider
from ascetic_ddd.faker.domain.providers.kinds import is_full_id, is_specification, source_of
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.telling import CALLER, Clash, contradict, join
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.specification.reference import AndSpecification, ReferenceSpecification
from ascetic_ddd.faker.domain.values.names import there_is

__all__ = ("DEEPEST", "check_depth", "place", "specify", "tells_given_part", "with_ids")


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


def place(target: EntityProvider[Any, Any], pattern: Mapping[str, Any], asker: Provider[Any, Any]) -> dict[str, Any]:
    """Put the parts of a pattern where they belong, in the aggregate or in its id.

    Raises:
        ConfigurationError: neither has a part of that name.
        ContradictionError: a part of the id is told twice, in the id and beside it.
    """
    parts, id_attr = target.parts(), target._id_attr
    id_parts = target.id_provider.parts()
    placed: dict[str, Any] = {}
    for key, value in pattern.items():
        part = parts.get(key) or id_parts.get(key)
        if isinstance(part, ValueProvider):
            value = part.as_input(value)
            if value is None and part.is_given:
                continue  # an id that is not given yet is open
        if key in parts and isinstance(parts[key], DependentProvider):
            raise ConfigurationError(f"{asker.path} was told {key!r}={value!r}; a pattern cannot tell children")
        if key in parts:
            is_of_id = key == id_attr and isinstance(value, Mapping)
            placed[key] = _added(target, placed.get(id_attr, {}), value, pattern, asker) if is_of_id else value
        elif key in id_parts:
            placed[id_attr] = _added(target, placed.get(id_attr, {}), {key: value}, pattern, asker)
        else:
            raise ConfigurationError(
                f"{asker.path} was told {key!r}={value!r}, but {target.path} has no such attribute; "
                f"{there_is(key, {*parts, *id_parts})}"
            )
    return placed


def with_ids(provider: Provider[Any, Any], told: Mapping[str, Any], asker: Provider[Any, Any]) -> dict[str, Any]:
    """A placed pattern, where a nested one that tells no more than a whole id, ``{"tenant_id": {"id": 3}}``, is that id."""
    return {name: _as_id(provider.parts().get(name), value, asker) for name, value in told.items()}


def _as_id(part: Any, value: Any, asker: Provider[Any, Any]) -> Any:
    if not isinstance(value, Mapping) or part is None or is_full_id(part, value):
        return value
    source = source_of(part)
    if source is None:
        return with_ids(part, value, asker) if part.parts() else value
    target = source.aggregate_provider
    placed = place(target, value, asker)
    if placed.keys() == {target._id_attr} and is_full_id(target.id_provider, placed[target._id_attr]):
        return placed[target._id_attr]
    return value


def tells_given_part(provider: Provider[Any, Any], told: Any) -> bool:
    """Tell whether of an id a part is told that the database gives: taken from one that exists, not made up."""
    if isinstance(provider, ValueProvider):
        return provider.is_given and told is not None
    parts = provider.parts()
    return isinstance(told, Mapping) and any(name in parts and tells_given_part(parts[name], part) for name, part in told.items())


def _added(
    target: EntityProvider[Any, Any], told: Any, more: Mapping[str, Any], pattern: Mapping[str, Any], asker: Provider[Any, Any]
) -> Any:
    try:
        return join(target.id_provider, told, more, [])
    except Clash as clash:
        contradict(asker, pattern, pattern, CALLER, clash.part)


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
                f"{there_is(name, provider.parts())}"
            )
        source = source_of(part)
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
            plain[name] = part.as_input(value) if isinstance(part, ValueProvider) else value

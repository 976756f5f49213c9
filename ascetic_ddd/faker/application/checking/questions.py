"""What of a graph can be judged: which references follow their own law, and why others do not."""

from collections.abc import Mapping
from typing import Any

from ascetic_ddd.faker.application.linting.mentions import is_mentioned
from ascetic_ddd.faker.application.runs.stored_parts import stored_parts
from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider

__all__ = ("fits", "references_of", "scope_keys", "tellers", "without_law")

Aggregate = AggregateProvider[Any, Any]
Reference = ReferenceProvider[Any, Any, Any]


def references_of(provider: Aggregate) -> list[tuple[Reference, tuple[str, ...]]]:
    """The references of an aggregate, with their paths in its exported state."""
    return [(part, path) for part, path in stored_parts(provider) if isinstance(part, ReferenceProvider)]


def without_law(aggregate: Aggregate, reference: Reference) -> str:
    """Tell why a reference has no law to be held against its uses; empty if it has."""
    if not isinstance(reference.distributor, LawDistributor):
        return f"{type(reference.distributor).__name__} follows no law of counts"
    if not reference.may_create:
        return "it never creates, so the number of its values is not its own"
    if reference.source.aggregate_provider.memory is aggregate.memory:
        return "it refers to its own kind, and chooses among those that are there: a growing scope"
    return ""


def tellers(root: Aggregate) -> dict[int, str]:
    """Why what came out over all may not be the law of a reference, though nothing is wrong; by ``id()`` of the reference."""
    found: dict[int, str] = {}
    aggregates = [each for each in root.walk() if isinstance(each, AggregateProvider)]
    told = _told(aggregates)
    for aggregate in aggregates:
        for reference, path in references_of(aggregate):
            if is_mentioned(aggregate, reference):
                found[id(reference)] = "a hook may tell it; then the law holds in each growing scope that is told, not over all"
            elif teller := told.get((id(aggregate.memory), path)) or told.get(id(aggregate.memory)):
                found[id(reference)] = f"{teller} may tell it, and what is told is not drawn"
    return found


def scope_keys(reference: Reference) -> list[str]:
    """The parts of a referenced id that are references themselves: a hook that tells a pattern usually tells one of those."""
    parts = reference.source.id_provider.parts()
    return [name for name, part in parts.items() if isinstance(part, ReferenceProvider)]


def _told(aggregates: list[Aggregate]) -> dict[Any, str]:
    """Who may tell parts of which aggregates: references that a hook tells patterns, and parents their children."""
    found: dict[Any, str] = {}
    for aggregate in aggregates:
        for reference, _ in references_of(aggregate):
            if is_mentioned(aggregate, reference):
                found[id(reference.source.aggregate_provider.memory)] = reference.path
    for aggregate in aggregates:
        for part in aggregate.parts().values():
            if isinstance(part, DependentProvider) and part.is_stored:
                child: Any = part.provider
                found[id(child.memory), tuple(part.reference.split("."))] = part.path
    return found


def fits(provider: Provider[Any, Any], exported: Any) -> bool:
    """Tell whether an exported id has the parts that the id's provider has, each of them given."""
    if exported is None:
        return False
    if isinstance(provider, ReferenceProvider):
        return fits(provider.source.aggregate_provider.id_provider, exported)
    parts = provider.parts()
    if not parts:
        return True
    return (
        isinstance(exported, Mapping)
        and exported.keys() == parts.keys()
        and all(fits(part, exported[name]) for name, part in parts.items())
    )

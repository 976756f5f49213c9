"""Parts that nobody made parts, ties that lead nowhere, and unique parts that have too few values."""

import math
from collections.abc import Iterator
from typing import Any

from ascetic_ddd.faker.application.linting.graph import Aggregate, figure, references_of
from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.distributors.m2o.facts import is_unique, null_weight
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.space import space_of
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composed import Composed
from ascetic_ddd.faker.domain.providers.computed_provider import ComputedProvider
from ascetic_ddd.faker.domain.providers.facts import asks_parts_once, holders
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

__all__ = (
    "forgotten",
    "loose_computations",
    "loose_ties",
    "narrow_parts",
)


def forgotten(provider: Provider[Any, Any]) -> Iterator[Finding]:
    """Providers that were set and are nobody's part."""
    for found in provider.walk():
        if not isinstance(found, Composed):
            continue
        used = {id(part) for owner in (found, *found.leads_to()) for part in (owner, *owner.parts().values())}
        for name, value in vars(found).items():
            is_part_like = isinstance(value, Provider) and not isinstance(value, AggregateProvider) and not name.startswith("_")
            if is_part_like and id(value) not in used:
                kind = type(value).__name__
                yield Finding(
                    f"{found.path}.{name}",
                    f"for a {kind}",
                    f"{type(found).__name__} does not annotate {name!r}, so it is no part and nothing is made of it",
                    f"Annotate it in the class ({name}: {kind}), or leave it out",
                )


def loose_ties(aggregate: Aggregate) -> Iterator[Finding]:
    """References that are tied to something that is not there."""
    for reference in references_of(aggregate):
        try:
            list(reference.tie_sources())
        except ConfigurationError as error:
            yield Finding(
                path=reference.path,
                asked="tied to another part of the object",
                implies=str(error),
                advice="Give the path of a value or of another reference, from the aggregate down",
            )


def loose_computations(aggregate: Aggregate) -> Iterator[Finding]:
    """Parts that are computed of something that is not there."""
    for part in aggregate.walk():
        if isinstance(part, ComputedProvider) and aggregate in holders(part):
            try:
                part.follows()
            except ConfigurationError as error:
                yield Finding(
                    path=part.path,
                    asked="computed of other parts",
                    implies=str(error),
                    advice="Name parts beside it, or around it, or tell their paths",
                )


def narrow_parts(provider: Provider[Any, Any], rows: float) -> Iterator[Finding]:
    """Parts whose values are all different, and which have not enough of them."""
    for part in provider.parts().values():
        space: int | None = None
        if isinstance(part, ValueProvider) and part.is_unique and part.input_generator is not None:
            space = space_of(part.input_generator)
        elif isinstance(part, ReferenceProvider) and not part.may_create and is_unique(part.distributor):
            space = len(part.source.population) or None
        elif asks_parts_once(part) and not isinstance(part, (ValueProvider, ReferenceProvider, AggregateProvider)):
            yield from narrow_parts(part, rows)
        shown = 1.0 - null_weight(part.distributor) if isinstance(part, (ValueProvider, ReferenceProvider)) else 1.0
        wanted = rows * shown
        if space is not None and space < math.floor(wanted):
            yield Finding(
                path=part.path,
                asked=f"{figure(wanted)} different values",
                implies=f"there are only {figure(space)}",
                advice="Give a generator with more values, or a larger mean, or plan fewer rows",
            )

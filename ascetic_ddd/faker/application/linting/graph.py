"""The graph of a provider as its lint sees it: aggregates, their references, and how many rows there are of each."""

from collections.abc import Iterator
from typing import Any

from ascetic_ddd.faker.domain.distributors.counts import ICountDistribution
from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.facts import null_weight
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.facts import asks_parts_once
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider

__all__ = (
    "LONGEST",
    "USUAL",
    "Aggregate",
    "Chain",
    "Reference",
    "aggregates_of",
    "chains_of",
    "counts_of",
    "expected_rows",
    "fan_of",
    "figure",
    "kind_of",
    "mean_of",
    "references_of",
    "rows_of",
    "target_of",
)

LONGEST = 6  # references in one chain
USUAL = 10_000  # rows, if nobody says how many

Aggregate = AggregateProvider[Any, Any]
Reference = ReferenceProvider[Any, Any, Any]
Chain = tuple[Reference, ...]


def aggregates_of(provider: Provider[Any, Any]) -> list[Aggregate]:
    """The aggregates of the graph, the root first."""
    return [found for found in provider.walk() if isinstance(found, AggregateProvider)]


def references_of(provider: Provider[Any, Any]) -> Iterator[Reference]:
    """The references that an object has once: nested ones too, those of its children not."""
    for part in provider.parts().values():
        if isinstance(part, ReferenceProvider):
            yield part
        elif asks_parts_once(part):
            yield from references_of(part)


def target_of(reference: Reference) -> Aggregate:
    """What it refers to."""
    return reference.source.aggregate_provider


def counts_of(reference: Reference) -> ICountDistribution | None:
    """What the reference asks for; None where it asks for no number."""
    distributor = reference.distributor
    is_closed = not reference.may_create
    return distributor.counts if isinstance(distributor, LawDistributor) and not is_closed else None


def fan_of(reference: Reference, counts: ICountDistribution) -> float:
    """Rows, null or not, per value, used or not: the factor between the sizes of two tables."""
    shown = 1.0 - null_weight(reference.distributor)
    return counts.mean * counts.used_share / shown if shown > 0.0 else float("inf")


def chains_of(first: Reference, target: Aggregate) -> Iterator[Chain]:
    """The ways from a reference on to a target, each aggregate visited once."""
    waiting: list[tuple[Chain, frozenset[int]]] = [((first,), frozenset((id(target_of(first).memory),)))]
    while waiting:
        chain, seen = waiting.pop(0)
        for following in references_of(target_of(chain[-1])):
            memory = target_of(following).memory
            if memory is target.memory:
                yield (*chain, following)
            elif id(memory) not in seen and len(chain) < LONGEST:
                waiting.append(((*chain, following), seen | {id(memory)}))


def rows_of(root: Aggregate, count: int) -> dict[int, float]:
    """How many of each kind there will be, as far as it follows from the references; by memory."""
    found = {id(root.memory): float(count)}
    waiting = [root]
    while waiting:
        aggregate = waiting.pop(0)
        for reference in references_of(aggregate):
            counts, target = counts_of(reference), target_of(reference)
            if id(target.memory) not in found and reference.may_create:
                fan = fan_of(reference, counts) if counts is not None else 1.0
                found[id(target.memory)] = found[id(aggregate.memory)] / fan
                waiting.append(target)
    return found


def expected_rows(provider: Provider[Any, Any], count: int) -> dict[str, float]:
    """Give by path about how many aggregates of each kind there will be beside ``count`` of the root, as far as it follows from
    the references."""
    aggregates = aggregates_of(provider)
    rows = rows_of(aggregates[0], count) if aggregates else {}
    return {each.path: rows[id(each.memory)] for each in aggregates if id(each.memory) in rows}


def mean_of(reference: Reference) -> float:
    """Rows per value that it asks for; 1 where it asks for no number."""
    counts = counts_of(reference)
    return counts.mean if counts is not None else 1.0


def kind_of(aggregate: Aggregate) -> str:
    """What its objects are called."""
    name = type(aggregate).__name__
    return name.removesuffix("Provider") or name


def figure(number: float) -> str:
    """A number in a sentence."""
    return f"{number:.4g}" if number < 10_000 else f"{number:.0f}"

"""Two ways from one aggregate to another that ask for different numbers of rows."""

from collections.abc import Iterator
from typing import Any

from ascetic_ddd.faker.application.linting.graph import (
    Aggregate,
    Chain,
    Reference,
    chains_of,
    counts_of,
    fan_of,
    figure,
    kind_of,
    mean_of,
    references_of,
    target_of,
)
from ascetic_ddd.faker.application.linting.mentions import is_mentioned
from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.distributors.counts import ICountDistribution, WeightsCounts
from ascetic_ddd.faker.domain.distributors.m2o.facts import null_weight
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider

__all__ = (
    "TOLERANCE",
    "triangles",
)

TOLERANCE = 0.1
"""Share by which two figures of one quantity may differ: captured means are rounded, and not every author has a book."""


def triangles(aggregate: Aggregate) -> Iterator[Finding]:
    """Find references whose numbers of rows contradict those of a chain of others, and scopes of one that are too small."""
    references = list(references_of(aggregate))
    for direct in references:
        asked = counts_of(direct)
        if asked is None or fan_of(direct, asked) == float("inf"):
            continue
        for first in references:
            if first is direct or target_of(first).memory is target_of(direct).memory or not _are_tied(aggregate, first, direct):
                continue
            for chain in chains_of(first, target_of(direct)):
                finding = _triangle(direct, asked, chain) or _scope(direct, asked, chain)
                if finding is not None:
                    yield finding


def _triangle(direct: Reference, asked: ICountDistribution, chain: Chain) -> Finding | None:
    product = 1.0
    for reference in chain:
        counts = counts_of(reference)
        if counts is None:
            return None
        product *= fan_of(reference, counts)
    wanted = fan_of(direct, asked)
    if abs(product - wanted) <= TOLERANCE * max(product, wanted):
        return None
    shown = 1.0 - null_weight(direct.distributor)
    mean = product * shown / asked.used_share
    links = " × ".join(f"{figure(mean_of(link))} rows per {kind_of(target_of(link))} ({link.path})" for link in chain)
    top, middle = kind_of(target_of(direct)), kind_of(target_of(chain[0]))
    means = [(mean, "here"), *((mean_of(link) * asked.mean / mean, f"at {link.path}") for link in chain)]
    fixes = [f"mean={figure(fitting)} {place}" for fitting, place in means if fitting >= 1.0]
    return Finding(
        path=direct.path,
        asked=f"{figure(asked.mean)} rows per {top}",
        implies=f"{links} imply {figure(mean)}, if the {middle} is one of the same {top}{_rest(direct, chain)}",
        advice=f"Ask for {', or '.join(fixes) or 'other means'}",
    )


def _rest(direct: Reference, chain: Chain) -> str:
    nulls = [link.path for link in (direct, *chain) if null_weight(link.distributor)]
    return f" (with the share of nulls at {', '.join(nulls)})" if nulls else ""


def _scope(direct: Reference, asked: ICountDistribution, chain: Chain) -> Finding | None:
    """A scope of too few values for the parts of the weights."""
    first = chain[0]
    counts = counts_of(first)
    if not isinstance(counts, WeightsCounts):
        return None
    values = fan_of(direct, asked) / fan_of(first, counts)
    parts = len(counts.weights)
    if values >= parts or first.distributor is direct.distributor:
        return None
    one, top = kind_of(target_of(first)), kind_of(target_of(direct))
    return Finding(
        path=first.path,
        asked=f"weights of {parts} parts",
        implies=f"one {top} has about {figure(values)} {one} to choose from, if the {one} is one of the same {top}, "
        f"and {parts} parts need at least {parts}",
        advice=f"Give {figure(values)} or fewer weights, or a skew, or a smaller mean here, or a larger mean at {direct.path}",
    )


def _are_tied(aggregate: Aggregate, first: Reference, direct: Reference) -> bool:
    """Tell whether something in the code speaks for the two references meeting at the same aggregate."""
    if is_mentioned(aggregate, first) and is_mentioned(aggregate, direct):
        return True
    if any(source is direct for source in _sources(first)):
        return True
    return _is_in_id(aggregate, target_of(direct)) and _is_in_id(target_of(first), target_of(direct))


def _sources(reference: Reference) -> list[Provider[Any, Any]]:
    """The parts that a reference is tied to by declaration; none where the declaration leads nowhere, which is told apart."""
    try:
        return list(reference.tie_sources())
    except ConfigurationError:
        return []


def _is_in_id(aggregate: Aggregate, target: Aggregate) -> bool:
    holders = [aggregate.id_provider, *references_of(aggregate.id_provider)]
    return any(isinstance(found, ReferenceProvider) and target_of(found).memory is target.memory for found in holders)

"""Circles of references of which the first aggregate cannot be made."""

from collections.abc import Iterator

from ascetic_ddd.faker.application.linting.graph import LONGEST, Aggregate, Chain, Reference, kind_of, references_of, target_of
from ascetic_ddd.faker.application.linting.mentions import is_mentioned
from ascetic_ddd.faker.application.runs.finding import Finding

__all__ = ("circles",)


def circles(aggregates: list[Aggregate]) -> Iterator[Finding]:
    """Circles of references of which none may be null and none is told by the code around it."""
    seen: set[frozenset[int]] = set()
    for aggregate in aggregates:
        waiting: list[Chain] = [(reference,) for reference in _musts(aggregate)]
        while waiting:
            chain = waiting.pop(0)
            last = target_of(chain[-1])
            if last.memory is aggregate.memory:
                circle = frozenset(id(reference) for reference in chain)
                if circle not in seen:
                    seen.add(circle)
                    yield _circle(chain)
            elif len(chain) < LONGEST and all(target_of(link).memory is not last.memory for link in chain[:-1]):
                waiting.extend((*chain, reference) for reference in _musts(last))


def _musts(aggregate: Aggregate) -> Iterator[Reference]:
    for reference in references_of(aggregate):
        if not reference.distributor.is_nullable and not is_mentioned(aggregate, reference):
            yield reference


def _circle(chain: Chain) -> Finding:
    way = " → ".join(reference.path for reference in chain)
    name = kind_of(target_of(chain[-1]))
    return Finding(
        path=chain[0].path,
        asked="never null",
        implies=f"{way} leads back to {name}, so the first {name} needs one before it",
        advice="Give one of these references a null_weight, or tell it in do_populate, or create the first ones beforehand",
    )

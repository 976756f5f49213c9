"""References that are tied: a book's author is of the book's own tenant, so an author's scope gets the rows of a tenant."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.kinds import Referring, is_full_id
from ascetic_ddd.faker.domain.providers.plain import copied
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.specification.equality import freeze

__all__ = ("tied_uses",)


def tied_uses(reference: Any, placed: Mapping[str, Any] | None) -> Callable[[], int | None] | None:
    """What another reference of the same object tells of how often this one will be told the same pattern again.

    A book's tenant has a plan for the whole run. If its author is told that tenant, and nothing else, the author's scope will be
    asked for as many times as the tenant: it need not be guessed while the run goes on.

    Args:
        reference: the reference provider that was told the pattern.
        placed: the pattern, put where its parts belong in the referenced aggregate.

    Returns:
        A function that gives the uses left in the run, the one at hand included, or None where they are not planned. None if no
        one other reference of the object leads to what the pattern names.
    """
    leaf = _only_leaf(reference.source.aggregate_provider, placed) if placed else None
    if leaf is None:
        return None
    part, id, path = leaf
    memory = part.source.aggregate_provider.memory
    others = [
        other
        for other in _references(reference._root())
        if other is not reference and other.source.aggregate_provider.memory is memory
    ]
    if len(others) != 1 or others[0].get() != id:
        return None
    remaining = getattr(others[0].distributor, "remaining", None)
    if remaining is None:
        return None
    told = copied(id)
    inside = reference.source.population

    def number_of(value: int) -> int | None:
        outer: Any = inside.states[value]
        for name in path:
            outer = outer.get(name) if isinstance(outer, Mapping) else None
        found: int | None = memory.population.number_of(outer)
        return found

    others[0].distributor.lead(reference.distributor, number_of)

    def uses() -> int | None:
        number = memory.population.number_of(told)
        left = None if number is None else remaining(memory.population.everything, number)
        ahead = others[0].source.ahead[freeze(told)]  # drawn for rows whose turn has not come
        return None if left is None else left + 1 + ahead

    return uses


def _only_leaf(provider: Provider[Any, Any], placed: Mapping[str, Any]) -> tuple[Any, Any, tuple[str, ...]] | None:
    """The reference that a pattern tells the whole id of, that id, and where it is; None if it tells anything else."""
    path: tuple[str, ...] = ()
    while len(placed) == 1:
        ((name, value),) = placed.items()
        part = provider.parts().get(name)
        path = (*path, name)
        if isinstance(part, Referring):
            return (part, value, path) if is_full_id(part, value) else None
        if not isinstance(part, CompositeValueProvider) or not isinstance(value, Mapping):
            return None
        provider, placed = part, value
    return None


def _references(provider: Provider[Any, Any]) -> Iterator[Any]:
    """The references of an object, those in its composite values included."""
    for part in provider.parts().values():
        if isinstance(part, DependentProvider):
            continue
        if isinstance(part, Referring):
            yield part
        else:
            yield from _references(part)

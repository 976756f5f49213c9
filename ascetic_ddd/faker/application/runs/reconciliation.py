"""Find what exists in the application's store and is not remembered, and remember it if that is wanted."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.facts import id_name, stored_children
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.repositories import IMemory, IReadable, offers, sides_of
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("Reconciled", "reconcile", "reconcile_one", "referenced_first")


@dataclass(frozen=True)
class Reconciled:
    """The account of one kind of aggregate.

    Attributes:
        path: path of the provider.
        outside: aggregates in the external repository.
        not_remembered: those of them that the internal one did not remember.
        adopted: those of them that it remembers now.
    """

    path: str
    outside: int
    not_remembered: int
    adopted: int


async def reconcile(
    provider: AggregateProvider[Any, Any], session_pool: ISessionPool, *, adopt: bool = False, batch_size: int = 1000
) -> list[Reconciled]:
    """Compare the external and the internal repositories of a graph, by ids.

    After a crash what is remembered exists; what exists and is not remembered is a batch whose second commit did not come, or
    what the application stored itself. It is unused, and can be adopted: then references may reuse it. Memory is bounded by the
    batch size. No run may be at work meanwhile.

    Args:
        provider: the root of the graph; its repositories are composites of an external one with ``find`` and an internal one.
        session_pool: two sessions are in use at the same time.
        adopt: remember what is not remembered.
        batch_size: aggregates compared at once, and adopted in one transaction.

    Returns:
        One account an aggregate provider, referenced ones before those that refer to them.

    Raises:
        ConfigurationError: a repository cannot be read, or gives states that cannot be remembered as they are.
    """
    found = [each for each in provider.walk() if isinstance(each, AggregateProvider)]
    return [await reconcile_one(each, session_pool, adopt, batch_size) for each in referenced_first(found)]


async def reconcile_one(
    provider: AggregateProvider[Any, Any], session_pool: ISessionPool, adopt: bool, batch_size: int
) -> Reconciled:
    """Compare the repositories of one kind of aggregate; otherwise as :func:`reconcile`."""
    repository: Any = provider.repository
    external, _ = sides_of(repository)
    if not offers(external, IReadable):
        raise ConfigurationError(
            f"{provider.path}: {type(external or repository).__name__} cannot be read; reconciling needs a composite repository "
            "whose external one has `find(session)`, as PgRepository has"
        )
    outside = not_remembered = adopted = 0
    async with session_pool.session() as reading, reading.atomic():
        async for states in _batches(external.find(reading), batch_size):
            async with session_pool.session() as session, session.atomic():
                if not outside:
                    await _check_types(provider, session, states[0])
                outside += len(states)
                unknown = await _unknown(provider, session, states)
                not_remembered += len(unknown)
                if adopt and unknown:
                    await repository.remember(session, [await _completed(provider, session, state) for state in unknown])
                    adopted += len(unknown)
    return Reconciled(provider.path, outside, not_remembered, adopted)


async def _check_types(provider: AggregateProvider[Any, Any], session: ISession, outside: Mapping[str, Any]) -> None:
    """Ids of other types are never equal: everything would seem not to be remembered, and adopting would double the memory."""
    repository: Any = provider.repository
    remembered = repository.find(session)
    try:
        state = await anext(remembered, None)
    finally:
        await remembered.aclose()
    if state is None:
        return
    inside_id, outside_id = state[id_name(provider)], outside[id_name(provider)]
    if _types(inside_id) != _types(outside_id):
        raise ConfigurationError(
            f"{provider.path}: ids are remembered like {inside_id!r} and stand in the application's table like {outside_id!r}; "
            "let the exporter give ids in the type that the external repository reads, such as UUID and not its text"
        )


def _types(id: Any) -> Any:
    return {key: _types(part) for key, part in id.items()} if isinstance(id, Mapping) else type(id)


async def _unknown(
    provider: AggregateProvider[Any, Any], session: ISession, states: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    repository: Any = provider.repository
    ids = [state[id_name(provider)] for state in states]
    if offers(repository, IMemory):
        known = await repository.known(session, ids)
        return [state for state, is_known in zip(states, known, strict=True) if not is_known]
    return [state for state, id in zip(states, ids, strict=True) if await repository.get(session, id) is None]


async def _completed(provider: AggregateProvider[Any, Any], session: ISession, state: dict[str, Any]) -> dict[str, Any]:
    """Give the state as the exporter would: a table keeps of a composite foreign key only what is not in another column."""
    parts = _stored_parts(provider)
    lacking = [name for name in parts if name not in state]
    if lacking:
        raise ConfigurationError(
            f"{provider.path}: the external repository's find gives {sorted(state)}, without {', '.join(map(repr, lacking))}; "
            "it must give every part under its attribute name to be adopted"
        )
    for name, part in parts.items():
        if isinstance(part, ReferenceProvider):
            state[name] = await _completed_id(part, session, state[name], state)
    return state


async def _completed_id(reference: ReferenceProvider[Any, Any, Any], session: ISession, id: Any, state: Mapping[str, Any]) -> Any:
    if not isinstance(id, Mapping) or reference.source.is_full_id(id):
        return id
    referenced = reference.source.aggregate_provider
    repository: Any = referenced.repository
    candidates = [
        found[id_name(referenced)]
        async for found in repository.find(session, EqualSpecification({id_name(referenced): dict(id)}))
    ]
    if len(candidates) != 1:
        raise ConfigurationError(
            f"{reference.path}: the external repository's find gives {dict(id)!r} of the id, in {dict(state)!r}, and "
            f"{len(candidates) or 'no'} remembered {referenced.path} match; let its columns give the whole id"
        )
    return candidates[0]


def _stored_parts(provider: AggregateProvider[Any, Any]) -> dict[str, Provider[Any, Any]]:
    dependents = stored_children(provider)
    return {name: part for name, part in provider.parts().items() if name not in dependents}


def referenced_first(providers: list[AggregateProvider[Any, Any]]) -> list[AggregateProvider[Any, Any]]:
    """Order by references, as far as they do not go in circles."""
    ordered: list[AggregateProvider[Any, Any]] = []
    begun: set[int] = set()

    def visit(provider: AggregateProvider[Any, Any]) -> None:
        if id(provider) in begun:
            return
        begun.add(id(provider))
        for reference in _references(provider):
            visit(reference.source.aggregate_provider)
        ordered.append(provider)

    for provider in providers:
        visit(provider)
    return [provider for provider in ordered if any(provider is each for each in providers)]


def _references(provider: Provider[Any, Any]) -> list[ReferenceProvider[Any, Any, Any]]:
    found: list[ReferenceProvider[Any, Any, Any]] = []
    for part in provider.parts().values():
        if isinstance(part, ReferenceProvider):
            found.append(part)
        elif not isinstance(part, AggregateProvider):
            found += _references(part)
    return found


async def _batches(states: AsyncIterator[dict[str, Any]], size: int) -> AsyncIterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    async for state in states:
        batch.append(state)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch

"""The invariants of the house, held against the independent model after each step."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.fuzz.graphs import Graph, Kind, Lines, Reference, Value, references, walk
from tests.fuzz.model import frozen, leaves
from tests.fuzz.world import World

__all__ = ("check", "combinations_come_once")


def check(world: World) -> None:
    """Raise an AssertionError that says which rule is broken."""
    _what_is_stored_is_what_was_committed(world)
    _what_is_remembered_exists(world)
    for kind in world.graph:
        rows = list(world.ledger.everything(kind.name).values())
        _references_lead_to_what_is_stored(world, kind, rows)
        _unique_values_come_once(kind, rows)
        combinations_come_once(kind, rows)
        _what_may_be_reused_is_stored(world, kind)
    if world.is_quiet:
        _nothing_is_in_flight(world)
    if not any(lane.at_hand or lane.is_busy for lane in world.lanes):
        _uses_are_those_of_the_rows(world)
        _what_is_given_is_in_the_rows(world)


def _what_is_stored_is_what_was_committed(world: World) -> None:
    for kind in world.graph:
        for part, ledger in (("external", world.ledger), ("internal", world.memory)):
            repository: Any = getattr(world.repositories[kind.name], part, world.repositories[kind.name])
            found = world.loop.run_until_complete(_states(repository.inner))
            known = ledger.committed.get(kind.name, {})
            assert found == known, f"{kind.name}: {part} store has {found}, committed is {known}"


async def _states(repository: Any) -> dict[Any, Any]:
    return {frozen(state["id"]): state async for state in repository.find(InMemorySession())}


def _what_is_remembered_exists(world: World) -> None:
    for name, states in world.memory.committed.items():
        outside = world.ledger.committed.get(name, {})
        for id, state in states.items():
            assert outside.get(id) == state, f"{name}: remembered is {state}, stored {outside.get(id)}"


def _references_lead_to_what_is_stored(world: World, kind: Kind, rows: list[Any]) -> None:
    for path, part in references(kind):
        name = world.graph[part.target].name
        targets = world.ledger.everything(name)
        for row in rows:
            for id in leaves(row, path):
                state = targets.get(frozen(id))
                assert state is not None, f"{kind.name}.{'.'.join(path)} leads to {name} {id!r}, which is not stored"
                if part.tie:
                    for owner in leaves(row, tuple(part.tie.split("."))):
                        assert state["id"]["owner"] == owner, f"{kind.name}: {row} is tied by {part.tie} to {state}"
    for states in world.ledger.committed.get(kind.name, {}).values():
        for path, part in references(kind):
            for id in leaves(states, path):
                assert frozen(id) in world.ledger.committed.get(world.graph[part.target].name, {}), (
                    f"{kind.name} {states!r} is committed, and what {'.'.join(path)} leads to is not"
                )


def _unique_values_come_once(kind: Kind, rows: list[Any]) -> None:
    for path, part in walk(kind):
        if (isinstance(part, Value) and part.is_unique) or (isinstance(part, Lines) and part.law == "unique"):
            counts = Counter(value for row in rows for value in leaves(row, path))
            twice = [value for value, count in counts.items() if count > 1]
            assert not twice, f"{kind.name}.{'.'.join(path)}: {twice} came more than once"


def combinations_come_once(kind: Kind, rows: Iterable[Any]) -> None:
    """No combination of the parts that are unique together is in two rows."""
    found = [tuple(frozen(next(leaves(row, path), None)) for path in kind.unique) for row in rows] if kind.unique else []
    counts = Counter(values for values in found if None not in values)
    twice = [values for values, count in counts.items() if count > 1]
    assert not twice, f"{kind.name}: {twice} of {kind.unique} came more than once"


def _what_is_given_is_in_the_rows(world: World) -> None:
    """What nobody has at hand is free, unless a row has it; what rows have is known from the first look on."""
    for kind in world.graph:
        for combinations in world.providers[kind.name].memory._combinations.values():
            rows = world.ledger.everything(kind.name).values()
            known = {combinations.key_of(next(leaves(row, path), None) for path in combinations.paths) for row in rows}
            given = set(combinations)
            assert given <= known, f"{kind.name}: given are {given}, in the rows there are {known}"
            is_known = combinations.is_late or known - {None} <= given
            assert is_known, f"{kind.name}: given are {given}, in the rows there are {known}"


def _what_may_be_reused_is_stored(world: World, kind: Kind) -> None:
    memory = world.providers[kind.name].memory
    if not memory.has_readers:
        return
    population = memory.population
    offered = {frozen(population.id_of(number)): population.states[number] for number in population.everything.members}
    stored = world.memory.everything(kind.name)
    assert offered.keys() <= stored.keys(), f"{kind.name}: offered are {set(offered)}, stored {set(stored)}"
    if kind.name not in world.unheard:
        assert offered.items() <= stored.items(), f"{kind.name}: offered are {offered}, stored {stored}"
    if world.is_quiet and not memory.is_behind:  # what others stored unheard is looked up after their commit
        assert offered.keys() == stored.keys(), f"{kind.name}: offered are {set(offered)}, stored {set(stored)}"


def _nothing_is_in_flight(world: World) -> None:
    assert not world.ledger.open, "the ledger has an open transaction"
    for name, provider in world.providers.items():
        memory = provider.memory
        if memory.has_readers:
            assert not memory.population.in_flight, f"{name}: {memory.population.in_flight} in flight, and no session is open"
        for combinations in memory._combinations.values():
            kept = (combinations._open, combinations.reserved, combinations.tasks)
            assert not any(kept), f"{name}: {kept} of {combinations.paths} in flight, and no session is open"
        assert not memory.reserved, f"{name}: {memory.reserved} reserved, and no session is open"
        for part in provider.walk():
            pool: Any = getattr(part, "pool", None)
            if pool is not None:
                left = (pool.in_flight, getattr(pool, "reserved", None), getattr(pool, "tasks", None))
                assert not any(left), f"{part.path}: {left} in flight, and no session is open"


def _uses_are_those_of_the_rows(world: World) -> None:
    found: dict[int, tuple[Any, Any, Counter[Any], list[str], bool]] = {}
    for kind, path, part, provider in _laws(world.graph, world.providers):
        target = world.providers[world.graph[part.target].name].memory
        if not target.has_readers:  # a look must not have it listen
            continue
        rows = world.memory.everything(kind.name).values()
        counted = Counter(frozen(value) for row in rows for value in leaves(row, path))
        is_exact = not part.tie and not world.told
        before = found.get(id(provider.distributor))
        if before is not None:
            counted, is_exact = counted + before[2], is_exact and before[4]
        places = [*(before[3] if before is not None else ()), f"{kind.name}.{'.'.join(path)}"]
        found[id(provider.distributor)] = (provider.distributor, target.population, counted, places, is_exact)
    for distributor, population, counted, places, is_exact in found.values():
        uses = {
            frozen(population.id_of(number)): count for number, count in distributor.uses(population.everything).items() if count
        }
        if is_exact:
            assert uses == counted, f"{places}: uses are {uses}, in the rows there are {dict(counted)}"
        else:
            assert Counter(uses) <= counted, f"{places}: uses are {uses}, in the rows there are {dict(counted)}"


def _laws(graph: Graph, providers: dict[str, Any]) -> Iterator[tuple[Kind, tuple[str, ...], Reference, Any]]:
    """The references whose law counts uses."""
    for kind in graph:
        for path, part in references(kind):
            provider = providers[kind.name]
            for name in path:
                provider = getattr(provider, name)
            assert isinstance(provider, ReferenceProvider)
            if isinstance(provider.distributor, LawDistributor):
                yield kind, path, part, provider

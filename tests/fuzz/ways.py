"""Ways to make the same: what comes out must be the same rows.

A new way of making rows is a function in ``PLANNED``, ``GROWING`` or ``ENDING``.
"""

from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

from ascetic_ddd.faker.application.runs.generation import generate, planned_run
from ascetic_ddd.faker.domain.errors import FakerError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from tests.fuzz.checks import combinations_come_once
from tests.fuzz.graphs import LAWS, Graph, Kind, can_fail, leads_back, references
from tests.fuzz.model import Rows, frozen, leaves
from tests.fuzz.world import World

__all__ = ("check_growing", "check_ways")

Way = Callable[[World, AggregateProvider[Any, Any], int, int], Awaitable[None]]


async def one_by_one(world: World, provider: AggregateProvider[Any, Any], count: int, batch_size: int) -> None:
    """By hand, a transaction each."""
    with planned_run(provider, count) as plan:
        for _ in range(count):
            async with world.pool.session() as session, session.atomic():
                provider.reset()
                await provider.populate(session)
                await provider.create(session)
                plan.advance()


async def in_batches(world: World, provider: AggregateProvider[Any, Any], count: int, batch_size: int) -> None:
    """As a run."""
    async for _ in generate(provider, world.pool, count, batch_size=batch_size):
        pass


async def by_hand(world: World, provider: AggregateProvider[Any, Any], count: int, batch_size: int) -> None:
    """Without a plan, a transaction each."""
    for _ in range(count):
        async with world.pool.session() as session, session.atomic():
            provider.reset()
            await provider.populate(session)
            await provider.create(session)


async def created(world: World, provider: AggregateProvider[Any, Any], count: int, batch_size: int) -> None:
    """Without a plan, and without a word before ``create``."""
    for _ in range(count):
        async with world.pool.session() as session, session.atomic():
            provider.reset()
            await provider.create(session)


async def by_create_batch(world: World, provider: AggregateProvider[Any, Any], count: int, batch_size: int) -> None:
    """Without a plan, many in a transaction."""
    for begun in range(0, count, batch_size):
        async with world.pool.session() as session, session.atomic():
            await provider.create_batch(session, min(batch_size, count - begun))


async def until_enough(world: World, provider: AggregateProvider[Any, Any], count: int, batch_size: int) -> None:
    """As a run without a plan; it ends with a batch."""
    given: list[Any] = []
    run = generate(provider, world.pool, until=lambda item: len(given) >= count, batch_size=batch_size)
    async for item in run:
        given.append(item)  # noqa: PERF401  # the run looks at it


PLANNED: tuple[Way, ...] = (one_by_one, in_batches)
GROWING: tuple[Way, ...] = (created, by_create_batch)
ENDING: tuple[Way, ...] = (by_hand, until_enough)  # where the last batch is full


def check_ways(graph: Graph, fresh: Callable[[], World], kind: int, count: int, *batch_sizes: int) -> None:
    """Raise an AssertionError if planned runs do not give the same rows, each in a fresh world."""
    if leads_back(graph, kind):
        return  # where others of the kind come in between is a matter of the batches
    rows = _checked(graph, PLANNED, fresh, kind, count, batch_sizes)
    if rows is not None:
        _check_means(graph, graph[kind], rows)


def check_growing(graph: Graph, fresh: Callable[[], World], kind: int, count: int, *batch_sizes: int) -> None:
    """Raise an AssertionError if ways without a plan do not give the same rows, each in a fresh world."""
    _checked(graph, GROWING, fresh, kind, count, batch_sizes)
    if not leads_back(graph, kind):
        for batch_size in batch_sizes:
            _checked(graph, ENDING, fresh, kind, -(-count // batch_size) * batch_size, (batch_size,))


def _checked(
    graph: Graph, ways: tuple[Way, ...], fresh: Callable[[], World], kind: int, count: int, batch_sizes: tuple[int, ...]
) -> Rows | None:
    first = _rows(fresh(), ways[0], kind, count, 1)
    for batch_size in batch_sizes:
        for way in ways[1:]:
            rows = _rows(fresh(), way, kind, count, batch_size)
            for each in graph:
                combinations_come_once(each, (rows or {}).get(each.name, {}).values())
            assert (rows is None) == (first is None), f"{way.__name__} of {batch_size} gave {rows}, {ways[0].__name__} {first}"
            if first is not None and rows is not None and rows != first:
                found, expected = _by_place(graph, rows), _by_place(graph, first)
                assert found == expected, f"{way.__name__} of {batch_size} gave {found}, {ways[0].__name__} {expected}"
    return first


def _by_place(graph: Graph, rows: Rows) -> dict[str, list[Any]]:
    """The rows with their places for the numbers that the store gave: a batch that was repeated has left a gap."""
    places = {name: {id: place for place, id in enumerate(found)} for name, found in rows.items()}

    def placed(targets: dict[tuple[str, ...], str], value: Any, path: tuple[str, ...] = ()) -> Any:
        if path in targets:
            return None if value is None else places[targets[path]][frozen(value)]
        if isinstance(value, dict):
            return {name: placed(targets, part, (*path, name)) for name, part in value.items()}
        return value

    found = {}
    for kind in graph:
        targets = {path: graph[part.target].name for path, part in references(kind)}
        found[kind.name] = [placed(targets, state) for state in rows.get(kind.name, {}).values()]
        for place, state in enumerate(found[kind.name]):
            if kind.id == "given":
                state["id"] = place
            elif kind.id == "within":
                state["id"]["number"] = place
    return found


def _check_means(graph: Graph, root: Kind, rows: Rows) -> None:
    """A planned reference to what nobody else refers to has as many rows a value as asked."""
    targets = [found.target for kind in graph for _, found in references(kind)]
    for path, found in references(root):
        if (
            found.law == "mean"
            and not found.null_weight
            and not found.tie
            and not root.unique
            and targets.count(found.target) == 1
            and len(path) < 2
        ):
            uses = [frozen(id) for row in rows[root.name].values() for id in leaves(row, path)]
            used, due = len(set(uses)), len(uses) / LAWS["mean"]["mean"]
            assert abs(used - due) < 1.5, f"{root.name}.{path[0]}: {len(uses)} uses of {used} values, {due:.1f} are due"


def _rows(world: World, way: Way, kind: int, count: int, batch_size: int) -> Rows | None:
    provider = world.providers[world.graph[kind].name]
    refusals = (FakerError,) if can_fail(world.graph, kind) else ()
    with closing(world):
        try:
            world.loop.run_until_complete(way(world, provider, count, batch_size))
        except refusals:
            return None
    return world.ledger.committed

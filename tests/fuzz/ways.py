"""Ways to make the same plan: what comes out must be the same rows.

A new way of making rows is a function in ``WAYS``.
"""

from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

from ascetic_ddd.faker.application.runs.generation import generate, planned_run
from ascetic_ddd.faker.domain.errors import FakerError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from tests.fuzz.graphs import LAWS, Graph, Kind, can_fail, leads_back, references
from tests.fuzz.model import Rows, frozen, leaves
from tests.fuzz.world import World

__all__ = ("WAYS", "check_ways")

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


WAYS: tuple[Way, ...] = (one_by_one, in_batches)


def check_ways(graph: Graph, fresh: Callable[[], World], kind: int, count: int, batch_size: int) -> None:
    """Raise an AssertionError if two ways do not give the same rows, each in a fresh world."""
    if leads_back(graph, kind):
        return  # where others of the kind come in between is a matter of the batches
    results = [_rows(fresh(), way, kind, count, batch_size) for way in WAYS]
    for way, rows in zip(WAYS[1:], results[1:], strict=True):
        assert rows == results[0], f"{way.__name__} gave {rows}, {WAYS[0].__name__} {results[0]}"
    if results[0] is not None:
        _check_means(graph, graph[kind], results[0])


def _check_means(graph: Graph, root: Kind, rows: Rows) -> None:
    """A planned reference to what nobody else refers to has as many rows a value as asked."""
    targets = [found.target for kind in graph for _, found in references(kind)]
    for path, found in references(root):
        if found.law == "mean" and not found.null_weight and not found.tie and targets.count(found.target) == 1 and len(path) < 2:
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

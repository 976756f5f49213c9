"""A planned run: a known number of aggregates, in batches of one transaction each."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers import graph
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("generate", "planned_run")

A = TypeVar("A")


@contextmanager
def planned_run(provider: AggregateProvider[Any, Any], total: int) -> Iterator[Plan]:
    """Let the distributors of a graph plan for ``total`` aggregates of ``provider``; on leaving they grow again.

    Whoever makes the aggregates calls ``advance()`` of the plan after each. Distributors asked for once per aggregate are
    exact at the end of the run, and their uses come in random order, independent of each other.

    Args:
        provider: the root of the graph.
        total: aggregates of the root that will be made in the run, beside those that exist.

    Raises:
        ConfigurationError: the total is not a positive whole number.
    """
    if type(total) is not int or total < 1:
        raise ConfigurationError(f"total={total!r}: expected a whole number of aggregates to make, at least 1")
    plan = Plan(total)
    graph.plan(provider, plan)
    try:
        yield plan
    finally:
        graph.plan(provider, None)


async def generate(
    provider: AggregateProvider[Any, A],
    session_pool: ISessionPool,
    count: int,
    *,
    batch_size: int = 100,
    seed: int | None = None,
) -> AsyncIterator[A]:
    """Create ``count`` aggregates in a planned run, and give each one after the commit of its batch.

    Args:
        provider: the root of the graph; it, and nothing else, is in use while the iteration lasts.
        session_pool: where sessions come from; one session a batch.
        count: number of aggregates.
        batch_size: aggregates in one transaction.
        seed: seed of the graph; None leaves it as it is.

    Raises:
        ConfigurationError: ``count`` or ``batch_size`` is not a positive whole number.
        Exception: what a factory or a repository raised, unchanged; its batch is rolled back, earlier ones stay.

    Example::

        async for book in generate(book_provider, session_pool, 10_000, batch_size=500, seed=7):
            ...
    """
    if type(batch_size) is not int or batch_size < 1:
        raise ConfigurationError(f"batch_size={batch_size!r}: expected a whole number of aggregates, at least 1")
    if seed is not None:
        provider.seed(seed)
    with planned_run(provider, count) as plan:
        while plan.done < count:
            async with session_pool.session() as session, session.atomic():
                made = [await _one(provider, session, plan) for _ in range(min(batch_size, count - plan.done))]
            for aggregate in made:
                yield aggregate


async def _one(provider: AggregateProvider[Any, A], session: ISession, plan: Plan) -> A:
    provider.reset()
    await provider.populate(session)
    aggregate = await provider.create(session)
    plan.advance()
    session.on_rollback(plan.retreat)
    return aggregate

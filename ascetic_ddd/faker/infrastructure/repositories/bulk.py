"""What all repositories share that can insert many at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeGuard, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.repositories import IBulkRepository, IExternalRepository, IStagedBulkRepository, offers
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("all_or_none", "at_once", "has_own_insert", "insert_all", "insert_each", "is_below", "refuse_twins", "stages")

T = TypeVar("T")


def has_own_insert(repository: object) -> bool:
    """Tell whether a subclass has an ``insert`` of its own, of which the ``insert_many`` it inherits knows nothing."""
    return is_below(repository, ("insert",), "insert_many")


def stages(repository: object) -> TypeGuard[IStagedBulkRepository[Any]]:
    """Tell whether the repository inserts in two steps, and no subclass has an ``insert`` or ``insert_many`` of its own."""
    return offers(repository, IStagedBulkRepository) and not is_below(repository, ("insert", "insert_many"), "stage_many")


def is_below(repository: object, methods: tuple[str, ...], above: str) -> bool:
    """Tell whether a class overrides one of the methods, and leaves alone what stands on them (``above``)."""
    for cls in type(repository).__mro__:
        if above in vars(cls):
            return False
        if any(method in vars(cls) for method in methods):
            return True
    return False


async def insert_all(repository: IExternalRepository[T], session: ISession, aggs: Sequence[T]) -> None:
    """Insert by ``insert_many`` if the repository has it, else one by one."""
    if offers(repository, IBulkRepository[T]):
        await repository.insert_many(session, aggs)
    else:
        await insert_each(repository, session, aggs)


async def insert_each(repository: IExternalRepository[T], session: ISession, aggs: Sequence[T]) -> None:
    """Insert one by one, all or none.

    Not in pipeline mode: an ``insert`` that fetches an id waits for its answer anyway, and it may use what a pipeline
    forbids.
    """
    async with all_or_none(session):
        for agg in aggs:
            await repository.insert(session, agg)


@asynccontextmanager
async def all_or_none(session: ISession) -> AsyncIterator[None]:
    """Give the transaction that is open, in which it is the caller who rolls back, else one of its own."""
    if session.is_atomic:
        yield
    else:
        async with session.atomic():
            yield


async def at_once(first: Awaitable[None], second: Awaitable[None]) -> None:
    """Await both at the same time; both have ended when an error travels, and that of the first goes before the other's."""
    for outcome in await asyncio.gather(first, second, return_exceptions=True):
        if outcome is not None:
            raise outcome


def refuse_twins(aggs: Sequence[object]) -> None:
    """See that no aggregate stands twice among those to be inserted.

    Raises:
        ConfigurationError: one does.
    """
    uses = Counter(map(id, aggs))
    if len(uses) < len(aggs):
        number = next(number for number, agg in enumerate(aggs) if uses[id(agg)] > 1)
        raise ConfigurationError(
            f"insert_many was given one {type(aggs[number]).__name__} twice, first at {number}: it cannot have two ids; "
            "give each aggregate once."
        )

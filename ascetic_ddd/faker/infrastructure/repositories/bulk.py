"""What all repositories share that can insert many at once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from ascetic_ddd.faker.domain.repositories import IBulkRepository, IExternalRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("all_or_none", "has_own_insert", "insert_all", "insert_each")

T = TypeVar("T")


def has_own_insert(repository: object) -> bool:
    """Tell whether a subclass has an ``insert`` of its own, of which the ``insert_many`` it inherits knows nothing."""
    for cls in type(repository).__mro__:
        if "insert_many" in vars(cls):
            return False
        if "insert" in vars(cls):
            return True
    return False


async def insert_all(repository: IExternalRepository[T], session: ISession, aggs: Sequence[T]) -> None:
    """Insert by ``insert_many`` if the repository has it, else one by one."""
    if isinstance(repository, IBulkRepository):
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

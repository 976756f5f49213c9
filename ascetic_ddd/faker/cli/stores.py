"""What the repositories of a graph remember."""

from typing import Any

from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.repositories import IMemory, IReadable, offers
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("count_remembered", "rememberers")


def rememberers(provider: AggregateProvider[Any, Any]) -> list[AggregateProvider[Any, Any]]:
    """The aggregate providers of a graph, the root first."""
    return [found for found in provider.walk() if isinstance(found, AggregateProvider)]


async def count_remembered(provider: AggregateProvider[Any, Any], session: ISession) -> dict[str, int]:
    """How many aggregates are remembered, by the path of their provider.

    Raises:
        CommandError: a repository does not remember.
    """
    return {found.path: await _count(found, session) for found in rememberers(provider)}


async def _count(provider: AggregateProvider[Any, Any], session: ISession) -> int:
    repository = provider.repository
    if offers(repository, IMemory):
        return await repository.count(session)
    if not offers(repository, IReadable):
        raise CommandError(
            f"{provider.path}: {type(repository).__name__} does not remember what was generated; let the target put it into a "
            "CompositeRepository with an InternalPgRepository",
            Exit.USAGE,
        )
    number = 0
    async for _ in repository.find(session):
        number += 1
    return number

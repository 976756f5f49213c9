"""After a crash: requests whose answers were lost are sent again with their keys, and what came of them is remembered."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.application.runs.reconciliation import referenced_first
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.facts import factory_of, id_name
from ascetic_ddd.faker.domain.repositories import offers
from ascetic_ddd.faker.domain.repositories.offering import sides_of
from ascetic_ddd.faker.infrastructure.transports.drafts import IDraftFactory
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool

__all__ = ("Recovered", "recover")


@dataclass(frozen=True)
class Recovered:
    """The account of one kind of aggregate.

    Attributes:
        path: path of the provider.
        remembered: aggregates that exist, and are remembered now.
        refused: requests of which nothing came.
        in_doubt: requests that are not sent again, since the server knows no keys, or since they are steps of a journey that was
            broken off; ``reconcile`` finds what came of them.
    """

    path: str
    remembered: int
    refused: int
    in_doubt: int


async def recover(provider: AggregateProvider[Any, Any], session_pool: ISessionPool) -> list[Recovered]:
    """Find out what came of the requests that an earlier run sent and did not remember, and remember it.

    Call it before :func:`.restore`, while no run is at work. What is remembered so is unused, and may be reused. Providers may
    share a repository, or have the same routes: whose a request is, is told by its command.

    Args:
        provider: the root of the graph; of its repositories, those count that send over HTTP and keep a journal.
        session_pool: one session is in use, and one transaction a request.

    Returns:
        One account an aggregate provider that keeps a journal, referenced ones first.

    Raises:
        HttpError: the server does not serve; what is not found out yet is left for the next time.
    """
    found = [each for each in provider.walk() if isinstance(each, AggregateProvider)]
    accounts = []
    for each in referenced_first(found):
        external = sides_of(each.repository)[0]
        if isinstance(external, RestRepository) and external.journal is not None:
            others = (_commands_of(other)[0] for other in found if other is not each)
            commands, is_all = _commands_of(each)
            mine = commands if is_all else external.commands.difference(*others)
            accounts.append(await _recovered(each, external, mine, session_pool))
    return accounts


def _commands_of(provider: AggregateProvider[Any, Any]) -> tuple[frozenset[type], bool]:
    """The classes of the commands that its drafts have, and whether these are all: of a function nobody knows what it makes."""
    factory = factory_of(provider)
    fillings = factory.fillings() if offers(factory, IDraftFactory) else ()
    classes = frozenset(fill.command_class for fill in fillings if isinstance(fill.command_class, type))
    return classes, 0 < len(classes) == len(fillings)


async def _recovered(
    provider: AggregateProvider[Any, Any], external: RestRepository[Any], commands: Collection[type], session_pool: ISessionPool
) -> Recovered:
    repository: Any = provider.repository
    remembered = refused = in_doubt = 0
    async with session_pool.session() as session:
        left = await external.left(session, commands)
    for intent in left:
        async with session_pool.session() as session, session.atomic():
            can_be_told = external.knows_keys and intent.state is not None
            state = await external.sent_again(session, intent) if can_be_told else None
            if not can_be_told:
                in_doubt += 1
            elif state is None:
                refused += 1
            elif not (await repository.known(session, [state[id_name(provider)]]))[0]:
                await repository.remember(session, [state])
                remembered += 1
            await external.settle(session, intent)
    return Recovered(provider.path, remembered, refused, in_doubt)

"""Which way into the application a command takes, by ``--transport`` and ``--base-url``; and what came of its requests."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ascetic_ddd.faker.application.linting.lint import linted
from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.application.runs.target import Endpoint, Target, Transport
from ascetic_ddd.faker.cli.databases import Databases
from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.cli.options import DOMAIN
from ascetic_ddd.faker.cli.session_pools import OwnSessions
from ascetic_ddd.faker.cli.stores import rememberers
from ascetic_ddd.faker.cli.summary import Requests
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.repositories.offering import sides_of
from ascetic_ddd.faker.infrastructure.transports.command_repository import CommandRepository
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository

__all__ = ("findings_of", "own_sessions", "requests_of", "transport_of", "wired")


def transport_of(target: Target, name: str, base_url: str | None) -> Transport | None:
    """Give the transport of this name; None for the domain model itself.

    Raises:
        CommandError: the target has none of this name, or it goes nowhere without a base URL.
    """
    if name == DOMAIN:
        return None
    found = target.transports.get(name)
    if found is None:
        known = ", ".join((DOMAIN, *target.transports))
        raise CommandError(
            f"--transport {name!r}: TARGET has no such one, only {known}; name it in Target(transports=…)", Exit.USAGE
        )
    if found.is_remote and not base_url:
        raise CommandError(f"--transport {name}: --base-url is missing, as https://host", Exit.USAGE)
    return found


@asynccontextmanager
async def wired(
    target: Target, transport: Transport | None, base_url: str | None, found: Databases
) -> AsyncIterator[AggregateProvider[Any, Any]]:
    """Give the provider as it is wired for this way, while the block lasts."""
    if transport is None:
        yield target.provider
        return
    endpoint = Endpoint(base_url, None if transport.is_remote else found.external_dsn, found.internal_dsn)
    async with transport.connect(endpoint) as provider:
        yield provider


def own_sessions(target: Target, transport: Transport | None) -> OwnSessions | None:
    """Give what opens the application's own kind of sessions on its database; None: psycopg's, or the database is not needed."""
    return None if transport is not None and transport.is_remote else target.sessions


def findings_of(provider: AggregateProvider[Any, Any]) -> list[Finding]:
    """Find what of journeys, routes and commands does not fit together, and with what the server says of itself."""
    return list(dict.fromkeys(found for each in provider.walk() if isinstance(each, AggregateProvider) for found in linted(each)))


def requests_of(provider: AggregateProvider[Any, Any]) -> Requests:
    """Count what a run has asked of the application, over all repositories of a graph."""
    sides = [sides_of(each.repository)[0] for each in rememberers(provider)]
    externals = list({id(each): each for each in sides}.values())  # providers may share one
    apis = {id(each.api): each.api for each in externals if isinstance(each, RestRepository)}.values()
    repeated = sum((api.retries for api in apis), Counter[str]())
    orphans = sum(each.orphans for each in externals if isinstance(each, (CommandRepository, RestRepository)))
    return Requests(dict(repeated), sum(api.doubtful for api in apis), orphans)

"""What a run is about: a wired provider, how its application's database comes to be, and other ways into the application."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool

__all__ = ("Endpoint", "Feed", "Target", "Transport")


@dataclass(frozen=True)
class Endpoint:
    """Where the application is.

    Attributes:
        base_url: of its HTTP interface, if that is told.
        external_dsn: of its database; None for a remote transport.
        internal_dsn: of the database that remembers what was generated.
    """

    base_url: str | None
    external_dsn: str | None
    internal_dsn: str


@dataclass(frozen=True)
class Transport:
    """A way into the application beside its domain model: commands in process, HTTP.

    Attributes:
        connect: gives, for the time of a run, the provider wired to this way.
        is_remote: the application is reached by its base URL alone, and its database is not needed.
    """

    connect: Callable[[Endpoint], AbstractAsyncContextManager[AggregateProvider[Any, Any]]]
    is_remote: bool = False


@dataclass(frozen=True)
class Feed:
    """How the commands of a graph are written into a log, for load engines.

    Attributes:
        wire: gives the graph on the repositories of a log: ``log.repository(…)`` for each provider.
        routes: the HTTP form of each command, if there is one; as ``RestRepository`` has them.
    """

    wire: Callable[[Any], AggregateProvider[Any, Any]]
    routes: Sequence[Any] = ()


@dataclass(frozen=True)
class Target:
    """A provider graph wired to its repositories, independent of any connection: sessions bring those.

    Attributes:
        provider: the root of the graph; ``generate`` makes its aggregates.
        create_schema: creates the application's tables in an empty database, given its connection string; needed only where a
            database is made for the run.
        transports: other ways into the application, by the names that ``--transport`` takes.
        feed: how its commands are written into a log; None: ``feed`` has nothing to write.
        sessions: opens the application's own kind of sessions, given the connection string of its database; None: psycopg's. See
            ``ascetic_ddd.faker.infrastructure.sqlalchemy.opening.opened``.

    Raises:
        ConfigurationError: the provider is something else.
    """

    provider: AggregateProvider[Any, Any]
    create_schema: Callable[[str], None] | None = None
    transports: Mapping[str, Transport] = field(default_factory=dict)
    feed: Feed | None = None
    sessions: Callable[[str], AbstractAsyncContextManager[ISessionPool]] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.provider, AggregateProvider):
            raise ConfigurationError(
                f"Target(provider={self.provider!r}): expected an aggregate provider; "
                "a function that makes one is to be called first"
            )

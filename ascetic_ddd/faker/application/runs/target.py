"""What a run is about: a wired provider, and how its application's database comes to be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider

__all__ = ("Target",)


@dataclass(frozen=True)
class Target:
    """A provider graph wired to its repositories, independent of any connection: sessions bring those.

    Attributes:
        provider: the root of the graph; ``generate`` makes its aggregates.
        create_schema: creates the application's tables in an empty database, given its connection string; needed only where a
            database is made for the run.
    """

    provider: AggregateProvider[Any, Any]
    create_schema: Callable[[str], None] | None = None

"""The example grown into a database: airlines, planes and airports first, as they are known beforehand, then the flights."""

from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool
from examples.flights.domain import Airline, Airport, Flight, Plane
from examples.flights.loading import create_schema, settle
from examples.flights.providers import AirlineProvider, AirportProvider, FlightProvider, PlaneProvider

__all__ = ("Providers", "grow", "make_providers")


@dataclass(frozen=True)
class Providers:
    """One provider a table, in the order in which the tables are filled."""

    airlines: AirlineProvider
    planes: PlaneProvider
    airports: AirportProvider
    flights: FlightProvider


def make_providers(profile: Profile) -> Providers:
    """Providers on the application's tables, shaped as the profile says."""
    airlines = AirlineProvider(
        PgRepository[Airline](table="airlines", agg_exporter=Airline.export, id_attr="carrier"), profile.table("airlines")
    )
    planes = PlaneProvider(
        PgRepository[Plane](table="planes", agg_exporter=Plane.export, id_attr="tailnum"), profile.table("planes")
    )
    airports = AirportProvider(
        PgRepository[Airport](table="airports", agg_exporter=Airport.export, id_attr="faa"), profile.table("airports")
    )
    flights = FlightProvider(
        PgRepository[Flight](table="flights", agg_exporter=Flight.export, id_attr="flight_id"),
        profile,
        airlines,
        planes,
        airports,
    )
    return Providers(airlines, planes, airports, flights)


async def grow(dsn: str, profile: Profile, *, seed: int = 0, batch_size: int = 1_000) -> None:
    """Create the tables in an empty database and grow as many rows as were captured; then VACUUM ANALYZE."""
    create_schema(dsn)
    providers = make_providers(profile)
    check = AsyncConnectionPool.check_connection
    async with AsyncConnectionPool(dsn, min_size=1, max_size=2, open=False, check=check) as connections:
        pool = ExternalPgSessionPool(connections)
        for name in ("airlines", "planes", "airports", "flights"):
            provider: AggregateProvider[Any, Any] = getattr(providers, name)
            async for _ in generate(provider, pool, profile.table(name).rows, batch_size=batch_size, seed=seed):
                pass
    settle(dsn)

"""Events into the tables of `eventsourcing`: our store beside the library's own ``save``, 500 aggregates at a time."""

import asyncio
import gc
import statistics
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool
from ascetic_ddd.faker.infrastructure.transports.eventstore.event_sourced_repository import EventSourcedRepository
from ascetic_ddd.faker.infrastructure.transports.eventstore.eventsourcing_store import EventsourcingStore

__all__ = ("run",)

_ROUNDS, _AGGREGATES, _BATCH, _BAR = 5, 5_000, 500, 1.5


class Order(Aggregate):
    @event("Placed")
    def __init__(self, id: UUID, customer_id: int) -> None:
        self._id = id
        self.customer_id = customer_id

    @event("Paid")
    def pay(self, amount: int) -> None:
        self.amount = amount

    @event("Shipped")
    def ship(self) -> None:
        self.is_shipped = True


def run() -> None:
    """Print both rates and their ratio; they take turns, and the median of the rounds counts."""
    with embedded_postgres() as server:
        dsn = server.create_database("application")
        with Application[UUID](env=_settings(dsn)) as application:
            pairs = asyncio.run(_measured(application, dsn))
    theirs, ours = (statistics.median(rate) for rate in zip(*pairs, strict=True))
    ratio = statistics.median(ours / theirs for theirs, ours in pairs)
    print(f"application.save(*{_BATCH})          {theirs:9,.0f} aggregates/s, of 3 events")
    print(f"our store, {_BATCH} a transaction    {ours:9,.0f} aggregates/s")
    print(f"ratio (bar: at least {_BAR})        {ratio:9.2f}")


async def _measured(application: Application[UUID], dsn: str) -> list[tuple[float, float]]:
    repository = EventSourcedRepository[Order](
        EventsourcingStore(application), events=lambda order: order.collect_events(), stream=lambda order: order.id
    )
    pairs = []
    async with AsyncConnectionPool(dsn, min_size=1, open=False) as pool:
        sessions = ExternalPgSessionPool(pool)
        for _ in range(_ROUNDS):
            theirs = _timed_save(application)
            batches = list(_batches())
            gc.collect()
            start = time.perf_counter()
            for batch in batches:
                async with sessions.session() as session, session.atomic():
                    await repository.insert_many(session, batch)
            pairs.append((_AGGREGATES / theirs, _AGGREGATES / (time.perf_counter() - start)))
            found: Any = application.repository.get(batches[-1][-1].id)
            if found.version != 3:
                raise AssertionError(f"{found} has version {found.version}, not 3")
    return pairs


def _timed_save(application: Application[UUID]) -> float:
    batches = list(_batches())
    gc.collect()
    start = time.perf_counter()
    for batch in batches:
        application.save(*batch)
    return time.perf_counter() - start


def _batches() -> Iterator[list[Order]]:
    for _ in range(_AGGREGATES // _BATCH):
        batch = [Order(id=uuid4(), customer_id=1) for _ in range(_BATCH)]
        for order in batch:
            order.pay(amount=5)
            order.ship()
        yield batch


def _settings(dsn: str) -> dict[str, str]:
    parts = conninfo_to_dict(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_USER": str(parts.get("user", "postgres")),
        "POSTGRES_PASSWORD": str(parts.get("password", "none")),
    }


if __name__ == "__main__":
    run()

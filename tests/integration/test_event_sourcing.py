"""Event-sourced aggregates on PostgreSQL: what we write is what the application reads."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from eventsourcing.application import AggregateNotFoundError

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.transports.eventstore.event_sourced_repository import EventSourcedRepository
from ascetic_ddd.faker.infrastructure.transports.eventstore.eventsourcing_store import EventsourcingStore
from ascetic_ddd.faker.infrastructure.transports.eventstore.in_memory_event_store import InMemoryEventStore
from ascetic_ddd.faker.infrastructure.transports.eventstore.pg_event_store import EventRecord, PgEventStore
from ascetic_ddd.faker.infrastructure.transports.eventstore.store import Appended, ConcurrencyError, IEventStore
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.integration.event_sourced import (
    BEGIN,
    TABLE,
    Order,
    OrderProvider,
    Orders,
    PlainOrder,
    export,
    placed_and_paid,
    settings_of,
    shipped,
)


@pytest.fixture
def application(external_dsn: str) -> Iterator[Orders]:
    with Orders(env=settings_of(external_dsn)) as application:
        yield application


def repository_on(store: IEventStore, **options: Any) -> EventSourcedRepository[Any]:
    options = {"events": lambda order: order.collect_events(), "version": lambda order: order.version, **options}
    return EventSourcedRepository(store, stream=lambda order: order.id, **options)


async def test_the_application_s_own_repository_loads_what_we_have_written(
    application: Orders, pg_session_pool: CompositeSessionPool
) -> None:
    external = repository_on(EventsourcingStore(application))
    repository = CompositeRepository[Order](
        external_repository=external, internal_repository=InternalPgRepository[Order](table="orders", agg_exporter=export)
    )
    provider = OrderProvider(repository, shipped, export, lambda position: UUID(int=position + 1))
    async with pg_session_pool.session() as session, session.atomic():
        await provider.setup(session)
    made = [order async for order in generate(provider, pg_session_pool, 1000, batch_size=250, seed=7)]
    found: list[Order] = [application.repository.get(order.id) for order in made]
    assert {(order.version, order.status, order.amount) for order in found} == {(3, "shipped", 5)}
    shares = Counter(order.customer_id for order in found)
    assert [shares[customer] for customer in (1, 2, 3)] == pytest.approx([500, 300, 200], abs=2)
    notifications = application.recorder.select_notifications(1, 5000)
    assert [each.id for each in notifications] == list(range(1, 3001))
    order = found[0]
    order.mark(mark="returned")
    application.save(order)
    assert application.repository.get(order.id).status == "returned"


async def test_the_times_of_events_are_those_that_are_told(application: Orders, pg_session_pool: CompositeSessionPool) -> None:
    times = [BEGIN, BEGIN + timedelta(hours=2), BEGIN + timedelta(days=1)]
    repository, order = repository_on(EventsourcingStore(application), times=lambda order: times), shipped(UUID(int=1), 7)
    async with pg_session_pool.session() as session, session.atomic():
        await repository.insert(session, order)
    found: list[Any] = list(application.events.get(order.id))
    assert [each.timestamp for each in found] == times
    assert application.repository.get(order.id).modified_on == times[-1]


async def test_a_stale_version_is_refused_and_a_rollback_leaves_nothing(
    application: Orders, pg_session_pool: CompositeSessionPool
) -> None:
    repository, order = repository_on(EventsourcingStore(application)), shipped(UUID(int=1), 7)
    async with pg_session_pool.session() as session:
        with pytest.raises(ZeroDivisionError):
            await inserted_in_vain(repository, session, order)
        with pytest.raises(AggregateNotFoundError):
            application.repository.get(order.id)
        async with session.atomic():
            await repository.insert(session, order)  # its events were given back
    loaded: Order = application.repository.get(order.id)
    meanwhile: Order = application.repository.get(order.id)
    meanwhile.mark(mark="returned")
    application.save(meanwhile)
    loaded.mark(mark="lost")
    async with pg_session_pool.session() as session:
        with pytest.raises(ConcurrencyError, match="was expected to have 3 events, and has 4 events"):
            await repository.update(session, loaded)
        current: Order = application.repository.get(order.id)
        current.mark(mark="found")
        async with session.atomic():
            await repository.update(session, current)
    assert application.repository.get(order.id).status == "found"


async def test_snapshots_are_taken_as_often_as_asked(application: Orders, pg_session_pool: CompositeSessionPool) -> None:
    repository = repository_on(EventsourcingStore(application), snapshot=Order.Snapshot.take, snapshot_every=2)
    order = shipped(UUID(int=1), 7)
    async with pg_session_pool.session() as session, session.atomic():
        await repository.insert(session, order)
    assert application.snapshots is not None
    (snapshot,) = application.snapshots.get(order.id)
    assert snapshot.originator_version == 3
    assert application.repository.get(order.id).status == "shipped"


def test_an_application_that_does_not_store_in_postgres_is_refused() -> None:
    with Orders() as application, pytest.raises(ConfigurationError, match="expected an application on PostgreSQL"):
        EventsourcingStore(application)


async def test_a_plain_table_has_a_row_an_event_with_its_time(external_dsn: str, pg_session_pool: CompositeSessionPool) -> None:
    with psycopg.connect(external_dsn) as connection:
        connection.execute(TABLE)
    store = PgEventStore("events", columns={"time": "happened_at"})
    provider = OrderProvider(
        CompositeRepository[PlainOrder](
            external_repository=repository_on(store, times=lambda order: order.times),
            internal_repository=InternalPgRepository[PlainOrder](table="orders", agg_exporter=PlainOrder.export),
        ),
        placed_and_paid,
        PlainOrder.export,
        lambda position: f"order-{position}",
    )
    async with pg_session_pool.session() as session, session.atomic():
        await provider.setup(session)
    _ = [order async for order in generate(provider, pg_session_pool, 500, seed=7)]
    with psycopg.connect(external_dsn) as connection:
        rows = connection.execute(
            "SELECT stream, version, type, data, happened_at FROM events ORDER BY position LIMIT 2"
        ).fetchall()
        counted = connection.execute("SELECT count(*), count(DISTINCT stream), max(version) FROM events").fetchone()
    assert [row[:3] for row in rows[:2]] == [("order-0", 1, "OrderPlaced"), ("order-0", 2, "OrderPaid")]
    assert rows[1][3:] == ({"amount": 5}, BEGIN + timedelta(hours=2))
    assert counted == (1000, 500, 2)
    async with pg_session_pool.session() as session, session.atomic():
        read = await store.read(session, "order-7")
    assert read[1] == EventRecord("OrderPaid", {"amount": 5}, {}, BEGIN + timedelta(hours=2))


async def test_events_that_are_handed_out_once_survive_a_batch_that_is_refused_and_made_in_halves() -> None:
    """One of ten is refused; the halves are the same aggregates, whose events were taken already."""
    streams: list[str] = []

    class Refusing(InMemoryEventStore):
        async def append(self, session: ISession, streams: Any) -> None:
            if any(each.stream == "order-7" for each in streams):
                raise PersistenceError("no order-7")
            await super().append(session, streams)

    store = Refusing()
    repository = repository_on(store)
    orders = [placed_and_paid(f"order-{number}", 1) for number in range(10)]
    session = InMemorySession()
    for part in (orders, orders[:5], orders[5:7], orders[8:]):
        try:
            async with session.atomic():
                await repository.insert_many(session, part)
        except PersistenceError as error:
            streams.append(str(error))
    assert streams == ["no order-7"]
    assert [len(await store.read(session, order.id)) for order in orders] == [2] * 7 + [0] + [2] * 2


async def test_an_aggregate_without_events_is_refused_and_so_are_times_that_are_not_theirs() -> None:
    repository = repository_on(InMemoryEventStore())
    with pytest.raises(PersistenceError, match="Cannot insert PlainOrder 'a': it has no events"):
        await repository.insert(InMemorySession(), PlainOrder("a", 1))
    with pytest.raises(ConfigurationError, match="gives 1 times for the 2 events of PlainOrder"):
        await repository_on(InMemoryEventStore(), times=lambda order: [BEGIN]).insert(InMemorySession(), placed_and_paid("a", 1))
    with pytest.raises(ConfigurationError, match="belong together"):
        repository_on(InMemoryEventStore(), snapshot_every=2)
    with pytest.raises(ConfigurationError, match="expected names for stream, version"):
        PgEventStore("events", columns={"streem": "id"})


async def test_in_memory_a_run_may_do_without_any_database() -> None:
    store = InMemoryEventStore()
    provider = OrderProvider(
        CompositeRepository[PlainOrder](
            external_repository=repository_on(store),
            internal_repository=InMemoryRepository[PlainOrder](agg_exporter=PlainOrder.export),
        ),
        placed_and_paid,
        PlainOrder.export,
        lambda position: f"order-{position}",
    )
    _ = [order async for order in generate(provider, InMemorySessionPool(), 100)]
    assert len(await store.read(InMemorySession(), "order-99")) == 2
    with pytest.raises(ConcurrencyError):
        await store.append(InMemorySession(), [Appended("order-99", 0, [1])])


async def inserted_in_vain(repository: EventSourcedRepository[Any], session: ISession, order: Order) -> None:
    async with session.atomic():
        await repository.insert(session, order)
        raise ZeroDivisionError

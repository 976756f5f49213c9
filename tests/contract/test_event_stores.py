"""Every event store of ours keeps the contract."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool
from ascetic_ddd.faker.infrastructure.transports.eventstore.eventsourcing_store import EventsourcingStore
from ascetic_ddd.faker.infrastructure.transports.eventstore.in_memory_event_store import InMemoryEventStore
from ascetic_ddd.faker.infrastructure.transports.eventstore.pg_event_store import PgEventStore
from ascetic_ddd.faker.testing.event_store_contract import EventStoreContract
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.conftest import Pool
from tests.integration.event_sourced import TABLE, Order, Orders, settings_of


class TestInMemory(EventStoreContract):
    @pytest.fixture
    def store(self) -> InMemoryEventStore:
        return InMemoryEventStore()

    @pytest.fixture
    def session_pool(self) -> ISessionPool:
        return InMemorySessionPool()

    @pytest.fixture
    def streams(self) -> Sequence[Hashable]:
        return ["order-1", "order-2"]

    @pytest.fixture
    def events(self) -> Callable[[Hashable, int, int], Sequence[Any]]:
        return lambda stream, first, count: [{"mark": f"{stream} {number}"} for number in range(first, first + count)]


class TestPgTable(EventStoreContract):
    streams = TestInMemory.streams
    events = TestInMemory.events

    @pytest.fixture
    def store(self, external_dsn: str) -> PgEventStore:
        with psycopg.connect(external_dsn) as connection:
            connection.execute(TABLE)
        return PgEventStore("events")

    @pytest.fixture
    def session_pool(self, external_pg_pool: Pool) -> ISessionPool:
        return ExternalPgSessionPool(external_pg_pool)


class TestEventsourcing(EventStoreContract):
    @pytest.fixture
    def application(self, external_dsn: str) -> Iterator[Orders]:
        with Orders(env=settings_of(external_dsn)) as application:
            yield application

    @pytest.fixture
    def store(self, application: Orders) -> EventsourcingStore:
        return EventsourcingStore(application)

    @pytest.fixture
    def session_pool(self, external_pg_pool: Pool) -> ISessionPool:
        return ExternalPgSessionPool(external_pg_pool)

    @pytest.fixture
    def streams(self) -> Sequence[Hashable]:
        return [UUID(int=1), UUID(int=2)]

    @pytest.fixture
    def events(self) -> Callable[[Hashable, int, int], Sequence[Any]]:
        def make(stream: Hashable, first: int, count: int) -> Sequence[Any]:
            order = Order(id=stream, customer_id=7)
            for number in range(first + count):
                order.mark(mark=f"{number}")
            return list(order.collect_events())[first : first + count]

        return make

"""The example wired: providers over the application's own repositories, and a memory in an internal database."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import psycopg

from ascetic_ddd.faker.application.target import Endpoint, Target, Transport
from ascetic_ddd.faker.domain.repositories import IExternalRepository
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository, CompositeRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.transports.eventstore.event_sourced_repository import EventSourcedRepository
from ascetic_ddd.faker.infrastructure.transports.eventstore.pg_event_store import PgEventStore
from examples.bookshop import event_sourced_providers
from examples.bookshop.commandlog import FEED
from examples.bookshop.domain import Customer, Order, Product
from examples.bookshop.event_sourcing import EventSourcedOrder, event_record, stored_orders
from examples.bookshop.providers import CustomerProvider, OrderProvider, ProductProvider, export_order
from examples.bookshop.repositories import CustomerRepository, OrderRepository, ProductRepository
from examples.bookshop.transports import TRANSPORTS

__all__ = (
    "Providers",
    "StoringRepository",
    "by_events",
    "create_application_schema",
    "make_providers",
    "stored_states",
    "target",
)

T = TypeVar("T", Customer, Product, Order)


class StoringRepository(Generic[T]):
    """The application's repository as the faker's external one: over the session's connection.

    Args:
        repository_class: the application's.
    """

    def __init__(self, repository_class: Callable[[Any], Any]) -> None:
        self._repository_class = repository_class

    async def insert(self, session: Any, agg: T) -> None:
        """Store a new aggregate, as the application does."""
        await self._repository_class(session.external_connection).insert(agg)


class Providers(NamedTuple):
    """One graph: orders refer to customers and products."""

    customers: CustomerProvider
    products: ProductProvider
    orders: OrderProvider


def make_providers() -> Providers:
    """Providers that store by the application's own repositories."""
    customers, products = _customers_and_products()
    orders = _repository("orders", StoringRepository[Order](OrderRepository), export_order)
    return Providers(customers, products, OrderProvider(orders, customers, products))


@asynccontextmanager
async def by_events(endpoint: Endpoint) -> AsyncIterator[OrderProvider]:
    """Orders are stored as their events, in the application's database; the others as ever."""
    store = PgEventStore("order_events", record=event_record, columns={"stream": "order_id", "metadata": None, "time": "at"})

    async def find(session: Any) -> AsyncIterator[dict[str, Any]]:
        for order in await stored_orders(session.external_connection):
            yield export_order(order)

    events = EventSourcedRepository[EventSourcedOrder](
        store, events=EventSourcedOrder.collect_events, stream=lambda order: order.id.value, find=find
    )
    internal = InternalPgRepository[EventSourcedOrder](table="orders", agg_exporter=export_order)
    repository = CompositeRepository[EventSourcedOrder](external_repository=events, internal_repository=internal)
    yield event_sourced_providers.OrderProvider(repository, *_customers_and_products())


def target() -> Target:
    """What ``ascetic-ddd generate examples.bookshop.wiring:target`` is given."""
    transports = {**TRANSPORTS, "events": Transport(by_events)}
    return Target(make_providers().orders, create_schema=create_application_schema, transports=transports, feed=FEED)


def create_application_schema(dsn: str) -> None:
    """Create the application's tables in an empty database."""
    with psycopg.connect(dsn) as connection:
        connection.execute(Path(__file__).with_name("schema.sql").read_bytes())


def stored_states() -> dict[str, Callable[[Any], AsyncIterator[dict[str, Any]]]]:
    """What a scenario counts: the aggregates that the application has, whoever made them."""

    def of(repository_class: Callable[[Any], Any], export: Callable[[Any], dict[str, Any]]) -> Any:
        async def states(session: Any) -> AsyncIterator[dict[str, Any]]:
            for agg in await repository_class(session.external_connection).find({}):
                yield export(agg)

        return states

    return {
        "customers": of(CustomerRepository, Customer.export),
        "products": of(ProductRepository, Product.export),
        "orders": of(OrderRepository, export_order),
    }


def _customers_and_products() -> tuple[CustomerProvider, ProductProvider]:
    return (
        CustomerProvider(_repository("customers", StoringRepository[Customer](CustomerRepository), Customer.export)),
        ProductProvider(_repository("products", StoringRepository[Product](ProductRepository), Product.export)),
    )


def _repository(table: str, external: IExternalRepository[T], exporter: Callable[[T], dict[str, Any]]) -> Any:
    return CompositeAutoPkRepository[T](
        external_repository=external, internal_repository=InternalPgRepository[T](table=table, agg_exporter=exporter)
    )

"""The shop as a target of the command line: by commands in this process, and over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ascetic_ddd.faker.application.target import Endpoint, Target, Transport
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.transports.command_repository import CommandRepository
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.connecting import http_client
from ascetic_ddd.faker.infrastructure.transports.http.listing import listing
from ascetic_ddd.faker.infrastructure.transports.http.retry import Retry
from ascetic_ddd.faker.infrastructure.transports.journal import PgJournal
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from tests.unit.faker.infrastructure.transports.shop import Customers, Orders, Shop
from tests.unit.faker.infrastructure.transports.web_shop import ROUTES

SHOP = Shop()


def orders_with(customers: Any, orders: Any) -> Orders:
    def remembered(external: Any, table: str) -> CompositeAutoPkRepository[Draft[Any]]:
        internal = InternalPgRepository[Draft[Any]](table=table, agg_exporter=Draft.export)
        return CompositeAutoPkRepository(external_repository=external, internal_repository=internal)

    return Orders(remembered(orders, "orders"), Customers(remembered(customers, "customers")))


@asynccontextmanager
async def by_commands(endpoint: Endpoint) -> AsyncIterator[Orders]:
    assert endpoint.external_dsn is not None
    yield orders_with(CommandRepository(SHOP.handle, blocks=True), CommandRepository(SHOP.handle, blocks=True))


@asynccontextmanager
async def over_http(endpoint: Endpoint) -> AsyncIterator[Orders]:
    assert endpoint.external_dsn is None
    async with http_client(endpoint.base_url or "") as client, PgJournal.opened(endpoint.internal_dsn) as journal:
        api = HttpApi(client, retry=Retry(first_s=0.001, longest_s=0.001, patience_s=0.01))
        customers = RestRepository[Any](api, ROUTES[:1], find=listing(api, "/customers"), journal=journal)
        orders = RestRepository[Any](api, ROUTES[1:], find=listing(api, "/orders"), journal=journal)
        yield orders_with(customers, orders)


def target() -> Target:
    in_memory = InMemoryRepository[Draft[Any]](agg_exporter=Draft.export)
    provider = Orders(in_memory, Customers(InMemoryRepository[Draft[Any]](agg_exporter=Draft.export)))
    return Target(provider, transports={"commands": Transport(by_commands), "http": Transport(over_http, is_remote=True)})

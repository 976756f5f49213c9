"""The bookshop by its domain model, its commands, HTTP in process and over real sockets, and events: the same shop each time."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.lint import lint
from ascetic_ddd.faker.application.target import Endpoint
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.sessions import RemoteSessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from examples.bookshop.__main__ import served_app
from examples.bookshop.event_sourcing import stored_orders
from examples.bookshop.providers import ORDER_STATUSES
from examples.bookshop.repositories import OrderRepository
from examples.bookshop.transports import ROUTES, by_commands, orders_of_drafts, over_http
from examples.bookshop.wiring import by_events, create_application_schema, target
from tests.unit.faker.infrastructure.transports.web_shop import listener_on, server_of

COUNT = 200
TABLES = {
    "customers": b"SELECT customer_id, name, email, city, status, version FROM customers ORDER BY 1",
    "products": b"SELECT product_id, title, price, status, version FROM products ORDER BY 1",
}

Shop = dict[str, list[Any]]


async def read(dsn: str, *, is_event_sourced: bool = False) -> Shop:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        tables: Shop = {table: await (await connection.execute(query)).fetchall() for table, query in TABLES.items()}
        orders: Any = await (stored_orders(connection) if is_event_sourced else OrderRepository(connection).find({}, COUNT))
        return {**tables, "orders": [order.export() for order in orders]}


def without_prices(shop: Shop) -> Shop:
    """What is paid for a line the application decides by its list; the domain model is told."""
    orders = [{**order, "lines": [{**line, "price": None} for line in order["lines"]]} for order in shop["orders"]]
    return {**shop, "orders": orders}


@asynccontextmanager
async def over_asgi(endpoint: Endpoint) -> AsyncIterator[Any]:
    async with client_of_app(served_app(endpoint.external_dsn or "")) as client:
        repository = RestRepository[Any](HttpApi(client), ROUTES)
        yield orders_of_drafts(repository, repository, repository)


@asynccontextmanager
async def over_sockets(endpoint: Endpoint) -> AsyncIterator[Any]:
    with serving(endpoint.external_dsn or "") as base_url:
        async with over_http(replace(endpoint, base_url=base_url)) as provider:
            yield provider


@asynccontextmanager
async def by_the_domain_model(endpoint: Endpoint) -> AsyncIterator[Any]:
    yield target().provider


async def grown(connect: Any, make_database: Callable[..., str]) -> Shop:
    application, internal = make_database(), make_database()
    create_application_schema(application)
    async with (
        AsyncConnectionPool(internal, min_size=1, max_size=2, open=False) as pool,
        AsyncConnectionPool(application, min_size=1, max_size=2, open=False) as external_pool,
        connect(Endpoint(None, application, internal)) as provider,
    ):
        is_inside = connect in (by_the_domain_model, by_events)
        external = ExternalPgSessionPool(external_pool) if is_inside else RemoteSessionPool()
        sessions = CompositeSessionPool(external, InternalPgSessionPool(pool))
        async with sessions.session() as session, session.atomic():
            await provider.setup(session)
        assert not lint(provider, COUNT)
        async for _ in generate(provider, sessions, COUNT, batch_size=50, seed=7):
            pass
    return await read(application, is_event_sourced=connect is by_events)


@contextmanager
def serving(dsn: str) -> Iterator[str]:
    """The bookshop on a real socket, served by another thread."""
    listener = listener_on(0)
    server = server_of(served_app(dsn))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def base_url(external_dsn: str) -> Iterator[str]:
    create_application_schema(external_dsn)
    with serving(external_dsn) as base_url:
        yield base_url


async def test_by_each_way_the_shop_is_the_same_and_its_shares_are_as_asked(make_database: Callable[..., str]) -> None:
    ways = (by_the_domain_model, by_commands, over_asgi, over_sockets, by_events)
    by_domain, commands, asgi, sockets, events = [await grown(connect, make_database) for connect in ways]
    assert commands == asgi == sockets
    assert by_domain == events
    assert without_prices(by_domain) == without_prices(commands)
    for shop in (by_domain, commands):
        statuses = Counter(order["status"] for order in shop["orders"])
        assert statuses == {status: pytest.approx(COUNT * share, abs=1) for status, share in ORDER_STATUSES.items()}
        blocked = {id for id, *_, status, _ in shop["customers"] if status == "blocked"}
        uses = Counter(order["customer_id"] for order in shop["orders"])
        assert not blocked & uses.keys()
        assert len(uses) == 20
        assert shares(uses, 4) == pytest.approx([0.7, 0.2, 0.07, 0.03], abs=0.03)
        assert sum(len(order["lines"]) for order in shop["orders"]) == pytest.approx(1.4 * COUNT, rel=0.1)


def shares(uses: Counter[Any], parts: int) -> list[float]:
    counts = sorted(uses.values(), reverse=True)
    size = -(-len(counts) // parts)
    return [sum(counts[place : place + size]) / sum(counts) for place in range(0, len(counts), size)]


async def test_events_happened_when_the_plan_says(make_database: Callable[..., str]) -> None:
    application, internal = make_database(), make_database()
    dsns = ["--external-dsn", application, "--internal-dsn", internal]
    create_application_schema(application)
    words = ["generate", "examples.bookshop.wiring:target", "--transport", "events", *dsns]
    assert await asyncio.to_thread(main, [*words, "--count", "60"]) == 0
    assert await asyncio.to_thread(main, [*words, "--count", "80", "--resume"]) == 0
    with psycopg.connect(application) as connection:
        rows = connection.execute(
            "SELECT type, at, at - lag(at) OVER (PARTITION BY order_id ORDER BY version) FROM order_events ORDER BY position"
        ).fetchall()
    assert {at.year for _, at, _ in rows} == {2025}
    assert len([kind for kind, *_ in rows if kind == "OrderPlaced"]) == 80
    assert {after for kind, _, after in rows if kind == "OrderShipped"} == {timedelta(days=1)}
    assert len({after for kind, _, after in rows if kind == "OrderPaid"}) > 30
    assert len((await read(application, is_event_sourced=True))["orders"]) == 80


def test_the_command_line_grows_it_over_a_real_socket(base_url: str, external_dsn: str, internal_dsn: str) -> None:
    http = ["--transport", "http", "--base-url", base_url, "--internal-dsn", internal_dsn]
    assert main(["generate", "examples.bookshop.wiring:target", "--count", "60", *http]) == 0
    assert main(["generate", "examples.bookshop.wiring:target", "--count", "80", "--resume", *http]) == 0
    shop = asyncio.run(read(external_dsn))
    assert len(shop["orders"]) == 80
    with psycopg.connect(internal_dsn) as connection:
        remembered = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE state ->> 'status' = 'shipped') FROM orders"
        ).fetchone()
    assert remembered == (80, Counter(order["status"] for order in shop["orders"])["shipped"])

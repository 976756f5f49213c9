"""The bookshop by its commands, over HTTP in process, and by the command line over a real socket: the same shop each time."""

import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.target import Endpoint
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.session.pg_session import InternalPgSessionPool
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.sessions import RemoteSessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from examples.bookshop.__main__ import served_app
from examples.bookshop.providers import ORDER_STATUSES
from examples.bookshop.transports import ROUTES, by_commands, orders_of_drafts
from examples.bookshop.wiring import create_application_schema
from tests.unit.faker.infrastructure.transports.web_shop import listener_on, server_of

COUNT = 150
TABLES = {
    "customers": b"SELECT customer_id, name, email, city, status, version FROM customers ORDER BY 1",
    "products": b"SELECT product_id, title, price, status, version FROM products ORDER BY 1",
    "orders": b"SELECT order_id, customer_id, status, version FROM orders ORDER BY 1",
    "order_lines": b"SELECT order_id, line_number, product_id, quantity, price FROM order_lines ORDER BY 1, 2",
}

Shop = dict[str, list[tuple[Any, ...]]]


def read(dsn: str) -> Shop:
    with psycopg.connect(dsn) as connection:
        return {table: connection.execute(query).fetchall() for table, query in TABLES.items()}


@asynccontextmanager
async def over_asgi(endpoint: Endpoint) -> AsyncIterator[Any]:
    async with client_of_app(served_app(endpoint.external_dsn or "")) as client:
        repository = RestRepository[Any](HttpApi(client), ROUTES)
        yield orders_of_drafts(repository, repository, repository)


async def grown(connect: Any, make_database: Callable[..., str]) -> Shop:
    application, internal = make_database(), make_database()
    create_application_schema(application)
    async with (
        AsyncConnectionPool(internal, min_size=1, max_size=2, open=False) as pool,
        connect(Endpoint(None, application, internal)) as provider,
    ):
        sessions = CompositeSessionPool(RemoteSessionPool(), InternalPgSessionPool(pool))
        async with sessions.session() as session, session.atomic():
            await provider.setup(session)
        async for _ in generate(provider, sessions, COUNT, batch_size=50, seed=7):
            pass
    return read(application)


@pytest.fixture
def base_url(external_dsn: str) -> Iterator[str]:
    create_application_schema(external_dsn)
    listener = listener_on(0)
    server = server_of(served_app(external_dsn))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


async def test_by_commands_and_over_http_the_shop_is_the_same_and_its_shares_are_as_asked(
    make_database: Callable[..., str],
) -> None:
    shop = await grown(by_commands, make_database)
    assert await grown(over_asgi, make_database) == shop
    statuses = Counter(status for _, _, status, _ in shop["orders"])
    assert statuses == {status: pytest.approx(COUNT * share, abs=1) for status, share in ORDER_STATUSES.items()}
    blocked = {id for id, *_, status, _ in shop["customers"] if status == "blocked"}
    assert not blocked & {customer for _, customer, _, _ in shop["orders"]}


def test_the_command_line_grows_it_over_a_real_socket(base_url: str, external_dsn: str, internal_dsn: str) -> None:
    http = ["--transport", "http", "--base-url", base_url, "--internal-dsn", internal_dsn]
    assert main(["generate", "examples.bookshop.wiring:target", "--count", "60", *http]) == 0
    assert main(["generate", "examples.bookshop.wiring:target", "--count", "80", "--resume", *http]) == 0
    shop = read(external_dsn)
    assert len(shop["orders"]) == 80
    with psycopg.connect(internal_dsn) as connection:
        remembered = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE state ->> 'status' = 'shipped') FROM orders"
        ).fetchone()
    assert remembered == (80, Counter(status for _, _, status, _ in shop["orders"])["shipped"])

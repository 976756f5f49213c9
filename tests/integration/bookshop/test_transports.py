"""The bookshop by its domain model, its commands, HTTP in process and over real sockets, and events: the same shop each time."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.lint import lint
from ascetic_ddd.faker.application.target import Endpoint
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.openapi import OpenApi
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.route import Route
from examples.bookshop import demo
from examples.bookshop.demo import WAYS, Grown, grow, show
from examples.bookshop.event_sourcing import stored_orders
from examples.bookshop.http_api import make_app
from examples.bookshop.providers import CUSTOMER_WEIGHTS, ORDER_STATUSES, OrderProvider
from examples.bookshop.transports import ROUTES, by_commands, orders_of_drafts, over_http
from examples.bookshop.wiring import by_events, create_application_schema, target

COUNT = 200


async def test_by_each_way_the_shop_is_the_same_and_its_shares_are_as_asked(make_database: Callable[..., str]) -> None:
    grown, dsns = dict[str, Grown](), dict[str, str]()
    for name, way in WAYS.items():
        dsns[name] = make_database()
        grown[name] = await grow(way, dsns[name], make_database(), COUNT, seed=7, batch_size=50)
    model = grown["domain model"]
    assert [each.orders for each in grown.values()] == [model.orders] * len(WAYS)
    customers = [read(dsn, "customers", "city, status, version") for dsn in dsns.values()]
    assert customers == [customers[0]] * len(WAYS)
    products = [read(dsn, "products", "title, price, status, version") for dsn in dsns.values()]
    assert products == [products[0]] * len(WAYS)
    check_shares(model.orders, {id for id, _, status, _ in customers[0] if status == "blocked"})


def read(dsn: str, table: str, columns: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        statement = f"SELECT {table[:-1]}_id, {columns} FROM {table} ORDER BY 1"  # noqa: S608  # our own words
        return connection.execute(statement.encode()).fetchall()


def check_shares(orders: list[dict[str, Any]], blocked: set[int]) -> None:
    statuses = Counter(order["status"] for order in orders)
    assert statuses == {status: pytest.approx(COUNT * share, abs=1) for status, share in ORDER_STATUSES.items()}
    uses = Counter(order["customer_id"] for order in orders)
    assert not blocked & uses.keys()
    counts = sorted(uses.values(), reverse=True)
    assert len(counts) == 20
    assert [sum(counts[place : place + 5]) / COUNT for place in range(0, 20, 5)] == pytest.approx(CUSTOMER_WEIGHTS, abs=0.03)
    assert sum(len(order["lines"]) for order in orders) == pytest.approx(1.4 * COUNT, rel=0.1)


async def test_before_the_run_nothing_is_found_to_be_wrong(make_database: Callable[..., str]) -> None:
    for connect in (by_commands, over_http, by_events):
        async with connect(Endpoint("http://nobody.test", make_database(), make_database())) as provider:
            assert not lint(provider, COUNT)
    assert not lint(target().provider, COUNT)


def test_its_routes_and_commands_are_those_of_its_own_openapi() -> None:
    openapi = OpenApi(make_app(None).openapi())  # type: ignore[arg-type]  # nobody connects

    def orders_with(*routes: Route) -> OrderProvider:
        repository = RestRepository[Any](HttpApi(None), routes, openapi=openapi)  # type: ignore[arg-type]  # nothing is sent
        return orders_of_drafts(repository, repository, repository)

    assert not lint(orders_with(*ROUTES))
    (first, *others) = ROUTES
    found = [str(finding) for finding in lint(orders_with(Route(first.command, "POST /customer"), *others))]
    assert found == [
        "CustomerProvider: asked Route(RegisterCustomer, 'POST /customer'); but the server's OpenAPI has no such operation. "
        "Correct the route; near it: POST /customers."
    ]


def test_the_demo_tells_what_was_asked_and_what_came_out(
    make_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(WAYS, "HTTP, uvicorn")
    assert show(lambda name: make_database(), 20, 7, 10) == 0
    out = capsys.readouterr().out
    assert re.search(r"as asked +60.0% +20.0% +15.0% +5.0% +70% / 20% / 7% / 3% +1.40", out)
    assert re.search(r"HTTP in process +[\d,]+ +60.0% +20.0% +15.0% +5.0%", out)
    assert "The same orders by each way" in out
    seeds = iter((7, 8))
    monkeypatch.setattr(demo, "generate", lambda *args, **options: generate(*args, **{**options, "seed": next(seeds)}))
    for way in ("HTTP in process", "events"):
        monkeypatch.delitem(WAYS, way)
    assert show(lambda name: make_database(), 5, 7, 10) == 1
    assert "BROKEN: commands made other orders than domain model" in capsys.readouterr().err


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
    async with await psycopg.AsyncConnection.connect(application) as connection:
        assert len(await stored_orders(connection)) == 80


def test_the_command_line_grows_it_over_a_real_socket(base_url: str, external_dsn: str, internal_dsn: str) -> None:
    http = ["--transport", "http", "--base-url", base_url, "--internal-dsn", internal_dsn]
    assert main(["generate", "examples.bookshop.wiring:target", "--count", "60", *http]) == 0
    assert main(["generate", "examples.bookshop.wiring:target", "--count", "80", "--resume", *http]) == 0
    statuses = [status for _, status in read(external_dsn, "orders", "status")]
    assert len(statuses) == 80
    with psycopg.connect(internal_dsn) as connection:
        remembered = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE state ->> 'status' = 'shipped') FROM orders"
        ).fetchone()
    assert remembered == (80, statuses.count("shipped"))

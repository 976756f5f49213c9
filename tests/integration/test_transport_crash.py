"""A client that is killed in the middle of a run over HTTP, and one whose handlers write in our own transaction."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.domain.errors import GenerationError
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.session.pg_session import InternalPgSessionPool
from ascetic_ddd.faker.infrastructure.transports.command_repository import CommandRepository
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app
from ascetic_ddd.faker.infrastructure.transports.journal import PgJournal
from ascetic_ddd.faker.infrastructure.transports.recovery import Recovered, recover
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.sessions import RemoteSessionPool
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from tests.integration.transport_target import orders_with
from tests.unit.faker.infrastructure.transports import test_journeys as journeys
from tests.unit.faker.infrastructure.transports.shop import AddCustomer, Customers, Orders, PlaceOrder
from tests.unit.faker.infrastructure.transports.web_shop import ROUTES, FaultyClient, WebShop, api_of, served

ROOT = Path(__file__).parents[2]
COUNT = 240
KILLS = int(os.environ.get("ASCETIC_DDD_KILLS", "3"))  # at most 10
DEATHS = [1, 2, 25, 26, 60, 95, 110, 140, 165, 200]  # numbers of requests


async def test_a_client_that_is_killed_and_resumed_leaves_no_duplicate_and_nothing_dangling(
    internal_dsn: str,
) -> None:
    """It is killed while a request is at work, so that its answer is lost; what is stored and not answered is taken up."""
    client: asyncio.subprocess.Process | None = None
    deaths = sorted(DEATHS[::3] if KILLS < 4 else DEATHS)[:KILLS]

    def kill(number: int) -> str | None:
        if deaths and number >= deaths[0]:
            deaths.pop(0)
            assert client is not None
            client.kill()
            return "503"
        return None

    web = WebShop(faults=kill)
    async with served(web.app()) as port:
        options = ["--transport", "http", "--base-url", f"http://127.0.0.1:{port}", "--internal-dsn", internal_dsn, "--resume"]
        words = ["generate", "tests.integration.transport_target:target", "--count", str(COUNT), "--batch-size", "40", *options]
        for expected in (*[-9] * KILLS, 0):
            program = [sys.executable, "-m", "ascetic_ddd.faker.cli", *words]
            client = await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
            assert await client.wait() == expected
    web.shop.check()
    with psycopg.connect(internal_dsn) as connection:
        remembered = {table: connection.execute(_IDS[table]).fetchall() for table in _IDS}
        left = connection.execute("SELECT count(*) FROM requests").fetchone()
    assert left == (0,)
    assert sorted(id for (id,) in remembered["orders"]) == sorted(web.shop.orders) == list(range(1, COUNT + 1))
    assert sorted(id for (id,) in remembered["customers"]) == sorted(web.shop.customers)
    assert not deaths


Wiring = Callable[[HttpApi, PgJournal], Orders]


def routes_of_their_own(api: HttpApi, journal: PgJournal) -> Orders:
    return orders_with(*(RestRepository[Any](api, [route], journal=journal) for route in ROUTES))


def the_same_routes(api: HttpApi, journal: PgJournal) -> Orders:
    return orders_with(*(RestRepository[Any](api, ROUTES, journal=journal) for _ in ROUTES))


def one_repository(api: HttpApi, journal: PgJournal) -> Orders:
    repository = RestRepository[Any](api, ROUTES, journal=journal)
    return orders_with(repository, repository)


def a_function_makes_the_command(api: HttpApi, journal: PgJournal) -> Orders:
    """Which requests are an order's is then told by those that are surely others'."""

    def place(customer_id: int, number: int, amount: int) -> PlaceOrder:
        return PlaceOrder(customer_id, number, amount)

    provider = one_repository(api, journal)
    return Orders(provider.repository, provider.customer_id.source.aggregate_provider, place)  # type: ignore[arg-type]


_IDS = {"orders": b"SELECT id::int FROM orders", "customers": b"SELECT id::int FROM customers"}


@pytest.mark.parametrize("wired", [routes_of_their_own, the_same_routes, one_repository, a_function_makes_the_command])
async def test_what_a_run_has_left_is_recovered_refused_ones_are_forgotten(wired: Wiring, internal_dsn: str) -> None:
    """The server falls silent after it has stored; then it is asked again with the keys, and without them nothing is sent."""
    web = WebShop()
    async with client_of_app(web.app()) as client, AsyncConnectionPool(internal_dsn, min_size=1, max_size=3, open=False) as pool:
        journal = PgJournal(pool)
        sessions = CompositeSessionPool(RemoteSessionPool(), InternalPgSessionPool(pool))
        provider = wired(api_of(client), journal)
        async with sessions.session() as session, session.atomic():
            await provider.setup(session)
            await journal.setup(session)
        web.faults = lambda number: "503" if number >= 30 else None
        with pytest.raises(GenerationError, match="was answered with 503"):
            async for _ in generate(provider, sessions, 100, batch_size=20, seed=7):
                pass
        web.faults = lambda number: None
        orders, customers = len(web.shop.orders), len(web.shop.customers)
        again = wired(api_of(client), journal)
        found = await recover(again, sessions)
        stores: list[Any] = [again.repository, again.customer_id.source.aggregate_provider.repository]
        async with sessions.session() as session:
            counts = [await store.count(session) for store in stores]
        assert counts == [orders, customers] == [len(web.shop.orders), len(web.shop.customers)]
        assert [(each.path, each.refused, each.in_doubt) for each in found] == [("Customers", 0, 0), ("Orders", 0, 0)]
        assert found[1].remembered > 0
        assert await recover(again, sessions) == [Recovered("Customers", 0, 0, 0), Recovered("Orders", 0, 0, 0)]


async def test_a_journey_that_was_broken_off_is_not_remembered_as_whole(internal_dsn: str) -> None:
    """The process ends after an order was placed, and before it is paid: what came of it is left to `reconcile`."""
    shop = journeys.Shop()
    async with client_of_app(shop.app()) as client, PgJournal.opened(internal_dsn) as journal:
        repository = RestRepository[Any](
            api_of(FaultyClient(client, lambda number: number > 30)), journeys.ROUTES, journal=journal
        )
        sessions = remote_sessions_on(journal)
        with pytest.raises(GenerationError, match="got no answer"):
            async for _ in generate(journeys.Orders(repository), sessions, 100, batch_size=5, seed=7):
                pass
        again = journeys.Orders(RestRepository[Any](api_of(client), journeys.ROUTES, journal=journal))
        (found,) = await recover(again, sessions)
        assert (found.remembered, found.refused) == (0, 0)
        assert found.in_doubt > 1
        assert await recover(again, sessions) == [Recovered("Orders", 0, 0, 0)]
    assert "placed" in {order["status"] for order in shop.orders.values()}


def remote_sessions_on(journal: PgJournal) -> CompositeSessionPool:
    return CompositeSessionPool(RemoteSessionPool(), InternalPgSessionPool(journal.pool))


async def test_a_handler_that_joins_our_transaction_leaves_nothing_after_a_rollback(
    external_dsn: str, pg_session_pool: CompositeSessionPool
) -> None:
    with psycopg.connect(external_dsn) as connection:
        connection.execute("CREATE TABLE customers (id serial PRIMARY KEY, name text UNIQUE)")
        connection.execute("CREATE TABLE orders (id serial PRIMARY KEY, customer_id int REFERENCES customers, number int UNIQUE)")

    @asynccontextmanager
    async def scope(session: ISession) -> AsyncIterator[Callable[[Any], Any]]:
        connection = session.external_connection  # type: ignore[attr-defined]  # of the composite session

        async def handle(command: AddCustomer | PlaceOrder) -> int:
            if isinstance(command, AddCustomer):
                cursor = await connection.execute("INSERT INTO customers (name) VALUES (%s) RETURNING id", (command.name,))
            else:
                if command.number == 150:
                    raise ValueError("no number 150")
                cursor = await connection.execute(
                    "INSERT INTO orders (customer_id, number) VALUES (%s, %s) RETURNING id", (command.customer_id, command.number)
                )
            return int((await cursor.fetchone())[0])

        async with connection.transaction():  # the handler's commit is a savepoint of ours
            yield handle

    def remembered(table: str) -> tuple[CommandRepository[Any], CompositeAutoPkRepository[Draft[Any]]]:
        external = CommandRepository[Any](scope=scope, joins=True)
        internal = InternalPgRepository[Draft[Any]](table=table, agg_exporter=Draft.export)
        return external, CompositeAutoPkRepository(external_repository=external, internal_repository=internal)

    orders, repository = remembered("orders")
    provider = Orders(repository, Customers(remembered("customers")[1]))
    async with pg_session_pool.session() as session, session.atomic():
        await provider.setup(session)
    with pytest.raises(GenerationError, match="PlaceOrder was refused, ValueError: no number 150"):
        async for _ in generate(provider, pg_session_pool, 300, batch_size=40, seed=7):
            pass
    with psycopg.connect(external_dsn) as connection:
        stored = connection.execute("SELECT count(*) FROM orders").fetchone()
        unused = connection.execute("SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)").fetchone()
    assert (stored, unused, orders.orphans) == ((120,), (0,), 0)

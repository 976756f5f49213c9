"""A component test out of process: the bookshop is served by uvicorn, fed over HTTP, and cleared by its own API."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.session.pg_session import InternalPgSessionPool
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.testing.databases import Databases
from ascetic_ddd.faker.testing.deleting import deleted_afterwards
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from examples.bookshop.domain import Customer
from examples.bookshop.providers import CustomerProvider
from examples.bookshop.transports import ROUTES, orders_of_drafts

ROOT = Path(__file__).parents[3]


class HttpCustomers:
    """The application's API as the external repository."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def insert(self, session: Any, customer: Customer) -> None:
        body = {key: customer.export()[key] for key in ("name", "email", "city")}
        reply = (await self._client.post("/customers", json=body)).raise_for_status()
        customer.id.value = reply.json()["id"]


@pytest.fixture
def served(store: Databases) -> Iterator[tuple[str, str, str]]:
    """The address of a bookshop in a process of its own, its database, and ours."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with store.fresh() as (dsn, internal_dsn):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        process = subprocess.Popen([sys.executable, "-m", "examples.bookshop", dsn, "--port", str(port)], env=environment)
        try:
            yield f"http://127.0.0.1:{port}", dsn, internal_dsn
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
async def client(served: tuple[str, str, str]) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=served[0]) as client:
        async with asyncio.timeout(30):
            while True:
                try:
                    await client.get("/products")
                    break
                except httpx2.TransportError:
                    await asyncio.sleep(0.05)  # until it listens
        yield client


async def test_what_was_made_over_http_is_deleted_newest_first(client: httpx2.AsyncClient, served: tuple[str, str, str]) -> None:
    repository = CompositeAutoPkRepository[Customer](
        external_repository=HttpCustomers(client), internal_repository=InMemoryRepository[Customer](agg_exporter=Customer.export)
    )
    customers = CustomerProvider(repository)
    deleted: list[int] = []

    async def delete(id: int) -> None:
        deleted.append(id)
        (await client.delete(f"/customers/{id}")).raise_for_status()

    async with InMemorySessionPool().session() as session:
        with pytest.raises(RuntimeError, match="the test failed"):  # noqa: PT012  # a test's body
            async with deleted_afterwards((customers, delete)):
                made = await customers.create_batch(session, 3)
                assert len((await client.get("/customers")).json()) == 3
                raise RuntimeError("the test failed")
        assert deleted == [customer.id.value for customer in reversed(made)]
        with psycopg.connect(served[1]) as connection:
            assert connection.execute("SELECT count(*) FROM customers").fetchone() == (0,)
        with pytest.raises(PersistenceError, match="1 of 2 aggregates were not deleted"):  # noqa: PT012  # the same
            async with deleted_afterwards((customers, delete)):
                first, _ = await customers.create_batch(session, 2)
                await delete(first.id.value or 0)
        assert (await client.get("/customers")).json() == []


async def test_orders_and_what_they_made_necessary_are_deleted(client: httpx2.AsyncClient, served: tuple[str, str, str]) -> None:
    """Made by the application's requests, and deleted by them, the orders before those whom they refer to."""
    repository = RestRepository[Any](HttpApi(client), ROUTES)
    orders = orders_of_drafts(repository, repository, repository)
    customers = orders.customer_id.source.aggregate_provider  # type: ignore[attr-defined]
    products = orders.line.product_id.source.aggregate_provider  # type: ignore[attr-defined]

    def delete(path: str) -> Callable[[int], Awaitable[object]]:
        async def delete(id: int) -> None:
            (await client.delete(f"/{path}/{id}")).raise_for_status()

        return delete

    with pytest.raises(ConfigurationError, match="OrderProvider makes CustomerProvider, too, of which nobody has told how"):
        async with deleted_afterwards((orders, delete("orders"))):
            raise AssertionError
    deletes = ((orders, delete("orders")), (customers, delete("customers")), (products, delete("products")))
    async with AsyncConnectionPool(served[2], min_size=1, open=False) as pool, InternalPgSessionPool(pool).session() as session:
        async with deleted_afterwards(*deletes), session.atomic():
            await orders.create_batch(session, 6)
            assert len((await client.get("/orders")).json()) == 6
            assert len((await client.get("/customers")).json()) >= 1
        for path in ("orders", "customers", "products"):
            assert (await client.get(f"/{path}")).json() == []

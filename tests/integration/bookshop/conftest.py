"""The bookshop's component tests: in process, in a transaction of the test's own."""

import os
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from pytest_bdd import parsers, then, when

from ascetic_ddd.faker.infrastructure.embedded import PgServer
from ascetic_ddd.faker.testing import fixtures
from ascetic_ddd.faker.testing.databases import Databases, Templates, prepared_databases
from ascetic_ddd.faker.testing.plugin import ascetic_ddd_runner
from ascetic_ddd.faker.testing.pytest_bdd import awaited, scenario_of, steps
from ascetic_ddd.faker.testing.rolled_back import RolledBackSession
from examples.bookshop.__main__ import served_app
from examples.bookshop.http_api import make_app
from examples.bookshop.ordering import order
from examples.bookshop.wiring import create_application_schema, make_providers, stored_states
from examples.bookshop.words import english, russian
from tests.unit.faker.infrastructure.transports.web_shop import served_by_thread

__all__ = ("ascetic_ddd_runner",)  # where the plugin is not installed, it is here

session = fixtures.rolled_back_session(background_once=True)
shop = fixtures.provider(make_providers, session="session")
steps(english(), russian(), providers="shop", states=stored_states())


@pytest.fixture(scope="session")
def store(pg_server: PgServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """As ``fixtures.databases()`` gives it, on the server of this run."""
    templates = Templates(create_application_schema, make_providers)
    run, dsn = str(os.getpid()), pg_server.dsn("postgres")
    folder = tmp_path_factory.getbasetemp()
    with prepared_databases(templates, name="bookshop", run=run, worker=None, folder=folder, server_dsn=dsn) as found:
        yield found


@pytest.fixture
async def joined_client(session: RolledBackSession) -> AsyncIterator[httpx2.AsyncClient]:
    """The application over HTTP, in process, in the test's transaction."""
    transport = httpx2.ASGITransport(app=make_app(session.connections))
    async with httpx2.AsyncClient(transport=transport, base_url="http://bookshop") as client:
        yield client


@when(parsers.parse("«{customer}» orders {quantity:d} of «{product}»"), target_fixture="outcome")
@when(parsers.parse("«{customer}» заказывает {quantity:d} «{product}»"), target_fixture="outcome")
@awaited
async def ordered(request: pytest.FixtureRequest, session: Any, customer: str, quantity: int, product: str) -> Any:
    return await order(session.connections, scenario_of(request), customer, product, quantity)


@then(parsers.parse("{amount} are due"))
def due(outcome: Decimal | None, amount: str) -> None:
    assert outcome == Decimal(amount)


@then("заказ не принят")
def refused(outcome: Decimal | None) -> None:
    assert outcome is None


@pytest.fixture
def base_url(external_dsn: str) -> Iterator[str]:
    """The bookshop on a real socket, served by another thread."""
    create_application_schema(external_dsn)
    with served_by_thread(served_app(external_dsn)) as place:
        yield f"http://{place}"

"""One PostgreSQL server per run, fresh databases per test."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from typing import Any

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool

Pool = AsyncConnectionPool[AsyncConnection[Any]]

_numbers = count(1)


@pytest.fixture(scope="session")
def pg_server() -> Iterator[PgServer]:
    """The server at ASCETIC_DDD_TEST_DSN, or the embedded one, started for this run."""
    dsn = os.environ.get("ASCETIC_DDD_TEST_DSN")
    if dsn:
        yield PgServer(dsn)
    else:
        with embedded_postgres(durable=False) as server:
            yield server


@pytest.fixture
def make_database(pg_server: PgServer) -> Iterator[Callable[..., str]]:
    """Make a database for this test, as a copy of ``template`` if told, and give its connection string."""
    names: list[str] = []

    def make(template: str | None = None) -> str:
        names.append(f"ascetic_ddd_test_{os.getpid()}_{next(_numbers)}")
        return pg_server.create_database(names[-1], template=template)

    yield make
    for name in names:
        pg_server.drop_database(name)


@pytest.fixture
def external_dsn(make_database: Callable[..., str]) -> str:
    """An empty application database."""
    return make_database()


@pytest.fixture
def internal_dsn(make_database: Callable[..., str]) -> str:
    """An empty internal database."""
    return make_database()


@pytest.fixture
async def external_pg_pool(external_dsn: str) -> AsyncIterator[Pool]:
    async with AsyncConnectionPool(external_dsn, min_size=1, max_size=4, open=False) as pool:
        yield pool


@pytest.fixture
async def internal_pg_pool(internal_dsn: str) -> AsyncIterator[Pool]:
    async with AsyncConnectionPool(internal_dsn, min_size=1, max_size=4, open=False) as pool:
        yield pool


@pytest.fixture
def pg_session_pool(external_pg_pool: Pool, internal_pg_pool: Pool) -> CompositeSessionPool:
    """An opened composite pool on two databases."""
    return CompositeSessionPool(ExternalPgSessionPool(external_pg_pool), InternalPgSessionPool(internal_pg_pool))

"""The seed's own listing runs as it stands, on two databases and in memory."""

import importlib.util
from collections import Counter
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool

BOOKS = 1000

TABLES = """
    CREATE TABLE tenants (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
    CREATE TABLE authors (
        tenant_id bigint NOT NULL REFERENCES tenants,
        author_id bigint GENERATED ALWAYS AS IDENTITY,
        name text NOT NULL,
        PRIMARY KEY (tenant_id, author_id)
    );
    CREATE TABLE books (
        tenant_id bigint NOT NULL REFERENCES tenants,
        book_id bigint GENERATED ALWAYS AS IDENTITY,
        author_tenant_id bigint NOT NULL,
        author_id bigint NOT NULL,
        title text NOT NULL,
        PRIMARY KEY (tenant_id, book_id),
        FOREIGN KEY (author_tenant_id, author_id) REFERENCES authors
    );
"""

FIXED_PATHS = [
    "ascetic_ddd.faker.domain.distributors.m2o.factory.distributor_factory",
    "ascetic_ddd.faker.domain.providers.interfaces.IValueProvider",
    "ascetic_ddd.faker.domain.providers.interfaces.ICompositeValueProvider",
    "ascetic_ddd.faker.domain.providers.interfaces.IEntityProvider",
    "ascetic_ddd.faker.domain.providers.interfaces.IReferenceProvider",
    "ascetic_ddd.faker.domain.providers.aggregate_provider.AggregateProvider",
    "ascetic_ddd.faker.domain.providers.reference_provider.ReferenceProvider",
    "ascetic_ddd.faker.domain.providers.composite_value_provider.CompositeValueProvider",
    "ascetic_ddd.faker.domain.providers.value_provider.ValueProvider",
    "ascetic_ddd.faker.infrastructure.repositories.composite_repository.CompositeAutoPkRepository",
    "ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository.InternalPgRepository",
    "ascetic_ddd.faker.infrastructure.repositories.pg_repository.PgRepository",
    "ascetic_ddd.faker.infrastructure.repositories.in_memory_repository.InMemoryRepository",
    "ascetic_ddd.faker.infrastructure.session.pg_session.InternalPgSessionPool",
    "ascetic_ddd.faker.infrastructure.session.pg_session.ExternalPgSessionPool",
    "ascetic_ddd.seedwork.infrastructure.session.composite_session.CompositeSessionPool",
    "ascetic_ddd.seedwork.infrastructure.session.in_memory_session.InMemorySessionPool",
]


def plain(id: Any) -> tuple[int, ...]:
    """An exported id as its row has it: the tenant first."""
    if not isinstance(id, dict):
        return (id,)
    (other,) = (part for name, part in id.items() if name != "tenant_id")
    return (id["tenant_id"], other)


@pytest.mark.parametrize("path", FIXED_PATHS)
def test_every_import_path_of_the_seed_works(path: str) -> None:
    module, _, name = path.rpartition(".")
    assert isinstance(getattr(import_module(module), name), type) or name == "distributor_factory"
    assert name in import_module(module).__all__


@pytest.fixture
def listing() -> ModuleType:
    """The listing as a module of its own: its providers live in it."""
    spec = importlib.util.spec_from_file_location("seed_listing", Path(__file__).with_name("seed_listing.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
async def closed_pools(listing: ModuleType, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The listing leaves its connection pools open; close them after it."""
    pools: list[AsyncConnectionPool[Any]] = []

    def make(*args: Any, **kwargs: Any) -> AsyncConnectionPool[Any]:
        pools.append(AsyncConnectionPool(*args, **kwargs))
        return pools[-1]

    monkeypatch.setattr(listing, "AsyncConnectionPool", make)
    yield
    for pool in pools:
        await pool.close()


@pytest.mark.usefixtures("closed_pools")
async def test_the_listing_grows_a_thousand_books_in_two_databases(
    listing: ModuleType,
    pg_session_pool: CompositeSessionPool,
    external_dsn: str,
    internal_dsn: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listing, "external_postgresql_url", external_dsn)
    monkeypatch.setattr(listing, "internal_postgresql_url", internal_dsn)
    with psycopg.connect(external_dsn) as connection:
        connection.execute(TABLES.encode())
    async with pg_session_pool.session() as session:
        await listing.book_provider.setup(session)

    await listing.generate_data()

    assert capsys.readouterr().out.count("Created: BookTitle(value=") == BOOKS
    with psycopg.connect(external_dsn) as connection:

        def count(condition: str) -> int:
            row = connection.execute(f"SELECT count(*) {condition}".encode()).fetchone()
            assert row is not None
            return int(row[0])

        assert count("FROM books") == BOOKS
        assert count("FROM books WHERE author_tenant_id <> tenant_id") == 0
        assert count("FROM tenants t WHERE NOT EXISTS (SELECT FROM books b WHERE b.tenant_id = t.id)") == 0
        assert count("FROM authors a WHERE NOT EXISTS (SELECT FROM books b WHERE b.author_id = a.author_id)") == 0
        in_application = {
            "tenants": set(connection.execute("SELECT id FROM tenants")),
            "authors": set(connection.execute("SELECT tenant_id, author_id FROM authors")),
            "books": set(connection.execute("SELECT tenant_id, book_id FROM books")),
        }
    async with pg_session_pool.session() as session:
        for table, existing in in_application.items():
            repository: InternalPgRepository[Any] = InternalPgRepository(table=table, agg_exporter=dict)
            states = [state["id"] async for state in repository.find(session)]
            remembered = {plain(id) for id in states}
            assert remembered == existing
            assert len(states) == len(existing)


async def test_the_listings_providers_grow_the_same_in_memory(listing: ModuleType) -> None:
    tenants, authors, books = (
        InMemoryRepository[Any](agg_exporter=provider._export)
        for provider in (listing.TenantProvider, listing.AuthorProvider, listing.BookProvider)
    )
    tenant_provider = listing.TenantProvider(tenants)
    author_provider = listing.AuthorProvider(authors, tenant_provider)
    book_provider = listing.BookProvider(books, tenant_provider, author_provider)
    for _ in range(BOOKS):
        async with InMemorySessionPool().session() as session, session.atomic() as ts_session:
            book_provider.reset()
            await book_provider.populate(ts_session)
            book = await book_provider.create(ts_session)
            assert isinstance(book, listing.Book)
            assert book._id.__class__ is listing.BookId
            assert book._author_id.__class__ is listing.AuthorId

    async with InMemorySessionPool().session() as session:
        rows = [state async for state in books.find(session)]
        tenant_ids = {state["id"] async for state in tenants.find(session)}
        author_ids = {plain(state["id"]) async for state in authors.find(session)}
    assert len(rows) == BOOKS
    assert {row["_author_id"]["tenant_id"] == row["id"]["tenant_id"] for row in rows} == {True}
    assert Counter(row["id"]["tenant_id"] for row in rows).keys() == tenant_ids
    assert {plain(row["_author_id"]) for row in rows} == author_ids
    assert len({row["title"] for row in rows}) > BOOKS / 2


async def test_the_listings_hook_follows_what_its_author_was_told(listing: ModuleType) -> None:
    tenants, authors, books = (
        InMemoryRepository[Any](agg_exporter=provider._export)
        for provider in (listing.TenantProvider, listing.AuthorProvider, listing.BookProvider)
    )
    tenant_provider = listing.TenantProvider(tenants)
    author_provider = listing.AuthorProvider(authors, tenant_provider)
    book_provider = listing.BookProvider(books, tenant_provider, author_provider)
    async with InMemorySessionPool().session() as session, session.atomic():
        await tenant_provider.create_batch(session, 4)
        await author_provider.create_batch(session, input=[{"id": {"tenant_id": 1 + number % 4}} for number in range(8)])
        for author in ({"tenant_id": 2, "author_id": 6}, {"tenant_id": 3}, {"tenant_id": {"name": "Tenant 3"}}):
            for book in await book_provider.create_batch(session, 5, {"author_id": author}):
                state = listing.BookProvider._export(book)
                assert state["_author_id"]["tenant_id"] == state["id"]["tenant_id"]
                if isinstance(author["tenant_id"], int):
                    assert state["_author_id"].items() >= author.items()
                else:
                    assert state["id"]["tenant_id"] == 4
        told = {"id": {"tenant_id": 1}, "author_id": {"tenant_id": 2, "author_id": 6}}
        with pytest.raises(
            ConfigurationError, match=r"BookProvider\.author_id was told .*'author_id': 6.*cannot be both 2 and 1"
        ):
            await book_provider.create_batch(session, 1, told)

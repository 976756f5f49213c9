"""The example wired to two databases: the application's, and the store that remembers what was generated."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.target import Target
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from examples.library.domain import Author, Book, Tenant
from examples.library.providers import AuthorProvider, BookProvider, TenantProvider, export

__all__ = ("create_application_schema", "make_book_provider", "session_pools", "target")


def make_book_provider() -> BookProvider:
    """The provider of books, with those of tenants and authors behind it."""
    tenants = CompositeAutoPkRepository[Tenant](
        external_repository=PgRepository[Tenant](
            table="tenants", agg_exporter=export, columns={"tenant_id": "id", "name": "name"}
        ),
        internal_repository=InternalPgRepository[Tenant](table="tenants", agg_exporter=export),
    )
    authors = CompositeAutoPkRepository[Author](
        external_repository=PgRepository[Author](
            table="authors",
            agg_exporter=export,
            columns={"tenant_id": "id.tenant_id", "author_id": "id.author_id", "name": "name"},
        ),
        internal_repository=InternalPgRepository[Author](table="authors", agg_exporter=export),
    )
    books = CompositeAutoPkRepository[Book](
        external_repository=PgRepository[Book](
            table="books",
            agg_exporter=export,
            columns={
                "tenant_id": "id.tenant_id",
                "book_id": "id.book_id",
                "author_id": "author_id.author_id",
                "title": "title",
            },
        ),
        internal_repository=InternalPgRepository[Book](table="books", agg_exporter=export),
    )
    tenant_provider = TenantProvider(tenants)
    return BookProvider(books, tenant_provider, AuthorProvider(authors, tenant_provider))


def target() -> Target:
    """What ``ascetic-ddd generate examples.library.wiring:target`` is given."""
    return Target(make_book_provider(), create_schema=create_application_schema)


def create_application_schema(dsn: str) -> None:
    """Create the application's tables in an empty database."""
    with psycopg.connect(dsn) as connection:
        connection.execute(Path(__file__).with_name("schema.sql").read_bytes())


@asynccontextmanager
async def session_pools(external_dsn: str, internal_dsn: str, size: int = 4) -> AsyncIterator[CompositeSessionPool]:
    """Sessions over both databases; closed on leaving."""
    async with (
        _pool(external_dsn, size) as external_pool,
        _pool(internal_dsn, size) as internal_pool,
    ):
        yield CompositeSessionPool(ExternalPgSessionPool(external_pool), InternalPgSessionPool(internal_pool))


def _pool(dsn: str, size: int) -> AsyncConnectionPool:
    """A pool that gives no connection which was lost while nobody used it."""
    return AsyncConnectionPool(dsn, min_size=1, max_size=size, open=False, check=AsyncConnectionPool.check_connection)

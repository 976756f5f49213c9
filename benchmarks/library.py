"""The example's graph without Faker, over two databases: what the benchmarks of whole runs share."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.repositories import IExternalRepository
from ascetic_ddd.faker.infrastructure.embedded import PgServer
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from benchmarks.tied_library import BookProvider as TiedBookProvider
from benchmarks.tied_library import tied_provider
from examples.library.domain import Author, Book, Tenant
from examples.library.providers import AuthorProvider, BookProvider, TenantProvider, export
from examples.library.wiring import create_application_schema, session_pools

__all__ = ("INSERT_BOOK", "bulk_provider", "fresh_databases", "grow", "plain_provider", "tied_bulk_provider")

INSERT_BOOK = "INSERT INTO books (tenant_id, author_id, title) VALUES (%s, %s, %s) RETURNING book_id"


def bulk_provider() -> BookProvider:
    """Books through ``PgRepository``, which stores many at once."""
    return _provider(*_bulk_repositories())


def tied_bulk_provider() -> TiedBookProvider:
    """The same with the tie of author to tenant declared, instead of told by a hook."""
    return tied_provider(_remembered(*_bulk_repositories()))


def _bulk_repositories() -> tuple[PgRepository[Tenant], PgRepository[Author], PgRepository[Book]]:
    return (
        PgRepository[Tenant](table="tenants", agg_exporter=export, columns={"tenant_id": "id", "name": "name"}),
        PgRepository[Author](
            table="authors",
            agg_exporter=export,
            columns={"tenant_id": "id.tenant_id", "author_id": "id.author_id", "name": "name"},
        ),
        PgRepository[Book](
            table="books",
            agg_exporter=export,
            columns={
                "tenant_id": "id.tenant_id",
                "book_id": "id.book_id",
                "author_id": "author_id.author_id",
                "title": "title",
            },
        ),
    )


def plain_provider() -> BookProvider:
    """Books through repositories as applications have them: one ``INSERT … RETURNING`` an aggregate, and nothing else."""
    return _provider(_Tenants(), _Authors(), _Books())


@contextmanager
def fresh_databases(server: PgServer) -> Iterator[tuple[str, str]]:
    """The application's database with its empty tables, and an empty one for the memory; both dropped on leaving."""
    names = ("application", "internal")
    external, internal = (server.create_database(name) for name in names)
    try:
        create_application_schema(external)
        with psycopg.connect(internal, autocommit=True) as connection:
            connection.execute("CHECKPOINT")  # what others have written is not written during this run
        yield external, internal
    finally:
        for name in names:
            server.drop_database(name)


async def grow(provider: BookProvider | TiedBookProvider, dsns: tuple[str, str], count: int, batch_size: int) -> float:
    """Make so many books; give the seconds it took, connecting and making the internal tables not among them."""
    async with session_pools(*dsns) as pool:
        async with pool.session() as session, session.atomic():
            await provider.setup(session)
        start = time.perf_counter()
        async for _ in generate(provider, pool, count, batch_size=batch_size, seed=1):
            pass
        return time.perf_counter() - start


def _provider(
    tenants: IExternalRepository[Tenant], authors: IExternalRepository[Author], books: IExternalRepository[Book]
) -> BookProvider:
    of_tenants, of_authors, of_books = _remembered(tenants, authors, books)
    tenant_provider = TenantProvider(of_tenants)
    author_provider = AuthorProvider(of_authors, tenant_provider, input_generator=lambda: "Jane Austen")
    return BookProvider(of_books, tenant_provider, author_provider, input_generator=lambda: "Emma")


def _remembered(
    tenants: IExternalRepository[Tenant], authors: IExternalRepository[Author], books: IExternalRepository[Book]
) -> tuple[CompositeAutoPkRepository[Tenant], CompositeAutoPkRepository[Author], CompositeAutoPkRepository[Book]]:
    return (
        CompositeAutoPkRepository[Tenant](
            external_repository=tenants,
            internal_repository=InternalPgRepository[Tenant](table="tenants", agg_exporter=export),
        ),
        CompositeAutoPkRepository[Author](
            external_repository=authors,
            internal_repository=InternalPgRepository[Author](table="authors", agg_exporter=export),
        ),
        CompositeAutoPkRepository[Book](
            external_repository=books,
            internal_repository=InternalPgRepository[Book](table="books", agg_exporter=export),
        ),
    )


class _Tenants:
    async def insert(self, session: ISession, agg: Tenant) -> None:
        agg._id.value = await _inserted(session, "INSERT INTO tenants (name) VALUES (%s) RETURNING tenant_id", (agg._name.value,))


class _Authors:
    async def insert(self, session: ISession, agg: Author) -> None:
        agg._id.author_id.value = await _inserted(
            session,
            "INSERT INTO authors (tenant_id, name) VALUES (%s, %s) RETURNING author_id",
            (agg._id.tenant_id.value, agg._name.value),
        )


class _Books:
    async def insert(self, session: ISession, agg: Book) -> None:
        agg._id.book_id.value = await _inserted(
            session, INSERT_BOOK, (agg._id.tenant_id.value, agg._author_id.author_id.value, agg._title.value)
        )


async def _inserted(session: ISession, statement: str, parameters: tuple[object, ...]) -> int:
    connection = session.external_connection  # type: ignore[attr-defined]  # the benchmark's session has one
    row = await (await connection.execute(statement, parameters)).fetchone()
    return int(row[0])

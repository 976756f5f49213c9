"""PostgreSQL, one transaction a batch: many books at once, beside a hand-written loop of single inserts."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSession, CompositeSessionPool
from examples.library.domain import AuthorId, Book, BookId, BookTitle, InternalAuthorId, InternalBookId, TenantId
from examples.library.providers import export
from examples.library.wiring import create_application_schema

__all__ = ("run",)

_ROUNDS, _BOOKS = 5, 5_000
_BATCHES = (100, 500, 1_000, 5_000)
_COLUMNS = {"tenant_id": "id.tenant_id", "book_id": "id.book_id", "author_id": "author_id.author_id", "title": "title"}
_INSERT = "INSERT INTO books (tenant_id, author_id, title) VALUES (%s, %s, %s) RETURNING book_id"
_UNNEST = (
    "INSERT INTO books (tenant_id, author_id, title) "
    "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) RETURNING book_id"
)
_REMEMBERED, _ASKED = 100_000, 20
_INDEXED = (("without", False, False), ("early", True, False), ("late", False, True))

Row = tuple[int, int, str]
Inserter = Callable[[CompositeSession, list[Book]], Awaitable[None]]


class _HandWritten:
    """An application's own repository of books: it can only insert one."""

    async def insert(self, session: ISession, agg: Book) -> None:
        state = export(agg)
        parameters = (state["id"]["tenant_id"], state["author_id"]["author_id"], state["title"])
        connection = session.external_connection  # type: ignore[attr-defined]  # the benchmark's session has one
        row = await (await connection.execute(_INSERT, parameters)).fetchone()
        agg._id.book_id.value = row[0]


def run() -> None:
    """Print rows a second by batch size, the median of the rounds; the ways take turns. Then what an index costs."""
    with embedded_postgres() as server:
        external, internal = server.create_database("application"), server.create_database("internal")
        create_application_schema(external)
        asyncio.run(_measure(external, internal))


async def _measure(external_dsn: str, internal_dsn: str) -> None:
    async with (
        AsyncConnectionPool(external_dsn, min_size=1, open=False) as external_pool,
        AsyncConnectionPool(internal_dsn, min_size=1, open=False) as internal_pool,
    ):
        pool = CompositeSessionPool(ExternalPgSessionPool(external_pool), InternalPgSessionPool(internal_pool))
        async with pool.session() as session, session.atomic():
            connection = session.external_connection
            await connection.execute("INSERT INTO tenants (name) SELECT 'Tenant' FROM generate_series(1, 20)")
            await connection.execute("INSERT INTO authors (tenant_id, name) SELECT t, 'A' FROM generate_series(1, 20) t")
        await _measure_batches(pool)
        await _measure_index(pool)


async def _measure_batches(pool: CompositeSessionPool) -> None:
    internal = InternalPgRepository[Book](table="books", agg_exporter=export)
    external = PgRepository[Book](table="books", agg_exporter=export, columns=_COLUMNS)
    both = CompositeAutoPkRepository(external_repository=external, internal_repository=internal)
    own = CompositeAutoPkRepository(external_repository=_HandWritten(), internal_repository=internal)

    async def one_by_one(session: CompositeSession, books: list[Book]) -> None:
        for book in books:
            await external.insert(session, book)

    ways: dict[str, tuple[Inserter, tuple[int, ...]]] = {
        "by hand, a loop of INSERT … RETURNING": (_loop, (5_000,)),
        "by hand, executemany … RETURNING": (_executemany, _BATCHES),
        "by hand, INSERT … SELECT unnest": (_unnest, _BATCHES),
        "by hand, nextval and COPY": (_copy, _BATCHES),
        "PgRepository.insert": (one_by_one, (5_000,)),
        "PgRepository.insert_many": (external.insert_many, _BATCHES),
        "InternalPgRepository.insert_many": (internal.insert_many, _BATCHES),
        "composite insert_many, two databases": (both.insert_many, _BATCHES),
        "the same over a plain user repository": (own.insert_many, (5_000,)),
    }
    rates: dict[tuple[str, int], list[float]] = {}
    async with pool.session() as session:
        await internal.setup(session)
        for _ in range(_ROUNDS):
            for name, (insert, sizes) in ways.items():
                for size in sizes:
                    is_told = insert == internal.insert_many
                    await _empty(session)
                    rates.setdefault((name, size), []).append(await _rate(session, insert, size, is_told=is_told))
    print(f"{'books/s in batches of':42}" + "".join(f"{size:>10,}" for size in _BATCHES))
    for name, (_, sizes) in ways.items():
        figures = (f"{sorted(rates[name, size])[_ROUNDS // 2]:10,.0f}" if size in sizes else " " * 10 for size in _BATCHES)
        print(f"{name:42}" + "".join(figures))


async def _rate(session: CompositeSession, insert: Inserter, size: int, *, is_told: bool) -> float:
    batches = [_books(start, size, is_told=is_told) for start in range(0, _BOOKS, size)]
    begin = time.perf_counter()
    for batch in batches:
        async with session.atomic():
            await insert(session, batch)
    return _BOOKS / (time.perf_counter() - begin)


def _books(start: int, size: int, *, is_told: bool) -> list[Book]:
    return [
        Book(
            id=BookId(tenant_id=TenantId(number % 20 + 1), book_id=InternalBookId(number if is_told else None)),
            author_id=AuthorId(tenant_id=TenantId(number % 20 + 1), author_id=InternalAuthorId(number % 20 + 1)),
            title=BookTitle(f"Book {number}"),
        )
        for number in range(start, start + size)
    ]


async def _empty(session: CompositeSession) -> None:
    for connection in (session.external_connection, session.internal_connection):
        await connection.execute("TRUNCATE books")


def _rows(books: Sequence[Book]) -> list[Row]:
    return [(state["id"]["tenant_id"], state["author_id"]["author_id"], state["title"]) for state in map(export, books)]


async def _loop(session: CompositeSession, books: list[Book]) -> None:
    for row in _rows(books):
        await (await session.external_connection.execute(_INSERT, row)).fetchone()


async def _executemany(session: CompositeSession, books: list[Book]) -> None:
    cursor = session.external_connection.cursor()
    await cursor.executemany(_INSERT, _rows(books), returning=True)
    while await cursor.fetchone() and cursor.nextset():
        pass


async def _unnest(session: CompositeSession, books: list[Book]) -> None:
    columns = [list(column) for column in zip(*_rows(books), strict=True)]
    await (await session.external_connection.execute(_UNNEST, columns)).fetchall()


async def _copy(session: CompositeSession, books: list[Book]) -> None:
    cursor = session.external_connection.cursor()
    await cursor.execute("SELECT nextval('books_book_id_seq') FROM generate_series(1, %s)", (len(books),))
    ids = await cursor.fetchall()
    async with cursor.copy("COPY books (tenant_id, book_id, author_id, title) FROM STDIN") as copy:
        for (tenant_id, author_id, title), (book_id,) in zip(_rows(books), ids, strict=True):
            await copy.write_row((tenant_id, book_id, author_id, title))


async def _measure_index(pool: CompositeSessionPool) -> None:
    columns: list[dict[str, float]] = []
    async with pool.session() as session:
        for table, is_early, is_late in _INDEXED:
            repository = InternalPgRepository[Any](table=table, agg_exporter=export)
            await repository.setup(session)
            if is_early:
                await repository.create_index(session)
            begin = time.perf_counter()
            for start in range(0, _REMEMBERED, 5_000):
                async with session.atomic():
                    await repository.insert_many(session, _books(start, 5_000, is_told=True))
            middle = time.perf_counter()
            if is_late:
                await repository.create_index(session)
            end = time.perf_counter()
            await session.internal_connection.execute(f"ANALYZE {table}")
            figures = {"remembered, books/s": _REMEMBERED / (middle - begin), "index made afterwards, s": end - middle}
            columns.append(figures | await _asked(session, repository))
    print(f"\nthe internal store at {_REMEMBERED:,} books      without   from the start   made afterwards")
    for name in columns[0]:
        print(f"{name:36}" + "".join(f"{column[name]:16,.2f}" for column in columns))


async def _asked(session: CompositeSession, repository: InternalPgRepository[Any]) -> dict[str, float]:
    patterns: dict[str, dict[str, Any]] = {
        "find one by its title, ms": {"title": "Book 4711"},
        "find the first of 5 % by tenant, ms": {"id": {"tenant_id": 7}},
        "find all of 5 % by tenant, ms": {"id": {"tenant_id": 7}},
    }
    times = {}
    for name, pattern in patterns.items():
        begin = time.perf_counter()
        for _ in range(_ASKED):
            async with session.atomic():
                async for _ in repository.find(session, EqualSpecification(pattern)):
                    if "first" in name:
                        break
        times[name] = (time.perf_counter() - begin) / _ASKED * 1e3
    return times


if __name__ == "__main__":
    run()

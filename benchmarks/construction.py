"""In memory: a book through the whole graph, beside the bare construction of the same objects."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from examples.library.domain import (
    Author,
    AuthorId,
    Book,
    BookId,
    BookTitle,
    InternalAuthorId,
    InternalBookId,
    Tenant,
    TenantId,
)
from examples.library.providers import AuthorProvider, BookProvider, TenantProvider, export

__all__ = ("bare_books", "in_memory_provider", "run")

_ROUNDS, _BOOKS = 9, 4_000


def in_memory_provider() -> BookProvider:
    """The example's graph on in-memory repositories, without Faker."""
    tenants = TenantProvider(InMemoryRepository[Tenant](agg_exporter=export))
    authors = AuthorProvider(InMemoryRepository[Author](agg_exporter=export), tenants, _constant("Jane Austen"))
    return BookProvider(InMemoryRepository[Book](agg_exporter=export), tenants, authors, _constant("Emma"))


def run() -> None:
    """Print both, and their ratio; the two take turns, and the median of the rounds counts."""
    pairs = asyncio.run(_measure())
    bare, graph = (sorted(column)[_ROUNDS // 2] for column in zip(*pairs, strict=True))
    ratio = sorted(graph / bare for bare, graph in pairs)[_ROUNDS // 2]
    print(f"bare construction of a book with its value objects   {bare:6.2f} µs")
    print(f"the same book through providers, in memory           {graph:6.2f} µs   {1e6 / graph:9,.0f} books/s")
    print(f"ratio (bar: at most 15)                              {ratio:6.1f}")


async def _measure() -> list[tuple[float, float]]:
    provider = in_memory_provider().seed(1)
    pool = InMemorySessionPool()

    async def through_the_graph() -> None:
        for _ in range(_BOOKS):
            async with pool.session() as session, session.atomic() as ts_session:
                provider.reset()
                await provider.populate(ts_session)
                await provider.create(ts_session)

    await through_the_graph()
    pairs = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        bare_books(_BOOKS)
        middle = time.perf_counter()
        await through_the_graph()
        end = time.perf_counter()
        pairs.append(((middle - start) / _BOOKS * 1e6, (end - middle) / _BOOKS * 1e6))
    return pairs


def bare_books(books: int) -> None:
    """Construct so many books with their value objects, and nothing else."""
    for number in range(books):
        tenant = number % 20
        Book(
            id=BookId(tenant_id=TenantId(tenant), book_id=InternalBookId(None)),
            author_id=AuthorId(tenant_id=TenantId(tenant), author_id=InternalAuthorId(number % 200)),
            title=BookTitle("Emma"),
        )


def _constant(value: str) -> Callable[[], Any]:
    return lambda: value

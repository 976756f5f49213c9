"""In memory, Faker off: a flat book by factory_boy and polyfactory, one with value objects, and ours, in one run.

Each figure is also told as times the bare construction of the same objects: a flat row for the flat ones, the example's book with
its value objects for the others. The peers draw parents uniformly, remember nothing and store nothing.
"""

# mypy: disable-error-code="no-untyped-call"
# factory_boy ships no types for its declarations.

import asyncio
import dataclasses
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from benchmarks.construction import bare_books, in_memory_provider
from examples.library.domain import AuthorId, Book, BookId, BookTitle, InternalAuthorId, InternalBookId, TenantId

__all__ = ("run",)

_ROUNDS, _BOOKS = 5, 3_000
Way = Callable[[int], None]


@dataclasses.dataclass
class FlatBook:
    """A row: what the peers make by themselves."""

    tenant_id: int
    book_id: int | None
    author_id: int
    title: str


def run() -> None:
    """Print microseconds a book and the ratio to the bare construction of the same objects; the ways take turns."""
    ways: dict[str, tuple[Way, Way]] = {"ours, planned, stored and remembered": (_ours, bare_books)}
    try:
        ways |= _peers()
    except ImportError:
        print("factory_boy and polyfactory are not installed: pip install 'ascetic-ddd[bench]'")
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(_ROUNDS):
        for name, (way, bare) in ways.items():
            found[name].append((_seconds(way), _seconds(bare)))
    print(f"{'':44}   µs a book   times bare")
    for name, pairs in found.items():
        cost = statistics.median(ours for ours, _ in pairs) / _BOOKS * 1e6
        print(f"{name:44} {cost:11.1f} {statistics.median(ours / bare for ours, bare in pairs):12.1f}")


def _seconds(way: Way) -> float:
    start = time.perf_counter()
    way(_BOOKS)
    return time.perf_counter() - start


def _ours(books: int) -> None:
    async def grown() -> None:
        async for _ in generate(in_memory_provider(), InMemorySessionPool(), books, batch_size=1_000, seed=1):
            pass

    asyncio.run(grown())


def _bare_rows(books: int) -> None:
    for number in range(books):
        FlatBook(tenant_id=number % 20, book_id=None, author_id=number % 200, title="Emma")


def _peers() -> dict[str, tuple[Way, Way]]:
    from factory.base import Factory
    from factory.declarations import LazyAttribute, LazyFunction, SubFactory
    from polyfactory import Use
    from polyfactory.factories import DataclassFactory

    stream = random.Random(1)
    authors = [(number % 20, number) for number in range(200)]

    class FlatBooks(Factory[FlatBook]):
        class Meta:
            model = FlatBook

        class Params:
            author = LazyFunction(lambda: stream.choice(authors))

        tenant_id = LazyAttribute(lambda made: made.author[0])
        book_id = None
        author_id = LazyAttribute(lambda made: made.author[1])
        title = "Emma"

    class BookIds(Factory[BookId]):
        class Meta:
            model = BookId

        tenant_id = LazyFunction(lambda: TenantId(1))
        book_id = LazyFunction(lambda: InternalBookId(None))

    class AuthorIds(Factory[AuthorId]):
        class Meta:
            model = AuthorId

        tenant_id = LazyFunction(lambda: TenantId(1))
        author_id = LazyFunction(lambda: InternalAuthorId(stream.choice(authors)[1]))

    class Books(Factory[Book]):
        class Meta:
            model = Book

        id = SubFactory(BookIds)
        author_id = SubFactory(AuthorIds)
        title = LazyFunction(lambda: BookTitle("Emma"))

    class PolyBooks(DataclassFactory[FlatBook]):
        __model__ = FlatBook
        tenant_id = Use(lambda: stream.choice(authors)[0])
        book_id = None
        author_id = Use(lambda: stream.choice(authors)[1])
        title = "Emma"

    def of(make: Any) -> Way:
        return lambda books: make(books)

    return {
        "factory_boy, a flat row": (of(FlatBooks.build_batch), _bare_rows),
        "factory_boy, with value objects": (of(Books.build_batch), bare_books),
        "polyfactory, a flat row": (of(PolyBooks.batch), _bare_rows),
    }


if __name__ == "__main__":
    run()

"""Told ids and patterns, in every order of set, hook, tie and nesting: what was told is in the result, or it cannot be."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.errors import ContradictionError
from ascetic_ddd.faker.domain.providers.patterns import specify
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import (
    AuthorProvider,
    TenantProvider,
    aggregate,
    composite,
    made,
    reference,
    stored,
    value,
)

STATUSES = {1: "a", 2: "b", 3: "a"}
AUTHORS = {number: (1 + number % 3, number % 2) for number in range(1, 7)}  # tenant and name by number

TENANT = st.one_of(st.sampled_from(list(STATUSES)), st.sampled_from([{"status": "a"}, {"status": "b"}, {"status": "new"}]))
AUTHOR = st.one_of(
    st.sampled_from([{"tenant_id": tenant, "author_id": number} for number, (tenant, _) in AUTHORS.items()]),
    st.sampled_from([{"name": 0}, {"name": 1}, {"name": 77}]),
    TENANT.map(lambda tenant: {"tenant_id": tenant}),
    TENANT.map(lambda tenant: {"id": {"tenant_id": tenant}}),
    st.tuples(TENANT, st.integers(0, 1)).map(lambda told: {"tenant_id": told[0], "name": told[1]}),
    st.none(),
)
TELLING = st.one_of(
    st.tuples(st.just("tenant"), TENANT),
    st.tuples(st.just("author"), AUTHOR),
    st.tuples(st.just("title"), st.sampled_from(["Emma", "Persuasion"])),
)
TELLINGS = st.lists(st.tuples(TELLING, st.booleans()), min_size=1, max_size=4)


async def forth(book: Any, session: Any) -> None:
    """As in the seed."""
    await book.id.populate(session)
    book.author_id.set({"tenant_id": book.id.tenant_id.get()})


async def back(book: Any, session: Any) -> None:
    await book.author_id.populate(session)
    if book.author_id.get() is not None:
        book.id.tenant_id.set(book.author_id.get()["tenant_id"])


async def with_the_whole_pattern(book: Any, session: Any) -> None:
    await book.id.tenant_id.populate(session)
    book.set({"author_id": {"id": {"tenant_id": book.id.tenant_id.get()}}})


class Library:
    def __init__(self, hook: Callable[..., Any]) -> None:
        self.tenants = TenantProvider(status=("a", "b"))
        self.authors = AuthorProvider(self.tenants, mean=2)
        self.books = aggregate(
            class_name="BookProvider",
            id=composite(tenant_id=reference(self.tenants, mean=3), book_id=ValueProvider[int, int](), output_factory=BookId),
            author_id=reference(self.authors, mean=3),
            title=value("?"),
            do_populate=hook,
        )

    async def fill(self, session: Any) -> None:
        for status in STATUSES.values():
            await made(self.tenants, session, {"status": status})
        for tenant, name in AUTHORS.values():
            await made(self.authors, session, {"id": {"tenant_id": tenant}, "name": name})


class BookId:
    def __init__(self, tenant_id: Any, book_id: Any) -> None:
        self.tenant_id, self.book_id = tenant_id, book_id

    @property
    def value(self) -> dict[str, Any]:
        return {"tenant_id": self.tenant_id.value, "book_id": self.book_id}


def input_of(kind: str, told: Any) -> dict[str, Any]:
    return {"tenant": {"id": {"tenant_id": told}}, "author": {"author_id": told}, "title": {"title": told}}[kind]


def can_be(tellings: Iterable[tuple[str, Any]]) -> bool:
    """Whether any book, of what there is or could be made, is as told."""
    ids: set[int] = set()
    statuses: set[str] = set()
    names: set[int] = set()
    authors: set[int] = set()
    nulls: set[bool] = set()

    def tenant(told: Any) -> None:
        (statuses.add(told["status"]) if isinstance(told, dict) else ids.add(told))

    for kind, told in tellings:
        if kind == "tenant":
            tenant(told)
        elif kind == "author":
            nulls.add(told is None)
            for name, part in (told or {}).items():
                if name == "author_id":
                    authors.add(part)
                    names.add(AUTHORS[part][1])
                elif name == "name":
                    names.add(part)
                else:
                    tenant(part["tenant_id"] if name == "id" else part)
    statuses |= {STATUSES[id] for id in ids}
    return all(len(told) <= 1 for told in (ids, statuses, names, authors, nulls))


def tell(books: Any, kind: str, told: Any, *, is_direct: bool) -> None:
    if is_direct:
        part = {"tenant": books.id.tenant_id, "author": books.author_id, "title": books.title}[kind]
        part.set(told)
    else:
        books.set(input_of(kind, told))


async def outcome(books: Any, session: Any, tellings: list[Any]) -> Any:
    """The state of the book, or the contradiction."""
    try:
        async with session.atomic():
            books.reset()
            for (kind, told), is_direct in tellings:
                tell(books, kind, told, is_direct=is_direct)
            return (await books.create(session)).export()
    except ContradictionError as error:
        return error


def check(books: Any, state: Any, told: list[tuple[str, Any]]) -> None:
    for kind, part in told:
        if kind != "title":
            assert specify(books, input_of(kind, part), books).is_satisfied_by(state), (told, state)
    titles = [part for kind, part in told if kind == "title"]
    assert state["title"] == (titles[-1] if titles else "?")  # a plain value may be corrected
    assert state["author_id"] is None or state["author_id"]["tenant_id"] == state["id"]["tenant_id"]


async def tell_and_make(hook: Callable[..., Any], tellings: list[Any], uses_a_clone: bool) -> None:
    library, session = Library(hook), InMemorySession()
    await library.fill(session)
    books = library.books.clone() if uses_a_clone else library.books
    for wanted in (tellings[::-1], tellings):
        told = [telling for telling, _ in wanted]
        before = len(await stored(books.repository))
        found = await outcome(books, session, wanted)
        if can_be(told):
            assert not isinstance(found, ContradictionError), (told, found)
            check(books, found, told)
        else:
            assert " was told " in str(found)
            assert len(await stored(books.repository)) == before


@pytest.mark.parametrize("hook", [forth, back, with_the_whole_pattern])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(tellings=TELLINGS, uses_a_clone=st.booleans())
def test_what_is_told_is_in_the_result_or_it_cannot_be(hook: Any, tellings: Any, uses_a_clone: bool) -> None:
    asyncio.run(tell_and_make(hook, tellings, uses_a_clone))


async def reviewed(reviews: Any, session: Any, tellings: list[Any]) -> Any:
    try:
        async with session.atomic():
            reviews.reset()
            for telling in tellings:
                reviews.set(telling)
            return (await reviews.create(session)).export()
    except ContradictionError:
        return None


@settings(max_examples=100, deadline=None, derandomize=True)
@given(told=st.lists(AUTHOR.filter(lambda told: told is not None), min_size=1, max_size=2), tenant=st.none() | TENANT)
def test_it_is_so_through_nested_references(told: list[Any], tenant: Any) -> None:
    async def make() -> None:
        library, session = Library(forth), InMemorySession()
        await library.fill(session)
        reviews = aggregate(class_name="ReviewProvider", book_id=reference(library.books, mean=2))
        flat = [("author", each) for each in told] + ([] if tenant is None else [("tenant", tenant)])
        for _ in range(2):
            tellings = [{"book_id": {"author_id": each}} for each in told]
            if tenant is not None:
                tellings.append({"book_id": {"id": {"tenant_id": tenant}}})
            review = await reviewed(reviews, session, tellings)
            if review is None:
                assert not can_be(flat)
                continue
            assert can_be(flat)
            book = await library.books.repository.get(session, review["book_id"])
            for kind, each in flat:
                assert specify(library.books, input_of(kind, each), library.books).is_satisfied_by(book)
            assert book["author_id"]["tenant_id"] == book["id"]["tenant_id"]

    asyncio.run(make())

"""Rolled back means gone: no later object refers to anything that was lost, and the same provider goes on."""

from collections import Counter
from itertools import count
from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import (
    Agg,
    AuthorId,
    AuthorProvider,
    BoomError,
    Guarded,
    Switch,
    TenantProvider,
    aggregate,
    made,
    made_in_transaction,
    memory,
    reference,
    rolled_back,
    stored,
    value,
)


class Library:
    """Books of authors of tenants, with a switch at every point of their making."""

    def __init__(self) -> None:
        self.switch = Switch()
        self.external = {name: memory() for name in ("tenant", "author", "book")}
        self.internal = {name: memory() for name in ("tenant", "author", "book")}
        self.tenants = TenantProvider(self.repository("tenant"))
        self.authors = AuthorProvider(self.tenants, self.repository("author"), mean=3)
        self.books = aggregate(
            self.repository("book"),
            author_id=reference(self.authors, mean=2),
            number=ValueProvider(distributor_factory(sequence=True)),
            title=value(*"abcdefghijklmnopqrstuvwxyz", mean=4),
            output_factory=self.factory,
        )

    def factory(self, **parts: Any) -> Agg:
        self.switch.pass_by("factory")
        return Agg(**parts)

    def repository(self, name: str) -> Any:
        return CompositeAutoPkRepository(
            external_repository=Guarded(self.external[name], self.switch, f"external {name}"),
            internal_repository=Guarded(self.internal[name], self.switch, f"internal {name}"),
        )


PLACES = [
    "factory",
    *(
        f"{when} {store} {name}"
        for when in ("before", "after")
        for store in ("external", "internal")
        for name in ("tenant", "author", "book")
    ),
]


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("place", PLACES)
async def test_a_failure_at_any_point_leaves_no_trace(place: str, nth: int) -> None:
    library = Library()
    library.switch.fails_at[place] = {nth, nth + 1}
    failures = 0
    for _ in range(24):
        try:
            await made_in_transaction(library.books)
        except BoomError:
            failures += 1
    assert failures == 2
    await check(library, books=22)


async def check(library: Library, books: int) -> None:
    rows = {name: await stored(repository) for name, repository in library.external.items()}
    for name, repository in library.internal.items():
        assert await stored(repository) == rows[name]
    tenants, authors = [row["id"] for row in rows["tenant"]], [row["id"] for row in rows["author"]]
    assert len(rows["book"]) == books
    numbers = [row["number"] for row in rows["book"]]
    assert len(numbers) == books
    assert numbers == sorted(set(numbers))  # as a sequence's: each given once, with gaps where something was lost
    uses = Counter(AuthorKey(row["author_id"]) for row in rows["book"])
    assert set(uses) == {AuthorKey(id) for id in authors}
    assert {id["tenant_id"] for id in authors} == set(tenants)
    assert len(authors) == books // 2
    assert max(uses.values()) <= 3
    assert len({row["title"] for row in rows["book"]}) in (books // 4, books // 4 + 1)


def AuthorKey(id: dict[str, Any]) -> tuple[Any, ...]:
    return id["tenant_id"], id["author_id"]


async def test_many_failures_in_a_row_do_not_bend_the_law() -> None:
    library = Library()
    numbers = count(1)
    library.switch.fails_at = {"factory": {n for n in range(1, 300) if n % 3}, "before internal author": {next(numbers), 5, 6, 9}}
    done = 0
    while done < 40:
        try:
            await made_in_transaction(library.books)
        except BoomError:
            continue
        done += 1
    await check(library, books=40)


async def test_a_savepoint_that_rolls_back_inside_a_transaction_that_commits() -> None:
    library = Library()
    session = InMemorySession()
    async with session.atomic():
        for _ in range(5):
            await made(library.books, session)
        async with rolled_back(session):
            for _ in range(7):
                await made(library.books, session)
        for _ in range(5):
            await made(library.books, session)
    await check(library, books=10)
    for _ in range(10):
        await made_in_transaction(library.books)
    await check(library, books=20)


async def test_a_transaction_that_rolls_back_after_an_inner_one_committed() -> None:
    library = Library()
    for _ in range(4):
        await made_in_transaction(library.books)
    session = InMemorySession()
    async with rolled_back(session), session.atomic():
        for _ in range(9):
            await made(library.books, session)
    for _ in range(8):
        await made_in_transaction(library.books)
    await check(library, books=12)


async def test_a_dead_id_is_never_offered_again() -> None:
    tenants = TenantProvider()
    authors = AuthorProvider(tenants, mean=3)
    dead: set[int] = set()
    for number in range(60):
        session = InMemorySession()
        if number % 2:
            async with rolled_back(session):
                author = await made(authors, session)
                dead.add(author.id.author_id)
        else:
            await made(authors, session)
    alive = {state["id"] for state in await stored(tenants.repository)}
    used = {state["id"]["tenant_id"] for state in await stored(authors.repository)}
    assert used == alive
    assert len(alive) == 10
    books = aggregate(author_id=reference(authors, mean=2))
    found = [(await made_in_transaction(books)).author_id for _ in range(60)]
    assert all(isinstance(id, AuthorId) for id in found)
    assert dead.isdisjoint(id.author_id for id in found)


async def test_an_explicitly_created_aggregate_that_was_lost_is_not_referred_to() -> None:
    tenants = TenantProvider()
    authors = AuthorProvider(tenants, mean=50)
    session = InMemorySession()
    async with rolled_back(session):
        lost = await made(tenants, session)
    assert (await made_in_transaction(authors)).id.tenant_id != lost.id


async def test_a_pattern_scope_forgets_what_was_rolled_back() -> None:
    tenants = TenantProvider()
    authors = AuthorProvider(tenants, mean=50)
    wanted = {"id": {"tenant_id": {"status": "rare"}}}
    session = InMemorySession()
    async with rolled_back(session):
        lost = await made(authors, session, wanted)
    kept = await made_in_transaction(authors, wanted)
    assert kept.id.tenant_id != lost.id.tenant_id
    assert (await made_in_transaction(authors, wanted)).id.tenant_id == kept.id.tenant_id


async def test_a_nested_pattern_forgets_what_was_rolled_back() -> None:
    authors = AuthorProvider(TenantProvider(), mean=50)
    books = aggregate(author_id=reference(authors, mean=50))
    wanted = {"author_id": {"tenant_id": {"status": "rare"}}}
    session = InMemorySession()
    async with session.atomic():
        async with rolled_back(session):
            await made(books, session, wanted)
        book = (await made(books, session, wanted)).export()
    assert [book["author_id"]] == [state["id"] for state in await stored(authors.repository)]


async def test_a_nested_pattern_forgets_an_update_that_was_rolled_back() -> None:
    repository = memory()
    authors = AuthorProvider(TenantProvider(repository), mean=50)
    books = aggregate(author_id=reference(authors, mean=50))
    session = InMemorySession()
    first = await made(books, session)
    wanted = {"author_id": {"tenant_id": {"status": "rare"}}}
    async with rolled_back(session):
        await repository.update(session, Agg(1, status="rare"))
        assert (await made(books, session, wanted)).author_id == first.author_id
    assert (await made(books, session, wanted)).author_id != first.author_id


async def test_shares_of_a_list_are_not_moved_by_rollbacks() -> None:
    provider = ValueProvider[str, str](values=["a", "b"], weights=[0.75, 0.25])
    kept = Counter[str]()
    for number in range(640):
        session = InMemorySession()
        if number % 2:
            async with rolled_back(session):
                await made(provider, session)
        else:
            kept[await made(provider, session)] += 1
    assert abs(kept["b"] - 80) <= 6


async def test_an_error_of_the_generator_gives_the_place_back() -> None:
    calls = count()

    async def draw() -> int:
        number = next(calls)
        if number % 3 == 1:
            raise BoomError
        return number

    provider = ValueProvider[int, int](distributor_factory(mean=2), input_generator=draw)
    found: list[int] = []
    while len(found) < 20:
        try:
            found.append(await made_in_transaction(provider))
        except BoomError:
            continue
    assert len(set(found)) == 10

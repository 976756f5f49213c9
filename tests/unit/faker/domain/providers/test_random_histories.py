"""Whatever happens in whatever order: what is referred to exists, and what was made by need is used."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import (
    Agg,
    AuthorProvider,
    BookProvider,
    BoomError,
    TenantProvider,
    made,
    memory,
    stored,
)

BOOK = st.sampled_from(
    [
        {},
        {"author_id": {"tenant_id": {"status": "active"}}},
        {"author_id": {"tenant_id": {"status": "rare"}}},
        {"author_id": {"name": 1}},
        {"author_id": {"tenant_id": 1000}},
        {"author_id": None},
    ]
)
STEP = st.tuples(st.sampled_from(["book"] * 6 + ["author", "tenant", "update"]), BOOK, st.integers(0, 1))
SAVEPOINT = st.tuples(st.lists(STEP, max_size=4), st.booleans())
TRANSACTION = st.tuples(st.lists(SAVEPOINT, min_size=1, max_size=4), st.booleans())


class History:
    def __init__(self) -> None:
        self.tenants, self.authors, self.books = memory(), memory(), memory()
        self.tenant_provider = TenantProvider(self.tenants)
        self.author_provider = AuthorProvider(self.tenant_provider, self.authors, mean=2)
        provider = BookProvider(self.author_provider, self.books, mean=3)
        self.lanes = [provider, provider.clone()]
        self.by_hand: set[Any] = set()  # ids that nobody needed

    async def play(self, transactions: list[Any]) -> None:
        for savepoints, fails in transactions:
            session = InMemorySession()
            await unless(fails, session, self.transaction, savepoints)

    async def transaction(self, session: Any, savepoints: list[Any]) -> None:
        for steps, fails in savepoints:
            await unless(fails, session, self.steps, steps)

    async def steps(self, session: Any, steps: list[Any]) -> None:
        for kind, input, lane in steps:
            if kind == "book":
                told = input if input.get("author_id") != {"tenant_id": 1000} or await self.tenants.get(session, 1000) else {}
                await self.book(session, self.lanes[lane], told)
            elif kind == "author":
                self.by_hand.add(author_key((await made(self.author_provider, session)).id.value))
            elif kind == "tenant":
                told = {} if await self.tenants.get(session, 1000) else {"id": 1000}
                self.by_hand.add((await made(self.tenant_provider, session, told)).id.value)
            else:
                await self.update(session)

    async def book(self, session: Any, lane: Any, told: dict[str, Any]) -> None:
        book = (await made(lane, session, told)).export()
        pattern = told.get("author_id", {})
        if pattern is None:
            assert book["author_id"] is None
            return
        author = await self.authors.get(session, book["author_id"])
        assert author is not None
        tenant = await self.tenants.get(session, author["id"]["tenant_id"])
        assert tenant is not None
        wanted = pattern.get("tenant_id")
        assert wanted in (None, tenant["id"]) or wanted == {"status": tenant["status"]}
        assert pattern.get("name") in (None, author["name"])

    async def update(self, session: Any) -> None:
        """The application changes a tenant."""
        async for state in self.tenants.find(session):
            await self.tenants.update(session, Agg(state["id"], status="rare"))
            return

    async def check(self) -> None:
        tenants = {state["id"] for state in await stored(self.tenants)}
        authors = {author_key(state["id"]) for state in await stored(self.authors)}
        used = {author_key(state["author_id"]) for state in await stored(self.books) if state["author_id"]}
        assert used <= authors
        assert authors - used <= self.by_hand
        assert {tenant for tenant, _ in authors} <= tenants
        assert tenants - {tenant for tenant, _ in authors} <= self.by_hand


async def unless(fails: bool, session: Any, do: Any, argument: Any) -> None:
    try:
        async with session.atomic():
            await do(session, argument)
            if fails:
                raise BoomError
    except BoomError:
        pass


def author_key(id: dict[str, Any]) -> tuple[Any, Any]:
    return id["tenant_id"], id["author_id"]


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.lists(TRANSACTION, min_size=1, max_size=6))
def test_random_histories_keep_the_invariants(transactions: list[Any]) -> None:
    async def play() -> None:
        history = History()
        await history.play(transactions)
        await history.check()

    asyncio.run(play())

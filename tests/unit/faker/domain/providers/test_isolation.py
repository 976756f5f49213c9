"""What others have not committed is not seen; what was drawn for nothing goes back; what was told once is forgotten."""

import asyncio
import gc
import tracemalloc
from collections import Counter
from typing import Any

import pytest

from ascetic_ddd.faker.application.runs.generation import planned_run
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.providers import reference_source
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import (
    Agg,
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


def callers(tenants: Any) -> Any:
    """References that listen from their first use on."""
    return aggregate(tenant_id=ReferenceProvider(distributor_factory(mean=1000), lambda: tenants, create=False))


async def test_what_others_have_not_committed_is_taken_in_after_their_commit_and_not_before() -> None:
    tenants = TenantProvider()
    one, other = InMemorySession(), InMemorySession()
    async with one.atomic():
        committed = await made(tenants, one)
    async with one.atomic():
        mine = await made(tenants.clone(), one)
        books = callers(tenants)
        async with other.atomic():
            assert {(await made(books, other)).tenant_id.value for _ in range(20)} == {committed.id.value}
        assert len(tenants.memory.population) == 1
    seen = {(await made_in_transaction(books)).tenant_id.value for _ in range(2_500)}
    assert seen == {committed.id.value, mine.id.value}
    async with rolled_back(one):
        await made(tenants, one)
    assert {(await made_in_transaction(books)).tenant_id.value for _ in range(3_000)} == seen


async def test_a_session_takes_in_its_own_uncommitted_rows() -> None:
    tenants, session = TenantProvider(), InMemorySession()
    async with rolled_back(session):
        mine = await made(tenants, session)
        books = callers(tenants)
        assert (await made(books, session)).tenant_id.value == mine.id.value
    with pytest.raises(UnsatisfiableError):
        await made_in_transaction(books)


class Slow:
    """A repository that has something to wait for after it has stored and told."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.find, self.subscribe = inner, inner.find, inner.subscribe
        self.goes_on = asyncio.Event()

    async def insert(self, session: Any, agg: Any) -> None:
        await self.inner.insert(session, agg)
        await self.goes_on.wait()


async def test_who_asks_while_something_is_stored_hears_of_it_after_its_commit() -> None:
    repository = Slow(memory())
    tenants = TenantProvider(repository)
    books = callers(tenants)
    making = asyncio.create_task(made_in_transaction(tenants))
    await asyncio.sleep(0)
    session = InMemorySession()
    async with session.atomic():
        with pytest.raises(UnsatisfiableError):
            await made(books, session)  # asks for the first time, and cannot see it
    repository.goes_on.set()
    tenant = await making
    assert (await made_in_transaction(books)).tenant_id.value == tenant.id.value


async def test_a_told_use_that_rolls_back_is_taken_from_a_schedule_that_was_opened_meanwhile() -> None:
    tenants = TenantProvider()
    books = aggregate(tenant_id=reference(tenants, mean=3))
    tenant = (await made_in_transaction(tenants)).id.value
    one = InMemorySession()
    async with rolled_back(one):
        await made(books, one, {"tenant_id": tenant})
        drawn = [(await made_in_transaction(books.clone())).tenant_id.value for _ in range(5)]
    everything = tenants.memory.population.everything
    uses = books.tenant_id.distributor.uses(everything)
    assert {tenants.memory.population.id_of(number): count for number, count in uses.items()} == Counter(drawn)


def towns() -> tuple[Any, Any, Any]:
    repository = memory()
    tenants = aggregate(repository, town=value("a", "b", "c"))
    return repository, tenants, aggregate(tenant_id=ReferenceProvider(distributor_factory(mean=1000), tenants, create=False))


async def told(books: Any, session: Any, pattern: Any) -> Any:
    books.reset()
    books.tenant_id.set(pattern)
    return (await books.create(session)).tenant_id


@pytest.mark.parametrize("is_asked_before", [True, False])
async def test_an_update_is_seen_by_others_after_its_commit(is_asked_before: bool) -> None:
    repository, tenants, books = towns()
    lane, one, other = books.clone(), InMemorySession(), InMemorySession()
    tenant = await made_in_transaction(tenants)
    if is_asked_before:
        assert await told(lane, other, {"town": "a"}) == tenant.id
    async with one.atomic():
        tenant.town = "b"
        await repository.update(one, tenant)
        assert await told(books, one, {"town": "b"}) == tenant.id
        with pytest.raises(UnsatisfiableError):
            await told(lane, other, {"town": "b"})
        assert [state["town"] for state in await stored(repository)] == ["a"]
        assert (await repository.get(other, tenant.id))["town"] == "a"
    assert await told(lane, other, {"town": "b"}) == tenant.id
    with pytest.raises(UnsatisfiableError):
        await told(lane, other, {"town": "a"})


async def test_an_update_that_rolls_back_was_never_seen() -> None:
    repository, tenants, books = towns()
    lane, one, other = books.clone(), InMemorySession(), InMemorySession()
    tenant = await made_in_transaction(tenants)
    assert await told(lane, other, {"town": "a"}) == tenant.id
    async with rolled_back(one):
        await repository.update(one, Agg(tenant.id, town="b"))
        with pytest.raises(UnsatisfiableError):
            await told(lane, other, {"town": "b"})
    assert await told(lane, other, {"town": "a"}) == tenant.id


async def test_an_update_that_no_pattern_can_tell_keeps_the_value_in_use() -> None:
    """A counter of the parent that each child raises must not take the parent away from other lanes."""
    repository, tenants, books = towns()
    one, other = InMemorySession(), InMemorySession()
    tenant = await made_in_transaction(tenants)
    assert await told(books, other, {"town": "a"}) == tenant.id
    async with one.atomic():
        await repository.update(one, Agg(tenant.id, town="a", books=1))
        assert await told(books.clone(), other, {"town": "a"}) == tenant.id


LAW = [("weights", {"weights": [0.7, 0.2, 0.07, 0.03], "mean": 10}), ("nullable", {"mean": 10, "null_weight": 0.25})]


async def counts(asked: dict[str, Any], abandon: Any, *, is_planned: bool) -> tuple[int, list[int]]:
    """Nulls, and uses a tenant, of 400 objects; before each, others are begun and not made."""
    tenants = TenantProvider()
    provider = aggregate(
        tenant_id=reference(tenants, **asked),
        city=value(*[f"city {number}" for number in range(200)], mean=10),
        status=ValueProvider(values=["a", "b"], weights=[0.75, 0.25]),
    )
    rows: list[Any] = []

    async def make() -> None:
        session = InMemorySession()
        for number in range(400):
            async with session.atomic():
                if abandon is not None and number % 3 == 0:
                    await abandon(provider, session)
                rows.append(await made(provider, session))

    if is_planned:
        with planned_run(provider, 400) as plan:
            await make()
            assert plan.total == 400
    else:
        await make()
    assert sorted(Counter(row.city for row in rows).values(), reverse=True)[0] <= 11
    assert Counter(row.status for row in rows)["a"] == pytest.approx(300, abs=2 if is_planned else 50)
    uses = Counter(row.tenant_id.value for row in rows if row.tenant_id is not None)
    return 400 - uses.total(), sorted(uses.values(), reverse=True)


async def reset_without_create(provider: Any, session: Any) -> None:
    for _ in range(2):
        provider.reset()
        await provider.populate(session)


async def told_otherwise(provider: Any, session: Any) -> None:
    provider.reset()
    await provider.populate(session)
    provider.tenant_id.set(None)
    provider.city.set("told")


async def reset_and_rolled_back(provider: Any, session: Any) -> None:
    async with rolled_back(session):
        await reset_without_create(provider, session)
        provider.reset()


async def left_in_a_transaction_of_its_own(provider: Any, session: Any) -> None:
    async with InMemorySession().atomic() as other:
        await reset_without_create(provider, other)


@pytest.mark.parametrize("is_planned", [True, False])
@pytest.mark.parametrize(("name", "asked"), LAW)
@pytest.mark.parametrize(
    "abandon", [reset_without_create, told_otherwise, reset_and_rolled_back, left_in_a_transaction_of_its_own]
)
async def test_what_was_drawn_for_an_object_that_is_not_made_goes_back(
    abandon: Any, name: str, asked: dict[str, Any], is_planned: bool
) -> None:
    """The histogram is that of the objects that were made."""
    nulls, found = await counts(asked, abandon, is_planned=is_planned)
    expected_nulls, expected = await counts(asked, None, is_planned=is_planned)
    assert abs(nulls - expected_nulls) <= (0 if is_planned else 33)
    assert abs(len(found) - len(expected)) <= (1 if is_planned else 2)
    assert abs(found[0] - expected[0]) <= (1 if is_planned else 2 + expected[0] // 10)


async def test_a_parent_that_was_made_for_an_object_that_is_not_stays_unused() -> None:
    repository = memory()
    provider = aggregate(tenant_id=reference(TenantProvider(repository), mean=2))
    session = InMemorySession()
    for _ in range(5):
        provider.reset()
        provider.tenant_id.set({"status": "told"})
        await provider.populate(session)
    provider.reset()
    assert len(await stored(repository)) == 1
    first = await told(provider, session, {"status": "told"})
    assert first == await told(provider, session, {"status": "told"})
    assert len(await stored(repository)) == 1
    assert await told(provider, session, {"status": "told"}) != first


async def test_an_id_that_was_told_to_an_object_that_is_not_made_is_no_use() -> None:
    tenants = TenantProvider()
    provider = aggregate(tenant_id=reference(tenants, mean=2))
    session = InMemorySession()
    first = await made(provider, session)
    for _ in range(10):
        provider.reset()
        provider.tenant_id.set(first.tenant_id.value)
        await provider.populate(session)
    assert (await made(provider, session)).tenant_id == first.tenant_id


async def test_patterns_that_are_told_once_do_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """4,000 patterns over 10 tenants, and 2,000 that make one each: what is kept of those is flat, of these a little a value."""
    monkeypatch.setattr(reference_source, "_PATTERNS", 200)
    tenants = aggregate(number=ValueProvider(distributor_factory(sequence=True)))
    books = aggregate(tenant_id=reference(tenants, mean=5))
    session = InMemorySession()
    for _ in range(10):
        await made(tenants, session)

    async def tell(numbers: range, pattern: Any) -> None:
        for number in numbers:
            books.reset()
            books.tenant_id.set(pattern(number))
            await books.populate(session)
        books.reset()

    class Divides:
        def __init__(self, number: int) -> None:
            self.number = number

        def is_satisfied_by(self, state: Any) -> bool:
            return bool(state["number"] % 10 == self.number % 10)

    tracemalloc.start()
    await tell(range(2_000), Divides)
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    await tell(range(2_000, 6_000), Divides)
    gc.collect()
    assert tracemalloc.get_traced_memory()[0] - before < 4_000 * 20
    await tell(range(100, 1_100), lambda number: {"number": number})
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    await tell(range(2_000, 4_000), lambda number: {"number": number})
    gc.collect()
    assert (tracemalloc.get_traced_memory()[0] - before) / 2_000 < 2_000
    tracemalloc.stop()


async def test_a_pattern_that_was_forgotten_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten tenants of 200 authors each, asked in turn: twenty books an author, as if nothing had been forgotten."""
    monkeypatch.setattr(reference_source, "_PATTERNS", 4)
    monkeypatch.setattr(reference_source, "_VALUES", 10**9)
    authors = aggregate(tenant=value(*"abcdefghij"))
    books = aggregate(author_id=reference(authors, mean=20))
    session = InMemorySession()
    uses: Counter[Any] = Counter()
    for number in range(4_000):
        books.reset()
        books.author_id.set({"tenant": "abcdefghij"[number % 10]})
        uses[(await books.create(session)).author_id] += 1
    assert len(uses) == 200
    assert set(uses.values()) == {20}
    assert len(books.author_id.distributor._uses.schedules) <= 10

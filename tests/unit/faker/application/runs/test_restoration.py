"""Taking up from a store: the histogram of two runs with a restart between them is that of one run."""

import asyncio
from collections import Counter
from contextlib import aclosing, suppress
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import mean, weights
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from benchmarks.construction import in_memory_provider
from examples.library.providers import AUTHOR_WEIGHTS, AuthorProvider, BookProvider, TenantProvider
from tests.unit.faker.application.runs.test_generation import Store, graph
from tests.unit.faker.domain.providers.models import Agg, aggregate


def restarted(provider: BookProvider) -> BookProvider:
    """The same repositories behind fresh providers, as a new process has them."""
    authors = provider.author_id.source.aggregate_provider  # type: ignore[attr-defined]  # the provider, not its port
    tenants = provider.id.tenant_id.source.aggregate_provider  # type: ignore[attr-defined]
    tenant_provider = TenantProvider(tenants.repository)
    author_provider = AuthorProvider(authors.repository, tenant_provider, lambda: "Jane")
    return BookProvider(provider.repository, tenant_provider, author_provider, lambda: "Emma")


async def run(provider: BookProvider, count: int) -> None:
    async for _ in generate(provider, InMemorySessionPool(), count, batch_size=500):
        pass


async def histogram(provider: BookProvider) -> tuple[list[int], list[float]]:
    per_tenant: Counter[int] = Counter()
    per_author: dict[int, Counter[int]] = {}
    async with InMemorySessionPool().session() as session:
        async for state in provider.repository.find(session):  # type: ignore[attr-defined]  # in memory
            tenant, author = state["author_id"]["tenant_id"], state["author_id"]["author_id"]
            per_tenant[tenant] += 1
            per_author.setdefault(tenant, Counter())[author] += 1
    largest = per_author[per_tenant.most_common(1)[0][0]]
    return sorted(per_tenant.values(), reverse=True), list(weights(largest.values()))


async def test_two_runs_with_a_restart_between_them_give_the_histogram_of_one() -> None:
    whole = in_memory_provider()
    await run(whole, 6_000)
    first = in_memory_provider()
    await run(first, 2_500)
    second = restarted(first)
    async with InMemorySessionPool().session() as session:
        remembered = await restore(second, session)
    assert remembered["BookProvider"] == 2_500
    await run(second, 3_500)
    tenants, author_weights = await histogram(second)
    expected, _ = await histogram(whole)
    assert len(tenants) == len(expected)
    assert all(abs(a - b) <= 2 for a, b in zip(tenants, expected, strict=True))
    assert author_weights == pytest.approx(AUTHOR_WEIGHTS, abs=0.03)


async def test_a_sequence_goes_on_where_it_ended() -> None:
    _, children = graph(store := Store())
    _ = [a async for a in generate(children, InMemorySessionPool(), 30)]
    _, again = graph(store)
    again.parent_id.source.aggregate_provider.repository = children.parent_id.source.aggregate_provider.repository
    async with InMemorySessionPool().session() as session:
        await restore(again, session)
    made = [a async for a in generate(again, InMemorySessionPool(), 5)]
    assert [agg.export()["number"] for agg in made] == [30, 31, 32, 33, 34]


class Staff(AggregateProvider[dict[str, Any], Agg]):
    """Nobody but an employee refers to an employee."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    boss_id: ReferenceProvider[int, Agg, int]

    def __init__(self, repository: Any, *, by_callable: bool, may_create: bool = True) -> None:
        self.id = ValueProvider[int, int]()
        own: Any = (lambda: self) if by_callable else self
        self.boss_id = ReferenceProvider(distributor_factory(mean=10, null_weight=0.5), own, create=may_create)
        super().__init__(repository, Agg, Agg.export)


@pytest.mark.parametrize("by_callable", [False, True])
async def test_a_reference_to_its_own_kind_goes_on(by_callable: bool) -> None:
    repository: InMemoryRepository[Agg] = InMemoryRepository(agg_exporter=Agg.export)
    pool = InMemorySessionPool()
    for number in range(8):
        provider = Staff(repository, by_callable=by_callable)
        async with pool.session() as session:
            assert await restore(provider, session) == {"Staff": 500 * number}
        assert len(provider.memory.population) == 500 * number
        assert not provider.memory.is_behind  # the store is read once
        async with aclosing(generate(provider, pool, 4_000 - 500 * number, batch_size=100)) as made:  # type: ignore[type-var]
            async for _ in made:
                async with pool.session() as session:
                    if await repository.count(session) == 500 * (number + 1):
                        break
    async with pool.session() as session:
        uses = Counter([state["boss_id"] async for state in repository.find(session) if state["boss_id"] is not None])
    assert uses.total() == pytest.approx(2_000, abs=80)
    assert mean(uses.values()) == pytest.approx(10, rel=0.02)


async def test_a_closed_reference_to_its_own_kind_finds_what_is_remembered() -> None:
    repository: InMemoryRepository[Agg] = InMemoryRepository(agg_exporter=Agg.export)
    pool = InMemorySessionPool()
    first = [agg.export() async for agg in generate(Staff(repository, by_callable=False), pool, 50)]
    again = Staff(repository, by_callable=False, may_create=False)
    async with pool.session() as session:
        await restore(again, session)
    made = [agg.export() async for agg in generate(again, pool, 50)]
    assert {state["boss_id"] for state in made} & {state["id"] for state in first}


class Loans(AggregateProvider[dict[str, Any], Agg]):
    """Two references that share a distributor, and so a law; only one of them may create."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    from_id: ReferenceProvider[int, Agg, int]
    to_id: ReferenceProvider[int, Agg, int]

    def __init__(self, repository: Any, tenants: Any) -> None:
        shared = distributor_factory(mean=10)
        self.id = ValueProvider[int, int]()
        self.from_id = ReferenceProvider(shared, tenants)
        self.to_id = ReferenceProvider(shared, tenants, create=False)
        super().__init__(repository, Agg, Agg.export)


async def test_uses_of_a_shared_distributor_are_those_of_all_its_references() -> None:
    repositories: list[InMemoryRepository[Agg]] = [InMemoryRepository(agg_exporter=Agg.export) for _ in range(2)]
    pool = InMemorySessionPool()

    async def grow(loans: Loans, number: int) -> None:
        async with pool.session() as session:
            for _ in range(number):
                loans.reset()
                await loans.create(session)

    def fresh() -> Loans:
        return Loans(repositories[0], aggregate(repositories[1], status=ValueProvider(values=["a"])))

    await grow(fresh(), 100)
    again = fresh()
    async with pool.session() as session:
        await restore(again, session)
    await grow(again, 100)
    async with pool.session() as session:
        states = [state async for state in repositories[0].find(session)]
    uses = Counter(state[name] for state in states for name in ("from_id", "to_id"))
    assert len(uses) == pytest.approx(40, abs=1)
    assert max(uses.values()) <= 11


class Cities(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    city: ValueProvider[str, str]
    status: ValueProvider[str, str]
    tag: ValueProvider[str, str]

    def __init__(self, repository: Any) -> None:
        self.id = ValueProvider[int, int]()
        self.city = ValueProvider(distributor_factory(mean=10), input_generator=lambda session, position: f"City {position}")
        self.status = ValueProvider(values=["a", "b"], weights=[0.75, 0.25])
        self.tag = ValueProvider(distributor_factory(mean=1), input_generator=lambda session, position: f"tag {position}")
        super().__init__(repository, Agg, Agg.export)


async def test_reused_and_unique_and_listed_values_go_on() -> None:
    repository: InMemoryRepository[Agg] = InMemoryRepository(agg_exporter=Agg.export)
    _ = [a async for a in generate(Cities(repository), InMemorySessionPool(), 255)]
    again = Cities(repository)
    async with InMemorySessionPool().session() as session:
        await restore(again, session)
    _ = [a async for a in generate(again, InMemorySessionPool(), 745)]
    async with InMemorySessionPool().session() as session:
        states = [state async for state in repository.find(session)]
    assert set(Counter(state["city"] for state in states).values()) == {10}
    assert len({state["tag"] for state in states}) == 1_000
    assert Counter(state["status"] for state in states)["a"] == pytest.approx(750, abs=64)


def test_a_repository_that_cannot_be_read_is_named() -> None:
    class OnlyInsert:
        async def insert(self, session: Any, agg: Any) -> None: ...

    async def attempt() -> None:
        async with InMemorySessionPool().session() as session:
            await restore(Cities(OnlyInsert()), session)

    with pytest.raises(ConfigurationError, match=r"Cities: OnlyInsert has no find"):
        asyncio.run(attempt())


async def test_a_state_without_a_counted_part_is_refused_with_its_path() -> None:
    repository: InMemoryRepository[Agg] = InMemoryRepository(agg_exporter=lambda agg: {"id": agg.id, "town": "?"})
    async with InMemorySessionPool().session() as session:
        await repository.insert(session, Agg(id=1))
        with pytest.raises(ConfigurationError, match=r"Cities\.city: the remembered state .* has no 'city'"):
            await restore(Cities(repository), session)


async def test_what_nobody_asked_for_before_is_found_by_the_first_who_asks_after_a_restart() -> None:
    tenants, books = InMemoryRepository(agg_exporter=Agg.export), InMemoryRepository(agg_exporter=Agg.export)

    def provider() -> Any:
        named = aggregate(tenants, name=ValueProvider(values=["one", "other"]))
        return aggregate(books, tenant_id=ReferenceProvider(None, named))  # always a new one, so nothing is remembered

    async with InMemorySessionPool().session() as session, session.atomic():
        first = await provider().create(session)
        again = provider()
        await restore(again, session)
        again.set({"tenant_id": {"id": first.tenant_id}})
        assert (await again.create(session)).tenant_id == first.tenant_id
        assert len(again.tenant_id.source.population) == 1


async def test_values_of_a_number_go_on_behind_a_gap_after_a_restart() -> None:
    store = InMemoryRepository(agg_exporter=Agg.export)

    def provider() -> Any:
        return aggregate(store, city=ValueProvider(distributor_factory(mean=2), input_generator=lambda session, n: f"city {n}"))

    first = provider()
    async with InMemorySessionPool().session() as session:
        with suppress(ZeroDivisionError):
            async with session.atomic():
                await first.create_batch(session, 2)  # the numbers of what is rolled back do not come again
                raise ZeroDivisionError
        await first.create_batch(session, 6)
        again = provider()
        await restore(again, session)
        cities = [state["city"] async for state in store.find(session)] + [
            agg.city for agg in await again.create_batch(session, 12)
        ]
    assert len(set(cities)) == pytest.approx(len(cities) / 2, abs=1)

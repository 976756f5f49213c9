"""Clones are lanes: several at once on the same distributors, each in its own session."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from faker import Faker

from ascetic_ddd.faker.application.runs.generation import planned_run
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.domain.providers.models import (
    AuthorProvider,
    BoomError,
    TenantProvider,
    aggregate,
    made,
    made_in_transaction,
    memory,
    reference,
    stored,
    value,
)


async def test_a_value_in_flight_is_not_offered_to_another_session_before_its_commit() -> None:
    tenants = TenantProvider()
    authors = AuthorProvider(tenants, mean=50)
    lane = authors.clone()
    one, other = InMemorySession(), InMemorySession()
    async with one.atomic():
        first = await made(authors, one)
        assert (await made(authors, one)).id.tenant_id == first.id.tenant_id  # its own session may use it
        async with other.atomic():
            second = await made(lane, other)
            assert second.id.tenant_id != first.id.tenant_id
    third = await made_in_transaction(lane)
    assert third.id.tenant_id in (first.id.tenant_id, second.id.tenant_id)


async def test_what_another_session_lost_is_never_offered() -> None:
    authors = AuthorProvider(TenantProvider(), mean=50)
    lane = authors.clone()
    one, other = InMemorySession(), InMemorySession()

    async def lose() -> Any:
        async with one.atomic():
            author = await made(authors, one)
            lost.append(author.id.tenant_id)
            async with other.atomic():
                kept.append((await made(lane, other)).id.tenant_id)
            raise BoomError

    lost: list[Any] = []
    kept: list[Any] = []
    with pytest.raises(BoomError):
        await lose()
    for provider in (authors, lane):
        kept += [(await made_in_transaction(provider)).id.tenant_id for _ in range(10)]
    assert lost[0] not in kept


async def test_a_plain_value_in_flight_is_not_offered_either() -> None:
    cities = value("a", "b", "c", mean=10)
    lane = cities.clone()
    one, other = InMemorySession(), InMemorySession()
    async with one.atomic(), other.atomic():
        assert await made(cities, one) == "a"
        assert await made(cities, one) == "a"
        assert await made(lane, other) == "b"
        assert await made(lane, other) == "b"


async def test_a_session_goes_on_using_its_own_values_in_flight_after_others_looked_at_them() -> None:
    repository = memory()
    provider = aggregate(tenant_id=reference(TenantProvider(repository), mean=50))
    await asyncio.gather(*(batches(lane) for lane in (provider, provider.clone())))
    assert 60 <= len(await stored(repository)) <= 100  # 4,000 uses at mean 50


async def test_a_plan_whose_values_are_all_in_flight_elsewhere_is_exceeded_by_one_value_only() -> None:
    """500 rows of 10 tenants, 400 of them drawn while another session holds all tenants, the rest afterwards."""
    repository = memory()
    provider = aggregate(tenant_id=reference(TenantProvider(repository), mean=50))
    lane = provider.clone()
    tenants = provider.tenant_id.source.population
    one, other = InMemorySession(), InMemorySession()
    rows = []
    with planned_run(provider, 500) as plan:
        async with one.atomic():
            while len(await stored(repository, one)) < 10:
                rows.append(await made(provider, one))
                plan.advance()
            async with other.atomic():
                for _ in range(300):
                    rows.append(await made(lane, other))
                    plan.advance()
                assert len(tenants) == 11
        while len(rows) < 500:
            rows.append(await made_in_transaction(provider))
            plan.advance()
    uses = Counter(row.tenant_id.value for row in rows)
    assert len(uses) == 11
    assert sum(uses.values()) == 500


async def batches(provider: Any) -> None:
    for _ in range(20):
        session = InMemorySession()
        async with session.atomic():
            for _ in range(100):
                await made(provider, session)
                await asyncio.sleep(0)


async def work(provider: Any, times: int, yields: int, fails_every: int = 0) -> int:
    failed = 0
    for number in range(times):
        session = InMemorySession()
        try:
            async with session.atomic():
                await made(provider, session)
                for _ in range(yields + number % 3):
                    await asyncio.sleep(0)
                if fails_every and number % fails_every == 0:
                    raise BoomError
        except BoomError:
            failed += 1
    return failed


@pytest.mark.parametrize("fails_every", [0, 3])
async def test_interleaved_lanes_keep_the_mean_and_every_value_used(fails_every: int) -> None:
    tenants, authors = memory(), memory()
    author_provider = AuthorProvider(TenantProvider(tenants), authors, mean=10)
    provider = aggregate(author_id=reference(author_provider, mean=5))
    lanes = [provider, *(provider.clone() for _ in range(3))]
    failed = await asyncio.gather(*(work(lane, 100, yields, fails_every) for yields, lane in enumerate(lanes)))
    rows = await stored(provider.repository)
    assert len(rows) == 400 - sum(failed)
    uses = Counter(tuple(row["author_id"].values()) for row in rows)
    known = {tuple(row["id"].values()) for row in await stored(authors)}
    assert set(uses) <= known
    assert {row["id"]["tenant_id"] for row in await stored(authors)} <= {row["id"] for row in await stored(tenants)}
    assert abs(len(known) - len(rows) / 5) <= 8


async def test_a_birth_that_fails_in_one_lane_is_made_by_another() -> None:
    class Slow:
        """Waits inside its insert, and fails the first time."""

        def __init__(self) -> None:
            self.inner = memory()
            self.gate = asyncio.Event()
            self.calls = 0

        async def insert(self, session: Any, agg: Any) -> None:
            self.calls += 1
            if self.calls == 1:
                await self.gate.wait()
                raise BoomError
            await self.inner.insert(session, agg)

    repository = Slow()
    orders = aggregate(tenant_id=reference(TenantProvider(repository), mean=4))
    lane = orders.clone()
    failing = asyncio.create_task(made_in_transaction(orders))
    await asyncio.sleep(0)
    assert repository.calls == 1
    made_meanwhile = [await made_in_transaction(lane) for _ in range(4)]
    repository.gate.set()
    with pytest.raises(BoomError):
        await failing
    later = [await made_in_transaction(orders) for _ in range(12)]
    uses = Counter(order.tenant_id.value for order in [*made_meanwhile, *later])
    assert len(uses) == len(await stored(repository.inner))
    assert abs(len(uses) - 4) <= 1


async def test_unique_values_stay_unique_across_lanes() -> None:
    async def draw() -> int:
        await asyncio.sleep(0)
        drawn.append(len(drawn) // 2)  # each number twice
        return drawn[-1]

    drawn: list[int] = []
    repository = memory()
    provider = aggregate(repository, no=ValueProvider[int, int](distributor_factory(mean=1), input_generator=draw))
    await asyncio.gather(*(work(lane, 25, 1) for lane in (provider, provider.clone(), provider.clone())))
    numbers = [row["no"] for row in await stored(repository)]
    assert len(numbers) == len(set(numbers)) == 75


def test_a_faker_method_draws_from_the_same_stream_in_every_lane() -> None:
    provider = ValueProvider[str, str](input_generator=Faker("en_US").name)
    assert provider.clone().input_generator is provider.input_generator

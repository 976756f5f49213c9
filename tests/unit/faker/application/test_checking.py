"""Checking what cannot look itself over, and what cannot be asked at all; and what the laws are held against."""

from collections.abc import Iterable
from typing import Any

import pytest

from ascetic_ddd.faker.application.checking.check import check
from ascetic_ddd.faker.application.checking.laws import judge_nulls, judge_shape, too_few
from ascetic_ddd.faker.application.checking.model import Checked
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.distributors.counts import HistogramCounts, SkewCounts, UniformCounts, WeightsCounts
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import Uses
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from examples.library.providers import AuthorProvider, BookProvider, TenantProvider, export
from tests.unit.faker.domain.providers.models import Agg


class OnlyInsert:
    async def insert(self, session: Any, agg: Any) -> None: ...


def full() -> InMemoryRepository[Agg]:
    return InMemoryRepository(agg_exporter=Agg.export)


class Kind(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]

    def __init__(self, external: Any, internal: Any) -> None:
        self.id = ValueProvider[int, int](
            distributor=distributor_factory(sequence=True), input_generator=lambda session, position: position + 1
        )
        self.outside, self.inside = external, internal
        repository = CompositeRepository[Agg](external_repository=external, internal_repository=internal)
        super().__init__(repository, Agg, Agg.export)


class Cities(Kind):
    country_id: ReferenceProvider[int, Agg, int]

    def __init__(self, external: Any, internal: Any, countries: Kind, distributor: Any) -> None:
        self.country_id = ReferenceProvider[int, Agg, int](distributor, countries)
        super().__init__(external, internal)


async def grown(external: Any = None, distributor: Any = None) -> tuple[Cities, InMemorySessionPool]:
    countries = Kind(full(), full())
    asked = distributor or distributor_factory(weights=[0.7, 0.2, 0.1], mean=20, null_weight=0.25)
    cities = Cities(external or full(), full(), countries, asked)
    pool = InMemorySessionPool()
    async for _ in generate(cities, pool, 1000, batch_size=100):
        pass
    return cities, pool


def faults(found: Checked) -> dict[tuple[str, str], int]:
    return {(each.path, each.what): each.number for each in found.faults}


async def test_a_run_is_clean_and_says_what_was_judged() -> None:
    cities, pool = await grown()
    found = await check(cities, pool)
    assert found.is_clean
    assert [(each.external, each.internal, each.orphans) for each in found.aggregates] == [(38, 38, 0), (1000, 1000, 0)]
    assert [each.parameter for each in found.judgements] == ["mean", "weights", "null_weight"]


async def test_what_is_lost_dangling_or_not_remembered_is_found_by_reading() -> None:
    cities, pool = await grown()
    countries: Any = cities.country_id.source.aggregate_provider
    async with pool.session() as session:
        gone = [state["id"] async for state in countries.inside.find(session)][:2]
        used = sum([state["country_id"] in gone async for state in cities.inside.find(session)])
    for id in gone:
        del countries.inside._states[id]
    for id in range(10, 15):
        del cities.outside._states[id]
    found = await check(cities, pool)
    assert faults(found) == {
        ("Cities", "remembered, and not there outside"): 5,
        ("Cities.country_id", "references to what is not remembered"): used,
    }
    assert found.faults[0].example == "10"
    assert [each.orphans for each in found.aggregates] == [2, 0]


async def test_ids_that_are_none_or_of_another_type_are_found() -> None:
    cities, pool = await grown()
    cities.inside._states[7]["id"] = None
    cities.inside._states[8]["id"] = "8"
    found = faults(await check(cities, pool))
    assert found["Cities", "ids that do not fit Cities.id"] == 1
    assert found["Cities", "ids of another type than most"] == 1


async def test_an_application_that_can_only_insert_is_checked_as_far_as_it_can() -> None:
    cities, pool = await grown(OnlyInsert())
    found = await check(cities, pool)
    assert found.is_clean
    assert (found.aggregates[1].external, found.aggregates[1].internal, found.aggregates[1].orphans) == (None, 1000, None)
    skipped = {(each.path, each.what): each.why for each in found.not_checked}
    assert skipped["Cities", "whether what is remembered exists, and what is not remembered"] == "OnlyInsert has no `find`"
    assert "dangling_rows" in skipped["Cities", "the application's foreign keys"]


async def test_a_repository_that_remembers_nothing_is_told() -> None:
    class Lone(AggregateProvider[dict[str, Any], Agg]):
        _id_attr = "id"
        id: ValueProvider[int, int]

        def __init__(self) -> None:
            self.id = ValueProvider[int, int](input_generator=lambda session, position: position)
            super().__init__(OnlyInsert(), Agg, Agg.export)

    found = await check(Lone(), InMemorySessionPool())
    assert [each.why for each in found.not_checked][:1] == ["OnlyInsert has neither `audit` nor `find`"]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (distributor_factory(), "NewDistributor follows no law"),
        (distributor_factory(mean=2000), ""),
    ],
)
async def test_what_is_not_judged_is_said(asked: Any, why: str) -> None:
    cities, pool = await grown(distributor=asked)
    found = await check(cities, pool)
    assert found.is_clean
    assert any(why in each.why for each in found.not_checked)


async def test_a_law_that_nobody_tells_and_that_did_not_come_out_is_no_clean_check() -> None:
    cities, pool = await grown()
    cities.country_id.distributor = distributor_factory(weights=[0.4, 0.3, 0.3], mean=40, null_weight=0.1)
    found = await check(cities, pool)
    assert not found.is_clean
    assert {each.parameter for each in found.judgements if not each.is_met} == {"mean", "weights", "null_weight"}


async def test_weights_that_a_hook_bent_over_all_are_found_in_their_scopes() -> None:
    def stores() -> CompositeRepository[Any]:
        inside, outside = InMemoryRepository[Any](agg_exporter=export), InMemoryRepository[Any](agg_exporter=export)
        return CompositeRepository(external_repository=outside, internal_repository=inside)

    tenants = TenantProvider(stores())
    books = BookProvider(stores(), tenants, AuthorProvider(stores(), tenants))
    pool = InMemorySessionPool()
    async for _ in generate(books, pool, 5000, batch_size=500):
        pass
    found = await check(books, pool)
    assert found.is_clean
    assert "weights within tenant_id" in {each.parameter for each in found.judgements}
    reference: Any = books.author_id
    reference.distributor = distributor_factory(weights=[0.3, 0.3, 0.2, 0.2], mean=50)
    found = await check(books, pool)
    assert found.is_clean, "a hook tells it, so it need not be wrong"
    assert any(each.what.startswith("its weights (asked (0.3") and "hook" in each.why for each in found.not_checked)


def uses(counts: Iterable[int], nulls: int = 0) -> Uses:
    histogram: dict[int, int] = {}
    for each in counts:
        histogram[each] = histogram.get(each, 0) + 1
    return Uses(histogram, nulls)


SKEWED = [round(1e5 * ((k / 100) ** 0.5 - ((k - 1) / 100) ** 0.5)) for k in range(1, 101)]


@pytest.mark.parametrize(
    ("counts", "found", "expected"),
    [
        (UniformCounts(10.0), uses([10] * 50), {"mean": True}),
        (UniformCounts(10.0), uses([10] * 5 + [1]), {"mean": True}),
        (UniformCounts(500.0), uses([300]), {"mean": True}),
        (UniformCounts(10.0), uses([12] * 50), {"mean": False}),
        (WeightsCounts((0.7, 0.3), 10.0), uses([14] * 50 + [6] * 50), {"mean": True, "weights": True}),
        (WeightsCounts((0.7, 0.3), 10.0), uses([10] * 100), {"mean": True, "weights": False}),
        (WeightsCounts((0.7, 0.3), 10.0), uses([10] * 9), {"mean": True}),
        (SkewCounts(2.0, 1000.0), uses(SKEWED), {"mean": True, "skew": True}),
        (SkewCounts(3.0, 1000.0), uses(SKEWED), {"mean": True, "skew": False}),
        (HistogramCounts([(1, 50), (9, 50)]), uses([1] * 50 + [9] * 50), {"mean": True, "histogram": True}),
        (HistogramCounts([(1, 50), (9, 50)]), uses([5] * 100), {"mean": True, "histogram": False}),
    ],
    ids=str,
)
def test_a_law_is_met_within_its_tolerance(counts: Any, found: Uses, expected: dict[str, bool]) -> None:
    assert {each.parameter: each.is_met for each in judge_shape("r", counts, found, 0)} == expected
    assert bool(too_few(counts, sum(found.histogram.values()))) is (isinstance(counts, WeightsCounts) and len(expected) == 1)


def test_nulls_are_held_against_the_binomial_band() -> None:
    assert judge_nulls("r", 0.25, uses([1] * 760, nulls=240)).is_met
    assert not judge_nulls("r", 0.25, uses([1] * 600, nulls=400)).is_met
    assert not judge_nulls("r", 0.0, uses([1] * 999, nulls=1)).is_met

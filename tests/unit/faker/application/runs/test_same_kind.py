"""Roots that refer to their own kind: the count is of the kind, whoever makes them."""

from collections.abc import Sequence
from typing import Any

import pytest

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.progress import Progress
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.domain.providers.models import Agg, aggregate, reference


class Employees(AggregateProvider[dict[str, Any], Agg]):
    """An employee's boss is of the same office; so a boss is made where an office has none to spare."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    office: ValueProvider[int, int]
    boss_id: ReferenceProvider[int, Agg, int]

    def __init__(self, repository: Any = None, bosses: Any = None, offices: int = 40) -> None:
        self.id = ValueProvider[int, int]()
        self.office = ValueProvider[int, int](values=range(offices))
        self.boss_id = ReferenceProvider(distributor_factory(mean=5, null_weight=0.1), bosses or (lambda: self))
        super().__init__(repository or InMemoryRepository(agg_exporter=Agg.export), Agg, Agg.export)

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        await self.office.populate(session)
        self.boss_id.set({"office": self.office.get()})  # type: ignore[arg-type]  # a pattern
        await super().do_populate(session)


class Bosses(AggregateProvider[dict[str, Any], Agg]):
    """Another provider of the same table."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    office: ValueProvider[int, int]
    boss_id: ValueProvider[Any, Any]

    def __init__(self, repository: Any) -> None:
        self.id = ValueProvider[int, int]()
        self.office = ValueProvider[int, int](values=range(40))
        self.boss_id = ValueProvider[Any, Any](values=[None])
        super().__init__(repository, Agg, Agg.export)


def by_two_providers() -> Employees:
    repository = InMemoryRepository(agg_exporter=Agg.export)
    return Employees(repository, Bosses(repository))


async def states(provider: AggregateProvider[Any, Any]) -> list[dict[str, Any]]:
    async with InMemorySessionPool().session() as session:
        return [state async for state in provider.repository.find(session)]  # type: ignore[attr-defined]  # in memory


def check(rows: Sequence[dict[str, Any]]) -> None:
    office = {row["id"]: row["office"] for row in rows}
    assert all(office[row["boss_id"]] == row["office"] for row in rows if row["boss_id"] is not None)


@pytest.mark.parametrize("make", [Employees, by_two_providers])
@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("batch_size", [1, 7, 100])
async def test_a_boss_made_by_reference_counts_like_any_other(make: Any, batch_size: int, lanes: int) -> None:
    employees = make()
    progress: list[Progress] = []
    given = 0
    async for _ in generate(
        employees, InMemorySessionPool(), 400, batch_size=batch_size, lanes=lanes, on_progress=progress.append
    ):
        given += 1
    rows = await states(employees)
    assert len(rows) == 400 == progress[-1].done
    assert given < 400, "no boss was made by a reference, so nothing is tested"
    check(rows)


@pytest.mark.parametrize("make", [Employees, by_two_providers])
async def test_what_is_missing_is_what_was_asked_less_what_is_there(make: Any) -> None:
    employees = make()
    for count in (113, 1, 286):
        before = len(await states(employees))
        _ = [a async for a in generate(employees, InMemorySessionPool(), count, batch_size=50)]
        assert len(await states(employees)) == before + count
    check(await states(employees))


async def test_what_cannot_be_without_another_of_its_kind_may_be_one_more() -> None:
    employees = by_two_providers()  # the share of nulls is exact: none in one, so the first one needs a boss
    _ = [a async for a in generate(employees, InMemorySessionPool(), 1)]
    assert len(await states(employees)) == 2


async def test_failures_are_made_up_for_among_kin_too() -> None:
    numbers = iter(range(10**6))

    class Picky(InMemoryRepository[Agg]):
        async def insert(self, session: ISession, agg: Agg) -> None:
            if next(numbers) % 6 == 5:
                raise ValueError("refused")
            await super().insert(session, agg)

    employees = Employees(Picky(agg_exporter=Agg.export))
    progress: list[Progress] = []
    _ = [
        a
        async for a in generate(
            employees, InMemorySessionPool(), 300, batch_size=50, on_error="skip", on_progress=progress.append
        )
    ]
    assert len(await states(employees)) == 300 == progress[-1].done
    assert progress[-1].failed > 20
    check(await states(employees))


@pytest.mark.parametrize("batch_size", [1, 3, 100])
async def test_a_run_of_what_is_also_made_as_children_ends(batch_size: int) -> None:
    repository = InMemoryRepository(agg_exporter=Agg.export)
    built: list[None] = []

    def line(**attributes: Any) -> Agg:
        built.append(None)
        assert len(built) < 1_000, "without end"
        return Agg(**attributes)

    found: list[Any] = []
    lines = aggregate(repository, output_factory=line, order_id=reference(lambda: found[0], mean=4))
    two = DependentProvider(children_factory(low=2, high=2, mean=2), lines, reference="order_id")
    found.append(aggregate(lines=two))
    given = [each async for each in generate(lines, InMemorySessionPool(), 12, batch_size=batch_size)]
    stored = await repository.count(InMemorySession())
    assert 12 <= stored <= 14
    assert {each.id for each in given} <= set(range(1, stored + 1))

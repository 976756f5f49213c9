"""What may be told to a reference, beside plain ids and patterns."""

import dataclasses
from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from benchmarks.construction import in_memory_provider
from examples.library.domain import AuthorId, InternalAuthorId, TenantId
from tests.unit.faker.domain.providers.models import Agg


@dataclasses.dataclass
class EmployeeId:
    value: int | None


class Employees(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, EmployeeId]
    name: ValueProvider[str, str]
    manager_id: ReferenceProvider[int, Agg, EmployeeId]

    def __init__(self, exporter: Any = None) -> None:
        repository: InMemoryRepository[Agg] = InMemoryRepository(agg_exporter=Agg.export)
        self.id = ValueProvider[int, EmployeeId](output_exporter=exporter)
        self.name = ValueProvider(input_generator=lambda: "somebody")
        self.manager_id = ReferenceProvider(distributor_factory(null_weight=0.001, mean=5), lambda: self)
        super().__init__(repository, Agg, Agg.export)


async def test_an_id_object_is_told_as_its_plain_value() -> None:
    books = in_memory_provider()
    books.author_id.set(AuthorId(tenant_id=TenantId(3), author_id=InternalAuthorId(4)))  # type: ignore[arg-type]
    assert books.author_id.get() == {"tenant_id": 3, "author_id": 4}
    assert books.author_id.is_complete()


async def test_an_id_object_that_nothing_can_read_is_refused() -> None:
    employees = Employees()
    with pytest.raises(ConfigurationError, match=r"Employees\.id was told .*EmployeeId.*output_exporter"):
        employees.manager_id.set(EmployeeId(7))  # type: ignore[arg-type]


async def test_a_part_of_an_id_that_the_database_has_yet_to_give_is_open_in_a_pattern() -> None:
    books = in_memory_provider()
    session = InMemorySession()
    tenants = books.id.tenant_id.source.aggregate_provider  # type: ignore[attr-defined]  # the provider, not its port
    await tenants.create(session)
    books.author_id.set({"tenant_id": 1, "author_id": None})
    await books.author_id.populate(session)
    assert books.author_id.get() == {"tenant_id": 1, "author_id": 1}


async def test_a_told_pattern_makes_the_manager_that_does_not_exist_and_ends_there() -> None:
    employees = Employees(lambda id: id.value)
    session = InMemorySession()
    employees.set({"name": "Jane", "manager_id": {"name": "the boss"}})
    jane = await employees.create(session)
    boss = await employees.repository.get(session, jane.export()["manager_id"])  # type: ignore[attr-defined]  # in memory
    assert (boss["name"], boss["manager_id"]) == ("the boss", None)


async def test_a_reused_input_that_can_change_is_a_copy() -> None:
    provider = ValueProvider[list[str], list[str]](values=[["a", "b"]])
    session = InMemorySession()
    first = await provider.create(session)
    first.append("changed")
    provider.reset()
    assert await provider.create(session) == ["a", "b"]


class Last(AggregateProvider[dict[str, Any], Agg]):
    """The end of a chain: it refers to nothing."""

    _id_attr = "id"
    id: ValueProvider[int, EmployeeId]

    def __init__(self) -> None:
        self.id = ValueProvider[int, EmployeeId](output_exporter=_value)
        super().__init__(InMemoryRepository(agg_exporter=Agg.export), Agg, Agg.export)


class Link(Last):
    next: ReferenceProvider[int, Agg, EmployeeId]

    def __init__(self, after: Last) -> None:
        self.next = ReferenceProvider(distributor_factory(mean=5), after)
        super().__init__()


def _value(id: EmployeeId) -> Any:
    return id.value


def chain(length: int) -> Last:
    link = Last()
    for _ in range(length):
        link = Link(link)
    return link


def nested(levels: int) -> dict[str, Any]:
    pattern: dict[str, Any] = {"id": 7}
    for _ in range(levels - 1):
        pattern = {"next": pattern}
    return pattern


async def test_a_pattern_of_many_levels_is_made() -> None:
    links = chain(90)
    links.set({"next": nested(90)})
    await links.create(InMemorySession())


@pytest.mark.parametrize("levels", [101, 300, 10_000])
def test_a_pattern_of_too_many_levels_is_refused_with_the_path(levels: int) -> None:
    links = chain(2)
    with pytest.raises(
        ConfigurationError, match=r"^Link\.next was told a pattern of more than 100 levels, next\.next\."
    ) as caught:
        links.set({"next": nested(levels)})
    assert len(str(caught.value)) < 300


async def test_a_chain_of_too_many_references_is_refused_with_the_path() -> None:
    with pytest.raises(ConfigurationError, match=r"^Link\.next → Link\.next → .* 101 references lead to one another"):
        await chain(150).create(InMemorySession())

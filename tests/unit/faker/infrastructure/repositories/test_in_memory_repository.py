"""What is particular to the repository in memory: numbering."""

from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.contract.library import Tenant, TenantId


def tenant(id: int | None) -> Tenant:
    return Tenant(TenantId(id), "A")


@pytest.fixture
def repository() -> InMemoryRepository[Tenant]:
    return InMemoryRepository(agg_exporter=Tenant.export)


async def test_ids_are_numbered_from_one_around_those_that_were_told(repository: InMemoryRepository[Tenant]) -> None:
    session = InMemorySession()
    aggregates = [tenant(2), tenant(None), tenant(None)]
    for agg in aggregates:
        await repository.insert(session, agg)
    assert [agg.export()["id"] for agg in aggregates] == [2, 1, 3]


async def test_a_number_that_was_rolled_back_is_not_given_again(repository: InMemoryRepository[Tenant]) -> None:
    session = InMemorySession()
    dead, alive = tenant(None), tenant(None)
    with pytest.raises(ZeroDivisionError):
        await _in_vain(session, repository, dead)
    await repository.insert(session, alive)
    assert (dead.export()["id"], alive.export()["id"]) == (1, 2)


async def _in_vain(session: InMemorySession, repository: InMemoryRepository[Tenant], agg: Tenant) -> None:
    async with session.atomic():
        await repository.insert(session, agg)
        raise ZeroDivisionError


async def test_composite_ids_are_found_in_whatever_order_their_parts_stand() -> None:
    repository: InMemoryRepository[dict[str, Any]] = InMemoryRepository(agg_exporter=dict)
    session = InMemorySession()
    await repository.insert(session, {"id": {"a": 1, "b": 2}})
    assert await repository.get(session, {"b": 2, "a": 1}) == {"id": {"a": 1, "b": 2}}
    for id in ({"a": 2, "b": 1}, {"a": 1}, {"a": 1, "b": 2, "c": 3}, {"x": 1, "b": 2}, {"a": 1, "b": {"c": 2}}, 1, [1]):
        assert await repository.get(session, id) is None
        await repository.insert(session, {"id": id})
        assert await repository.get(session, id) == {"id": id}
    with pytest.raises(PersistenceError, match="taken"):
        await repository.insert(session, {"id": {"b": 2, "a": 1}})


async def test_an_id_that_is_not_exported_is_an_error() -> None:
    repository: InMemoryRepository[dict[str, Any]] = InMemoryRepository(agg_exporter=dict)
    with pytest.raises(ConfigurationError, match="id_attr="):
        await repository.insert(InMemorySession(), {"isbn": 1})


async def test_a_setter_that_sets_nothing_is_found_out() -> None:
    repository = InMemoryRepository(agg_exporter=Tenant.export, set_id=lambda agg, value: None)
    with pytest.raises(ConfigurationError, match="check set_id"):
        await repository.insert(InMemorySession(), tenant(None))


async def test_a_composite_names_the_external_repository_that_cannot_update() -> None:
    class InsertOnly:
        async def insert(self, session: Any, agg: Tenant) -> None: ...

    repository = CompositeRepository(
        external_repository=InsertOnly(), internal_repository=InMemoryRepository(agg_exporter=Tenant.export)
    )
    with pytest.raises(ConfigurationError, match=r"InsertOnly has no `update`"):
        await repository.update(InMemorySession(), tenant(1))

"""Reconciling compares ids; ids of two types are a mistake of the exporter, not rows to adopt."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from ascetic_ddd.faker.application.runs.reconciliation import reconcile
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.unit.faker.domain.providers.models import Agg


class Things(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[UUID, UUID]

    def __init__(self, remembered_as: type) -> None:
        self.id = ValueProvider[UUID, UUID](input_generator=uuid4)
        self.outside: InMemoryRepository[Agg] = InMemoryRepository(agg_exporter=Agg.export)
        inside: InMemoryRepository[Agg] = InMemoryRepository(
            agg_exporter=lambda agg: {"id": remembered_as(str(agg.export()["id"]))}
        )
        repository = CompositeRepository[Agg](external_repository=self.outside, internal_repository=inside)
        super().__init__(repository, Agg, Agg.export)


async def grown(things: Things) -> InMemorySessionPool:
    pool = InMemorySessionPool()
    async with pool.session() as session, session.atomic():
        await things.create_batch(session, 5)
        for _ in range(3):
            await things.outside.insert(session, Agg(id=uuid4()))
    return pool


async def test_what_is_not_remembered_is_counted_and_adopted() -> None:
    things = Things(UUID)
    pool = await grown(things)
    (found,) = await reconcile(things, pool)
    assert (found.outside, found.not_remembered, found.adopted) == (8, 3, 0)
    (found,) = await reconcile(things, pool, adopt=True)
    assert (found.outside, found.not_remembered, found.adopted) == (8, 3, 3)
    (found,) = await reconcile(things, pool)
    assert found.not_remembered == 0


async def test_ids_remembered_in_another_type_are_refused_and_nothing_is_adopted() -> None:
    things = Things(str)
    pool = await grown(things)
    with pytest.raises(ConfigurationError, match=r"Things: ids are remembered like '.*UUID\("):
        await reconcile(things, pool, adopt=True)
    async with pool.session() as session:
        assert await things.repository.count(session) == 5  # type: ignore[attr-defined]  # a composite

"""A composite offers what its two sides allow, for every pair of them, and providers get along with that."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import IBulkRepository, IObservable, IReadable, offers
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.testing.composite_contract import CompositeContract
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.contract.library import KeyedTenantModel
from tests.unit.faker.domain.providers.models import Agg


class Minimal:
    """Only ``insert``."""

    def __init__(self) -> None:
        self.memory: InMemoryRepository[Any] = InMemoryRepository(agg_exporter=type(self).export)

    @staticmethod
    def export(agg: Any) -> dict[str, Any]:
        return dict(agg.export())

    async def insert(self, session: ISession, agg: Any) -> None:
        await self.memory.insert(session, agg)


class Documented(Minimal):
    """``IInternalRepository`` and no more."""

    async def setup(self, session: ISession) -> None:
        await self.memory.setup(session)

    async def cleanup(self, session: ISession) -> None:
        await self.memory.cleanup(session)

    async def update(self, session: ISession, agg: Any) -> None:
        await self.memory.update(session, agg)

    async def get(self, session: ISession, id: Any) -> dict[str, Any] | None:
        return await self.memory.get(session, id)

    def find(self, session: ISession, specification: Any = None) -> AsyncIterator[dict[str, Any]]:
        return self.memory.find(session, specification)


class Counting(Documented):
    """With a part of ``IMemory`` only."""

    async def count(self, session: ISession) -> int:
        return await self.memory.count(session)


class HandingOn:
    """A decorator by ``__getattr__``."""

    def __init__(self, repository: Any) -> None:
        self._repository = repository

    def __getattr__(self, name: str) -> Any:
        return getattr(self._repository, name)


def full() -> InMemoryRepository[Any]:
    return InMemoryRepository(agg_exporter=Minimal.export)


def composite_of_minimal() -> CompositeRepository[Any]:
    return CompositeRepository(external_repository=Minimal(), internal_repository=Documented())


SIDES: dict[str, Callable[[], Any]] = {
    "minimal": Minimal,
    "documented": Documented,
    "counting": Counting,
    "full": full,
    "handing on": lambda: HandingOn(full()),
    "handing on a composite": lambda: HandingOn(composite_of_minimal()),
    "composite": composite_of_minimal,
}


@pytest.mark.parametrize("internal", SIDES)
@pytest.mark.parametrize("external", SIDES)
class TestComposites(KeyedTenantModel, CompositeContract):
    @pytest.fixture
    async def session(self) -> AsyncIterator[ISession]:
        async with InMemorySessionPool().session() as session:
            yield session

    @pytest.fixture
    def sides(self, external: str, internal: str) -> tuple[Any, Any]:
        return SIDES[external](), SIDES[internal]()


class Countries(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]

    def __init__(self, repository: Any) -> None:
        self.id = ValueProvider[int, int](
            distributor=distributor_factory(sequence=True), input_generator=lambda session, position: position + 1
        )
        super().__init__(repository, Agg, Agg.export)


class Cities(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    country_id: ReferenceProvider[int, Agg, int]

    def __init__(self, repository: Any, countries: Any) -> None:
        self.id = ValueProvider[int, int](
            distributor=distributor_factory(sequence=True), input_generator=lambda session, position: position + 1
        )
        self.country_id = ReferenceProvider[int, Agg, int](distributor_factory(mean=4), countries)
        super().__init__(repository, Agg, Agg.export)


@pytest.mark.parametrize("is_composite", [False, True])
@pytest.mark.parametrize("internal", SIDES)
async def test_references_reuse_what_any_repository_stores_alone_or_in_a_composite(internal: str, is_composite: bool) -> None:
    side = SIDES[internal]()
    repository = CompositeRepository[Any](external_repository=Minimal(), internal_repository=side) if is_composite else side
    countries = Countries(repository)
    cities = Cities(full(), countries)
    async with InMemorySessionPool().session() as session, session.atomic():
        await cities.setup(session)
        made = await cities.create_batch(session, 12)
        assert len({agg.export()["country_id"] for agg in made}) == 3
        if offers(repository, IReadable):
            assert len([state async for state in repository.find(session)]) == 3
        await cities.cleanup(session)


async def test_a_subclass_of_a_composite_may_add_a_port() -> None:
    class Telling(CompositeRepository[Any]):
        def offers(self, port: Any) -> bool:
            return port is IObservable or super().offers(port)

        def subscribe(self, listener: Any) -> None: ...

    side: Any = Minimal()
    assert offers(Telling(external_repository=side, internal_repository=side), IObservable)


def test_a_method_that_is_none_is_none() -> None:
    class Slow(InMemoryRepository[Any]):
        insert_many = None  # type: ignore[assignment]

    repository = Slow(agg_exporter=dict)
    assert not offers(repository, IBulkRepository)

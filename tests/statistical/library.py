"""A small graph for the statistical tests: tenants, authors of a tenant, books of a tenant by one of its authors."""

from collections.abc import Mapping
from typing import Any

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool

__all__ = ("AuthorProvider", "BookProvider", "TenantProvider", "grow", "library", "run_planned")

Row = dict[str, Any]


class Plain(AggregateProvider[Any, Row]):
    _id_attr = "id"

    def __init__(self) -> None:
        super().__init__(InMemoryRepository(agg_exporter=dict), dict, dict)


class TenantProvider(Plain):
    id: ValueProvider[int, int]

    def __init__(self) -> None:
        self.id = ValueProvider(distributor_factory(sequence=True))
        super().__init__()


class ScopedId(CompositeValueProvider[Any, Row]):
    tenant_id: ReferenceProvider[Any, Row, Any]
    number: ValueProvider[int, int]

    def __init__(self, tenants: TenantProvider, asked: Mapping[str, Any]) -> None:
        self.tenant_id = ReferenceProvider(distributor_factory(**asked), tenants)
        self.number = ValueProvider(distributor_factory(sequence=True))
        super().__init__(dict, dict)


class AuthorProvider(Plain):
    id: ScopedId

    def __init__(self, tenants: TenantProvider, asked: Mapping[str, Any]) -> None:
        self.id = ScopedId(tenants, asked)
        super().__init__()


class BookProvider(Plain):
    id: ScopedId
    author_id: ReferenceProvider[Any, Row, Any]
    shelf_id: ReferenceProvider[Any, Row, Any]

    def __init__(self, tenant: Mapping[str, Any], author: Mapping[str, Any], shelf: Mapping[str, Any]) -> None:
        tenants = TenantProvider()
        self.id = ScopedId(tenants, tenant)
        self.author_id = ReferenceProvider(distributor_factory(**author), AuthorProvider(tenants, {"mean": 10}))
        self.shelf_id = ReferenceProvider(distributor_factory(**shelf), TenantProvider())
        super().__init__()

    async def do_populate(self, session: ISession, specification: Any = None) -> None:
        await self.id.populate(session)
        self.author_id.set({"tenant_id": self.id.tenant_id.get()})
        await super().do_populate(session)


def library(tenant: Mapping[str, Any], author: Mapping[str, Any], shelf: Mapping[str, Any] | None = None) -> BookProvider:
    return BookProvider(tenant, author, shelf or {"mean": 1000})


async def grow(provider: AggregateProvider[Any, Row], count: int, seed: int) -> list[Row]:
    """Make so many in a bare loop, a transaction for each thousand."""
    provider.seed(seed)
    made: list[Row] = []
    while len(made) < count:
        async with InMemorySessionPool().session() as session, session.atomic():
            for _ in range(min(1000, count - len(made))):
                provider.reset()
                await provider.populate(session)
                made.append(await provider.create(session))
    return made


async def run_planned(provider: AggregateProvider[Any, Row], count: int, seed: int) -> list[Row]:
    return [row async for row in generate(provider, InMemorySessionPool(), count, batch_size=1000, seed=seed)]

"""A batch gives the rows that the same objects give when they are made one by one."""

from collections.abc import Callable
from typing import Any

import pytest

from ascetic_ddd.faker.application.generation import generate, planned_run
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import FakerError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.domain.providers.models import Agg

AnyProvider = AggregateProvider[Any, Any]


def store() -> Any:
    return InMemoryRepository(agg_exporter=Agg.export)


def provided(parts: dict[str, Any], repository: Any = None) -> AnyProvider:
    """An aggregate of these parts, beside its id."""
    parts = {"id": ValueProvider[int, int](), **parts}

    def __init__(self: Any) -> None:
        vars(self).update(parts)
        AggregateProvider.__init__(self, repository or store(), Agg, Agg.export)

    body = {"_id_attr": "id", "__annotations__": dict.fromkeys(parts, Provider), "__init__": __init__, "__module__": __name__}
    return type("Rows", (AggregateProvider,), body)()  # type: ignore[no-any-return]


class Marked(CompositeValueProvider[dict[str, Any], dict[str, Any]]):
    """Does something of its own when it is made."""

    number: ValueProvider[int, int]

    def __init__(self) -> None:
        self.number = ValueProvider[int, int](distributor_factory(sequence=True))
        super().__init__(dict)

    async def create(self, session: ISession) -> dict[str, Any]:
        return {**await super().create(session), "is_marked": True}


def closed_before_open(shares_provider: bool) -> AnyProvider:
    """What a closed reference chooses from is made by another part of the same object."""
    shelves = provided({})
    others = shelves if shares_provider else provided({}, shelves.repository)
    boxes = provided({"shelf_id": ReferenceProvider(distributor_factory(mean=2), others)})
    closed: ReferenceProvider[Any, Any, Any] = ReferenceProvider(
        distributor_factory(mean=3, null_weight=0.5), shelves, create=False
    )
    return provided({"box_id": ReferenceProvider(distributor_factory(mean=2), boxes), "shelf_id": closed})


def open_twice() -> AnyProvider:
    """Two providers of one repository: each makes what the other chooses from."""
    repository = store()
    one, other = provided({}, repository), provided({}, repository)
    return provided(
        {
            "one_id": ReferenceProvider(distributor_factory(mean=3), one),
            "other_id": ReferenceProvider(distributor_factory(mean=5), other),
        }
    )


GRAPHS: dict[str, Callable[[], AnyProvider]] = {
    "list of values": lambda: provided(
        {"lines": DependentProvider(children_factory(low=0, high=3, mean=1), ValueProvider[int, int](distributor_factory()))}
    ),
    "a part with a create of its own": lambda: provided({"part": Marked()}),
    "closed reference": lambda: closed_before_open(True),
    "closed reference by another provider": lambda: closed_before_open(False),
    "two providers of one repository": open_twice,
}


async def one_by_one(provider: AnyProvider, count: int) -> None:
    with planned_run(provider, count) as plan:
        for _ in range(count):
            async with InMemorySessionPool().session() as session, session.atomic() as ts_session:
                provider.reset()
                await provider.populate(ts_session)
                await provider.create(ts_session)
            plan.advance()


async def rows(provider: AnyProvider, batch_size: int | None, count: int = 60) -> Any:
    provider.seed(4)
    try:
        if batch_size is None:
            await one_by_one(provider, count)
        else:
            async for _ in generate(provider, InMemorySessionPool(), count, batch_size=batch_size):
                pass
    except FakerError as error:
        return type(error.__cause__ or error)
    repository: Any = provider.repository
    return [state async for state in repository.find(InMemorySession())]


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("batch_size", [1, 7, 100])
async def test_a_batch_gives_the_rows_of_single_objects(name: str, batch_size: int) -> None:
    expected = await rows(GRAPHS[name](), None)
    assert await rows(GRAPHS[name](), batch_size) == expected

"""A batch gives the rows that the same objects give when they are made one by one."""

import gc
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from ascetic_ddd.faker.application.generation import generate, planned_run
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import FakerError, GenerationError
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
    closed: Any = ReferenceProvider(distributor_factory(mean=3, null_weight=0.5), shelves, create=False)
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


class Hasty(AggregateProvider[dict[str, Any], Agg]):
    """Some objects make a part before the others are drawn."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    kind: ValueProvider[str, str]
    colour: ValueProvider[str, str]
    part: CompositeValueProvider[dict[str, Any], dict[str, Any]]
    turns: Iterator[int]

    def __init__(self) -> None:
        self.id = ValueProvider[int, int]()
        self.kind = ValueProvider(values=["a", "b", "c"])
        self.colour = ValueProvider(values=["red", "blue"], weights=[0.7, 0.3])
        self.part = Sized()
        super().__init__(store(), Agg, Agg.export)

    async def do_populate(self, session: ISession, specification: Any = None) -> None:
        if self.kind.get() is None and next(self.turns) % 3:
            await self.kind.create(session)
        await super().do_populate(session, specification)


class Sized(CompositeValueProvider[dict[str, Any], dict[str, Any]]):
    size: ValueProvider[str, str]

    def __init__(self) -> None:
        self.size = ValueProvider(values=["s", "m", "l"], weights=[0.5, 0.3, 0.2])
        super().__init__(dict)


def hasty() -> AnyProvider:
    Hasty.turns = count()  # begins anew for each way
    return Hasty()


GRAPHS: dict[str, Callable[[], AnyProvider]] = {
    "list of values": lambda: provided(
        {"lines": DependentProvider(children_factory(low=0, high=3, mean=1), ValueProvider[int, int](distributor_factory()))}
    ),
    "a part with a create of its own": lambda: provided({"part": Marked()}),
    "closed reference": lambda: closed_before_open(True),
    "closed reference by another provider": lambda: closed_before_open(False),
    "two providers of one repository": open_twice,
    "a part made before the others": hasty,
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


async def test_a_batch_that_takes_more_numbers_than_were_reserved_draws_the_same_again() -> None:
    def with_lists() -> AnyProvider:
        item = ValueProvider[int, int](distributor_factory(), input_generator=lambda session, position: position)
        return provided(
            {
                "kind": ValueProvider(values=["a", "b", "c"], weights=[0.5, 0.3, 0.2]),
                "lines": DependentProvider(children_factory(low=0, high=40, mean=4), item),
            }
        )

    expected = await rows(with_lists(), None, 200)
    found = await rows(with_lists(), 20, 200)
    assert found[-1]["id"] > 200  # the store had to give numbers twice
    assert [{**row, "id": place} for place, row in enumerate(found, 1)] == expected


@pytest.mark.parametrize("fails_at", [0, 3])
async def test_an_async_factory_that_fails_leaves_nothing_behind_and_is_told_with_its_input(fails_at: int) -> None:
    async def make(**attributes: Any) -> Agg:
        if attributes["number"] == fails_at:
            raise ValueError("breaks an invariant")
        return Agg(**attributes)

    numbers = provided({"number": ValueProvider[int, int](distributor_factory(sequence=True))})
    numbers._output_factory = make
    with pytest.raises(GenerationError, match=rf"'number': {fails_at}.*ValueError: breaks an invariant"):
        async for _ in generate(numbers, InMemorySessionPool(), 10):
            pass
    gc.collect()  # a coroutine that nobody awaited would tell here


@pytest.mark.parametrize("has_hook", [False, True])
async def test_a_part_that_is_put_in_place_of_another_between_two_runs_is_the_one_that_counts(has_hook: bool) -> None:
    provider: Any = (drawing_first if has_hook else provided)({"title": ValueProvider[str, str](values=["before"])})

    async def titles() -> set[str]:
        return {agg.title async for agg in generate(provider, InMemorySessionPool(), 20, batch_size=5)}

    assert await titles() == {"before"}
    provider.title = ValueProvider[str, str](values=["after"])
    assert await titles() == {"after"}
    provider.title = ValueProvider[str, str](input_generator=lambda: "drawn singly")
    assert await titles() == {"drawn singly"}


def drawing_first(parts: dict[str, Any]) -> AnyProvider:
    """A provider whose hook does nothing but what it would do without."""
    plain = provided(parts)

    async def do_populate(self: Any, session: ISession, specification: Any = None) -> None:
        await AggregateProvider.do_populate(self, session, specification)

    hooked = type("Hooked", (type(plain),), {"do_populate": do_populate})
    made: AnyProvider = hooked()
    return made

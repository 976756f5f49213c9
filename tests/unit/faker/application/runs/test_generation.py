"""Runs: counts, batches, failures, lanes, and what the distributors know afterwards."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import weights
from ascetic_ddd.faker.application.runs.generation import generate, planned_run
from ascetic_ddd.faker.application.runs.progress import Failure, Progress
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError, GenerationError, PersistenceError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.unit.faker.domain.providers.models import Agg

WEIGHTS = [0.6, 0.25, 0.1, 0.05]


class Parents(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]

    def __init__(self, repository: Any) -> None:
        self.id = ValueProvider[int, int]()
        super().__init__(repository, Agg, Agg.export)


class Children(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    parent_id: ReferenceProvider[int, Agg, int]
    number: ValueProvider[int, int]

    def __init__(self, repository: Any, parents: Parents, make: Callable[..., Agg] = Agg) -> None:
        self.id = ValueProvider[int, int]()
        self.parent_id = ReferenceProvider(distributor_factory(weights=WEIGHTS, mean=20), parents)
        self.number = ValueProvider[int, int](distributor_factory(sequence=True))
        super().__init__(repository, make, Agg.export)


class Store(InMemoryRepository[Agg]):
    """Refuses the aggregates whose numbers are told, singly and together."""

    def __init__(self, refuses: set[int] = frozenset()) -> None:  # type: ignore[assignment]  # never changed
        super().__init__(agg_exporter=Agg.export)
        self.refuses = refuses
        self.together = 0

    async def insert(self, session: ISession, agg: Agg) -> None:
        if getattr(agg, "number", None) in self.refuses:
            raise PersistenceError(f"number {agg.export()['number']} is refused")
        await super().insert(session, agg)

    async def insert_many(self, session: ISession, aggs: Sequence[Agg]) -> None:
        self.together += 1
        for agg in aggs:
            await self.insert(session, agg)


def graph(children: Any = None, make: Callable[..., Agg] = Agg) -> tuple[Parents, Children]:
    parents = Parents(InMemoryRepository(agg_exporter=Agg.export))
    return parents, Children(children or Store(), parents, make)


def fails_at(*numbers: int) -> Callable[..., Agg]:
    def make(**attributes: Any) -> Agg:
        if attributes["number"] in numbers:
            raise ValueError(f"number {attributes['number']} breaks an invariant")
        return Agg(**attributes)

    return make


async def states(provider: AggregateProvider[Any, Any]) -> list[dict[str, Any]]:
    async with InMemorySessionPool().session() as session:
        return [state async for state in provider.repository.find(session)]  # type: ignore[attr-defined]  # in memory


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("batch_size", [1, 7, 1000])
async def test_a_run_makes_exactly_the_count_and_the_histogram(batch_size: int, lanes: int) -> None:
    _parents, children = graph()
    made = [a async for a in generate(children, InMemorySessionPool(), 800, batch_size=batch_size, lanes=lanes, seed=3)]
    assert len(made) == 800 == len(await states(children))
    measured = weights(Counter(agg.export()["parent_id"] for agg in made).values())
    assert measured == pytest.approx(WEIGHTS, abs=0.01 if lanes == 1 else 0.05)
    assert sorted(agg.export()["number"] for agg in made) == list(range(800))


async def test_aggregates_that_nobody_refers_to_are_stored_together_once_a_batch() -> None:
    _parents, children = graph()
    _ = [a async for a in generate(children, InMemorySessionPool(), 95, batch_size=10)]
    assert children.repository.together == 10  # type: ignore[attr-defined]  # our own store


async def test_aggregates_that_are_referred_to_are_stored_one_by_one() -> None:
    parents, _children = graph()
    parents.repository.insert_many = None  # type: ignore[attr-defined]  # calling it would raise
    made = [a async for a in generate(parents, InMemorySessionPool(), 30, batch_size=10)]
    assert len(made) == 30


async def test_a_reference_made_after_a_bulk_run_still_knows_its_aggregates() -> None:
    _parents, children = graph()
    _ = [a async for a in generate(children, InMemorySessionPool(), 50, batch_size=10)]
    reference = ReferenceProvider[int, Agg, int](distributor_factory(mean=5), children, create=False)
    async with InMemorySessionPool().session() as session:
        await reference.populate(session)
        assert reference.get() in {state["id"] for state in await states(children)}


async def test_an_invariant_that_breaks_stops_the_run_and_names_provider_input_and_cause() -> None:
    parents, children = graph(make=fails_at(25))
    with pytest.raises(
        GenerationError, match=r"Children with input .*'number': 25.*ValueError: number 25 breaks.*20 aggregates of other"
    ) as e:
        _ = [a async for a in generate(children, InMemorySessionPool(), 100, batch_size=10)]
    assert isinstance(e.value.__cause__, ValueError)
    assert isinstance(e.value.failure, Failure)
    assert e.value.failure.path == "Children"
    assert [state["number"] for state in await states(children)] == list(range(20))
    used = {state["parent_id"] for state in await states(children)}
    assert {state["id"] for state in await states(parents)} == used  # the batch's parents are gone with it


async def test_what_the_store_refuses_in_bulk_is_found_and_named() -> None:
    _parents, children = graph(Store(refuses={17}))
    with pytest.raises(GenerationError, match=r"'number': 17.*PersistenceError: number 17 is refused"):
        _ = [a async for a in generate(children, InMemorySessionPool(), 100, batch_size=10)]
    assert len(await states(children)) == 10


@pytest.mark.parametrize("broken", ["factory", "store"])
async def test_skipping_leaves_out_what_fails_and_nothing_else(broken: str) -> None:
    refused = set(range(3, 10_000, 7))
    if broken == "factory":
        parents, children = graph(make=fails_at(*refused))
    else:
        parents, children = graph(Store(refuses=refused))
    failures: list[Failure] = []
    progress: list[Progress] = []
    made = [
        a
        async for a in generate(
            children,
            InMemorySessionPool(),
            60,
            batch_size=10,
            on_error="skip",
            on_failure=failures.append,
            on_progress=progress.append,
        )
    ]
    numbers = [state["number"] for state in await states(children)]
    assert not refused & set(numbers)
    assert len(made) == len(numbers) == 60
    assert {failure.input["number"] for failure in failures} <= refused
    assert failures
    assert (progress[-1].done, progress[-1].failed, progress[-1].total) == (len(made), len(failures), 60)
    used = {state["parent_id"] for state in await states(children)}
    assert {state["id"] for state in await states(parents)} == used


async def test_a_run_in_which_everything_fails_ends() -> None:
    _parents, children = graph(make=fails_at(*range(10_000)))
    with pytest.raises(GenerationError, match="the last 100 aggregates failed"):
        _ = [a async for a in generate(children, InMemorySessionPool(), 5_000, batch_size=10, on_error="skip")]
    assert await states(children) == []


async def test_without_a_count_the_run_ends_with_the_batch_that_meets_the_condition() -> None:
    _parents, children = graph()
    made = [a async for a in generate(children, InMemorySessionPool(), until=lambda a: a.export()["number"] == 34, batch_size=10)]
    assert len(made) == 40


async def test_a_lane_that_fails_ends_the_others_and_the_error_travels() -> None:
    _parents, children = graph(make=fails_at(130))
    with pytest.raises(GenerationError, match="number 130"):
        _ = [a async for a in generate(children, InMemorySessionPool(), 1000, batch_size=10, lanes=4)]
    assert 0 < len(await states(children)) < 1000


async def test_a_consumer_that_leaves_early_keeps_whole_batches_and_the_provider_goes_on() -> None:
    _parents, children = graph()
    run = generate(children, InMemorySessionPool(), 1000, batch_size=10, lanes=2)
    async for _ in run:
        break
    await run.aclose()  # type: ignore[attr-defined]  # an async generator
    stored = len(await states(children))
    assert stored % 10 == 0
    async with InMemorySessionPool().session() as session, session.atomic():
        await children.create_batch(session, 3)
    assert len(await states(children)) == stored + 3


async def test_a_cancelled_run_leaves_whole_batches() -> None:
    _parents, children = graph()

    async def run() -> None:
        async for agg in generate(children, InMemorySessionPool(), 100_000, batch_size=10):
            if agg.export()["number"] == 50:
                await asyncio.sleep(3600)

    task = asyncio.create_task(run())
    while len(await states(children)) < 60:  # noqa: ASYNC110  # the other task has to go on
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await states(children)) == 60


@pytest.mark.parametrize("total", [0, -1, 1.5, True, "7"])
async def test_a_total_that_is_no_count_is_refused(total: Any) -> None:
    _parents, children = graph()
    with pytest.raises(ConfigurationError, match="expected a whole number, at least 1"), planned_run(children, total):
        pytest.fail("the run began")


async def test_arguments_that_contradict_each_other_are_refused() -> None:
    _parents, children = graph()
    pool = InMemorySessionPool()
    with pytest.raises(ConfigurationError, match="either count, or until"):
        await anext(generate(children, pool))
    with pytest.raises(ConfigurationError, match=r"^count=0: expected a whole number"):
        await anext(generate(children, pool, 0))
    with pytest.raises(ConfigurationError, match="batch_size=0"):
        await anext(generate(children, pool, 1, batch_size=0))
    with pytest.raises(ConfigurationError, match="expected 'stop' or 'skip'"):
        await anext(generate(children, pool, 1, on_error="ignore"))  # type: ignore[arg-type]


async def test_a_batch_refused_only_together_is_skipped_one_by_one() -> None:
    class Jealous(Store):
        async def insert_many(self, session: ISession, aggs: Sequence[Agg]) -> None:
            if len(aggs) > 1:
                raise PersistenceError("one at a time")
            await super().insert_many(session, aggs)

    _parents, children = graph(Jealous())
    made = [a async for a in generate(children, InMemorySessionPool(), 40, batch_size=10, on_error="skip")]
    assert len(made) == 40


class Coloured(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    number: ValueProvider[int, int]
    colour: ValueProvider[str, str]

    def __init__(self, repository: Any, make: Callable[..., Agg]) -> None:
        self.id = ValueProvider[int, int]()
        self.number = ValueProvider[int, int](distributor_factory(sequence=True))
        self.colour = ValueProvider[str, str](values=list("abcdefghij"))
        super().__init__(repository, make, Agg.export)


async def test_a_batch_made_as_a_whole_takes_nothing_over_from_one_that_was_made_one_by_one() -> None:
    """Each colour is drawn as often as the others, and no drawn one is lost to what the object before has left."""
    provider = Coloured(InMemoryRepository(agg_exporter=Agg.export), fails_at(3, 17, 33))
    made = [a async for a in generate(provider, InMemorySessionPool(), 100, batch_size=10, on_error="skip")]
    assert set(Counter(agg.export()["colour"] for agg in made).values()) == {10}


async def test_what_fails_is_left_out_of_the_same_draws() -> None:
    """A batch that is made again, one by one, draws what it drew as a whole: no number is passed over."""
    _parents, children = graph(make=fails_at(3, 17, 33))
    pool = CompositeSessionPool(InMemorySessionPool(), InMemorySessionPool())
    made = [a async for a in generate(children, pool, 50, batch_size=10, on_error="skip")]
    assert [agg.export()["number"] for agg in made] == [number for number in range(53) if number not in (3, 17, 33)]


async def test_a_number_that_the_application_has_already_does_not_stop_a_run_that_skips() -> None:
    _parents, children = graph(Store(refuses={3}))
    made = [a async for a in generate(children, InMemorySessionPool(), 300, on_error="skip")]
    assert len(made) >= 299


async def test_a_self_reference_has_its_nulls_and_no_more_whatever_the_batch() -> None:
    class Employees(AggregateProvider[dict[str, Any], Agg]):
        _id_attr = "id"
        id: ValueProvider[int, int]
        boss_id: ReferenceProvider[int, Agg, int]

        def __init__(self) -> None:
            self.id = ValueProvider[int, int]()
            self.boss_id = ReferenceProvider(distributor_factory(mean=5, null_weight=0.02), lambda: self)
            super().__init__(Store(), Agg, Agg.export)

    made = [a async for a in generate(Employees(), InMemorySessionPool(), 2_000, batch_size=500, seed=4)]
    assert sum(agg.export()["boss_id"] is None for agg in made) == pytest.approx(40, abs=3)


async def test_what_fails_in_a_referenced_aggregate_is_reported_there() -> None:
    parents, children = graph()
    parents.repository.insert = None  # type: ignore[assignment]  # calling it raises

    with pytest.raises(GenerationError, match=r"Parents with input \{'id': None\}"):
        _ = [a async for a in generate(children, InMemorySessionPool(), 10)]

"""References of referenced aggregates, conditional and told references, nulls with unused values: what else a run may meet."""

from collections import Counter
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import mean, weights
from ascetic_ddd.faker.application.runs.generation import generate, planned_run
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.domain.providers.models import Agg

WEIGHTS = [0.7, 0.2, 0.07, 0.03]


class Node(AggregateProvider[dict[str, Any], Agg]):
    """An aggregate with an id, and perhaps a reference and a reused value."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    parent_id: ReferenceProvider[int, Agg, int]
    label: ValueProvider[str, str]

    def __init__(self, parent: AggregateProvider[Any, Any] | None = None, tell: Any = None, **distribution: Any) -> None:
        self._tell_parent = tell
        self._number = 0
        self.id = ValueProvider[int, int]()
        if parent is not None:
            self.parent_id = ReferenceProvider(distributor_factory(**distribution), parent)
        else:
            self.parent_id = ValueProvider(input_generator=lambda: 0)  # type: ignore[assignment]  # a root has no parent
        self.label = ValueProvider(distributor_factory(mean=50), input_generator=lambda session, position: f"label {position}")
        super().__init__(InMemoryRepository(agg_exporter=Agg.export), Agg, Agg.export)

    async def do_populate(self, session: Any, specification: Any = None) -> None:
        self._number += 1
        if self._tell_parent is not None and self._number % 2:
            self.parent_id.set(self._tell_parent())
        await super().do_populate(session, specification)

    async def states(self) -> list[dict[str, Any]]:
        return [state async for state in self.repository.find(InMemorySession())]  # type: ignore[attr-defined]  # in memory

    async def counts(self, attribute: str = "parent_id") -> Counter[Any]:
        return Counter(state[attribute] for state in await self.states() if state[attribute] is not None)


async def run(provider: Node, count: int, seed: int | None = 5) -> None:
    async for _ in generate(provider, InMemorySessionPool(), count, batch_size=200, seed=seed):
        pass


@pytest.mark.parametrize(("rows", "books_per_author"), [(20_000, 10), (20_000, 50)])
async def test_a_planned_run_leaves_the_references_of_referenced_aggregates_exact(rows: int, books_per_author: int) -> None:
    """H: mean within one value's worth and weights within .03 at 400 and 2,000 uses of the second level."""
    tenants = Node()
    authors = Node(tenants, mean=10, weights=WEIGHTS)
    books = Node(authors, mean=books_per_author)
    await run(books, rows)
    per_tenant = await authors.counts()
    made = sum(per_tenant.values())
    assert made == rows / books_per_author
    assert abs(len(per_tenant) - made / 10) <= 1
    assert weights(per_tenant.values()) == pytest.approx(WEIGHTS, abs=0.03)
    labels = await authors.counts("label")
    assert abs(len(labels) - made / 50) <= 1


@pytest.mark.parametrize("null_weight", [0.2, 0.5])
@pytest.mark.parametrize("is_planned", [True, False])
async def test_null_is_drawn_once_also_where_the_law_asks_for_unused_values(null_weight: float, is_planned: bool) -> None:
    """H: null share within the binomial 99.9 % band at n = 5,000 (± 3.3 sd)."""
    parents = Node()
    children = Node(parents, histogram=[(0, 300), (1, 500), (10, 200)], null_weight=null_weight)
    if is_planned:
        await run(children, 5_000)
    else:
        await children.create_batch(InMemorySession(), 5_000)
    nulls = sum(state["parent_id"] is None for state in await children.states()) / 5_000
    assert nulls == pytest.approx(null_weight, abs=3.3 * (null_weight * (1 - null_weight) / 5_000) ** 0.5)
    used = await children.counts()
    assert Counter(used.values())[1] / len(used) == pytest.approx(500 / 700, abs=0.02)


async def test_a_run_in_which_half_of_the_rows_are_told_still_meets_the_mean() -> None:
    """H: mean within 5 % at n = 5,000 drawn uses, though the plan had counted on 10,000; after a top-up within 3 %."""
    parents = Node()
    children = Node(parents, tell=lambda: None, mean=50)
    await run(children, 10_000)
    assert mean((await children.counts()).values()) == pytest.approx(50, rel=0.05)
    await run(children, 10_000)
    assert mean((await children.counts()).values()) == pytest.approx(50, rel=0.03)


async def test_a_told_id_is_a_use() -> None:
    parents = Node()
    session = InMemorySession()
    first = (await parents.create(session)).export()["id"]
    children = Node(parents, mean=10)
    for _ in range(10):
        children.reset()
        children.set({"parent_id": first})
        await children.create(session)
    await children.create_batch(session, 10)
    assert (await children.counts())[first] == 10  # it has had all that the law gives it


async def test_a_told_use_that_is_rolled_back_leaves_no_trace() -> None:
    parents = Node()
    session = InMemorySession()
    first = (await parents.create(session)).export()["id"]
    children = Node(parents, mean=10)
    with pytest.raises(RuntimeError):  # noqa: PT012  # a whole transaction fails
        async with session.atomic():
            for _ in range(10):
                children.reset()
                children.set({"parent_id": first})
                await children.create(session)
            raise RuntimeError
    children.reset()
    await children.create_batch(session, 10)
    assert (await children.counts())[first] == 10


async def test_a_run_inside_a_transaction_that_rolls_back_leaves_no_uses() -> None:
    parents = Node()
    children = Node(parents, mean=10)
    session = InMemorySession()
    await children.create_batch(session, 200)
    distributor: Any = children.parent_id.distributor
    scope = parents.memory.population.everything
    assert sum(distributor.uses(scope).values()) == 200
    with pytest.raises(RuntimeError):  # noqa: PT012  # a whole transaction fails
        async with session.atomic():
            with planned_run(children, 1_000) as plan:
                for _ in range(300):
                    children.reset()
                    await children.create(session)
                    plan.advance()
                raise RuntimeError
    assert sum(distributor.uses(scope).values()) == 200
    children.reset()
    await children.create_batch(session, 800)
    assert set((await children.counts()).values()) == {10}


async def test_an_abandoned_run_does_not_end_the_plan_of_the_next() -> None:
    parents = Node()
    children = Node(parents, mean=10)
    abandoned = generate(children, InMemorySessionPool(), 10_000)
    await anext(abandoned)
    made = 0
    async for _ in generate(children, InMemorySessionPool(), 1_000):
        made += 1
        if made == 1:
            plan = children.parent_id.distributor._run.plan  # type: ignore[attr-defined]
            await abandoned.aclose()  # type: ignore[attr-defined]  # an async generator
            assert plan is not None
            assert children.parent_id.distributor._run.plan is plan  # type: ignore[attr-defined]
    assert children.parent_id.distributor._run.plan is None  # type: ignore[attr-defined]


async def test_a_second_run_with_the_same_seed_draws_other_values() -> None:
    class Unique(Node):
        def __init__(self) -> None:
            super().__init__()
            from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator

            self.label = ValueProvider(distributor_factory(mean=1), input_generator=FakerGenerator("pyint", max_value=10**9))

    nodes = Unique()
    await run(nodes, 1_500, seed=7)
    await run(nodes, 1_500, seed=7)
    assert len(await nodes.counts("label")) == 3_000


async def test_what_a_cleanup_empties_is_never_referred_to_again() -> None:
    parents = Node()
    children = Node(parents, mean=10)
    session = InMemorySession()
    await children.create_batch(session, 25)
    await children.cleanup(session)
    await children.setup(session)
    children.reset()
    await children.create_batch(session, 25)
    assert {state["parent_id"] for state in await children.states()} == {state["id"] for state in await parents.states()}


@pytest.mark.parametrize("share", [3, 5])
async def test_rows_told_a_pattern_do_not_change_the_mean_of_the_others(share: int) -> None:
    """H: mean of the free rows within 5 % at n = 6,000 and 3 of 10, or 5 of 10, told."""

    class Some(Node):
        async def do_populate(self, session: Any, specification: Any = None) -> None:
            if self._number % 10 < share:
                self.parent_id.set({"label": "label 0"})  # type: ignore[arg-type]  # a pattern, not an id
            await super().do_populate(session, specification)

    parents = Node()
    children = Some(parents, mean=30, weights=[0.5, 0.25, 0.15, 0.1])
    await run(children, 6_000)
    free = Counter(state["parent_id"] for number, state in enumerate(await children.states()) if number % 10 >= share)
    assert mean(free.values()) == pytest.approx(30, rel=0.05)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rows", [3_000, 4_600])
async def test_nulls_do_not_blur_the_weights_of_a_planned_run(rows: int, seed: int) -> None:
    """H: weights within .01 where rows · (1 - null) / mean lies between two whole numbers of values."""
    children = Node(Node(), weights=[0.5, 0.3, 0.2], mean=100, null_weight=0.25)
    await run(children, rows, seed)
    assert weights((await children.counts()).values(), 3) == pytest.approx([0.5, 0.3, 0.2], abs=0.01)


def test_a_value_object_class_is_found_in_the_annotation_too() -> None:
    class Code:
        def __init__(self, value: int) -> None:
            self.value = value

    class Coded(AggregateProvider[dict[str, Any], Agg]):
        _id_attr = "id"
        id: ValueProvider[int, int]
        code: ValueProvider[int, Code]

        def __init__(self) -> None:
            self.id = ValueProvider()
            self.code = ValueProvider(input_generator=lambda: 5)
            super().__init__(InMemoryRepository(agg_exporter=Agg.export), Agg, Agg.export)

    coded = Coded()
    coded.reset()
    coded.code.set(5)
    assert isinstance(coded.code._build(), Code)

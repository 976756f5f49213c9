"""Runs that leave out what fails: they reach the count, the histogram is the asked one, and they end."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import weights
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.progress import Failure, Progress
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import GenerationError, PersistenceError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.domain.session.faults import Fault
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.domain.providers.models import Agg

WEIGHTS = [0.6, 0.25, 0.1, 0.05]
MEAN = 22


class Parents(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]

    def __init__(self) -> None:
        self.id = ValueProvider[int, int]()
        super().__init__(InMemoryRepository(agg_exporter=Agg.export), Agg, Agg.export)


class Children(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    parent_id: ReferenceProvider[int, Agg, int]
    second_id: ReferenceProvider[int, Agg, int]
    number: ValueProvider[int, int]

    def __init__(self, fails: Callable[[dict[str, Any]], bool]) -> None:
        self.id = ValueProvider[int, int]()
        self.parent_id = ReferenceProvider(distributor_factory(weights=WEIGHTS, mean=MEAN), Parents())
        self.second_id = ReferenceProvider(distributor_factory(skew=2, mean=10, null_weight=0.3), Parents())
        self.number = ValueProvider[int, int](distributor_factory(sequence=True))
        self.fails = fails
        self.failed = 0
        super().__init__(InMemoryRepository(agg_exporter=Agg.export), self.make, Agg.export)

    def make(self, **attributes: Any) -> Agg:
        if self.fails(attributes):
            raise ValueError(f"number {attributes['number']} breaks an invariant")
        return Agg(**attributes)


def every(nth: int) -> Callable[[dict[str, Any]], bool]:
    """Fails at so much of what is tried, in no relation to anything else."""
    return lambda attributes: attributes["number"] * 2_654_435_761 % 2**32 < 2**32 / nth


async def states(provider: AggregateProvider[Any, Any]) -> list[dict[str, Any]]:
    async with InMemorySessionPool().session() as session:
        return [state async for state in provider.repository.find(session)]  # type: ignore[attr-defined]  # in memory


def check(rows: Sequence[dict[str, Any]], count: int) -> None:
    """The figures that were asked, within the bars of a planned run."""
    assert len(rows) == count
    uses = Counter(row["parent_id"] for row in rows)
    assert count / len(uses) == pytest.approx(MEAN, rel=0.01)
    assert weights(uses.values()) == pytest.approx(WEIGHTS, abs=0.01)
    assert sum(row["second_id"] is None for row in rows) == pytest.approx(0.3 * count, abs=1)


@pytest.mark.parametrize("nth", [20, 3, 1.25])
async def test_the_count_is_of_successes_and_the_histogram_is_as_asked(nth: float) -> None:
    children = Children(every(nth))  # type: ignore[arg-type]  # of a share, too
    failures: list[Failure] = []
    progress: list[Progress] = []
    made = [
        agg
        async for agg in generate(
            children,
            InMemorySessionPool(),
            4_000,
            batch_size=250,
            seed=5,
            on_error="skip",
            on_failure=failures.append,
            on_progress=progress.append,
        )
    ]
    rows = await states(children)
    assert len(made) == len(rows)
    check(rows, 4_000)
    assert len(failures) == pytest.approx(4_000 / (1 - 1 / nth) / nth, rel=0.15)
    assert (progress[-1].done, progress[-1].failed, progress[-1].total) == (4_000, len(failures), 4_000)


async def test_lanes_reach_the_count_together() -> None:
    children = Children(every(5))
    made = [a async for a in generate(children, InMemorySessionPool(), 4_000, batch_size=100, lanes=4, on_error="skip")]
    assert len(made) == len(await states(children)) == 4_000
    uses = Counter(agg.export()["parent_id"] for agg in made)
    assert 4_000 / len(uses) == pytest.approx(MEAN, rel=0.01)


async def test_a_second_run_adds_exactly_what_it_is_asked_for() -> None:
    children = Children(every(10))
    _ = [a async for a in generate(children, InMemorySessionPool(), 2_000, batch_size=100, on_error="skip", seed=1)]
    _ = [a async for a in generate(children, InMemorySessionPool(), 2_000, batch_size=100, on_error="skip", seed=1)]
    check(await states(children), 4_000)


def refuses_parent_3(attributes: dict[str, Any]) -> bool:
    """Not from the beginning, else it would be rolled back with its first use, and gone."""
    return bool(attributes["parent_id"] == 3) and attributes["number"] > 500


async def test_a_value_that_is_always_refused_ends_a_planned_run_when_nothing_else_is_left() -> None:
    children = Children(refuses_parent_3)
    failures: list[Failure] = []
    with pytest.raises(GenerationError, match=r"the last \d+ aggregates failed, so the run ends after 2,\d+ of 3,000") as caught:
        async for _ in generate(
            children, InMemorySessionPool(), 3_000, batch_size=250, on_error="skip", on_failure=failures.append
        ):
            pass
    rows = await states(children)
    uses = Counter(row["parent_id"] for row in rows)
    assert 0 < uses[3] < len(rows) / 10
    assert str(caught.value).count("'parent_id': 3") == 1
    assert {failure.input["parent_id"] for failure in failures} == {3}


async def test_a_value_that_is_always_refused_is_put_off_in_a_growing_run() -> None:
    children = Children(refuses_parent_3)
    run = generate(
        children, InMemorySessionPool(), until=lambda agg: agg.export()["number"] >= 3_200, batch_size=250, on_error="skip"
    )
    made = [agg async for agg in run]
    uses = Counter(agg.export()["parent_id"] for agg in made)
    assert 0 < uses[3] < len(made) / 5
    assert len(made) > 2_500
    assert len(made) / len(uses) == pytest.approx(MEAN, rel=0.05)


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("batch_size", [1, 10, 5_000])
async def test_a_run_in_which_everything_fails_ends_soon(batch_size: int, lanes: int) -> None:
    children = Children(lambda attributes: True)
    failures: list[Failure] = []
    with pytest.raises(GenerationError, match=r"the last 1\d\d aggregates failed, so the run ends after 0 of 5,000"):
        async for _ in generate(
            children,
            InMemorySessionPool(),
            5_000,
            batch_size=batch_size,
            lanes=lanes,
            on_error="skip",
            on_failure=failures.append,
        ):
            pass
    assert 100 <= len(failures) <= 100 + lanes * min(batch_size, 100)
    assert await states(children) == []


async def test_a_run_in_which_nearly_everything_fails_ends() -> None:
    children = Children(lambda attributes: attributes["number"] % 30 != 0)
    with pytest.raises(GenerationError, match=r"of 1,\d\d\d aggregates failed, more than nine in ten"):
        async for _ in generate(children, InMemorySessionPool(), 5_000, batch_size=100, on_error="skip"):
            pass
    assert 20 < len(await states(children)) < 60


class LateSession(InMemorySession):
    """Looks at what was stored only at the commit, as a deferred constraint does."""

    __slots__ = ("pool",)

    def __init__(self, pool: Any) -> None:
        super().__init__()
        self.pool = pool

    def atomic(self) -> Any:
        inner = super().atomic()
        session = self

        class Late:
            async def __aenter__(self) -> Any:
                self.is_outermost = not session.is_atomic
                return await inner.__aenter__()

            async def __aexit__(self, kind: Any, error: Any, traceback: Any) -> None:
                refused = error is None and self.is_outermost and session.pool.refuses()
                if refused:
                    error = PersistenceError("Cannot commit: refused")
                await inner.__aexit__(type(error) if error else None, error, traceback)
                if refused:
                    raise error

        return Late()


async def test_what_only_the_commit_refuses_is_left_out_too() -> None:
    children = Children(lambda attributes: False)
    refused = every(3)

    class Pool(InMemorySessionPool):
        def session(self) -> Any:
            return LateSession(self)

        def refuses(self) -> bool:
            rows = children.repository._states.values()  # type: ignore[attr-defined]  # in memory
            return any(map(refused, rows))

    failures: list[Failure] = []
    made = [a async for a in generate(children, Pool(), 500, batch_size=64, on_error="skip", seed=2, on_failure=failures.append)]
    assert len(made) == len(await states(children)) == 500
    assert failures
    assert all(refused(failure.input) for failure in failures)
    assert not any(map(refused, await states(children)))


class Broken(InMemorySession):
    """Says that it is lost after an error of a kind."""

    __slots__ = ()

    def fault_of(self, error: BaseException) -> Fault:
        return Fault.STORE if isinstance(error, ConnectionError) else Fault.DATA


@pytest.mark.parametrize("on_error", ["stop", "skip"])
async def test_a_lost_store_ends_the_run_at_once_and_the_first_cause_is_told(on_error: Any) -> None:
    class Pool(InMemorySessionPool):
        def session(self) -> Any:
            return Broken()

    calls: list[str] = []

    class Store(InMemoryRepository[Agg]):
        async def insert_many(self, session: ISession, aggs: Sequence[Agg]) -> None:
            calls.append("insert_many")
            if len(calls) > 3:
                raise ConnectionError("after that everything fails")
            if len(calls) == 3:
                raise ConnectionError("the plug was pulled")
            await super().insert_many(session, aggs)

    children = Children(lambda attributes: False)
    children.repository = Store(agg_exporter=Agg.export)
    with pytest.raises(GenerationError, match=r"Children: ConnectionError: the plug was pulled \(20 aggregates"):
        async for _ in generate(children, Pool(), 100, batch_size=10, on_error=on_error):
            pass
    assert calls == ["insert_many"] * 3


class _Unleavable:
    def __init__(self, session: "UnleavableSession", inner: Any) -> None:
        self.session, self.inner = session, inner

    async def __aenter__(self) -> Any:
        self.session.depth += 1
        return await self.inner.__aenter__()

    async def __aexit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self.session.depth -= 1
        if error is None and self.session.depth == 1 and next(self.session.leaving) % 7 == 3:
            refusal = PersistenceError("refused when the savepoint was left")
            await self.inner.__aexit__(type(refusal), refusal, None)
            raise refusal
        await self.inner.__aexit__(kind, error, traceback)


class UnleavableSession(InMemorySession):
    """Refuses some rows only when their savepoint is left."""

    __slots__ = ("depth", "leaving")

    def __init__(self, leaving: Iterator[int]) -> None:
        super().__init__()
        self.depth, self.leaving = 0, leaving

    def atomic(self) -> Any:
        return _Unleavable(self, super().atomic())


async def test_what_is_refused_when_its_savepoint_is_left_is_not_given_out() -> None:
    leaving = count()

    class Pool:
        def session(self) -> Any:
            return UnleavableSession(leaving)

    children = Children(every(5))
    failures: list[Failure] = []
    made = [a async for a in generate(children, Pool(), 300, batch_size=64, on_error="skip", on_failure=failures.append)]
    stored = {row["id"] for row in await states(children)}
    assert [agg.export()["id"] for agg in made if agg.export()["id"] not in stored] == []
    assert len(made) == len(stored) == 300
    assert any(isinstance(failure.cause, PersistenceError) for failure in failures)

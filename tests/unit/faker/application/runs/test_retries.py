"""A batch that failed by no fault of its data is made again, and the rows are those of a run without the fault."""

from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from typing import Any

import pytest
from faker import Faker

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.progress import Failure, Repetition
from ascetic_ddd.faker.application.runs.retries import Repeats
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError, GenerationError, PersistenceError
from ascetic_ddd.faker.domain.generators.quantile_generator import QuantileGenerator
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.domain.session.faults import Fault
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool

Row = dict[str, Any]


class TroubleError(Exception):
    """What a store in trouble raises."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"trouble: {fault.name}")
        self.fault = fault


class Trouble:
    """Strikes at certain statements of a run; BEGIN and COMMIT are statements, too."""

    def __init__(self, at: set[int] = frozenset(), fault: Fault = Fault.TRANSIENT) -> None:  # type: ignore[assignment]
        self.at, self.fault = at, fault
        self.statements = 0

    def pass_by(self) -> None:
        self.statements += 1
        if self.statements in self.at:
            raise TroubleError(self.fault)


class Session(InMemorySession):
    __slots__ = ("trouble",)

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self.trouble = trouble

    def fault_of(self, error: BaseException) -> Fault:
        return error.fault if isinstance(error, TroubleError) else Fault.DATA

    def atomic(self) -> Any:
        return self._atomic() if not self.is_atomic else super().atomic()

    @asynccontextmanager
    async def _atomic(self) -> Any:
        self.trouble.pass_by()
        async with super().atomic():
            yield self
            self.trouble.pass_by()


class Pool(InMemorySessionPool):
    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble

    def fault_of(self, error: BaseException) -> Fault:
        return error.fault if isinstance(error, TroubleError) else Fault.DATA

    def session(self) -> Any:
        return Session(self.trouble)


class Store(InMemoryRepository[Row]):
    """Numbers its rows by a sequence that, as a database's, does not go back."""

    def __init__(self, trouble: Trouble, refuses: Callable[[Row], bool] = lambda row: False) -> None:
        super().__init__(agg_exporter=dict)
        self._trouble, self._refuses = trouble, refuses
        self._sequence = count(1)

    async def insert(self, session: ISession, agg: Row) -> None:
        self._trouble.pass_by()
        if self._refuses(agg):
            raise PersistenceError("refused")
        agg["id"] = next(self._sequence)
        await super().insert(session, agg)

    async def insert_many(self, session: ISession, aggs: Sequence[Row]) -> None:
        self._trouble.pass_by()
        for agg in aggs:
            if self._refuses(agg):
                raise PersistenceError("refused")
            agg["id"] = next(self._sequence)
            await super().insert(session, agg)


class Kind(AggregateProvider[Any, Row]):
    _id_attr = "id"
    id: ValueProvider[int, int]

    def __init__(self, store: Store) -> None:
        self.id = ValueProvider()
        super().__init__(store, dict, dict)


class Tenants(Kind):
    name: ValueProvider[str, str]

    def __init__(self, store: Store) -> None:
        self.name = ValueProvider(input_generator=Faker("en_US").company)
        super().__init__(store)


class Authors(Kind):
    tenant_id: ReferenceProvider[int, Row, int]
    number: ValueProvider[int, int]
    rank: ValueProvider[int, int]

    def __init__(self, store: Store, tenants: Tenants) -> None:
        self.tenant_id = ReferenceProvider(distributor_factory(weights=[0.7, 0.3], mean=4), tenants)
        self.number = ValueProvider(distributor_factory(sequence=True))
        self.rank = ValueProvider(distributor_factory(mean=3), input_generator=iter(range(10**6)))
        super().__init__(store)


class Books(Kind):
    tenant_id: ReferenceProvider[int, Row, int]
    author_id: ReferenceProvider[int, Row, int]
    editor_id: ReferenceProvider[int, Row, int]
    sequel_of_id: ReferenceProvider[int, Row, int]
    number: ValueProvider[int, int]
    title: ValueProvider[str, str]
    price: ValueProvider[float, float]
    language: ValueProvider[str, str]

    def __init__(self, store: Store, authors: Authors, tenants: Tenants) -> None:
        own = Random(5)  # which we cannot set back
        self.tenant_id = ReferenceProvider(distributor_factory(skew=2.0, mean=12), tenants)
        self.author_id = ReferenceProvider(distributor_factory(weights=[0.5, 0.3, 0.2], mean=6), authors)
        self.editor_id = ReferenceProvider(distributor_factory(mean=5, null_weight=0.3), authors)
        self.sequel_of_id = ReferenceProvider(distributor_factory(mean=3, null_weight=0.2), lambda: self)
        self.number = ValueProvider(distributor_factory(sequence=True))
        self.title = ValueProvider(input_generator=Faker("en_US").sentence)
        self.price = ValueProvider(distributor_factory(mean=2, null_weight=0.1), input_generator=lambda: own.random())
        self.language = ValueProvider(values=["en", "de", "fr"], weights=[5, 2, 1])
        super().__init__(store)

    async def do_populate(self, session: ISession, specification: Any = None) -> None:
        await self.tenant_id.populate(session)
        self.author_id.set({"tenant_id": self.tenant_id.get()})  # type: ignore[arg-type]  # a pattern
        await super().do_populate(session, specification)


class Shelves(Kind):
    """Nobody refers to them, so they are stored together."""

    author_id: ReferenceProvider[int, Row, int]
    number: ValueProvider[int, int]
    seen: ValueProvider[int, int]

    def __init__(self, store: Store, authors: Authors) -> None:
        self.author_id = ReferenceProvider(distributor_factory(skew=1.5, mean=4), authors)
        self.number = ValueProvider(distributor_factory(sequence=True))
        self.seen = ValueProvider(input_generator=iter(range(10**6)))
        super().__init__(store)


class Seats(Kind):
    """Of an author and a tenant, no pair twice."""

    author_id: ReferenceProvider[int, Row, int]
    tenant_id: ReferenceProvider[int, Row, int]
    number: ValueProvider[int, int]
    unique_together = ("author_id", "tenant_id")

    def __init__(self, store: Store, authors: Authors, tenants: Tenants) -> None:
        self.author_id = ReferenceProvider(distributor_factory(weights=[0.6, 0.4], mean=3), authors)
        self.tenant_id = ReferenceProvider(distributor_factory(mean=4), tenants)
        self.number = ValueProvider(distributor_factory(sequence=True))
        super().__init__(store)


class Chapters(Kind):
    parent_id: ReferenceProvider[int, Row, int]
    words: ValueProvider[int, int]

    def __init__(self, store: Store, parents: Callable[[], Any]) -> None:
        self.parent_id = ReferenceProvider(aggregate_provider=parents)
        self.words = ValueProvider(input_generator=QuantileGenerator([1, 50, 900], decimals=0))
        super().__init__(store)


class Parents(Kind):
    name: ValueProvider[str, str]
    chapters: DependentProvider[Any, Row]

    def __init__(self, store: Store, chapters: Store) -> None:
        self.name = ValueProvider(input_generator=Faker("en_US").name)
        self.chapters = DependentProvider(
            children_factory(low=0, high=5, mean=2),
            Chapters(chapters, lambda: self),
            reference="parent_id",
            templates=[(2, {"words": 1}), (1, {})],
        )
        super().__init__(store)


def graph(kind: str, trouble: Trouble, refuses: Callable[[Row], bool] = lambda row: False) -> tuple[Kind, list[Store]]:
    stores = [Store(trouble), Store(trouble), Store(trouble, refuses)]
    tenants = Tenants(stores[0])
    if kind == "parents":
        return Parents(stores[2], stores[1]), stores
    authors = Authors(stores[1], tenants)
    if kind == "seats":
        return Seats(stores[2], authors, tenants), stores
    return Books(stores[2], authors, tenants) if kind == "books" else Shelves(stores[2], authors), stores


def renumbered(stores: Sequence[Store]) -> list[list[Row]]:
    """The rows with ids in order of insertion: a sequence of a database leaves gaps behind."""
    ranks = [{state["id"]: rank for rank, state in enumerate(store._states.values())} for store in stores]
    kinds = {"tenant_id": 0, "author_id": 1, "editor_id": 1, "sequel_of_id": 2, "parent_id": 2}
    rows = []
    for number, store in enumerate(stores):
        rows.append(
            [
                {
                    key: ranks[kinds.get(key, number)].get(part) if key == "id" or key in kinds else part
                    for key, part in state.items()
                }
                for state in store._states.values()
            ]
        )
    return rows


async def rows(
    kind: str,
    trouble: Trouble,
    *,
    on_error: Any = "stop",
    refuses: Callable[[Row], bool] = lambda row: False,
    number: int | None = 24,
    **more: Any,
) -> tuple[list[list[Row]], list[Failure]]:
    provider, stores = graph(kind, trouble, refuses)
    failures: list[Failure] = []
    told = {"count": number} if number else {"until": lambda row: len(stores[2]._states) >= 24}
    made = [
        row
        async for row in generate(
            provider, Pool(trouble), batch_size=8, seed=3, on_error=on_error, on_failure=failures.append, **told, **more
        )
    ]
    assert len(stores[2]._states) >= 24
    assert made
    return renumbered(stores), failures


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ascetic_ddd.faker.application.runs.retries._FIRST_PAUSE_S", 0.0)


@pytest.mark.parametrize("number", [24, None], ids=["planned", "growing"])
@pytest.mark.parametrize("kind", ["books", "shelves", "parents", "seats"])
async def test_a_fault_at_any_statement_gives_the_rows_of_a_run_without(kind: str, number: int | None) -> None:
    calm = Trouble()
    expected, _ = await rows(kind, calm, number=number)
    assert calm.statements > 8
    for statement in range(1, calm.statements + 1):
        again, _ = await rows(kind, Trouble({statement}), number=number)
        assert again == expected, f"after a fault at statement {statement}"


@pytest.mark.parametrize("kind", ["books", "shelves", "seats"])
async def test_faults_again_and_again_change_nothing(kind: str) -> None:
    expected, _ = await rows(kind, Trouble())
    moments = Random(1)
    for _ in range(20):
        trouble = Trouble({moments.randrange(1, 200) for _ in range(12)}, Fault.LOST)
        again, _ = await rows(kind, trouble, retries=20)
        assert again == expected


@pytest.mark.parametrize("kind", ["books", "seats"])
async def test_so_it_is_over_many_stretches_of_a_plan(kind: str) -> None:
    expected, _ = await rows(kind, Trouble(), number=400)
    moments = Random(2)
    for _ in range(4):
        trouble = Trouble({moments.randrange(1, 900) for _ in range(60)})
        again, _ = await rows(kind, trouble, number=400, retries=60)
        assert again == expected


@pytest.mark.parametrize("kind", ["books", "shelves", "seats"])
async def test_a_fault_while_failures_are_left_out_changes_nothing(kind: str) -> None:
    def refuses(row: Row) -> bool:
        return bool(row["number"] % 7 == 3)

    calm = Trouble()
    expected, left_out = await rows(kind, calm, on_error="skip", refuses=refuses)
    assert left_out
    for statement in range(1, calm.statements + 1):
        again, failures = await rows(kind, Trouble({statement}), on_error="skip", refuses=refuses)
        assert again == expected, f"after a fault at statement {statement}"
        assert len(failures) == len(left_out)


async def test_with_several_lanes_the_count_is_right() -> None:
    for statement in range(1, 40):
        made, _ = await rows("shelves", Trouble({statement, statement + 5}), lanes=3)
        assert sorted(row["number"] for row in made[2])[-1] >= 23
        assert len(made[2]) == 24


async def test_what_does_not_end_ends_the_run_after_so_many_retries() -> None:
    repetitions: list[Repetition] = []
    trouble = Trouble(set(range(5, 10_000)))
    with pytest.raises(GenerationError, match="trouble: TRANSIENT"):
        await rows("shelves", trouble, retries=3, on_repeat=repetitions.append, on_error="skip")
    assert len(repetitions) == 3
    assert not any(repetition.is_reconnect for repetition in repetitions)


async def test_a_store_that_does_not_serve_is_not_asked_again() -> None:
    trouble = Trouble({5}, Fault.STORE)
    with pytest.raises(GenerationError, match="trouble: STORE"):
        await rows("shelves", trouble, on_repeat=pytest.fail, on_error="skip")
    assert trouble.statements == 5


@pytest.mark.parametrize("on_error", ["stop", "skip"])
async def test_an_old_snapshot_is_given_up_once_and_then_it_is_the_data(on_error: Any) -> None:
    repetitions: list[Repetition] = []
    expected, _ = await rows("shelves", Trouble())
    again, failures = await rows("shelves", Trouble({5}, Fault.SNAPSHOT), on_error=on_error, on_repeat=repetitions.append)
    assert (again, failures, len(repetitions)) == (expected, [], 1)

    def refuses(row: Row) -> bool:
        if row["number"] % 7 == 3:
            raise TroubleError(Fault.SNAPSHOT)
        return False

    repetitions.clear()
    if on_error == "stop":
        with pytest.raises(GenerationError, match="trouble: SNAPSHOT"):
            await rows("shelves", Trouble(), refuses=refuses, on_repeat=repetitions.append)
        assert len(repetitions) == 1
    else:
        made, failures = await rows("shelves", Trouble(), refuses=refuses, on_error=on_error, on_repeat=repetitions.append)
        assert len(made[2]) == 24
        assert failures
        assert all(failure.input["number"] % 7 == 3 for failure in failures)


class Time:
    """Passes by sleeping only."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_a_lost_connection_is_waited_for_as_long_as_told_and_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ascetic_ddd.faker.application.runs.retries._FIRST_PAUSE_S", 0.05)
    time = Time()
    heard: list[Repetition] = []
    repeats = Repeats(2, 30.0, heard.append, sleep=time.sleep, clock=time, random=Random(1))
    batch = repeats.of_batch()
    lost = OSError("gone")
    assert await batch.again(Fault.LOST, lost, has_begun=True)
    while await batch.again(Fault.LOST, lost, has_begun=False):
        assert len(heard) < 1000
    assert 30.0 <= time.now < 36.0
    assert sum(each.is_reconnect for each in heard) == 1
    pauses = [each.pause_s for each in heard]
    assert max(pauses) <= 5.0
    assert max(pauses[6:]) > max(pauses[:3]), "they grow"


async def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"retries=-1: expected a whole number, at least 0"):
        Repeats(-1, 1.0)
    with pytest.raises(ConfigurationError, match=r"patience_s=nan: expected seconds"):
        Repeats(1, float("nan"))

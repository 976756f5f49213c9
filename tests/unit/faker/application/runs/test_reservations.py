"""Running numbers: reserved before they are used, so that no later run gives one again, whatever happened to this one."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import pytest

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import GenerationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.unit.faker.domain.providers.models import Agg


class KilledError(BaseException):
    """Nothing is done after this."""


class Memory(InMemoryRepository[Agg]):
    """Counts the reservations; a process that is dead makes none."""

    def __init__(self) -> None:
        super().__init__(agg_exporter=Agg.export)
        self.reservations: list[dict[str, int]] = []
        self.is_dead = False

    async def reserve(self, session: ISession, numbers: Mapping[str, int]) -> None:
        assert not session.is_atomic
        if self.is_dead:
            raise KilledError
        self.reservations.append(dict(numbers))
        await super().reserve(session, numbers)


class Outside:
    """The application: commits first, and has unique numbers."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self.dies_at = -1
        self.memory = Memory()

    def kills(self, memory: Memory, after: int) -> None:
        """Kill the process when so many are stored; of the last batch our own store then knows nothing."""
        self.memory, self.dies_at = memory, after

    async def insert(self, session: ISession, agg: Agg) -> None:
        number = agg.export()["number"]
        if number in self.numbers:
            raise ValueError(f"number {number} is taken")
        self.numbers.add(number)
        session.on_rollback(self._roll_back, number)
        agg.id = len(self.numbers)
        if len(self.numbers) == self.dies_at:
            self.memory.is_dead = True
            raise KilledError

    def _roll_back(self, number: int) -> None:
        if not self.memory.is_dead:  # else it was committed
            self.numbers.discard(number)


class Users(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    number: ValueProvider[int, int]
    name: ValueProvider[str, str]

    def __init__(self, outside: Outside, memory: Memory) -> None:
        self.id = ValueProvider[int, int]()
        self.number = ValueProvider[int, int](distributor_factory(sequence=True))
        self.name = ValueProvider[str, str](input_generator=lambda session, position: f"user {position}")
        repository: Any = CompositeAutoPkRepository(external_repository=outside, internal_repository=memory)
        super().__init__(repository, Agg, Agg.export)


async def run(users: Users, count: int, **more: Any) -> list[int]:
    return [agg.export()["number"] async for agg in generate(users, InMemorySessionPool(), count, **more)]


async def states(memory: Memory) -> list[dict[str, Any]]:
    async with InMemorySessionPool().session() as session:
        return [state async for state in memory.find(session)]


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("died_at", [1, 40, 95, 250])
async def test_numbers_of_a_batch_that_nobody_remembers_are_not_given_again(died_at: int, lanes: int) -> None:
    outside, memory = Outside(), Memory()
    outside.kills(memory, died_at)
    with pytest.raises(KilledError):
        await run(Users(outside, memory), 1_000, batch_size=40, lanes=lanes)
    lost = outside.numbers - {state["number"] for state in await states(memory)}
    assert lost
    memory.is_dead = False
    users = Users(outside, memory)  # as in a new process
    async with InMemorySessionPool().session() as session:
        await restore(users, session)
    numbers = await run(users, 100, batch_size=40, lanes=lanes)
    assert min(numbers) > max(lost)
    names = [state["name"] for state in await states(memory)]
    assert len(names) == len(set(names))


async def test_a_new_process_that_finds_nothing_remembered_leaves_out_what_was_reserved() -> None:
    outside, memory = Outside(), Memory()
    outside.kills(memory, 7)
    with pytest.raises(KilledError):
        await run(Users(outside, memory), 100, batch_size=10)
    assert await states(memory) == []
    memory.is_dead = False
    assert len(await run(Users(outside, memory), 100, batch_size=10)) == 100


async def test_a_run_that_ends_well_leaves_no_gap() -> None:
    outside, memory = Outside(), Memory()
    first = await run(Users(outside, memory), 250, batch_size=40)
    users = Users(outside, memory)
    async with InMemorySessionPool().session() as session:
        await restore(users, session)
    second = await run(users, 250, batch_size=40)
    assert first + second == list(range(500))


async def test_after_a_run_that_skipped_no_number_is_given_twice() -> None:
    outside, memory = Outside(), Memory()
    outside.numbers = set(range(5, 230, 7))  # refused: what fails is left out, and its numbers with it
    await run(Users(outside, memory), 200, batch_size=50, on_error="skip")
    taken = set(outside.numbers)
    assert len(taken) == 233
    users = Users(outside, memory)
    async with InMemorySessionPool().session() as session:
        await restore(users, session)
    outside.numbers = taken
    assert len(await run(users, 100, batch_size=50, on_error="stop")) == 100


async def test_a_run_that_stops_in_the_same_process_goes_on_after_its_numbers() -> None:
    outside, memory = Outside(), Memory()
    users = Users(outside, memory)
    outside.numbers = {120}
    with pytest.raises(GenerationError, match="number 120 is taken"):
        await run(users, 200, batch_size=50)
    outside.numbers.update(range(121, 150))  # the batch's rows, were they committed outside after all
    assert len(await run(users, 100, batch_size=50)) == 100


async def test_a_reservation_comes_less_often_than_a_batch() -> None:
    memory = Memory()
    await run(Users(Outside(), memory), 1_000, batch_size=10)
    assert len(memory.reservations) <= 1_000 / 10 / 2


async def test_a_batch_that_takes_more_numbers_than_were_foretold_is_made_again() -> None:
    outside, memory = Outside(), Memory()
    highest: list[int] = []

    class Wasteful(Users):
        async def do_populate(self, session: ISession, specification: Any = None) -> None:
            for _ in range(30):
                self.number.distributor.positions.take()  # type: ignore[attr-defined]  # one of ours
            await super().do_populate(session, specification)

    class Watched(Memory):
        async def insert(self, session: ISession, agg: Agg) -> None:
            await super().insert(session, agg)
            session.on_commit(lambda: highest.append(agg.export()["number"]))
            session.on_commit(lambda: self.check(highest[-1]))

        def check(self, number: int) -> None:
            assert number < self._reserved["Wasteful.number"]

    memory = Watched()
    users = Wasteful(outside, memory)
    assert len(await run(users, 100, batch_size=20)) == 100
    assert len(highest) == 100


async def test_a_graph_without_numbers_reserves_nothing() -> None:
    class Nameless(AggregateProvider[dict[str, Any], Agg]):
        _id_attr = "id"
        id: ValueProvider[int, int]
        word: ValueProvider[str, str]

        def __init__(self, memory: Memory) -> None:
            self.id = ValueProvider[int, int]()
            self.word = ValueProvider[str, str](input_generator=lambda: "word")
            super().__init__(memory, Agg, Agg.export)

    memory = Memory()
    _ = [a async for a in generate(Nameless(memory), InMemorySessionPool(), 100, batch_size=10)]
    assert memory.reservations == []


async def test_a_cancelled_run_gives_back_what_it_did_not_use() -> None:
    outside, memory = Outside(), Memory()

    async def endless() -> None:
        made: Any = generate(Users(outside, memory), InMemorySessionPool(), 100_000, batch_size=10)
        async with aclosing(made):
            async for _ in made:
                await asyncio.sleep(0)

    task = asyncio.create_task(endless())
    while len(outside.numbers) < 50:  # noqa: ASYNC110  # the other task has to go on
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert memory._reserved["Users.number"] == max(outside.numbers) + 1

"""One provider makes one object at a time: two tasks on it are refused, and nothing else is."""

import asyncio
import gc
from contextlib import suppress
from typing import Any

import pytest

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.domain.providers.models import Agg, BoomError, aggregate, made, memory, numbers, reference, stored, value

REFUSED = r"Orders is used by another task meanwhile.*Orders\.clone\(\)"


class Slow(type(memory())):  # type: ignore[misc]
    """As a database: others have a turn at each insert."""

    fails = False

    async def insert(self, session: Any, agg: Any) -> None:
        await asyncio.sleep(0)
        if self.fails:
            raise BoomError
        await super().insert(session, agg)
        await asyncio.sleep(0)


def orders(**parts: Any) -> Any:
    return aggregate(Slow(agg_exporter=Agg.export), "Orders", status=value("?"), **parts)


async def one(provider: Any, status: str, *, pauses: bool = False) -> str:
    session = InMemorySession()
    provider.reset()
    provider.set({"status": status})
    if pauses:
        await asyncio.sleep(0)
    await provider.populate(session)
    if pauses:
        await asyncio.sleep(0)
    return str((await provider.create(session)).status)


@pytest.mark.parametrize("pauses", [False, True])
async def test_two_tasks_get_their_own_or_an_error(pauses: bool) -> None:
    provider = orders()
    found = await asyncio.gather(
        *(one(provider, status, pauses=pauses) for status in ("DRAFT", "IN_TRANSIT")), return_exceptions=True
    )
    assert sum(isinstance(each, ConfigurationError) for each in found) == 1
    for status, each in zip(("DRAFT", "IN_TRANSIT"), found, strict=True):
        assert each == status or isinstance(each, ConfigurationError)
    with pytest.raises(ConfigurationError, match=REFUSED):
        raise next(each for each in found if isinstance(each, Exception))
    assert await one(provider, "DELIVERED") == "DELIVERED"


async def test_batches_of_two_tasks_are_refused() -> None:
    provider = orders()
    found = await asyncio.gather(*(provider.create_batch(InMemorySession(), 3) for _ in range(2)), return_exceptions=True)
    assert sum(isinstance(each, ConfigurationError) for each in found) == 1
    assert len(await stored(provider.repository)) == 3


async def test_runs_of_two_tasks_are_refused() -> None:
    provider = orders()

    async def run(lanes: int) -> int:
        return len([agg async for agg in generate(provider, InMemorySessionPool(), 20, batch_size=2, lanes=lanes)])

    for lanes in (1, 2):
        found = await asyncio.gather(run(lanes), run(lanes), return_exceptions=True)
        assert sorted(map(str, map(type, found))) == sorted([str(int), str(ConfigurationError)])
        assert await run(lanes) == 20


async def test_a_run_that_was_left_does_not_stand_in_the_way_of_the_next() -> None:
    provider = orders()
    for lanes in (1, 2):
        async for _ in generate(provider, InMemorySessionPool(), 20, batch_size=2, lanes=lanes):
            break
        assert len([agg async for agg in generate(provider, InMemorySessionPool(), 20, batch_size=2, lanes=lanes)]) == 20


async def test_tasks_that_take_turns_are_let_pass() -> None:
    provider = orders()
    session = InMemorySession()

    async def work(status: str) -> str:
        return await one(provider, status)

    for status in ("A", "B"):
        assert await asyncio.create_task(work(status)) == status
    assert await one(provider, "C") == "C"
    provider.reset()  # told here, made in tasks of ours
    provider.set({"status": "D"})
    await asyncio.create_task(provider.populate(session))
    (agg,) = await asyncio.gather(provider.create(session))
    assert agg.status == "D"
    assert (await asyncio.wait_for(provider.create(session), 5)) is agg


async def test_what_one_task_told_another_may_make_when_it_is_over() -> None:
    provider = orders()

    async def tell() -> None:
        provider.reset()
        provider.set({"status": "A"})

    async def make() -> Any:
        return (await provider.create(InMemorySession())).status

    await asyncio.create_task(tell())
    assert await asyncio.create_task(make()) == "A"


async def test_nested_use_in_hooks_is_let_pass() -> None:
    async def hook(provider: Any, session: Any) -> None:
        await asyncio.gather(provider.status.populate(session), provider.parent_id.populate(session))
        lane = provider.clone()
        lane.parent_id.set(None)
        if depth.pop():
            await lane.create(session)

    depth = [False, True] * 4
    later: list[Any] = []
    provider = orders(parent_id=reference(lambda: later[0], mean=3, null_weight=0.5), do_populate=hook)
    later.append(provider)
    assert (await made(provider, InMemorySession())).status == "?"


@pytest.mark.parametrize("way", ["error", "cancelled", "abandoned"])
async def test_after_an_error_a_cancellation_or_an_abandoned_call_it_goes_on(way: str) -> None:
    provider = orders(no=numbers())
    if way == "error":
        provider.repository.fails = True
        with pytest.raises(BoomError):
            await one(provider, "A")
        provider.repository.fails = False
    elif way == "cancelled":
        task = asyncio.create_task(one(provider, "A"))
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    else:
        call = one(provider, "A")
        call.send(None)
        del call
        gc.collect()
    assert await one(provider, "B") == "B"
    assert await asyncio.create_task(one(provider, "C")) == "C"


async def test_lanes_are_let_pass() -> None:
    provider = orders()
    found = await asyncio.gather(*(one(provider.clone(), str(number), pauses=True) for number in range(8)), one(provider, "8"))
    assert found == [str(number) for number in range(9)]

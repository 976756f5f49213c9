"""Lanes stay together: none is more than two batches ahead of another that is under way."""

import asyncio

from ascetic_ddd.faker.application.runs.pace import Pace


async def test_a_fast_lane_waits_for_a_slow_one_and_goes_on_when_that_has_ended() -> None:
    pace = Pace()
    made: list[str] = []
    may_end = asyncio.Event()

    async def work(name: str, batches: int, lane: object) -> None:
        try:
            for _ in range(batches):
                await pace.begin(lane)
                if name == "slow":
                    await may_end.wait()
                made.append(name)
                pace.end(lane)
        finally:
            pace.leave(lane)

    one, other = pace.enter(), pace.enter()
    fast, slow = asyncio.create_task(work("fast", 6, one)), asyncio.create_task(work("slow", 1, other))
    for _ in range(20):
        await asyncio.sleep(0)
    assert made == ["fast", "fast"]
    may_end.set()
    await asyncio.gather(slow, fast)
    assert sorted(made) == ["fast"] * 6 + ["slow"]


async def test_a_lane_that_fails_holds_nobody_up() -> None:
    pace = Pace()
    failing, other = pace.enter(), pace.enter()
    for _ in range(2):
        await pace.begin(other)
        pace.end(other)
    waiting = asyncio.create_task(pace.begin(other))
    await asyncio.sleep(0)
    assert not waiting.done()
    pace.leave(failing)
    await waiting


async def test_the_first_batch_is_made_alone_whoever_makes_it_at_last() -> None:
    pace = Pace()
    failing, first, other = pace.enter(), pace.enter(), pace.enter()
    await pace.begin(failing)
    waiting = [asyncio.create_task(pace.begin(lane)) for lane in (first, other)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    pace.leave(failing)
    await waiting[0]
    await asyncio.sleep(0)
    assert not waiting[1].done()
    pace.end(first)
    await waiting[1]

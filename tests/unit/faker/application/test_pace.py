"""Lanes stay together: none is more than two batches ahead of another that is under way."""

import asyncio

from ascetic_ddd.faker.application.pace import Pace


async def test_a_fast_lane_waits_for_a_slow_one_and_goes_on_when_that_has_ended() -> None:
    pace = Pace()
    made: list[str] = []
    may_end = asyncio.Event()

    async def work(name: str, batches: int) -> None:
        lane = pace.enter()
        try:
            for _ in range(batches):
                await pace.begin(lane)
                if name == "slow":
                    await may_end.wait()
                made.append(name)
                pace.end(lane)
        finally:
            pace.leave(lane)

    slow, fast = asyncio.create_task(work("slow", 1)), asyncio.create_task(work("fast", 6))
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

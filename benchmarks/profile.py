"""Where the time goes: 20,000 books under cProfile, in memory and on the bulk path, by room of the house.

cProfile makes calls of small functions look dearer than they are: read the order, not the last digit.
"""

import asyncio
import cProfile
import pstats
import time
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from benchmarks.construction import in_memory_provider
from benchmarks.library import bulk_provider, fresh_databases, grow

__all__ = ("main", "run")

_BOOKS, _BATCH, _TOP = 20_000, 1_000, 12
_WAITING = "waiting for PostgreSQL"
_ROOMS = (
    ("ascetic_ddd/faker/domain/stock/aggregate_stock", "what providers remember"),
    ("ascetic_ddd/faker/domain/stock/population", "what providers remember"),
    ("ascetic_ddd/faker/domain/distributors/", "distributors"),
    ("ascetic_ddd/faker/domain/specification/", "distributors"),
    ("ascetic_ddd/faker/domain/", "providers"),
    ("ascetic_ddd/faker/infrastructure/repositories/", "repositories"),
    ("ascetic_ddd/seedwork/infrastructure/session/", "sessions"),
    ("ascetic_ddd/faker/infrastructure/session/", "sessions"),
    ("ascetic_ddd/faker/application/", "the run: batches, progress"),
    ("examples/library/", "domain"),
    ("<string>", "domain"),  # what dataclasses write
    ("/dataclasses.py", "domain"),
    ("/copy.py", "providers"),
    ("/random.py", "distributors"),
    ("/json/", "repositories"),
    ("/psycopg", "psycopg"),
    ("psycopg_binary", "psycopg"),
)

Function = tuple[str, int, str]
Profiled = tuple[float, Any]  # seconds without the profiler, statistics under it


def run(top: int = 0) -> None:
    """Print a table; with ``top`` also the functions that take most."""
    profiles = {"in memory": _in_memory(), "bulk": _bulk()}
    rooms = {name: _by_room(stats) for name, (_, stats) in profiles.items()}
    print(f"{'share of the time, %':28}" + "".join(f"{name:>12}" for name in profiles))
    for room in sorted(set().union(*rooms.values()), key=lambda room: -rooms["bulk"][room]):
        print(f"{room:28}" + "".join(f"{rooms[name][room] / rooms[name].total() * 100:12.1f}" for name in profiles))
    for words, place in (("µs a book, under the profiler", 0), ("µs a book, without it", 1)):
        figures = (rooms[name].total() if place == 0 else profiles[name][0] for name in profiles)
        print(f"{words:28}" + "".join(f"{seconds / _BOOKS * 1e6:12.1f}" for seconds in figures))
    if top:
        for name, (_, stats) in profiles.items():
            print(f"\n{name}")
            stats.sort_stats("tottime").print_stats(top)


def _in_memory() -> Profiled:
    async def grown() -> float:
        provider, pool = in_memory_provider(), InMemorySessionPool()
        start = time.perf_counter()
        async for _ in generate(provider, pool, _BOOKS, batch_size=_BATCH, seed=1):
            pass
        return time.perf_counter() - start

    return asyncio.run(grown()), _under_profiler(grown())


def _bulk() -> Profiled:
    with embedded_postgres() as server:
        with fresh_databases(server) as dsns:
            seconds = asyncio.run(grow(bulk_provider(), dsns, _BOOKS, _BATCH))
        with fresh_databases(server) as dsns:
            return seconds, _under_profiler(grow(bulk_provider(), dsns, _BOOKS, _BATCH))


def _under_profiler(run: Coroutine[Any, Any, float]) -> Any:
    profile = cProfile.Profile()
    profile.enable()
    try:
        asyncio.run(run)
    finally:
        profile.disable()
    return pstats.Stats(profile)


def _by_room(stats: Any) -> Counter[str]:
    """Own time of functions by room; that of built-in functions counts where they are called."""
    rooms: Counter[str] = Counter()
    for function, (_, _, own, _, callers) in stats.stats.items():
        if function[0] != "~" or not callers:
            rooms[_room(function)] += own
        elif "poll" in function[2]:
            rooms[_WAITING] += own
        else:
            for caller, (_, _, own_here, _) in callers.items():
                rooms[_room(caller)] += own_here
    return rooms


def _room(function: Function) -> str:
    path = function[0].replace("\\", "/")
    return next((room for part, room in _ROOMS if part in path), "other: asyncio, Python")


def main() -> None:
    """Run from the command line: ``python -m benchmarks.profile``, with the functions that take most."""
    run(_TOP)


if __name__ == "__main__":
    main()

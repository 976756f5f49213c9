"""In memory, planned runs: ``generate`` in batches of 1,000 beside the bare construction of the same objects."""

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from benchmarks.construction import bare_books, in_memory_provider
from benchmarks.tied_library import tied_provider
from examples.flights.domain import (
    LOCAL,
    Airline,
    AirlineCode,
    Airport,
    AirportCode,
    Arrival,
    ClockTime,
    Flight,
    FlightId,
    Plane,
    TailNumber,
)
from examples.flights.providers import AirlineProvider, AirportProvider, FlightProvider, PlaneProvider

__all__ = ("run",)

_ROUNDS, _ROWS, _BATCH = 7, 10_000, 1_000
_PROFILE = Path(__file__).parents[1] / "tests" / "acceptance" / "golden" / "flights.json"

Bare = Callable[[int], None]
Planned = Callable[[], Awaitable[float]]


def run() -> None:
    """Print each graph's cost a row and its ratio; the two take turns, and the median of the rounds counts."""
    kinds: tuple[tuple[str, float, Bare, Planned], ...] = (
        ("library, the tie declared", 4.0, bare_books, _tied_books),
        ("library, the hook of its providers", 6.0, bare_books, _books),
        ("flights, two hooks", 6.0, bare_flights(), _flights),
    )
    print(f"{'':40}  bare, µs  planned, µs  ratio   bar")
    for name, bar, bare, planned in kinds:
        ratios, costs = asyncio.run(_measured(bare, planned))
        ours, floor = costs
        print(f"{name:40} {floor:9.2f} {ours:12.2f} {ratios:6.1f}   {bar:.0f}")


async def _measured(bare: Bare, planned: Planned) -> tuple[float, tuple[float, float]]:
    pairs = []
    for _ in range(_ROUNDS):
        gc.collect()
        start = time.perf_counter()
        bare(_ROWS)
        floor = time.perf_counter() - start
        pairs.append((await planned(), floor))
    ratio = statistics.median(ours / floor for ours, floor in pairs)
    ours, floor = (statistics.median(column) / _ROWS * 1e6 for column in zip(*pairs, strict=True))
    return ratio, (ours, floor)


async def _books() -> float:
    return await _grown(in_memory_provider(), _ROWS)


async def _tied_books() -> float:
    return await _grown(tied_provider(), _ROWS)


async def _flights() -> float:
    profile = Profile.load(_PROFILE)
    airlines = AirlineProvider(InMemoryRepository(agg_exporter=Airline.export, id_attr="carrier"), profile.table("airlines"))
    planes = PlaneProvider(InMemoryRepository(agg_exporter=Plane.export, id_attr="tailnum"), profile.table("planes"))
    airports = AirportProvider(InMemoryRepository(agg_exporter=Airport.export, id_attr="faa"), profile.table("airports"))
    flights = FlightProvider(
        InMemoryRepository(agg_exporter=Flight.export, id_attr="flight_id", set_id=_set_id), profile, airlines, planes, airports
    )
    for provider, table in ((airlines, "airlines"), (planes, "planes"), (airports, "airports")):
        await _grown(provider, profile.table(table).rows)
    return await _grown(flights, _ROWS)


def _set_id(flight: Flight, id: int) -> None:
    flight._flight_id = FlightId(id)


async def _grown(provider: AggregateProvider[Any, Any], rows: int) -> float:
    gc.collect()
    start = time.perf_counter()
    async for _ in generate(provider, InMemorySessionPool(), rows, batch_size=_BATCH, seed=1):
        pass
    return time.perf_counter() - start


def bare_flights() -> Bare:
    """Construct flights with their value objects, of inputs that are drawn already."""
    import datetime

    hour = datetime.datetime(2013, 1, 1, 5, tzinfo=datetime.UTC)

    def bare(rows: int) -> None:
        for number in range(rows):
            Flight(
                flight_id=FlightId(None),
                carrier=AirlineCode("UA"),
                tailnum=TailNumber("N14228"),
                origin=AirportCode("EWR"),
                dest=AirportCode("IAH"),
                day=hour.astimezone(LOCAL).date(),
                flight=number,
                sched_dep_time=ClockTime(515),
                sched_arr_time=ClockTime(819),
                dep_delay=2,
                arrival=Arrival(time=ClockTime(0).later(510), delay=11, air_time=227),
                distance=1400,
            )

    return bare


if __name__ == "__main__":
    run()

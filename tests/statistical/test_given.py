"""Columns that follow others come out beside them as captured: at other sizes, left and resumed, growing, on lanes.

The data: 20,000 rows; a plane of 400, skewed, flies for the airline of 12 that it belongs to, one row of 50 for another; the
destination is one of six to thirty of the airline's. Distinct combinations shall be within 1.1x, the twenty commonest within 1.1x
in the median and 2x at most, and the total variation of the joint counts within .02.
"""

from collections import Counter
from contextlib import aclosing
from functools import cache
from random import Random
from statistics import median
from typing import Any

import pytest

from ascetic_ddd.faker.application.profile.decks import deck_record, law_of
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.domain.distributors.joint.given import Given
from ascetic_ddd.faker.domain.distributors.joint.law import JointLaw
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool

ROWS = 20_000
Row = dict[str, Any]
PAIRS = (("plane", "airline"), ("airline", "dest"))


@cache
def original() -> list[Row]:
    random = Random(4)
    rows = []
    for _ in range(ROWS):
        plane = int(400 * random.random() ** 2)
        airline = plane % 12 if random.random() > 0.02 else random.randrange(12)
        dest = airline * 5 + int((6 + 2 * airline) * random.random() ** 2)
        rows.append({"plane": plane, "airline": airline, "dest": dest})
    return rows


@cache
def law(given: str, other: str) -> JointLaw:
    counts = Counter((row[given], row[other]) for row in original())
    return law_of(deck_record((given, other), [(*cell, rows) for cell, rows in counts.items()]))


def histogram(name: str) -> dict[int, int]:
    counts = Counter(row[name] for row in original())
    return dict(Counter(counts.values()))


class Numbered(AggregateProvider[Any, Row]):
    _id_attr = "id"
    id: ValueProvider[int, int]

    def __init__(self, repository: Any) -> None:
        self.id = ValueProvider(distributor_factory(sequence=True))
        super().__init__(repository, dict, dict)


class AirlineProvider(Numbered):
    pass


class PlaneProvider(Numbered):
    pass


class FlightProvider(Numbered):
    plane: ReferenceProvider[int, Row, int]
    airline: ReferenceProvider[int, Row, int]
    dest: ValueProvider[int, int]

    def __init__(self, stores: dict[str, Any], *, create: bool) -> None:
        planes, airlines = PlaneProvider(stores["plane"]), AirlineProvider(stores["airline"])
        counts = sorted(Counter(row["dest"] for row in original()).values())
        self.plane = ReferenceProvider(distributor_factory(histogram=histogram("plane")), planes, create=create)
        self.airline = ReferenceProvider(
            distributor_factory(histogram=histogram("airline")),
            airlines,
            create=create,
            given=Given("plane", law("plane", "airline")),
        )
        self.dest = ValueProvider(values=range(len(counts)), weights=counts, given=Given("airline", law("airline", "dest")))
        super().__init__(stores["flight"])


def new_stores() -> dict[str, Any]:
    return {name: InMemoryRepository(agg_exporter=dict) for name in ("plane", "airline", "flight")}


async def grown(stores: dict[str, Any], count: int, *, create: bool = True, stop: int | None = None, **options: Any) -> None:
    """Go on from what is stored, up to so many in all; leave after about so many."""
    provider = FlightProvider(stores, create=create)
    pool = InMemorySessionPool()
    async with pool.session() as session, session.atomic() as ts_session:
        done = (await restore(provider, ts_session))["FlightProvider"]
    made: Any = generate(provider, pool, count - done, **{"seed": 2 + done, "batch_size": 500, **options})
    async with aclosing(made):
        async for _ in made:
            done += 1
            if stop is not None and done >= stop:
                break


async def rows_of(stores: dict[str, Any]) -> list[Row]:
    async with InMemorySessionPool().session() as session:
        return [row async for row in stores["flight"].find(session)]


def sizes(rows: list[Row], pair: tuple[str, str]) -> list[int]:
    """How many rows the combinations have, most first."""
    return sorted(Counter((row[pair[0]], row[pair[1]]) for row in rows).values(), reverse=True)


def assert_columns_are_exact(rows: list[Row]) -> None:
    for name in ("plane", "airline", "dest"):
        captured, found = (sorted(Counter(row[name] for row in each).values(), reverse=True) for each in (original(), rows))
        assert len(found) == len(captured)
        assert max(abs(a - b) for a, b in zip(captured, found, strict=True)) <= 1, f"{name} is not as without given="


def assert_alike(rows: list[Row], *, variation: float, distinct: float = 1.1) -> None:
    assert_columns_are_exact(rows)
    for pair in PAIRS:
        captured, found = sizes(original(), pair), sizes(rows, pair)
        assert 1 / distinct <= len(found) / len(captured) <= distinct, (pair, len(captured), len(found))
        errors = [max(a / b, b / a) for a, b in zip(captured[:20], found, strict=False)]
        assert median(errors) <= 1.1, (pair, errors)
        assert max(errors) <= 2.0, (pair, errors)
        padded = found + [0] * (len(captured) - len(found)), captured + [0] * (len(found) - len(captured))
        assert sum(abs(a - b) for a, b in zip(*padded, strict=True)) <= 2 * variation * len(rows), pair


@pytest.mark.parametrize("create", [True, False])
async def test_a_planned_run_of_the_same_size(create: bool) -> None:
    stores = new_stores()
    if not create:
        for name, kind in (("plane", PlaneProvider), ("airline", AirlineProvider)):
            made = generate(kind(stores[name]), InMemorySessionPool(), 400 if name == "plane" else 12, seed=1)
            assert [row async for row in made]
    await grown(stores, ROWS, create=create)
    assert_alike(await rows_of(stores), variation=0.005)


async def test_a_larger_run_keeps_the_shares() -> None:
    stores = new_stores()
    await grown(stores, 3 * ROWS)
    rows = await rows_of(stores)
    counts = Counter((row["airline"], row["plane"]) for row in rows)
    assert 2.7 <= len(counts) / len(sizes(original(), ("airline", "plane"))) <= 3.3, (
        "three times the planes, each with its airlines"
    )


async def test_a_smaller_run_keeps_the_shares() -> None:
    stores = new_stores()
    await grown(stores, ROWS // 10)
    rows = await rows_of(stores)
    known = {row["plane"]: Counter[int]() for row in rows}
    for row in rows:
        known[row["plane"]][row["airline"]] += 1
    own = sum(max(airlines.values()) for airlines in known.values())
    assert own / len(rows) >= 0.95, "a plane flies for its airline"


@pytest.mark.parametrize("stops", [(ROWS // 2,), (3_000, 9_500, 16_000)])
async def test_a_run_that_was_left_and_resumed(stops: tuple[int, ...]) -> None:
    stores = new_stores()
    for stop in stops:
        await grown(stores, ROWS, stop=stop)
    await grown(stores, ROWS)
    rows = await rows_of(stores)
    assert len(rows) == ROWS
    assert_alike(rows, variation=0.05, distinct=1.15)


async def test_a_run_on_lanes_in_which_rows_fail() -> None:
    class Refusing(InMemoryRepository[Row]):
        random = Random(3)

        async def insert(self, session: Any, agg: Row) -> None:
            if self.random.random() < 0.05:
                raise ValueError("refused")
            await super().insert(session, agg)

    stores = {**new_stores(), "flight": Refusing(agg_exporter=dict)}
    await grown(stores, ROWS, lanes=4, on_error="skip")
    rows = await rows_of(stores)
    assert len(rows) == ROWS
    assert_alike(rows, variation=0.02)

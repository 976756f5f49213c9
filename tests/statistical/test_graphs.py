"""Scopes, independence, seeds and lanes in a whole provider graph."""

import os
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import measure
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.statistical.library import BookProvider, grow, library, run_planned
from tests.statistical.runs import largest_error

WEIGHTS = (0.7, 0.2, 0.07, 0.03)
TENANTS = 50
Row = dict[str, Any]


def tenant_of(row: Row) -> Hashable:
    return int(row["id"]["tenant_id"])


def author_of(row: Row) -> Hashable:
    return int(row["author_id"]["number"])


def shelf_of(row: Row) -> Hashable:
    return int(row["shelf_id"])


def chi_square_per_dof(rows: Sequence[Row], a: Callable[[Row], Hashable], b: Callable[[Row], Hashable], top: int = 40) -> float:
    """χ² per degree of freedom of the joint table of the most used values of each; 1 where they are independent."""
    tops = [{value for value, _ in Counter(map(key, rows)).most_common(top)} for key in (a, b)]
    joint = Counter((a(row), b(row)) for row in rows if a(row) in tops[0] and b(row) in tops[1])
    sums: tuple[Counter[Hashable], Counter[Hashable]] = (Counter(), Counter())
    for (x, y), found in joint.items():
        sums[0][x] += found
        sums[1][y] += found
    total = sum(joint.values())
    square = 0.0
    for x, of_x in sums[0].items():
        for y, of_y in sums[1].items():
            expected = of_x * of_y / total
            square += (joint[x, y] - expected) ** 2 / expected
    return square / ((len(sums[0]) - 1) * (len(sums[1]) - 1))


def by_scope(rows: Sequence[Row]) -> list[list[int]]:
    """Uses per author in each tenant that has at least 1,000 books."""
    scopes: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for row in rows:
        scopes[tenant_of(row)][author_of(row)] += 1
    return [list(scope.values()) for scope in scopes.values() if sum(scope.values()) >= 1_000]


async def test_a_planned_run_has_the_asked_figures_in_each_scope_and_independent_references() -> None:
    """100,000 books, 50 tenants of skewed sizes (skew 1.6), authors in the scope of the tenant, shelves on their own.

    Scopes with ≥ 1,000 uses: weights within 0.015 and 0.006 in the median, mean within 2.5 %. χ²/dof ≤ 1.3 for the joint
    40 × 40 tables of two free references, and of the scoped one with a free one.
    """
    count = 100_000
    book = library(
        {"skew": 1.6, "mean": count / TENANTS},
        {"weights": WEIGHTS, "mean": 20},
        {"weights": WEIGHTS, "mean": 100, "null_weight": 0.0},
    )
    rows = await run_planned(book, count, seed=3)
    errors = [largest_error(counts, WEIGHTS) for counts in by_scope(rows)]
    assert len(errors) >= 40
    assert max(errors) <= 0.015
    assert statistics.median(errors) <= 0.006
    assert all(abs(measure(counts).mean / 20 - 1.0) <= 0.025 for counts in by_scope(rows))
    assert chi_square_per_dof(rows, tenant_of, shelf_of) <= 1.3
    assert chi_square_per_dof(rows, author_of, shelf_of) <= 1.3
    assert abs(measure(Counter(map(tenant_of, rows)).values()).skew - 1.6) <= 0.03
    assert largest_error(list(Counter(map(shelf_of, rows)).values()), WEIGHTS) <= 0.002


async def test_a_growing_run_has_the_asked_figures_in_each_scope() -> None:
    """60,000 books, 50 tenants: scopes with ≥ 1,000 uses have weights within 0.02 (they are below 2,000 uses or few values
    a part), 0.01 in the median, and mean within 2 % or one value's worth."""
    count = 60_000
    rows = await grow(library({"skew": 1.6, "mean": count / TENANTS}, {"weights": WEIGHTS, "mean": 20}), count, seed=3)
    scopes = by_scope(rows)
    errors = [largest_error(counts, WEIGHTS) for counts in scopes]
    assert len(scopes) >= 12
    assert max(errors) <= 0.02
    assert statistics.median(errors) <= 0.01
    for counts in scopes:
        assert abs(measure(counts).mean - 20) <= max(0.02 * 20, 20 * 20 / sum(counts))


class WiderBookProvider(BookProvider):
    """The same, with one more field and one more reference, declared first."""

    colour: ValueProvider[str, str]

    def __init__(self, *asked: Any) -> None:
        self.colour = ValueProvider(values=["red", "green"], weights=[0.8, 0.2])
        super().__init__(*asked)


async def test_an_added_field_leaves_the_other_fields_as_they_were() -> None:
    asked = ({"skew": 2.0, "mean": 40}, {"weights": WEIGHTS, "mean": 10}, {"mean": 30, "null_weight": 0.2})
    plain, wider = BookProvider(*asked), WiderBookProvider(*asked)
    WiderBookProvider.__name__ = BookProvider.__name__  # a path starts with the name of the class
    rows, wide_rows = await grow(plain, 1_000, seed=7), await grow(wider, 1_000, seed=7)
    assert {"red", "green"} == {row.pop("colour") for row in wide_rows}
    assert rows == wide_rows


async def test_two_lanes_interleaved_in_any_order_keep_the_histogram() -> None:
    """6,000 books by two clones in two open transactions, in a fixed irregular order: weights within 0.02, mean within 2 %."""
    book = library({"skew": 1.5, "mean": 100}, {"weights": WEIGHTS, "mean": 10}, {"weights": WEIGHTS, "mean": 20})
    book.seed(5)
    lanes = (book.clone(), book.clone())
    rows: list[Row] = []
    for batch in range(60):
        async with (
            InMemorySessionPool().session() as first,
            first.atomic(),
            InMemorySessionPool().session() as second,
            second.atomic(),
        ):
            for turn in range(100):
                number = (turn * turn + batch) % 3 % 2
                lane, session = lanes[number], (first, second)[number]
                lane.reset()
                await lane.populate(session)
                rows.append(await lane.create(session))
    shelves = Counter(map(shelf_of, rows))
    assert largest_error(list(shelves.values()), WEIGHTS) <= 0.02
    assert abs(measure(shelves.values()).mean / 20 - 1.0) <= 0.02
    assert abs(measure(Counter(map(tenant_of, rows)).values()).skew - 1.5) <= 0.1
    assert all(row["id"]["tenant_id"] == row["author_id"]["tenant_id"] for row in rows)


class Undo(Exception):
    """Rolls a transaction back."""


async def test_what_is_rolled_back_leaves_no_trace_savepoints_too() -> None:
    """2,000 kept books with as many undone between them, each third by its transaction, the others by a savepoint:
    weights within 0.02, skew within 0.1, and nothing undone is referred to."""
    book = library({"skew": 1.5, "mean": 50}, {"weights": WEIGHTS, "mean": 10}, {"weights": WEIGHTS, "mean": 10})
    book.seed(5)
    rows: list[Row] = []
    undone: list[Row] = []

    async def make(session: Any, into: list[Row]) -> None:
        book.reset()
        await book.populate(session)
        into.append(await book.create(session))

    for batch in range(500):
        async with InMemorySessionPool().session() as session:
            with pytest.raises(Undo):  # noqa: PT012  # the block is what is undone
                async with session.atomic():
                    await make(session, undone)
                    raise Undo
            async with session.atomic():
                for _ in range(4):
                    await make(session, rows)
                    if batch % 3:
                        with pytest.raises(Undo):  # noqa: PT012
                            async with session.atomic():
                                await make(session, undone)
                                raise Undo
    shelves = Counter(map(shelf_of, rows))
    population = book.shelf_id.source.population
    known = {population.id_of(number) for number in population.everything.members}
    assert known == set(shelves), "every value made by need is used, and every value used is alive"
    assert largest_error(list(shelves.values()), WEIGHTS) <= 0.02
    assert abs(measure(Counter(map(tenant_of, rows)).values()).skew - 1.5) <= 0.1


SCRIPT = """
import asyncio, hashlib
from tests.statistical.library import library, grow, run_planned
asked = {"skew": 2.0, "mean": 20}, {"weights": [0.7, 0.2, 0.07, 0.03], "mean": 10}, {"mean": 30, "null_weight": 0.2}
rows = [asyncio.run(mode(library(*asked), 300, seed=SEED)) for mode in (grow, run_planned)]
print(hashlib.sha256(repr(rows).encode()).hexdigest())
"""


def test_the_same_seed_gives_the_same_rows_in_a_new_process_whatever_its_hash_seed() -> None:
    def digest(seed: int, hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        script = SCRIPT.replace("SEED", str(seed))
        ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
        return ran.stdout

    assert digest(1, "1") == digest(1, "2")
    assert digest(1, "1") != digest(2, "1")


async def test_streams_are_told_apart_by_their_path() -> None:
    """Two references of one shape do not choose alike: equal numbers in fewer than 20 % of 1,000 rows (uniform, ~100 values)."""
    book = library({"mean": 10}, {"mean": 1000}, {"mean": 10})
    rows = await run_planned(book, 1_000, seed=1)
    assert sum(tenant_of(row) == shelf_of(row) for row in rows) < 200
    assert distributor_factory(mean=10) is not None

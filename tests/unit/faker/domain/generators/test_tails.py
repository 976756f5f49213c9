"""The ends of a distribution are continued as steeply as its outer parts tell."""

import math
from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest

from ascetic_ddd.faker.domain.generators.quantile_generator import QuantileGenerator
from ascetic_ddd.faker.domain.generators.tails import quantile_function

LAWS: dict[str, Callable[[Random], float]] = {
    "exponential": lambda random: random.expovariate(1.0),
    "even": lambda random: random.random(),
    "power": lambda random: random.paretovariate(2.0),
    "normal": lambda random: random.gauss(0.0, 1.0),
}
PARTS, ROWS = 101, 20_200


def sorted_rows(law: str) -> list[float]:
    random = Random(1)
    return sorted(LAWS[law](random) for _ in range(ROWS))


def means(rows: list[float]) -> list[float]:
    size = len(rows) // PARTS
    return [math.fsum(rows[part * size : (part + 1) * size]) / size for part in range(PARTS)]


@pytest.mark.parametrize(
    ("law", "least", "greatest"),
    [
        ("exponential", 0.0, math.log(ROWS)),
        ("even", 0.0, 1.0),
        ("power", 1.0, ROWS**0.5),
        ("normal", -3.9, 3.9),
    ],
)
def test_the_ends_reach_as_far_as_one_row_in_so_many_does(law: str, least: float, greatest: float) -> None:
    """20,200 rows, seen as 101 means: the far end within a quarter of the law's, which a mean alone misses by up to ten times."""
    _, values = quantile_function(means(sorted_rows(law)), ROWS)
    assert values[-1] == pytest.approx(greatest, rel=0.25)
    assert values[0] == pytest.approx(least, abs=0.05 if law != "normal" else 1.0)


@pytest.mark.parametrize("law", LAWS)
def test_the_means_of_the_parts_come_back(law: str) -> None:
    wanted = means(sorted_rows(law))
    generator = QuantileGenerator(wanted, rows=ROWS)
    found = means([generator.at((row + 0.5) / ROWS) for row in range(ROWS)])
    for part in (0, 1, 50, 99, 100):
        assert found[part] == pytest.approx(wanted[part], abs=0.03 * (wanted[-1] - wanted[0]))


@pytest.mark.parametrize(
    "points",
    [[5.0] * 101, [0.0, 0.0, 1.0], [0.0, 1.0], [-1.0, 0.0, 0.0, 9.0], [0.0] * 50 + [1.0] * 50, [0.0, 1e-9, 1e9]],
)
@pytest.mark.parametrize("rows", [None, 3, 500, 10**7])
def test_it_rises_from_0_to_1_whatever_the_points(points: list[float], rows: int | None) -> None:
    shares, values = quantile_function(points, rows)
    assert len(shares) == len(values)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(before <= after for before, after in [*pairwise(shares), *pairwise(values)])
    assert all(map(math.isfinite, values))


def test_what_is_nowhere_negative_stays_so_and_atoms_have_no_tail() -> None:
    assert quantile_function([0.5, 5.0, 9.0, 40.0], 10_000)[1][0] == 0.0
    assert quantile_function([3.0, 3.0, 3.5, 4.0, 4.0], 10_000)[1][0] == 3.0
    assert quantile_function([3.0, 3.0, 3.5, 4.0, 4.0], 10_000)[1][-1] == 4.0

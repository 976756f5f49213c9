"""Curves keep their ends and their shape, however many parents there are."""

from itertools import pairwise

import pytest

from ascetic_ddd.faker.infrastructure.report.curves import lorenz, rank_frequency

MANY = [(0, 1_000), *((uses, 200_000 // uses) for uses in range(1, 3_000))]


def test_a_curve_has_few_points_and_both_ends() -> None:
    points = rank_frequency(MANY)
    used = sum(parents for uses, parents in MANY if uses)
    assert len(points) <= 320
    assert points[0] == (1.0, 2_999.0)
    assert points[-1] == (float(used), 1.0)
    assert points == sorted(points, key=lambda point: (point[0], -point[1]))


def test_lorenz_goes_from_nothing_to_all_and_bends_one_way() -> None:
    points = lorenz(MANY)
    assert len(points) <= 320
    assert points[0] == (0.0, 0.0)
    assert points[-1] == pytest.approx((1.0, 1.0))
    slopes = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in pairwise(points) if x1 > x0]
    assert all(after <= before * (1.0 + 1e-9) for before, after in pairwise(slopes))


def test_childless_parents_end_the_lorenz_curve_flat() -> None:
    assert lorenz([(0, 3), (2, 1)])[1:] == [(0.25, 1.0), (1.0, 1.0)]


@pytest.mark.parametrize("histogram", [[], [(0, 5)], [(3, 0)]])
def test_nothing_has_no_curve(histogram: list[tuple[int, int]]) -> None:
    assert rank_frequency(histogram) == []
    assert lorenz(histogram) == []

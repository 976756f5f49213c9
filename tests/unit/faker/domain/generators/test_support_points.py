"""Values invented for a column have its quantiles, and each of its frequencies once."""

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.support_points import support_points


def captured(values: list[float], parts: int = 100) -> tuple[list[float], list[tuple[int, int]]]:
    """Quantiles and count of counts of some values."""
    order = sorted(values)
    quantiles = [order[min(len(order) - 1, part * len(order) // parts)] for part in range(parts + 1)]
    return quantiles, sorted(Counter(Counter(values).values()).items())


def largest_gap(points: tuple[float, ...], rows: tuple[int, ...], quantiles: list[float]) -> float:
    """Between the shares at the quantiles, wanted and found; a quantile on a frequent value is met by all it spans."""
    held = [0.0, *(part / sum(rows) for part in accumulate(rows))]
    found = [(held[bisect_left(points, q)], held[bisect_right(points, q)]) for q in quantiles]
    wanted = [part / (len(quantiles) - 1) for part in range(len(quantiles))]
    return max(max(low - share, share - high, 0.0) for (low, high), share in zip(found, wanted, strict=True))


def columns() -> dict[str, list[float]]:
    random = Random(5)
    return {
        "normal": [round(random.gauss(100, 15)) for _ in range(20_000)],
        "delays": [round(random.expovariate(1 / 20)) - 5 for _ in range(20_000)],
        "heavy tail": [round(random.paretovariate(1.2)) for _ in range(20_000)],
        "prices": [random.choice((9.99, 19.99, 49.0, round(100 * random.random(), 2))) for _ in range(9_000)],
        "code": [random.choices((1, 2, 3, 4, 8), (70, 20, 5, 4, 1))[0] for _ in range(5_000)],
        "two": [float(random.random() < 0.3) for _ in range(500)],
    }  # fmt: skip


@pytest.mark.parametrize(("name", "values"), columns().items(), ids=columns())
def test_quantiles_and_frequencies_are_those_of_the_column(name: str, values: list[float]) -> None:
    quantiles, histogram = captured(values)
    points, rows = support_points(quantiles, histogram, decimals=2 if name == "prices" else 0)
    assert list(points) == sorted(set(points))
    assert Counter(rows) == dict(histogram)
    assert (points[0], points[-1]) == (quantiles[0], quantiles[-1])
    assert largest_gap(points, rows, quantiles) <= 0.05


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=300), st.sampled_from([4, 10, 100]))
def test_points_are_different_and_in_range_whatever_the_column(values: list[int], parts: int) -> None:
    quantiles, histogram = captured([float(value) for value in values], parts)
    points, rows = support_points(quantiles, histogram, decimals=0)
    assert list(points) == sorted(set(points))
    assert all(quantiles[0] <= point <= quantiles[-1] for point in points)
    assert not Counter(rows) - Counter(dict(histogram))
    assert all(type(point) is int for point in points)


def test_points_without_rounding_are_as_many_as_the_histogram_has() -> None:
    points, rows = support_points([0.0, 0.5, 4.0], [(0, 7), (1, 500), (3, 100)])
    assert (len(set(points)), sum(rows)) == (600, 800)


@pytest.mark.parametrize(
    ("quantiles", "histogram", "said"),
    [
        ([1.0], [(1, 1)], "at least two"),
        ([2.0, 1.0], [(1, 1)], "ascending"),
        (["a", "b"], [(1, 1)], "expected numbers"),
        ([0.0, 1.0], [(0, 5)], "0 values with rows"),
        ([0.0, 1.0], [(1, 2_000_000)], "2,000,000 values"),
    ],
)
def test_what_cannot_be_is_refused_with_the_value(quantiles: list[float], histogram: list[tuple[int, int]], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        support_points(quantiles, histogram)

"""Edge cases of measuring."""

import pytest

from ascetic_ddd.faker.application.measure import ks, measure, regression, skew, w1_over_mean, weights
from ascetic_ddd.faker.domain.errors import ConfigurationError


@pytest.mark.parametrize("counts", [[], [0, 0]])
def test_nothing_used_cannot_be_measured(counts: list[int]) -> None:
    with pytest.raises(ConfigurationError, match="at least one value with a use"):
        measure(counts)


def test_negative_counts_and_no_parts_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="-1"):
        measure([3, -1])
    with pytest.raises(ConfigurationError, match="parts=0"):
        weights([1], parts=0)
    with pytest.raises(ConfigurationError, match="no value"):
        ks([], [(1, 1)])
    with pytest.raises(ConfigurationError, match="no use"):
        w1_over_mean([(0, 1)], [(1, 1)])


def test_one_value() -> None:
    found = measure([7])
    assert (found.mean, found.weights, found.skew, found.regression, found.top_share) == (7.0, (1.0,), 1.0, None, 1.0)


def test_equal_counts_are_uniform() -> None:
    found = measure([5] * 8)
    assert (found.weights, found.skew, found.size_biased_mean) == ((0.25,) * 4, 1.0, 5.0)
    assert found.regression is not None
    assert (found.regression.alpha, found.regression.skew, found.regression.r_squared) == (0.0, 1.0, 1.0)


def test_the_regression_of_a_steep_line_is_negative_as_in_sql() -> None:
    found = regression([round(1e6 / rank**2) for rank in range(1, 101)])
    assert found is not None
    assert found.alpha > 1.9
    assert found.skew < 0.0


def test_one_giant_has_a_bounded_skew() -> None:
    assert skew([10**9, 1]) == pytest.approx(1000.0)


def test_sampled_counts_are_measured_without_their_scatter() -> None:
    from random import Random

    stream, counts = Random(1), [0] * 2_000
    for _ in range(20_000):
        counts[int(stream.random() * 2_000)] += 1
    assert skew(counts) > 1.2
    assert skew(counts, is_sampled=True) < 1.06


@pytest.mark.parametrize("true_skew", [1.2, 1.9, 2.0, 3.0, 6.0])
@pytest.mark.parametrize("values", [10, 999, 5_000])
def test_the_skew_of_the_law_is_found(true_skew: float, values: int) -> None:
    law = [round(1e9 * ((k / values) ** (1 / true_skew) - ((k - 1) / values) ** (1 / true_skew))) for k in range(1, values + 1)]
    assert skew(law) == pytest.approx(true_skew, abs=0.002)

"""The stated errors hold in about 95 of 100 samples, on a skewed population without its head; 200 samples, fixed seed."""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import pytest

from ascetic_ddd.faker.application import measure
from ascetic_ddd.faker.application.comparison import sampling

_Histogram = Sequence[tuple[int, int]]

POPULATION = [round(100_000 * ((k / 5_000) ** 0.5 - ((k - 1) / 5_000) ** 0.5)) for k in range(1, 5_001)] + [0] * 1_000
SIZE = 2_000
SAMPLES = 200


def of_mean(found: _Histogram) -> float:
    return sum(uses * values for uses, values in found) / sum(values for _, values in found)


def of_size_biased(found: _Histogram) -> float:
    return measure.size_biased_mean(Counter(dict(found)))


@pytest.mark.parametrize(("figure", "error_of"), [(of_mean, sampling.mean_error), (of_size_biased, sampling.size_biased_error)])
def test_the_truth_is_within_the_error(
    figure: Callable[[_Histogram], float], error_of: Callable[[_Histogram, float], float]
) -> None:
    stream = Random(3)
    body = sorted(POPULATION)[:-100]  # a capture counts the children of the top parents, and samples the others
    truth = figure(measure.histogram(body))
    samples = [measure.histogram(stream.choices(body, k=SIZE)) for _ in range(SAMPLES)]
    inside = sum(abs(figure(sample) / truth - 1.0) <= error_of(sample, SIZE) for sample in samples)
    assert inside >= 0.92 * SAMPLES


def test_w1_of_a_sample_is_within_its_error() -> None:
    stream = Random(4)
    truth = measure.histogram(POPULATION)
    samples = [measure.histogram(stream.choices(POPULATION, k=SIZE)) for _ in range(SAMPLES)]
    inside = sum(measure.w1_over_mean(truth, sample) <= sampling.w1_error(truth, SIZE) for sample in samples)
    assert inside >= 0.95 * SAMPLES


def test_nothing_sampled_has_no_error() -> None:
    size = sampling.sample_size(0.0)
    found = measure.histogram(POPULATION)
    assert sampling.mean_error(found, size) == sampling.w1_error(found, size) == sampling.size_biased_error(found, size) == 0.0


def test_nothing_used_has_no_error() -> None:
    found = [(0, 10)]
    assert sampling.mean_error(found, 10) == sampling.w1_error(found, 10) == sampling.size_biased_error(found, 10) == 0.0

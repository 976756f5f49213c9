"""What Faker draws with our random numbers is what it draws with the standard library's."""

from random import Random

import pytest

from ascetic_ddd.faker.domain.generators import weighted_stream
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
from ascetic_ddd.faker.domain.generators.weighted_stream import WeightedStream

WORDS = ("one", "two", "three", "four")


@pytest.mark.parametrize("k", [1, 3])
def test_draws_the_same_as_the_standard_library(k: int) -> None:
    ours, theirs = WeightedStream(7), Random(7)
    for weights in [(0.5, 0.2, 0.2, 0.1), (0.5, 0.2, 0.2, 0.1), (1, 2, 3, 4), [4, 3, 2, 1], None]:  # of the same words
        assert [ours.choices(WORDS, weights, k=k) for _ in range(200)] == [
            theirs.choices(WORDS, weights, k=k) for _ in range(200)
        ]
    assert ours.choices(WORDS, cum_weights=[1, 2, 3, 4], k=k) == theirs.choices(WORDS, cum_weights=[1, 2, 3, 4], k=k)
    assert ours.getstate() == theirs.getstate()


def test_refuses_what_the_standard_library_refuses() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="greater than zero"):
            WeightedStream(7).choices(WORDS, (0.0, 0.0, 0.0, 0.0))
        with pytest.raises(ValueError, match="does not match"):
            WeightedStream(7).choices(WORDS, (0.5, 0.5))


def test_sums_that_are_kept_are_bounded() -> None:
    stream = WeightedStream(7)
    for number in range(1_000):
        stream.choices((number, number + 1), (0.5, 0.5))
    assert len(weighted_stream._known) <= weighted_stream._MOST


@pytest.mark.parametrize("method", ["name", "city", "job"])
def test_names_are_those_of_a_usual_stream(method: str) -> None:
    ours, theirs = FakerGenerator(method), FakerGenerator(method)
    theirs.stream = Random(0)
    ours.seed(3)
    theirs.seed(3)
    assert [ours(None, number) for number in range(300)] == [theirs(None, number) for number in range(300)]

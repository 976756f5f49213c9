"""What a profile gives, the factories take, whatever was captured."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.application.measure import measure
from ascetic_ddd.faker.application.profile.parameters import feasible_weights
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from tests.unit.faker.application.profile.profiles import column, counts, histogram_of, profile_of, reference_of


@given(counts, st.integers(0, 50), st.booleans(), st.none() | st.floats(-1.0, 1.0))
def test_every_reference_has_parameters_that_are_accepted(
    numbers: list[int], nulls: int, is_within: bool, correlation: float | None
) -> None:
    inside = profile_of(numbers, nulls).references[0].within if is_within else None
    reference = reference_of(numbers, nulls, within=inside, correlation=correlation)
    for shape in ("weights", "skew", "histogram"):
        distributor_factory(**reference.parameters(shape))
    children_factory(**reference.children())


@given(st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_weights_that_are_raised_keep_their_sum_and_their_order(numbers: list[int]) -> None:
    found = measure(numbers)
    weights = feasible_weights(found.weights, found.mean)
    assert sum(weights) == pytest.approx(1.0)
    assert list(weights) == sorted(weights, reverse=True)
    assert weights[-1] * len(weights) * found.mean >= 1.0 - 1e-9
    if found.weights[-1] * len(found.weights) * found.mean >= 1.0:
        assert weights == pytest.approx(found.weights), "to the last digits: a share that is just enough may be just raised"


def test_the_seeds_parameters_are_given_as_they_are() -> None:
    reference = reference_of([70, 20, 7, 3], 25)
    assert reference.parameters() == {"weights": (0.7, 0.2, 0.07, 0.03), "mean": 25.0, "null_weight": 0.2}
    assert reference.parameters("histogram") == {"histogram": reference.histogram, "null_weight": 0.2}
    assert set(reference.parameters("skew")) == {"skew", "mean", "null_weight"}
    with pytest.raises(ConfigurationError, match="expected one of 'weights', 'skew', 'histogram'"):
        reference.parameters("zipf")  # type: ignore[arg-type]


@given(counts)
def test_every_column_has_parameters_that_are_accepted(numbers: list[int]) -> None:
    histogram = tuple((rows, values) for rows, values in histogram_of(numbers) if rows)
    whole = column("x", sum(numbers), histogram)
    distributor_factory(**whole.parameters())
    distributor_factory(**replace(whole, histogram=None).parameters())


def test_a_unique_column_makes_every_value_new() -> None:
    assert column("x", 10, ((1, 10),), is_unique=True).parameters() == {"mean": 1.0, "null_weight": 0.0}


def test_listed_values_make_a_value_provider() -> None:
    listed = column("x", 10, ((3, 1), (5, 1)), 2, values=(("a", 0.5), ("b", 0.3), (None, 0.2)))
    assert listed.choices()["values"] == ("a", "b")
    ValueProvider[str, str](**listed.choices())
    ValueProvider[str, str](**column("x", 3, (), 3, values=((None, 1.0),)).choices())
    with pytest.raises(ConfigurationError, match=r"capture it with --values TABLE\.y"):
        column("y", 0, ()).choices()

"""Closed populations: the values exist beforehand, and get their uses by the law."""

from collections import Counter
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import histogram, ks, measure
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.stock.scope import Pool
from tests.statistical.runs import NO_TRANSACTION, largest_error

WEIGHTS = (0.7, 0.2, 0.07, 0.03)


def closed(values: int, uses: int, *, planned: bool, **asked: Any) -> list[int]:
    """Uses per value, unused ones included."""
    distributor, pool = distributor_factory(**asked), Pool()
    distributor.seed(1)
    for number in range(values):
        pool.everything.enter(number)
    plan = Plan(uses)
    if planned:
        distributor.plan(plan, is_exact=True)
    drawn: Counter[Any] = Counter()
    for _ in range(uses):
        drawn[distributor.draw(NO_TRANSACTION, pool.everything, is_closed=True)] += 1
        plan.advance()
    assert set(drawn) <= set(range(values))
    return [drawn[number] for number in range(values)]


@pytest.mark.parametrize("planned", [False, True])
@pytest.mark.parametrize("uses", [10_000, 30_000])
def test_all_values_of_a_closed_population_have_their_share(uses: int, planned: bool) -> None:
    """200 values, asked mean 50; with 10,000 uses as asked, with 30,000 in proportion: weights within 0.01, skew 0.03."""
    found = closed(200, uses, planned=planned, weights=WEIGHTS, mean=50)
    assert found.count(0) <= 1, "the last one due may still wait for its first use"
    assert largest_error(found, WEIGHTS) <= 0.01
    assert abs(measure(closed(200, uses, planned=planned, skew=2.0, mean=50)).skew - 2.0) <= 0.03


@pytest.mark.parametrize("planned", [False, True])
def test_a_captured_histogram_of_a_closed_population_has_its_unused_values(planned: bool) -> None:
    """1,000 values of which half shall have no use: KS ≤ 0.02 over all values."""
    captured = [(0, 500), (1, 300), (2, 100), (10, 95), (100, 5)]
    uses = sum(uses * values for uses, values in captured)
    found = closed(1_000, uses, planned=planned, histogram=captured)
    assert ks(captured, histogram(found)) <= 0.02


def test_an_empty_closed_population_says_so() -> None:
    with pytest.raises(UnsatisfiableError, match="no value to use"):
        closed(0, 1, planned=False, mean=5)

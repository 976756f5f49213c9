"""The order of rows follows the order of the values they refer to as closely as ``correlation`` says."""

from collections import Counter
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import histogram
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.statistical.runs import NO_TRANSACTION, Run
from tests.unit.faker.domain.providers.models import aggregate, memory, numbers, stored

CAPTURED = {
    "heavy tail, half unused": [(0, 2000), (1, 1200), (2, 400), (3, 150), (7, 80), (20, 30), (90, 8), (700, 2)],
    "even": [(10, 1000)],
    "one third of all rows": [(1, 3000), (2, 500), (2000, 1)],
    "few values": [(900, 1), (1000, 1), (1700, 2), (3000, 1)],
}


def pg_correlation(values: list[int]) -> float:
    """As ANALYZE reckons it: of a row's place with its place among the sorted, where equal values stand as they lie."""
    n = len(values)
    places = sorted(range(n), key=values.__getitem__)
    middle = (n - 1) / 2.0
    return 12.0 * sum((place - middle) * (rank - middle) for rank, place in enumerate(places)) / (n * (n * n - 1.0))


def drawn_from_closed(captured: list[tuple[int, int]], **asked: Any) -> list[int]:
    distributor, pool = distributor_factory(histogram=captured, **asked), Pool()
    distributor.seed(3)
    for number in range(sum(values for _, values in captured)):
        pool.everything.enter(number)
    plan = Plan(sum(uses * values for uses, values in captured))
    distributor.plan(plan, is_exact=True)
    drawn: list[Any] = []
    for _ in range(plan.total):
        drawn.append(distributor.draw(NO_TRANSACTION, pool.everything, is_closed=True))
        plan.advance()
    return drawn


@pytest.mark.parametrize("correlation", [-1.0, -0.4, 0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("name", CAPTURED)
def test_the_captured_correlation_is_met_and_the_histogram_kept(name: str, correlation: float) -> None:
    """6,000 to 10,000 rows: within 0.06. Against their ties, Σp², a few values are ordered the other way, and no closer."""
    captured = CAPTURED[name]
    drawn = drawn_from_closed(captured, correlation=correlation)
    assert histogram(Counter(drawn).values(), unused=dict(captured).get(0, 0)) == captured
    ties = sum(count**2 for count in Counter(drawn).values()) / len(drawn) ** 2
    found = pg_correlation(drawn)
    if correlation < 0.0 and ties > 0.1:
        assert found <= correlation / 2.0
    else:
        assert found == pytest.approx(correlation if correlation < 0.0 else max(correlation, ties), abs=0.06)


@pytest.mark.parametrize("name", CAPTURED)
def test_what_ties_explain_is_left_in_random_order(name: str) -> None:
    """Asked what random order shows anyway: the rows of a value lie anywhere."""
    captured = CAPTURED[name]
    rows = sum(uses * values for uses, values in captured)
    ties = sum(uses**2 * values for uses, values in captured) / rows**2
    drawn = drawn_from_closed(captured, correlation=ties)
    assert pg_correlation(drawn) == pytest.approx(ties, abs=0.05)
    assert drawn == drawn_from_closed(captured)


@pytest.mark.parametrize(("correlation", "least"), [(0.6, 0.3), (0.95, 0.9), (1.0, 0.999)])
def test_values_that_are_made_by_need_follow_it_too(correlation: float, least: float) -> None:
    """10,000 rows, 200 values numbered by their first rows: the order rises with what was asked."""
    run = Run(distributor_factory(skew=2, mean=50, correlation=correlation), 1, 10_000).draw(10_000)
    found = pg_correlation([number for number in run.drawn if number is not None])
    assert least <= found <= correlation + 0.06


@pytest.mark.parametrize("correlation", [None, 0.99])
async def test_a_self_reference_of_a_planned_run_has_its_histogram(correlation: float | None) -> None:
    """2,000 rows that refer to 120 of themselves, 70 % null, one of them 200 times: exact but for the first row."""
    captured = [(0, 1880), (1, 60), (3, 40), (10, 18), (60, 1), (200, 1)]
    rows = sum(uses * values for uses, values in captured)
    repository = memory()
    nodes: Any = aggregate(
        class_name="Node",
        repository=repository,
        id=numbers(),
        parent_id=ReferenceProvider(
            distributor_factory(histogram=captured, null_weight=1 - rows / 2_000, correlation=correlation), lambda: nodes
        ),
    )
    made = [agg async for agg in generate(nodes, InMemorySessionPool(), 2_000, batch_size=100, seed=5)]
    states = await stored(repository)
    assert len(made) == len(states) == 2_000
    referred = [state["parent_id"] for state in states if state["parent_id"] is not None]
    assert abs(len(referred) - rows) <= 1
    found = dict(histogram(Counter(referred).values(), unused=2_000 - len(set(referred))))
    assert sum(abs(found.get(uses, 0) - dict(captured).get(uses, 0)) for uses in {*found, *dict(captured)}) <= 2
    assert all(state["parent_id"] < state["id"] for state in states if state["parent_id"] is not None)
    if correlation:
        assert pg_correlation(referred) >= 0.95


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"correlation": 1.5}, "correlation=1.5: expected a number from -1 to 1"),
        ({"correlation": 0.5, "spread": 0.1}, "spread=0.1 and correlation=0.5 both say how rows are ordered"),
    ],
)
def test_an_order_that_cannot_be_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        distributor_factory(mean=5, **asked)

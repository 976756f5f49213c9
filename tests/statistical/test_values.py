"""Plain values and numbers of children."""

from collections import Counter
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import histogram, ks, measure
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import ExhaustedError
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.stock.scope import Pool
from tests.statistical.runs import NO_TRANSACTION, largest_error


async def drawn(provider: ValueProvider[Any, Any], number: int) -> list[Any]:
    made = []
    for _ in range(number):
        provider.reset()
        await provider.populate(NO_TRANSACTION)
        made.append(await provider.create(NO_TRANSACTION))
    return made


async def test_a_fixed_list_has_its_shares_at_any_moment() -> None:
    """Shares .9/.07/.03 at every 500th of 10,000 draws: each within one block's worth, 4 draws, of its share."""
    made = await drawn(ValueProvider(values=["active", "blocked", "new"], weights=[0.9, 0.07, 0.03]), 10_000)
    for moment in range(500, 10_001, 500):
        tally = Counter(made[:moment])
        for value, share in (("active", 0.9), ("blocked", 0.07), ("new", 0.03)):
            assert abs(tally[value] - share * moment) <= 4


async def test_two_hundred_cities_for_ten_thousand_rows() -> None:
    """Mean 50 and weights over values made by need: 200 ± 2 distinct ones, weights within 0.01."""
    distributor = distributor_factory(weights=[0.6, 0.25, 0.1, 0.05], mean=50)
    made = await drawn(ValueProvider(distributor, input_generator=lambda session, position: f"city {position}"), 10_000)
    assert abs(len(set(made)) - 200) <= 2
    assert largest_error(list(Counter(made).values()), [0.6, 0.25, 0.1, 0.05]) <= 0.01


async def test_unique_values_are_unique_and_say_when_they_run_out() -> None:
    numbers = ValueProvider[int, int](distributor_factory(mean=1), input_generator=lambda session, position: position % 300)
    assert len(set(await drawn(numbers, 300))) == 300
    with pytest.raises(ExhaustedError, match="300 different values were reached, 301 are wanted"):
        await drawn(numbers, 1)


def children(number: int, **asked: Any) -> list[int]:
    distributor = children_factory(**asked)
    distributor.seed(3)
    return [distributor.draw(NO_TRANSACTION) for _ in range(number)]


@pytest.mark.parametrize("number", [200, 2_000, 20_000])
@pytest.mark.parametrize(
    ("asked", "mean"),
    [
        ({"low": 1, "high": 100, "mean": 8}, 8.0),
        ({"low": 2, "high": 6}, 4.0),
        ({"fixed": 3}, 3.0),
        ({"mean": 10, "skew": 2.0}, 10.0),
        ({"mean": 10, "weights": [0.6, 0.3, 0.1]}, 10.0),
        ({"histogram": [(0, 50), (1, 30), (4, 20)]}, 1.1),
    ],
    ids=str,
)
def test_the_average_number_of_children_is_met(asked: dict[str, Any], mean: float, number: int) -> None:
    """Stratified draws: the average of n parents within 2 % (4 % at 200), where independent draws would have up to 10 %."""
    found = children(number, **asked)
    assert abs(sum(found) / number / mean - 1.0) <= (0.04 if number < 1_000 else 0.02)


def test_the_shape_of_the_children_is_met() -> None:
    """20,000 parents: weights within 0.01, skew within 0.05, a captured histogram with KS ≤ 0.01, bounds never left."""
    assert largest_error(children(20_000, mean=10, weights=[0.6, 0.3, 0.1]), [0.6, 0.3, 0.1]) <= 0.01
    assert abs(measure(children(20_000, mean=10, skew=1.7)).skew - 1.7) <= 0.05
    captured = [(0, 50), (1, 30), (4, 20)]
    assert ks(captured, histogram(children(20_000, histogram=captured))) <= 0.01
    bounded = children(20_000, low=1, high=100, mean=8)
    assert min(bounded) == 1
    assert max(bounded) <= 100


@pytest.mark.parametrize("null_weight", [0.003, 0.2, 0.97])
async def test_nulls_have_their_share_at_any_moment(null_weight: float) -> None:
    """Never further from their share than a block of 128 draws can be, and one draw; unlike blocks everywhere."""
    provider = ValueProvider[int, int](distributor_factory(null_weight=null_weight), input_generator=lambda: 1)
    made = await drawn(provider, 10_000)
    nulls = 0
    for moment, found in enumerate(made, start=1):
        nulls += found is None
        assert abs(nulls - null_weight * moment) <= 128 * null_weight * (1 - null_weight) + 1
    assert made[:1280] != made[1280:2560]


@pytest.mark.parametrize("rows", [100, 1_000, 30_000])
def test_a_list_in_a_planned_run_has_its_counts_exactly(rows: int) -> None:
    """One rare value among common ones, and as many values as draws: each comes as often as its weight says."""
    for counts in ([rows - 3, 2, 1], [1] * rows, [5] * (rows // 10) + [1] * (rows // 2)):
        distributor = SharesDistributor(counts)
        plan = Plan(sum(counts))
        distributor.plan(plan, is_exact=True)
        dealt = Counter(distributor.draw(NO_TRANSACTION, Pool().everything) for _ in range(plan.total))
        assert [dealt[number] for number in range(len(counts))] == counts
        distributor.end(plan)
        assert distributor.draw(NO_TRANSACTION, Pool().everything) is not None


def test_counts_of_few_rows_each_are_dealt_as_a_whole_without_a_plan() -> None:
    """900 values of 1,458 rows, asked 1,458 times by somebody who does not say so: each comes as often as it was counted."""
    counts = [1] * 700 + [2] * 150 + [9] * 49 + [17]
    distributor = SharesDistributor(counts)
    dealt = Counter(distributor.draw(NO_TRANSACTION, Pool().everything) for _ in range(sum(counts)))
    assert [dealt[number] for number in range(len(counts))] == counts

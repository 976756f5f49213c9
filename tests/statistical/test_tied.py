"""References to the same values, and references inside a scope, as a profile has captured them."""

from collections import Counter
from itertools import combinations
from random import Random
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import histogram, ks, size_biased_mean, w1_over_mean
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.stock.scope import Pool, Scope
from tests.statistical.runs import NO_TRANSACTION

TENANTS = 60


def drawn(distributor: Any, scope: Scope, uses: int) -> Counter[Any]:
    plan = Plan(uses)
    distributor.plan(plan, is_exact=True)
    found: Counter[Any] = Counter()
    for _ in range(uses):
        found[distributor.draw(NO_TRANSACTION, scope, is_closed=True)] += 1
        plan.advance()
    distributor.end(plan)
    return found


def tenants() -> Pool:
    pool = Pool()
    for number in range(TENANTS):
        pool.everything.enter(number)
    return pool


def test_values_that_one_reference_uses_most_are_used_most_by_another_that_is_like_it() -> None:
    """60 tenants: the order by authors is the order by books; without ``like`` they have nothing in common."""
    pool = tenants()
    of_authors = distributor_factory(skew=3, mean=20)
    authors = drawn(of_authors, pool.everything, 1_200)
    alike = drawn(distributor_factory(skew=2, mean=100, like=of_authors), pool.everything, 6_000)
    other = distributor_factory(skew=2, mean=100)
    other.seed(5)
    unlike = drawn(other, pool.everything, 6_000)
    by_authors = sorted(range(TENANTS), key=lambda number: -authors[number])
    in_order = [(before, after) for before, after in combinations(by_authors, 2) if authors[before] > authors[after]]
    assert all(alike[before] >= alike[after] - 1 for before, after in in_order)
    assert sum(unlike[number] for number in by_authors[:15]) < 0.8 * sum(alike[number] for number in by_authors[:15])
    assert size_biased_mean(unlike.values()) == pytest.approx(size_biased_mean(alike.values()), rel=0.05)


def synthetic() -> tuple[list[int], list[list[int]]]:
    """Books per author of 60 tenants: large ones are even, small ones have one author who wrote most."""
    random = Random(7)
    sizes = [80 if number < TENANTS // 2 else 10 for number in range(TENANTS)]
    books = [
        [random.randint(18, 22) for _ in range(size)] if size == 80 else [1, 1, 2, 2, 3, 3, 4, 5, 9, random.randint(50, 90)]
        for size in sizes
    ]
    return sizes, books


@pytest.mark.parametrize("is_sized", [True, False])
def test_each_size_of_scope_has_its_own_histogram(is_sized: bool) -> None:
    """30 tenants of 80 authors, 30 of 10, whose shapes differ: KS ≤ 0.05 and W1 ≤ 0.05 overall; one shape for all fails both."""
    sizes, books = synthetic()
    captured = histogram(count for counts in books for count in counts)
    classes = [
        (size, histogram(c for s, counts in zip(sizes, books, strict=True) if s == size for c in counts)) for size in (80, 10)
    ]
    distributor = distributor_factory(histogram=captured, within=classes if is_sized else None)
    pool = Pool()
    scopes = []
    number = 0
    for size in sizes:
        scope = Scope(pool)
        for _ in range(size):
            pool.everything.enter(number)
            scope.enter(number)
            number += 1
        scopes.append(scope)
    asked = [scope for scope, counts in zip(scopes, books, strict=True) for _ in range(sum(counts))]
    Random(3).shuffle(asked)
    plan = Plan(len(asked))
    distributor.plan(plan, is_exact=True)
    uses: Counter[Any] = Counter()
    for scope in asked:
        uses[distributor.draw(NO_TRANSACTION, scope, is_closed=True)] += 1
        plan.advance()
    found = histogram(uses.values(), unused=number - len(uses))
    distances = ks(captured, found), w1_over_mean(captured, found)
    assert (max(distances) <= 0.05) if is_sized else (min(distances) > 0.1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"like": distributor_factory(), "mean": 5}, "reuses no values"),
        ({"like": distributor_factory(mean=3)}, "about values that are reused"),
        ({"within": [(0, [(1, 2)])], "mean": 5}, "within=0: expected a number"),
        ({"within": [(5, [(0, 2)])], "mean": 5}, "has no use at all"),
    ],
)
def test_ties_that_cannot_be_are_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        distributor_factory(**asked)

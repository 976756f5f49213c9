"""Whole parts by shares: nothing is lost, nothing is given twice, and all sums are right to within one."""

from itertools import accumulate

from hypothesis import example, given
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.distributors.apportionment import apportioned, tickets_owed

WEIGHTS = st.lists(st.floats(0.001, 1.0), min_size=1, max_size=20)
PHASE = st.floats(0.0, 1.0, exclude_max=True)


def shares(weights: list[float]) -> list[float]:
    return [0.0, *(upto / sum(weights) for upto in accumulate(weights))]


@given(total=st.integers(0, 10_000), weights=WEIGHTS, phase=PHASE)
@example(total=1_000_000, weights=[1.0, 1.0], phase=1.0 - 2.0**-53)
def test_parts_and_their_sums_are_right_to_within_one(total: int, weights: list[float], phase: float) -> None:
    upto = shares(weights)
    parts = apportioned(total, upto, phase)
    assert sum(parts) == total
    assert min(parts) >= 0
    for held, share in zip(accumulate(parts), upto[1:], strict=True):
        assert abs(held - total * share) < 1.0 + 1e-6


@given(totals=st.lists(st.integers(0, 1_000), max_size=6), weights=WEIGHTS, phase=PHASE, start=st.integers(0, 50))
def test_what_is_owed_is_what_is_lacking(totals: list[int], weights: list[float], phase: float, start: int) -> None:
    upto = shares(weights)
    given_so_far = [start, *([0] * (len(weights) - 1))]
    for total in totals:
        before = list(given_so_far)
        tickets = tickets_owed(total, upto, phase, given_so_far)
        wanted = [max(had, share) for had, share in zip(before, apportioned(total, upto, phase), strict=True)]
        assert given_so_far == wanted
        assert [before[part] + tickets.count(part) for part in range(len(weights))] == wanted
        assert tickets == sorted(tickets)

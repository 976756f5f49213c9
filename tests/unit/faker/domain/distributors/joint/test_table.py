"""A fitted table has the sums that were asked for, whatever the weights are, and is near the weights where they allow it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.distributors.joint.rounding import rounded
from ascetic_ddd.faker.domain.distributors.joint.table import Table, fitted
from ascetic_ddd.faker.domain.errors import ConfigurationError

COUNTS = st.integers(1, 7).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 9), min_size=width, max_size=width), min_size=1, max_size=9)
)


def sums_of(rows: list[list[int]]) -> tuple[list[int], list[int]]:
    return [sum(row) for row in rows], [sum(column) for column in zip(*rows, strict=True)]


def dense(table: Table, width: int) -> list[list[int]]:
    return [[row.get(place, 0) for place in range(width)] for row in table]


@given(COUNTS, st.integers(0, 99), st.data())
def test_sums_are_kept_whatever_the_weights_are(rows: list[list[int]], seed: int, data: st.DataObject) -> None:
    width = len(rows[0])
    weights = data.draw(
        st.lists(st.dictionaries(st.integers(0, width - 1), st.floats(0.0, 1e6)), min_size=len(rows), max_size=len(rows))
    )
    given_sums, other_sums = sums_of(rows)
    table = fitted(weights, given_sums, other_sums, Random(seed))
    assert sums_of(dense(table, width)) == (given_sums, other_sums)
    assert all(count > 0 for row in table for count in row.values())


@given(COUNTS, st.integers(1, 5))
def test_a_table_whose_sums_are_asked_for_comes_out_as_it_is_and_its_multiple_too(rows: list[list[int]], times: int) -> None:
    weights = [{place: float(count) for place, count in enumerate(row) if count} for row in rows]
    given_sums, other_sums = sums_of([[times * count for count in row] for row in rows])
    table = fitted(weights, given_sums, other_sums, Random(0))
    assert dense(table, len(rows[0])) == [[times * count for count in row] for row in rows]


@given(COUNTS, st.integers(2, 9), st.integers(0, 9))
def test_rounding_moves_each_cell_to_a_neighbour_and_keeps_whole_sums(rows: list[list[int]], parts: int, seed: int) -> None:
    scaled = [[count * parts for count in row] for row in rows]
    given_sums, other_sums = sums_of(scaled)
    shares = (
        [{place: one * two / sum(given_sums) for place, two in enumerate(other_sums)} if one else {} for one in given_sums]
        if sum(given_sums)
        else [{} for _ in rows]
    )
    found = rounded(shares, given_sums, Random(seed))
    assert sums_of(dense(found, len(rows[0]))) == (given_sums, other_sums)
    for before, after in zip(shares, found, strict=True):
        assert all(abs(after[place] - share) < 1.0 for place, share in before.items())


def test_rounding_is_right_in_the_mean() -> None:
    shares = [{0: 0.3, 1: 0.7}, {0: 0.7, 1: 0.3}]
    ones = sum(rounded(shares, [1, 1], Random(seed))[0][0] for seed in range(2_000))
    assert abs(ones / 2_000 - 0.3) < 0.04  # four standard deviations


def test_the_same_stream_gives_the_same_table() -> None:
    shares = [dict.fromkeys(range(5), 1.0) for _ in range(7)]
    found = [fitted(shares, [3] * 7, [5, 5, 5, 3, 3], Random(4)) for _ in range(2)]
    assert found[0] == found[1]


def test_sums_that_do_not_agree_are_told() -> None:
    with pytest.raises(ConfigurationError, match="the given column has 3 rows and the other one 4"):
        fitted([{0: 1.0}], [3], [4], Random(0))

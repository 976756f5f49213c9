"""What holds for all numbers: combinations and trees."""

from collections import Counter
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from ascetic_ddd.faker.schema.keys.combinations import Combinations
from ascetic_ddd.faker.schema.keys.trees import parents_of


@given(st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=2), min_size=1, max_size=6))
def test_combinations_are_all_there_once(sizes: list[list[int]]) -> None:
    combinations = Combinations(sizes)
    found = [(scope, *places) for scope, places in map(combinations.at, range(combinations.size))]
    assert len(set(found)) == combinations.size == sum(one * two for one, two in sizes)
    assert all(one < sizes[scope][0] and two < sizes[scope][1] for scope, one, two in found)


@given(st.lists(st.integers(1, 9), max_size=40), st.integers(1, 5), st.integers(0, 30), st.integers())
def test_a_forest_has_the_asked_children_and_no_cycle(children: list[int], roots: int, leaves: int, seed: int) -> None:
    rows = sum(children) + roots
    assume(len(children) <= rows)
    parents = parents_of(sorted(children, reverse=True), rows, roots, Random(seed))
    assert len(parents) == rows
    assert all(parent < row for row, parent in enumerate(parents) if parent != rows)
    found = Counter(parents)
    assert found.pop(rows) == roots
    assert sorted(found.values()) == sorted(children)

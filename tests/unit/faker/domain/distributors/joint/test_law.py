"""What is read off a table tells no rare combination, and what is replayed has the sums asked for and keeps what is held."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.distributors.joint.law import NULL, JointLaw, Side, read_off
from ascetic_ddd.faker.domain.distributors.joint.replay import replayed
from ascetic_ddd.faker.domain.distributors.joint.suppression import tellable
from ascetic_ddd.faker.domain.errors import ConfigurationError

ROWS = st.lists(st.tuples(st.integers(NULL, 12), st.integers(NULL, 6)), min_size=1, max_size=300)


def law_of(rows: list[tuple[int, int]], least: int = 5, most: int = 4_000) -> JointLaw:
    sides = []
    for at in (0, 1):
        counts = Counter(row[at] for row in rows)
        sides.append(Side.of([counts[place] for place in range(max(counts) + 1)], counts[NULL]))
    return read_off(Counter(rows), sides[0], sides[1], least=least, most=most)


@given(ROWS, st.integers(2, 6))
def test_no_combination_of_few_rows_is_told(rows: list[tuple[int, int]], least: int) -> None:
    law = law_of(rows, least)
    assert all(count >= least for _, _, count in law.cells)
    assert Counter(rows).items() >= {((one, two), count) for one, two, count in law.cells}
    assert all(sum(count * cells for count, cells in block.levels) >= least for block in law.blocks)


@given(st.dictionaries(st.tuples(st.integers(NULL, 3), st.integers(NULL, 2)), st.integers(1, 12), min_size=1))
def test_no_small_combination_follows_from_those_that_are_told_and_the_sums(table: dict[tuple[int, int], int]) -> None:
    """By elimination: whatever is the only unknown of a row or a column is known, in turn."""
    told = {cell: rows for cell, rows in table.items() if rows >= 5}
    kept = tellable(table, told, 5)
    assert kept.items() <= told.items()
    by_sums = followed(table, {})  # cannot be helped
    found = followed(table, kept)
    assert all(rows == 0 or rows >= 5 or cell in by_sums for cell, rows in found.items())


def followed(table: dict[tuple[int, int], int], known: dict[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    known = dict(known)
    places = [sorted({cell[at] for cell in table}) for at in (0, 1)]
    lines = [[(one, two) for two in places[1]] for one in places[0]] + [[(one, two) for one in places[0]] for two in places[1]]
    has_changed = True
    while has_changed:
        has_changed = False
        for line in lines:
            unknown = [cell for cell in line if cell not in known]
            left = sum(table.get(cell, 0) for cell in unknown)
            if unknown and (len(unknown) == 1 or not left):
                known.update({cell: table.get(cell, 0) for cell in unknown})
                has_changed = True
    return known


def test_a_block_whose_small_cells_are_all_alike_and_all_there_is_left_out() -> None:
    rows = [(one, two) for one in (1, 2) for two in (1, 2)] * 3  # each combination of the two classes three times
    rows += [(0, 0)] * 20
    assert [block for block in law_of(rows, 5).blocks if (block.given, block.other) == (2, 2)] == []


@given(ROWS, st.sampled_from([0.1, 0.5, 1.0, 3.0]), st.integers(0, 9))
def test_a_replay_has_the_sums_asked_for_at_every_size(rows: list[tuple[int, int]], scale: float, seed: int) -> None:
    law = law_of(rows)
    wanted = [row for row in rows for _ in range(round(scale))] if scale >= 1.0 else rows[: max(1, round(len(rows) * scale))]
    sums = [[Counter(row[at] for row in wanted)[place] for place in (*range(20), NULL)] for at in (0, 1)]
    table = replayed(law, sums[0], sums[1], Random(seed))
    assert [sum(deck.values()) for deck in table] == sums[0]
    assert [sum(deck.get(place, 0) for deck in table) for place in (*range(20), NULL)] == sums[1]


@given(ROWS, ROWS)
def test_what_is_held_is_never_taken_back(before: list[tuple[int, int]], more: list[tuple[int, int]]) -> None:
    law = law_of(before)
    places = (*range(20), NULL)
    held = [{two: n for two in places if (n := Counter(before)[one, two])} for one in places]
    both = before + more
    sums = [[Counter(row[at] for row in both)[place] for place in places] for at in (0, 1)]
    table = replayed(law, sums[0], sums[1], Random(0), held=held)
    assert [sum(deck.values()) for deck in table] == sums[0]
    assert [sum(deck.get(place, 0) for deck in table) for place in places] == sums[1]
    assert all(deck[place] >= rows for deck, old in zip(table, held, strict=True) for place, rows in old.items())


def test_a_function_stays_a_function_at_other_sizes() -> None:
    rows = [(plane, plane % 4) for plane in range(100) for _ in range(100 - plane)]
    law = law_of(rows)
    for times in (2, 5):
        sums = [[times * rows for rows in side.sums()] for side in (law.given, law.other)]
        table = replayed(law, sums[0], sums[1], Random(0))
        assert all(len(deck) == 1 for deck in table[:-1])
    more = [rows for rows in law.given.sums()[:-1] for _ in range(3)] + [0]  # three planes where one was
    table = replayed(law, more, [3 * rows for rows in law.other.sums()], Random(0))
    assert all(len(deck) == 1 for deck in table[:-13])  # those with fewer than five rows are known in sums only


def test_nulls_stay_where_they_were() -> None:
    law = law_of([(NULL, NULL)] * 30 + [(0, 0)] * 40 + [(1, NULL)] * 10 + [(1, 1)] * 20)
    table = replayed(law, law.given.sums(), law.other.sums(), Random(0))
    assert table == [{0: 40}, {NULL: 10, 1: 20}, {NULL: 30}]


def test_a_law_that_contradicts_itself_is_told() -> None:
    with pytest.raises(ConfigurationError, match="the cells of given place 0 have 9 rows, the place has 3"):
        JointLaw(given=Side.of([3]), other=Side.of([3]), cells=((0, 0, 9),))
    with pytest.raises(ConfigurationError, match="is not in a table of 1 other places"):
        JointLaw(given=Side.of([3]), other=Side.of([3]), cells=((0, 1, 2),))

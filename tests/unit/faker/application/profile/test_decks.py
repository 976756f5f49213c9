"""What is kept of two columns: which pairs, in which places, and that it can be written, read and dealt."""

import math
from collections import Counter
from random import Random

import pytest

from ascetic_ddd.faker.application.profile.decks import (
    deck_record,
    entropy,
    law_of,
    most_telling_first,
    spanning_forest,
    strongest_first,
)
from ascetic_ddd.faker.application.profile.model import ColumnProfile, DeckProfile, TableProfile
from ascetic_ddd.faker.application.profile.records import ColumnRecord, DependentPair
from ascetic_ddd.faker.domain.distributors.joint.replay import replayed
from ascetic_ddd.faker.domain.errors import ConfigurationError


def pair(one: str, two: str, strength: float) -> DependentPair:
    return DependentPair(columns=(one, two), strength=strength)


def test_each_column_depends_on_one_other_and_trees_begin_where_there_are_most_values() -> None:
    pairs = [pair("plane", "carrier", 1.0), pair("route", "distance", 1.0), pair("carrier", "route", 0.5)]
    distinct = {"plane": 4_000, "carrier": 16, "route": 300, "distance": 200}
    found = spanning_forest([*pairs, pair("plane", "route", 0.4), pair("plane", "distance", 0.4)], distinct)
    assert found == (("plane", "carrier"), ("carrier", "route"), ("route", "distance"))
    assert spanning_forest([], {}) == ()


def test_separate_trees_stay_separate() -> None:
    found = spanning_forest([pair("a", "b", 1.0), pair("c", "d", 0.9)], {"a": 1, "b": 2, "c": 4, "d": 3})
    assert found == (("c", "d"), ("b", "a"))


def test_all_pairs_are_given_by_the_column_of_more_values() -> None:
    assert strongest_first([pair("a", "b", 1.0), pair("a", "c", 0.9)], {"a": 5, "b": 9, "c": 2}) == (("b", "a"), ("a", "c"))


def column(name: str, values: int) -> ColumnRecord:
    histogram = ((120 // values, values),)
    return ColumnRecord(name=name, type="int", rows=240, null_share=0.5, distinct=values, histogram=histogram)


def test_a_pair_tells_by_what_it_has_in_common_and_not_by_its_share() -> None:
    columns = [column("model", 60), column("maker", 20), column("kind", 2)]
    assert entropy(columns[2]) == pytest.approx(1.5 * math.log(2))
    pairs = [pair("kind", "maker", 0.94), pair("maker", "model", 0.9)]
    assert most_telling_first(pairs, columns) == [pairs[1], pairs[0]]


def test_functions_come_first_and_then_what_queries_join_by() -> None:
    columns = [column("plane", 60), column("carrier", 6), column("dest", 20), column("flight", 40), column("km", 20)]
    pairs = [
        pair("flight", "carrier", 0.8),
        pair("carrier", "dest", 0.5),
        pair("plane", "carrier", 0.99),
        pair("dest", "km", 1.0),
    ]
    found = most_telling_first(pairs, columns, ("plane", "carrier", "dest"))
    assert found == [pairs[3], pairs[2], pairs[1], pairs[0]]


def test_a_column_is_a_function_of_one_other() -> None:
    columns = [column("model", 60), column("maker", 20), column("kind", 2)]
    pairs = [pair("kind", "maker", 0.96), pair("kind", "model", 1.0), pair("maker", "model", 0.9)]
    assert most_telling_first(pairs, columns) == [pairs[1], pairs[2], pairs[0]]


COUNTS = [(30, 7, 40), (30, 8, 10), (10, 7, 50), (20, 7, 20), (None, 7, 6), (None, None, 4), (40, 8, 2)]


def test_places_are_ranks_and_equal_ones_are_in_the_order_of_their_codes() -> None:
    found = deck_record(("given", "other"), COUNTS)
    assert (found.given.runs, found.given.nulls) == (((50, 2), (20, 1), (2, 1)), 10)
    assert (found.other.runs, found.other.nulls) == (((116, 1), (12, 1)), 4)
    assert found.cells == ((-1, 0, 6), (0, 0, 50), (1, 0, 40), (1, 1, 10), (2, 0, 20))
    assert (found.rows, found.combinations) == (132, 7)
    assert found.determined == pytest.approx((50 + 40 + 20 + 6 + 2) / 132, abs=1e-6)


def test_classes_stay_in_their_order() -> None:
    found = deck_record(("given", "other"), [(9, 1, 50), (3, 1, 10), (7, 2, 20)], classes=("given",))
    assert (found.given.by, found.given.runs) == ("class", ((10, 1), (20, 1), (50, 1)))


def test_a_function_is_told_and_dealt_as_one() -> None:
    found = deck_record(("plane", "carrier"), [(plane, plane % 5, 10 + plane % 7) for plane in range(200)])
    assert found.determined == 1.0
    law = law_of(found)
    table = replayed(law, law.given.sums(), law.other.sums(), Random(0))
    assert all(len(deck) == 1 for deck in table[:-1])


def test_a_combination_of_few_rows_cannot_be_read_off() -> None:
    counts = Counter({(one, two): 1 + (one * two) % 4 for one in range(40) for two in range(10) if (one + two) % 3})
    counts.update({(one, one % 10): 20 for one in range(40)})
    found = deck_record(("given", "other"), [(one, two, rows) for (one, two), rows in counts.items()])
    assert found.cells
    assert all(rows >= 5 for *_, rows in found.cells)
    assert all(sum(rows * many for rows, many in block.levels) >= 5 for block in found.blocks)


def table() -> TableProfile:
    counts = [("a", 1, 50), ("a", 2, 20), ("b", 2, 30)]
    record = deck_record(("city", "country"), counts)
    deck = DeckProfile(**{name: getattr(record, name) for name in record.__dataclass_fields__})
    columns = tuple(
        ColumnProfile(name=name, type="text", rows=100, null_share=0.0, distinct=2) for name in ("city", "country", "tax")
    )
    return TableProfile(name="places", rows=100, primary_key=(), columns=columns, decks=(deck,))


def test_a_profile_hands_out_what_given_takes() -> None:
    given = table().given("country")
    assert given is not None
    assert given.parts == ("city",)
    assert given.how == table().deck("city", "country").law()
    named = table().given("country", parts={"city": "address.city"})
    assert named is not None
    assert named.parts == ("address.city",)


def test_a_column_that_depends_on_none_or_on_what_is_no_part_follows_none() -> None:
    assert table().given("tax") is table().given("city") is None
    assert table().given("country", parts=["tax"]) is None
    with pytest.raises(ConfigurationError, match="no column"):
        table().given("coutnry")


def test_a_deck_may_be_taken_the_other_way_round() -> None:
    given = table().given("city", beside="country")
    assert given is not None
    assert (given.parts, given.how) == (("country",), table().deck("city", "country").law().turned())
    with pytest.raises(ConfigurationError, match="no deck city → tax; it has city → country"):
        table().given("tax", beside="city")

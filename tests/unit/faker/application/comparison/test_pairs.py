"""Two columns that depend on each other, compared by their decks."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest

from ascetic_ddd.faker.application.comparison.commonest import commonest
from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.joint_counts import aligned, grids
from ascetic_ddd.faker.application.comparison.measures import Verdict
from ascetic_ddd.faker.application.comparison.model import Comparison
from ascetic_ddd.faker.application.comparison.scale import Scale
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds
from ascetic_ddd.faker.application.comparison.wording import failure_texts, headline
from ascetic_ddd.faker.application.profile.decks import deck_record
from ascetic_ddd.faker.application.profile.model import DeckProfile, Profile, TableProfile
from ascetic_ddd.faker.domain.distributors.joint.law import Block, JointLaw, Side, class_of
from tests.unit.faker.application.comparison.profiles import column, measure_of, table, verdicts

NAME = "flights(plane, carrier)"
Rows = list[tuple[int | None, int | None]]


def deck(rows: Iterable[tuple[int | None, int | None]], *, salt: int = 0, most: int = 4_000) -> DeckProfile:
    """What is captured of two columns; the salt stands for other values, whose codes have another order."""
    counts = Counter(rows)
    codes = {value: None if value is None else hash((salt, value)) for pair in counts for value in pair}
    counted = [(codes[one], codes[two], count) for (one, two), count in counts.items()]
    record = deck_record(("plane", "carrier"), counted, most=most)
    return DeckProfile(**{name: getattr(record, name) for name in record.__dataclass_fields__})


def flights(*decks: DeckProfile, rows: int = 0) -> Profile:
    rows = rows or decks[0].rows
    columns = [column(name, rows, distinct=100) for name in ("plane", "carrier")]
    found: TableProfile = replace(table("flights", rows, *columns), decks=decks)
    return Profile(tables=(found,))


def compared(a: DeckProfile, b: DeckProfile | None, **options: object) -> Comparison:
    return compare(flights(a), flights(*([b] if b else []), rows=b.rows if b else a.rows), **options)  # type: ignore[arg-type]


def function_of(planes: int = 200, carriers: int = 8) -> Rows:
    """Each plane is of one carrier; planes and carriers are used more and less, and many as often."""
    return [(plane, plane // 3 % carriers) for plane in range(planes) for _ in range(10 + 2 * (plane % 40))]


def shuffled(rows: Rows) -> Rows:
    """The same columns, independent of each other."""
    others = [other for _, other in rows]
    Random(1).shuffle(others)
    return [(given, other) for (given, _), other in zip(rows, others, strict=True)]


def test_a_copy_of_other_values_is_equal_though_ties_stand_elsewhere() -> None:
    rows = function_of()
    a, b = deck(rows), deck(rows, salt=7)
    assert a.cells != b.cells  # the ranks of values that come as often are those of their codes
    found = compared(a, b)
    assert set(verdicts(found, NAME)) == {"combinations", "determined", "commonest", "commonest_worst", "joint"}
    assert all(
        measure.distance == pytest.approx(0.0, abs=0.005)
        for each in found.subjects
        if each.kind == "pair"
        for measure in each.measures
    )
    assert found.is_equal


def test_columns_that_do_not_know_each_other_any_more_fail_by_every_measure() -> None:
    rows = function_of()
    found = compared(deck(rows), deck(shuffled(rows), salt=7))
    assert set(verdicts(found, NAME).values()) == {Verdict.FAIL}
    assert measure_of(found, NAME, "combinations").distance == pytest.approx(6.9, abs=0.6)
    assert headline(found) == f"Not equal: pair {NAME} differs most"
    (name, text), *_ = failure_texts(found)
    assert name == NAME
    assert text.startswith("one column follows otherwise from the other: ")


def test_what_is_told_in_sums_only_is_given_the_benefit_of_them() -> None:
    rows: Rows = [(plane, carrier) for plane in range(30) for carrier in range(6) for _ in range(1 + (plane * 7 + carrier) % 9)]
    a, b = deck(rows, most=60), deck(rows, most=10)
    assert len(b.cells) < len(a.cells)
    found = verdicts(compared(a, b), NAME)
    assert {found["combinations"], found["commonest"], found["commonest_worst"]} == {Verdict.PASS}


def test_a_frequent_combination_that_is_hidden_in_another_class_of_ranks_is_not_taken_for_lost() -> None:
    side = Side.of(range(100, 80, -1))
    told = tuple((place, place, 100 - place) for place in range(20))
    a = JointLaw(given=side, other=side, cells=told[:6] + told[7:])
    hidden = Block(class_of(6), class_of(6), ((94, 1),))
    b = JointLaw(given=side, other=side, cells=told[:6] + told[8:], blocks=(hidden,))
    assert class_of(7) != class_of(6)
    found = list(commonest(a, b, (True, True), 20))
    assert found == [(rows, rows) for _, _, rows in a.cells]
    left_out = JointLaw(given=side, other=side, cells=told[:7] + told[8:])
    assert list(commonest(JointLaw(given=side, other=side, cells=told), left_out, (True, True), 20))[7] == (93, 93)


def test_a_profile_without_the_pair_cannot_be_judged_by_it() -> None:
    found = compared(deck(function_of()), None)
    measure = measure_of(found, NAME, "combinations")
    assert measure.verdict is Verdict.NOT_COMPARABLE
    assert "--dependence all" in measure.reason
    assert found.is_equal
    assert not compared(deck(function_of()), None, is_strict=True).is_equal


def test_decks_of_either_direction_are_counterparts() -> None:
    rows = function_of()
    turned = deck([(two, one) for one, two in rows])
    turned = replace(turned, given=replace(turned.given, column="carrier"), other=replace(turned.other, column="plane"))
    found = compared(deck(rows), turned)
    assert set(verdicts(found, NAME).values()) == {Verdict.PASS}
    assert "determined" not in verdicts(found, NAME)  # that a plane determines its carrier does not follow from it


def test_at_another_size_only_what_does_not_change_with_it_is_compared() -> None:
    a, b = deck(function_of()), deck([row for row in function_of() for _ in range(3)])
    found = compared(a, b, scale=Scale.parse(["3"]))
    assert set(verdicts(found, NAME)) == {"determined", "commonest", "commonest_worst", "joint"}
    assert found.is_equal
    other_places = compared(a, deck(function_of(planes=20)), scale=Scale.parse(["0.1"]))
    assert set(verdicts(other_places, NAME)) == {"determined"}


def test_thresholds_are_told_for_a_pair() -> None:
    rows = function_of()
    told = [f"{NAME}.{name}=off" for name in ("combinations", "determined", "commonest", "commonest_worst", "joint")]
    found = compared(deck(rows), deck(shuffled(rows)), thresholds=Thresholds.parse(told))
    assert set(verdicts(found, NAME).values()) == {Verdict.PASS}


@pytest.mark.parametrize("planes", [10, 200])
def test_a_heat_map_has_all_rows(planes: int) -> None:
    rows = [*function_of(planes), *[(None, 1)] * 40, *[(3, None)] * 4]
    law = deck(rows, most=50).law()
    found, again = grids(law, law, aligned(law, law))
    assert found == again
    assert found.given[0] == found.other[0] == "null"
    assert len(found.shares) == len(found.given)
    assert {len(line) for line in found.shares} == {len(found.other)}
    assert sum(map(sum, found.shares)) == pytest.approx(1.0, abs=0.01)
    assert found.given[-1] == ("10" if planes == 10 else "128–200")

"""What differs is found, by the measure that is about it; what does not, is not."""

import math
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.measures import Verdict
from ascetic_ddd.faker.application.comparison.references import lorenz_distance
from ascetic_ddd.faker.application.comparison.scale import Scale
from ascetic_ddd.faker.application.comparison.thresholds import DEFAULTS, Thresholds
from ascetic_ddd.faker.application.comparison.wording import failure_texts, headline
from ascetic_ddd.faker.application.profile.model import DependentPair, Profile, TableProfile, Within, WithinClass
from ascetic_ddd.faker.domain.errors import ConfigurationError
from tests.unit.faker.application.comparison.profiles import (
    SKEWED,
    UNIFORM,
    column,
    failed,
    measure_of,
    profile,
    reference,
    table,
    verdicts,
)

KEY = "books.author_id"


@pytest.mark.parametrize("counts", [UNIFORM, SKEWED, [0] * 50 + SKEWED, [1], [3, 0]])
def test_a_profile_equals_itself(counts: list[int]) -> None:
    found = compare(profile(counts), profile(counts))
    assert found.is_equal
    assert not failed(found)
    assert headline(found).startswith("Equal")
    assert all(measure.distance == 0.0 for subject in found.subjects for measure in subject.measures)


def test_every_measure_of_a_reference_is_there() -> None:
    found = verdicts(compare(profile(), profile()), KEY)
    names = list(DEFAULTS)
    assert {*names[names.index("ks") : names.index("within_ks")]} <= set(found)


def test_a_key_reshuffled_to_uniform_with_the_same_mean_is_named_first() -> None:
    found = compare(profile(SKEWED), profile(UNIFORM))
    assert not found.is_equal
    assert headline(found) == f"Not equal: reference {KEY} differs most"
    assert {"ks", "w1", "lorenz", "size_biased_mean", "top_share", "weights", "skew"} <= {
        name for subject, name in failed(found) if subject == KEY
    }
    assert measure_of(found, KEY, "mean").verdict is Verdict.PASS
    assert {subject for subject, _ in failed(found)} == {KEY}
    name, text = failure_texts(found)[0]
    assert name == KEY
    assert "smaller" in text or "fewer" in text


def test_a_key_reshuffled_at_random_is_caught_too() -> None:
    stream = Random(7)
    drawn = [0] * len(SKEWED)
    for _ in range(sum(SKEWED)):
        drawn[stream.randrange(len(drawn))] += 1
    assert (KEY, "ks") in failed(compare(profile(SKEWED), profile(drawn)))


@pytest.mark.parametrize(
    ("counts", "parts", "name"),
    [
        ([20] * 450 + [0] * 50, {}, "unused_share"),
        ([25] * 500, {}, "mean"),
        (UNIFORM, {"nulls": 1_000}, "null_share"),
        ([*UNIFORM[:-1], 120], {}, "top_share"),
    ],
)
def test_each_difference_is_seen_by_its_measure(counts: list[int], parts: dict[str, Any], name: str) -> None:
    assert (KEY, name) in failed(compare(profile(UNIFORM), profile(counts, **parts)))


def test_the_same_rows_in_another_order_differ_in_correlation_alone() -> None:
    ordered = profile(books=[column("at", 10_000, correlation=1.0)])
    shuffled = profile(books=[column("at", 10_000, correlation=0.01)])
    found = compare(ordered, shuffled)
    assert failed(found) == {("books.at", "correlation")}
    assert "order" in failure_texts(found)[0][1]


def test_the_order_of_few_rows_says_nothing() -> None:
    a = Profile(tables=(table("authors", 12, column("born", 12, correlation=0.4)),))
    b = Profile(tables=(table("authors", 12, column("born", 12, correlation=-0.3)),))
    found = measure_of(compare(a, b), "authors.born", "correlation")
    assert found.verdict is Verdict.PASS
    assert "random scatter" in found.reason


@pytest.mark.parametrize(
    ("a", "b", "name"),
    [
        ({"null_share": 0.1}, {"null_share": 0.11}, "null_share"),
        ({"distinct": 300}, {"distinct": 400}, "distinct"),
        ({"distinct": 9_000}, {"distinct": 6_000}, "distinct"),
        ({"distinct": 5, "top_shares": (0.5,)}, {"distinct": 5, "top_shares": (0.6,)}, "most_common_share"),
        ({"width": 10.0}, {"width": 12.0}, "width"),
        ({"values": (("new", 0.5), ("old", 0.5))}, {"values": (("new", 0.6), ("old", 0.4))}, "values"),
        ({"values": (("new", 1.0),)}, {"values": (("neu", 1.0),)}, "values"),
    ],
)
def test_a_column_that_differs_is_named(a: dict[str, object], b: dict[str, object], name: str) -> None:
    left, right = (profile(books=[column("x", 10_000, **parts)]) for parts in (a, b))
    assert failed(compare(left, right)) == {("books.x", name)}


def test_the_most_common_of_rare_values_may_scatter() -> None:
    left, right = (profile(books=[column("x", 10_000, distinct=5_000, top_shares=(share,))]) for share in (0.0009, 0.0012))
    found = measure_of(compare(left, right), "books.x", "most_common_share")
    assert found.verdict is Verdict.PASS
    assert found.widened > 0.1


def test_the_planners_estimate_of_distinct_values_is_not_compared_with_a_count() -> None:
    left, right = (profile(books=[column("x", 10_000, distinct=50, method=method)]) for method in ("exact", "estimate"))
    found = compare(left, right)
    measure = measure_of(found, "books.x", "distinct")
    assert measure.verdict is Verdict.NOT_COMPARABLE
    assert "estimate" in measure.reason
    assert found.is_equal
    assert not compare(left, right, is_strict=True).is_equal
    off = Thresholds.parse(["books.x.distinct=off"])
    assert compare(left, right, is_strict=True, thresholds=off).is_equal


def test_columns_that_stopped_depending_on_each_other_are_found() -> None:
    def dependent(*pairs: DependentPair) -> Profile:
        found = profile(books=[column("city", 10_000, distinct=50), column("zip", 10_000, distinct=500)])
        return replace(found, tables=(found.tables[0], replace(found.tables[1], dependent_pairs=pairs)))

    strong = dependent(DependentPair(columns=("city", "zip"), strength=0.95))
    weak = dependent(DependentPair(columns=("zip", "city"), strength=0.35))
    none = dependent()
    assert failed(compare(strong, none)) == failed(compare(strong, weak)) == {("books", "dependence")}
    assert not failed(compare(weak, none))  # both are about as weak as what is not reported
    assert measure_of(compare(strong, none), "books", "dependence").detail == "city and zip"


def test_the_shape_within_tenants_is_compared_class_by_class() -> None:
    def with_classes(*histograms: tuple[tuple[int, int], ...]) -> Profile:
        classes = tuple(WithinClass(groups=5, rows=1_000, parents=100, histogram=each) for each in histograms)
        return profile(within=Within(columns=("tenant_id",), groups=10, classes=classes))

    even, uneven = ((10, 100),), ((0, 50), (20, 50))
    found = compare(with_classes(even, even), with_classes(even, uneven))
    measure = measure_of(found, KEY, "within_ks")
    assert measure.verdict is Verdict.FAIL
    assert measure.detail == "groups of size class 2 of 2"
    assert compare(with_classes(even, uneven), with_classes(even, uneven)).is_equal
    other = compare(with_classes(even, even), with_classes(even))
    assert measure_of(other, KEY, "within_ks").verdict is Verdict.NOT_COMPARABLE


def test_a_sampling_error_widens_the_threshold_and_is_told() -> None:
    counts = [20] * 480 + [40] * 20
    exact = compare(profile(UNIFORM), profile(counts))
    sampled = compare(profile(UNIFORM), profile(counts, method="sample", error=0.03))
    assert measure_of(exact, KEY, "ks").verdict is Verdict.FAIL
    measure = measure_of(sampled, KEY, "ks")
    assert measure.verdict is Verdict.PASS
    assert measure.widened == pytest.approx(0.03 + 1 / 500)
    assert "sampling error" in measure.reason


def test_histograms_that_the_planner_guessed_are_not_compared() -> None:
    found = compare(profile(), profile(method="estimate", error=None))
    assert {name for name, verdict in verdicts(found, KEY).items() if verdict is Verdict.NOT_COMPARABLE} >= {
        "ks",
        "w1",
        "lorenz",
        "size_biased_mean",
    }


def test_a_reference_without_rows_differs_from_one_with_rows() -> None:
    empty = compare(profile([0, 0, 0]), profile([0, 0, 0]))
    assert empty.is_equal
    found = compare(profile([5, 5, 5]), profile([0, 0, 0]))
    assert (KEY, "w1") in failed(found)
    assert math.isinf(measure_of(found, KEY, "mean").distance or 0.0)


def test_a_smaller_copy_of_the_same_shape_is_equal_when_it_is_meant_to_be_smaller() -> None:
    small = profile([20] * 50)
    found = compare(profile(UNIFORM), small)
    assert {("authors", "rows"), ("books", "rows"), (KEY, "top_share")} <= failed(found)
    assert (KEY, "ks") not in failed(found)
    for scale in ("0.1", "any"):
        assert not failed(compare(profile(UNIFORM), small, scale=Scale.parse([scale])))
    assert failed(compare(profile(UNIFORM), small, scale=Scale.parse(["0.2"]))) == {("authors", "rows"), ("books", "rows")}


def test_fewer_rows_for_the_same_parents_are_compared_by_what_does_not_depend_on_the_mean() -> None:
    scale = Scale.parse(["0.1", "authors=1"])
    assert not failed(compare(profile([200] * 500), profile(UNIFORM), scale=scale))
    assert (KEY, "lorenz") in failed(compare(profile([200] * 500), profile(SKEWED), scale=scale))


def test_what_has_no_counterpart_is_a_warning_and_a_failure_by_strict() -> None:
    more = profile(books=[column("x", 10_000)])
    more = replace(more, tables=(*more.tables, table("shelves", 5)))
    for a, b, where in ((more, profile(), "A"), (profile(), more, "B")):
        found = compare(a, b)
        assert found.is_equal
        assert headline(found).startswith("Equal in what could be compared")
        assert {(each.kind, each.name, each.where) for each in found.missing} == {
            ("column", "books.x", where),
            ("table", "shelves", where),
        }
        assert not compare(a, b, is_strict=True).is_equal


def test_a_reference_that_one_side_lacks_is_missing() -> None:
    without = replace(profile(), references=())
    assert [(each.kind, each.name, each.where) for each in compare(profile(), without).missing] == [("reference", KEY, "A")]
    assert [(each.kind, each.name, each.where) for each in compare(without, profile()).missing] == [("reference", KEY, "B")]


def test_a_column_of_another_type_is_told() -> None:
    left, right = (profile(books=[column("x", 10_000, type=type)]) for type in ("integer", "text"))
    assert [(each.name, each.where, each.reason) for each in compare(left, right).missing] == [
        ("books.x", "both", "integer in A, text in B")
    ]


def test_nothing_in_common_is_an_error_and_not_equality() -> None:
    other = Profile(tables=(table("ships", 5),))
    with pytest.raises(
        ConfigurationError, match=r"nothing to compare: no table of A \(authors, books\) has a namesake in B \(ships\)"
    ):
        compare(profile(), other)


def test_thresholds_apply_to_all_or_to_one_subject() -> None:
    a, b = profile(UNIFORM), profile([25] * 500)
    assert (KEY, "mean") not in failed(compare(a, b, thresholds=Thresholds.parse(["mean=0.3"])))
    assert (KEY, "mean") not in failed(compare(a, b, thresholds=Thresholds.parse(["books.author_id.mean=0.3"])))
    assert (KEY, "mean") in failed(compare(a, b, thresholds=Thresholds.parse(["authors.id.distinct=0.3"])))
    assert (KEY, "ks") not in failed(compare(a, b, thresholds=Thresholds.parse(["ks=off"])))
    with pytest.raises(ConfigurationError, match=r"books\.editor_id, which is not compared; near it: books\.author_id"):
        compare(a, b, thresholds=Thresholds.parse(["books.editor_id.ks=1"]))


def test_a_difference_of_exactly_the_threshold_passes() -> None:
    left, right = (profile(books=[column("x", 10_000, null_share=share)]) for share in (0.1, 0.1051))
    assert not failed(compare(left, right))  # 0.005, and one row of 10,000


def test_two_keys_to_the_same_parent_are_told_apart_by_their_columns() -> None:
    def both(first: list[int], second: list[int]) -> Profile:
        found = profile(first, books=[column("editor_id", 10_000, distinct=500)])
        editor = replace(reference(second), columns=("editor_id",))
        return replace(found, references=(*found.references, editor))

    found = compare(both(UNIFORM, SKEWED), both(UNIFORM, UNIFORM))
    assert {subject for subject, _ in failed(found)} == {"books.editor_id"}


def test_servers_of_other_versions_and_targets_are_told() -> None:
    other = replace(profile(), source={"server_version": "16.2", "statistics_target": 1000})
    notes = " ".join(compare(profile(), other).notes)
    assert "18.4 and 16.2" in notes
    assert "100 and 1000" in notes


histograms = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), min_size=1, max_size=8).filter(
    lambda pairs: any(uses for uses, _ in pairs)
)


@given(histograms, histograms)
def test_the_lorenz_distance_is_a_distance_between_0_and_1(a: list[tuple[int, int]], b: list[tuple[int, int]]) -> None:
    assert lorenz_distance(a, a) == pytest.approx(0.0)
    assert lorenz_distance(a, b) == pytest.approx(lorenz_distance(b, a))
    assert 0.0 <= lorenz_distance(a, b) <= 1.0


@given(histograms, st.integers(2, 5))
def test_the_lorenz_distance_knows_neither_size_nor_mean(a: list[tuple[int, int]], times: int) -> None:
    assert lorenz_distance(a, [(uses * times, parents) for uses, parents in a]) == pytest.approx(0.0, abs=1e-9)
    assert lorenz_distance(a, [(uses, parents * times) for uses, parents in a]) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("pages", "added", "is_equal"), [(23, 17, True), (600, 62, True), (600, 200, False), (5_000, 700, False)]
)
def test_empty_pages_that_a_bulk_load_leaves_are_no_difference(pages: int, added: int, is_equal: bool) -> None:
    rows = 200 * pages
    a, b = (replace(table("books", rows), bytes_per_row=8192 * each / rows) for each in (pages, pages + added))
    found = compare(Profile(tables=(a,), references=()), Profile(tables=(b,), references=()))
    assert found.is_equal is is_equal


def test_empty_tables_and_types_without_an_order_are_equal_to_themselves_even_strictly() -> None:
    opaque = column("at", 500, type="point", distinct=None, top_shares=(), correlation=None)
    before = profile(books=[replace(opaque, rows=10_000)])
    empty = replace(before, references=(reference([]),), tables=tuple(_emptied(each) for each in before.tables))
    for each in (before, empty):
        found = compare(each, each, is_strict=True)
        assert found.is_equal, found.not_comparable
    unknown = replace(before, tables=tuple(_estimated(each) for each in before.tables))
    assert not compare(unknown, unknown, is_strict=True).is_equal


def _emptied(found: TableProfile) -> TableProfile:
    columns = tuple(replace(each, rows=0, distinct=0, top_shares=(), quantiles=None) for each in found.columns)
    return replace(found, rows=0, bytes_per_row=None, columns=columns)


def _estimated(found: TableProfile) -> TableProfile:
    return replace(found, columns=tuple(replace(each, method="estimate") for each in found.columns))

"""What is said of a failure is said of the right side."""

import math

import pytest

from ascetic_ddd.faker.application.comparison.measures import Measure, Verdict
from ascetic_ddd.faker.application.comparison.missing import Missing
from ascetic_ddd.faker.application.comparison.model import Comparison, Side, Subject
from ascetic_ddd.faker.application.comparison.thresholds import DEFAULTS
from ascetic_ddd.faker.application.comparison.wording import (
    distance_text,
    failure_texts,
    headline,
    limit_text,
    sentence,
    value_text,
)


def fault(name: str, a: float | None, b: float | None, distance: float, **parts: float) -> Measure:
    return Measure(name, a, b, distance, DEFAULTS[name].value, verdict=Verdict.FAIL, **parts)  # type: ignore[arg-type]


def comparison(*subjects: Subject, **parts: object) -> Comparison:
    return Comparison(Side("a"), Side("b"), subjects, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measure", "text"),
    [
        (fault("mean", 10.0, 20.0, 1.0), "rows per used parent: 2 times more, 20 in B, 10 in A; look-ups and joins return more"),
        (fault("mean", 10.0, 9.0, 1 / 9), "rows per used parent: 10 % fewer, 9 in B, 10 in A; look-ups and joins return less"),
        (fault("mean", 10.0, 11.0, 0.1), "rows per used parent: 10 % more, 11 in B, 10 in A; look-ups and joins return more"),
        (fault("top_share", 0.5, 0.25, 1.0), "2 times smaller, 25 % in B, 50 % in A; the hottest key is less hot"),
        (fault("mean", 10.0, 0.0, math.inf), "rows per used parent: none, 0 in B, 10 in A"),
        (fault("mean", 0.0, 10.0, math.inf), "some where there shall be none, 10 in B, 0 in A"),
        (
            fault("null_share", 0.0, 0.25, 0.25),
            "another share is null: 25 % in B, 0 % in A; share of nulls is 0.25, at most 0.005",
        ),
        (fault("ks", None, None, 0.4), "the children per parent are distributed otherwise; children per parent, KS is 0.4"),
    ],
)
def test_a_failure_is_told_in_words(measure: Measure, text: str) -> None:
    assert text in sentence(Subject("reference", "books.author_id", "books.author_id", (measure,)), measure)


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_measure_can_be_told(name: str) -> None:
    measure = fault(name, 1.0, 3.0, 2.0)
    assert len(sentence(Subject("table", "books", "books", (measure,)), measure)) > 20
    assert distance_text(measure)
    assert limit_text(measure)


def test_a_key_is_named_once_and_by_its_reference() -> None:
    key = Subject("reference", "books.author_id", "books.author_id", (fault("ks", None, None, 0.2),))
    column = Subject("column", "books.author_id", "books.author_id", (fault("most_common_share", 0.5, 0.01, 49.0),))
    table = Subject("table", "books", "books", (fault("rows", 10.0, 5.0, 1.0),))
    found = comparison(table, key, column)
    assert headline(found) == "Not equal: reference books.author_id differs most, and books too"
    assert [name for name, _ in failure_texts(found)] == ["books.author_id", "books"]
    assert "KS" in failure_texts(found)[0][1]


def test_the_worst_is_what_misses_its_limit_by_most() -> None:
    little = Subject("table", "authors", "authors", (fault("rows", 10.0, 9.0, 0.11),))
    much = Subject("table", "books", "books", (fault("rows", 10.0, 0.0, math.inf),))
    assert headline(comparison(little, much)).startswith("Not equal: table books differs most")


def test_equality_has_its_reservations() -> None:
    fine = Subject("table", "books", "books", (Measure("rows", 1.0, 1.0, 0.0, 0.05),))
    gone = Missing("column", "books.x", "A", "…")
    assert headline(comparison(fine)) == "Equal: every measure is within its threshold"
    assert headline(comparison(fine, missing=(gone,))).startswith("Equal in what could be compared")
    assert "--strict" in headline(comparison(fine, missing=(gone,), is_strict=True))


def test_figures_are_short() -> None:
    assert value_text("mean", 1_234_567.0) == "1,234,567"
    assert value_text("skew", 1.23456) == "1.23"
    assert value_text("weights", (0.7, 0.3)) == "0.700 / 0.300"
    assert distance_text(fault("mean", 1.0, 1.00001, 0.00001)) == "<0.1 %"
    assert distance_text(fault("mean", 1.0, 50.0, 49.0)) == "×50"
    assert distance_text(fault("mean", 1.0, 0.0, math.inf)) == "infinite"
    assert limit_text(Measure("ks", None, None, 0.0, math.inf)) == "off"
    assert limit_text(Measure("ks", None, None, 0.0, 0.02, 0.03)) == "0.02 + 0.03"
    assert limit_text(Measure("ks", None, None, 0.0, 0.02, 0.0001)) == "0.02"

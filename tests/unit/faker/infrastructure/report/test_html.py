"""The report stands alone, tells the verdict first, and escapes what comes from databases."""

import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import matplotlib.text
import pytest

from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.model import Comparison
from ascetic_ddd.faker.application.comparison.planner import (
    PlannerComparison,
    PlanNode,
    Probe,
    ProbeResult,
    TableState,
    judge_planner,
)
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds
from ascetic_ddd.faker.application.profile.decks import deck_record
from ascetic_ddd.faker.application.profile.model import DeckProfile, Profile
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.report.html import html_report, require_report_libraries
from tests.unit.faker.application.comparison.profiles import SKEWED, UNIFORM, column, profile, table

STEERING = "\x1b]8;;x\x07\u202e\u200b\x9b\n\udc80$x_1$"
EVIL = STEERING + "<script>alert('x')</script>&\"><img src=x onerror=alert(1)>"
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Sees that tags are balanced, and keeps what was found."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["title"]):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def first_screen(self) -> str:
        """Up to the end of the box on top."""
        return self.text[: self.text.index("measures")]


def planner() -> PlannerComparison:
    index = PlanNode("Index Scan", f"{EVIL} by (id)", 10.0, 12.0)
    results = (
        ProbeResult(Probe("look-up", "books.id", f"rows with {EVIL}"), index, PlanNode("Seq Scan", "books", 900.0, 900.0), index),
        ProbeResult(Probe("range", "books.id", "a range"), index, index, index),
    )
    states = ((TableState("books", None, 3, -1.0),), (TableState("books", "2026-01-01T00:00:00Z", 0, 10.0),))
    return PlannerComparison(results, states, (100, 100), True, judge_planner(results, Thresholds()), (f"note {EVIL}",))


@pytest.fixture(scope="module")
def unequal() -> str:
    return html_report(replace(compare(profile(SKEWED), profile(UNIFORM)), planner=planner()))


def evil() -> Comparison:
    a = Profile(tables=(table(EVIL, 10, column(EVIL, 10)), table("books", 5)), notes=(EVIL,))
    b = Profile(tables=(table(EVIL, 10, column(EVIL, 10, null_share=0.5)),), notes=(EVIL,))
    return replace(compare(a, b, labels=(EVIL, EVIL)), planner=planner())


def test_the_first_screen_names_the_key_that_failed_worst(unequal: str) -> None:
    top = Page(unequal).first_screen()
    assert "NOT EQUAL" in top
    assert "reference books.author_id differs most" in top
    assert "books.author_id : share of the top parent" in top


def test_equality_is_told_first_too() -> None:
    top = Page(html_report(compare(profile(), profile()))).first_screen()
    assert "✓ EQUAL" in top
    assert "NOT EQUAL" not in top


def test_nothing_is_loaded_and_nothing_runs(unequal: str) -> None:
    page = Page(unequal)
    assert "http" not in unequal
    assert "//" not in unequal
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "object", "embed", "img", "base", "form"})
    for _, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("href", "src", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")
    assert not re.search(r"url\((?!#)", unequal)
    assert "@import" not in unequal


def test_names_are_escaped_wherever_they_stand() -> None:
    text = html_report(evil())
    assert "<script" not in text
    assert "<img" not in text
    page = Page(text)
    assert page.text.count("alert('x')") >= 8
    assert page.text.count(r"\x1b]8;;x\x07\u202e\u200b\x9b\n\udc80$x_1$<script>") >= 8
    assert text.replace("\n", "").isprintable()
    text.encode()
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img"})


def test_every_id_is_unique_and_every_reference_has_its_target(unequal: str) -> None:
    page = Page(unequal)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    referred = {value.removeprefix("#") for _, attributes in page.tags if (value := attributes.get("href") or "").startswith("#")}
    referred |= set(re.findall(r"url\(#([^)]+)\)", unequal))
    referred |= {name for _, attributes in page.tags if (name := attributes.get("aria-labelledby"))}
    assert referred <= set(ids)


def test_plots_have_names_and_take_the_colours_of_the_page(unequal: str) -> None:
    plots = re.findall(r"<svg.*?</svg>", unequal, re.DOTALL)
    assert len(plots) == 2
    for plot in plots:
        assert 'role="img" aria-label="' in plot
        assert "var(--a)" in plot
        assert "var(--b)" in plot
        assert not re.search(r"#[0-9a-f]{6}", plot), "a colour of its own would be invisible in the dark"
        assert "<text" in plot
        assert "DejaVu" not in plot


def test_dark_and_print_have_colours_of_their_own(unequal: str) -> None:
    assert "@media (prefers-color-scheme: dark)" in unequal
    assert "@media print" in unequal
    blocks = re.findall(r"--page: #\w+; --box: #\w+; --text: #\w+; --soft: #\w+; --rule: #\w+;", unequal)
    assert len(blocks) == 3


def test_verdicts_are_words_and_not_colours_alone(unequal: str) -> None:
    marks = re.findall(r'<span class="mark \w+">(.*?)</span>', unequal)
    assert {"✓ pass", "✗ fail"} <= set(marks)
    assert all(mark[0] in "✓✗?" for mark in marks)


def test_tables_have_headings_and_captions(unequal: str) -> None:
    page = Page(unequal)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("caption") == tags.count("table") > 3
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in page.tags if tag == "th")


def test_plans_that_differ_stand_side_by_side(unequal: str) -> None:
    text = Page(unequal).text
    assert "Seq Scan on books (900 rows expected, 900 found)" in text
    assert "12 found" in text
    assert "A differs from itself" not in text


def test_the_same_comparison_gives_the_same_page() -> None:
    found = compare(profile(SKEWED), profile(UNIFORM))
    assert html_report(found) == html_report(found)


def test_a_reference_without_rows_has_no_plot() -> None:
    assert "<svg" not in html_report(compare(profile([0, 0]), profile([0, 0])))


def dependent(given: str = "plane", other: str = "carrier", *, is_forgotten: bool = False) -> Profile:
    """Twelve planes, each of one of three carriers, or of all."""
    planes = range(12)
    rows = [(plane, plane % 3, 30) for plane in planes]
    if is_forgotten:
        rows = [(plane, carrier, 10) for plane in planes for carrier in range(3)]
    record = deck_record((given, other), [*rows, (None, 1, 20)])
    found = DeckProfile(**{name: getattr(record, name) for name in record.__dataclass_fields__})
    columns = [column(name, found.rows, distinct=30) for name in (given, other)]
    return Profile(tables=(replace(table("flights", found.rows, *columns), decks=(found,)),))


def test_pairs_that_differ_have_heat_maps_side_by_side_and_words_under_them() -> None:
    text = html_report(compare(dependent(), dependent(is_forgotten=True)))
    page = Page(text)
    maps = re.findall(r'<svg class="heat".*?</svg>', text, re.DOTALL)
    assert len(maps) == 2
    for drawn in maps:
        assert 'role="img" aria-label="' in drawn
        assert "#" not in drawn, "a colour of its own would be invisible in the dark"
        assert ">null</text>" in drawn
    assert maps[0].count("<rect") < maps[1].count("<rect")  # a function leaves most combinations empty
    assert "flights(plane, carrier) ✗ fail" in page.text
    assert re.search(r"beside rank \d: [\d.]+ % of the rows in A, [\d.]+ % in B", page.text)
    assert re.findall(r'<figcaption class="key-[ab]">([AB])</figcaption>', text) == ["A", "B"]


def test_names_of_columns_that_depend_on_each_other_are_escaped_and_not_drawn() -> None:
    text = html_report(compare(dependent(EVIL, "b" + EVIL), dependent(EVIL, "b" + EVIL)))
    page = Page(text)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img"})
    assert "alert" not in "".join(re.findall(r"<svg.*?</svg>", text, re.DOTALL))
    assert page.text.count("alert('x')") >= 2


@pytest.mark.parametrize("missing", ["jinja2", "matplotlib"])
def test_without_the_extra_the_error_says_how_to_get_it(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)  # how an import is forbidden
    with pytest.raises(ConfigurationError, match=rf"{missing}.*pip install 'ascetic-ddd\[report\]'"):
        require_report_libraries()


def test_no_word_of_a_database_reaches_the_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """There, $x_1$ would be read as a formula."""
    drawn: list[str] = []
    set_text = matplotlib.text.Text.set_text

    def watched(self: Any, text: str) -> None:
        drawn.append(str(text))
        set_text(self, text)

    monkeypatch.setattr(matplotlib.text.Text, "set_text", watched)
    html_report(compare(profile(SKEWED), profile(UNIFORM), labels=("$a_1$", "$b_1$")))
    assert "children" in drawn
    assert not [text for text in drawn if "$" in text or "author" in text or "book" in text]

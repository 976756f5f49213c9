"""A comparison for the terminal: the verdict, what fails, and one line for each part that passes."""

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from typing import TextIO

from ascetic_ddd.faker.application.comparison.measures import Measure, Verdict
from ascetic_ddd.faker.application.comparison.model import Comparison, Subject
from ascetic_ddd.faker.application.comparison.planner import PlannerComparison
from ascetic_ddd.faker.application.comparison.wording import (
    distance_text,
    failure_texts,
    headline,
    limit_text,
    measure_title,
    value_text,
)
from ascetic_ddd.faker.cli.terminal import StyledLine, print_styled
from ascetic_ddd.faker.domain.values.words import visible

__all__ = ("print_comparison",)

_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.NOT_COMPARABLE: "yellow"}
_WORDS = {Verdict.PASS: "pass", Verdict.FAIL: "FAIL", Verdict.NOT_COMPARABLE: "?"}
_MOST_PLANS = 10


def print_comparison(comparison: Comparison, stream: TextIO, *, is_full: bool = False) -> None:
    """Print it; colours only on a terminal, and lines of 80 columns unless names are longer.

    Args:
        comparison: what was found.
        stream: where to.
        is_full: print every measure, not only those that fail or cannot be compared.
    """
    print_styled(_lines(comparison, is_full=is_full), stream)


def _lines(comparison: Comparison, *, is_full: bool) -> Iterable[StyledLine]:
    style = "bold green" if comparison.is_equal else "bold red"
    yield [(headline(comparison), style)]
    yield f"  A  {comparison.a.label}"
    yield f"  B  {comparison.b.label}"
    for name, text in failure_texts(comparison):
        yield from _wrapped(f"* {name}: {text}")
    yield ""
    yield f"{'measure':<35}{'A':>10}{'B':>10}{'distance':>10}{'at most':>10}"
    for kind in ("table", "reference", "pair", "column"):
        for each in (each for each in comparison.subjects if each.kind == kind):
            yield from _subject(each, is_full=is_full)
    columns = [each for each in comparison.subjects if each.kind == "column"]
    if columns:
        yield f"columns  {sum(not each.failures for each in columns):,} of {len(columns):,} pass"
    if comparison.planner:
        yield from _planner(comparison.planner)
    for gone in comparison.without_counterpart:
        verdict = Verdict.FAIL if comparison.is_strict else Verdict.NOT_COMPARABLE
        yield from ([(line, _STYLES[verdict])] for line in _wrapped(f"no counterpart: {gone.kind} {gone.name}: {gone.reason}"))
    sides = [(side, note) for side, of in (("A", comparison.a), ("B", comparison.b)) for note in of.notes]
    planner = comparison.planner.notes if comparison.planner else ()
    for note in (*comparison.notes, *planner, *(f"{side}: {note}" for side, note in sides)):
        yield from _wrapped(f"note: {note}")


def _planner(planner: PlannerComparison) -> Iterable[StyledLine]:
    yield "planner" + (" (column A: the noise floor)" if planner.is_analyzed else "")
    yield from (_measure(measure) for measure in planner.measures)
    if planner.latency:
        yield "latency"
        yield from (line for measure in planner.latency for line in (_measure(measure), _about(measure)))
    differing = planner.differing
    for result in differing[:_MOST_PLANS]:
        yield from _wrapped(f"  planned otherwise: {result.probe.text}")
    if len(differing) > _MOST_PLANS:
        yield f"  and {len(differing) - _MOST_PLANS:,} more"


def _subject(subject: Subject, *, is_full: bool) -> Iterable[StyledLine]:
    shown = [measure for measure in subject.measures if is_full or measure.verdict is not Verdict.PASS]
    other = f" ({subject.name_b} in B)" if subject.name_b != subject.name else ""
    passed = sum(measure.verdict is Verdict.PASS for measure in subject.measures)
    if shown or subject.kind != "column":  # columns that pass would fill the screen
        yield [(f"{subject.kind} {subject.name}{other}", ""), (f"  {passed} of {len(subject.measures)} pass", "dim")]
    for measure in shown:
        yield _measure(measure)
        if measure.verdict is Verdict.NOT_COMPARABLE and measure.reason:
            yield [(f"    {measure.reason}", "dim")]


def _measure(measure: Measure) -> StyledLine:
    a, b = (value_text(measure.name, value) if isinstance(value, (int, float)) else "" for value in (measure.a, measure.b))
    figures = f"  {measure_title(measure):<33}{a:>10}{b:>10}{distance_text(measure):>10}{_limit(measure):>10} "
    return [(figures, ""), (_WORDS[measure.verdict], _STYLES[measure.verdict])]


def _about(measure: Measure) -> StyledLine:
    return [(f"    {measure.detail or measure.reason}", "dim")]


def _limit(measure: Measure) -> str:
    """Threshold and what it was widened by in one number; JSON and the report have both."""
    return limit_text(replace(measure, threshold=measure.limit, widened=0.0))


def _wrapped(text: str) -> list[str]:
    """Lines of 80 columns, unless a name alone is longer."""
    return textwrap.wrap(visible(text), 79, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)

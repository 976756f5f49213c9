"""The verdict in words: what failed worst, and what it means for the planner."""

import math
from collections.abc import Mapping

from ascetic_ddd.faker.application.comparison.measures import Measure, Value
from ascetic_ddd.faker.application.comparison.model import Comparison, Subject
from ascetic_ddd.faker.application.comparison.thresholds import DEFAULTS

__all__ = ("distance_text", "failure_texts", "headline", "limit_text", "measure_title", "sentence", "value_text")

_SHARES = frozenset({"top_share", "null_share", "unused_share", "weights", "most_common_share", "plans"})

# what B has more or less of, and what follows from it where it has more, and where it has less
_RATIOS: Mapping[str, tuple[str, str, str]] = {
    "rows": ("rows", "scans cost more than in A", "scans cost less than in A"),
    "bytes_per_row": ("bytes per row", "its pages hold fewer rows", "its pages hold more rows"),
    "mean": ("rows per used parent", "look-ups and joins return more", "look-ups and joins return less"),
    "size_biased_mean": ("rows behind a random row's parent", "a usual look-up is dearer", "a usual look-up is cheaper"),
    "top_share": ("of the share for the top parent", "the hottest key is hotter", "the hottest key is lost"),
    "distinct": ("distinct values", "equality is taken for more selective", "equality is taken for less selective"),
    "most_common_share": ("of the share for the most common value", "its hottest value is hotter", "its hottest value is lost"),
    "width": ("bytes per value", "rows are wider", "rows are narrower"),
}
_DISTANCES: Mapping[str, str] = {
    "ks": "the children per parent are distributed otherwise",
    "w1": "children would have to move to other parents",
    "lorenz": "the top parents hold another share of the rows",
    "null_share": "another share is null",
    "unused_share": "another share of the parents has no child",
    "weights": "the parts of the parents hold other shares of the rows",
    "skew": "the rows lean otherwise towards the top parents",
    "within_ks": "inside the groups, the children per parent are distributed otherwise",
    "within_w1": "inside the groups, children would have to move to other parents",
    "values": "the values have other shares",
    "correlation": "rows lie in another order, so index scans cost otherwise",
    "dependence": "the columns know more, or less, of each other",
}


def headline(comparison: Comparison) -> str:
    """The verdict in one sentence, which names what failed worst."""
    failed = comparison.failed
    if failed:
        worst = failed[0]
        rest = len(failed) - 1
        more = f" {rest} more {'differs' if rest == 1 else 'differ'}." if rest else ""
        return f"Not equal: the {worst.kind} {worst.name} is off most.{more}"
    if comparison.planner_failures:
        return "Not equal: the shapes agree, the planner's answers do not."
    if not comparison.is_equal:
        return "Not equal by --strict: something has no counterpart or cannot be compared."
    if comparison.missing or comparison.not_comparable:
        return "Equal in what both have; not everything could be compared."
    return "Equal: every measure is within its threshold."


def failure_texts(comparison: Comparison, limit: int = 5) -> list[tuple[str, str]]:
    """Pairs (subject, sentence about its worst measure), worst first."""
    found = [(subject.name, sentence(subject, subject.failures[0])) for subject in comparison.failed]
    found += [("planner", _of_planner(measure)) for measure in comparison.planner_failures]
    return found[:limit]


def sentence(subject: Subject, measure: Measure) -> str:
    """What a measure that fails means.

    Example:
        >>> measure = Measure("size_biased_mean", 400.0, 50.0, 7.0, 0.05)
        >>> sentence(Subject("reference", "books.author_id", "books.author_id", (measure,)), measure)
        "8 times fewer rows behind a random row's parent: 50 in B, 400 in A; a usual look-up is cheaper"
    """
    if measure.name in _RATIOS and isinstance(measure.a, (int, float)) and isinstance(measure.b, (int, float)):
        what, more, fewer = _RATIOS[measure.name]
        is_more = measure.b > measure.a
        amount = _times(measure.distance or 0.0, is_more=is_more)
        values = f"{value_text(measure.name, measure.b)} in B, {value_text(measure.name, measure.a)} in A"
        return f"{amount} {what}: {values}; {more if is_more else fewer}"
    words = _DISTANCES.get(measure.name, measure_title(measure))
    values = ""
    if isinstance(measure.a, (int, float)) and isinstance(measure.b, (int, float)):
        values = f": {value_text(measure.name, measure.b)} in B, {value_text(measure.name, measure.a)} in A"
    about = f" ({measure.detail})" if measure.detail else ""
    return (
        f"{words}{about}{values}; {measure_title(measure)} is {distance_text(measure)}, at most {limit_text(measure)} is allowed"
    )


def measure_title(measure: Measure) -> str:
    """The measure's name for people."""
    return DEFAULTS[measure.name].title


def value_text(name: str, value: Value) -> str:
    """A figure for people.

    Example:
        >>> value_text("null_share", 0.125), value_text("mean", 1234.5), value_text("ks", None)
        ('12.5 %', '1,234', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return " / ".join(f"{part:.3f}" for part in value)
    if name in _SHARES:
        return f"{_plain(100.0 * value)} %"
    return _plain(value)


def distance_text(measure: Measure) -> str:
    """The distance for people: a ratio in percent, a difference as it is."""
    return _of_unit(measure.name, measure.distance)


def limit_text(measure: Measure) -> str:
    """The threshold for people, and what it was widened by."""
    if math.isinf(measure.threshold):
        return "off"
    widened = f" + {_of_unit(measure.name, measure.widened)}" if measure.widened > measure.threshold / 10.0 else ""
    return f"{_of_unit(measure.name, measure.threshold)}{widened}"


def _of_unit(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if math.isinf(value):
        return "infinite"
    if not DEFAULTS[name].is_ratio:
        return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
    return f"{100.0 * value:.3g} %" if value < 10.0 else f"×{value + 1.0:,.3g}" if value < 1000 else f"×{value:,.0f}"


def _times(distance: float, *, is_more: bool) -> str:
    word = "more" if is_more else "fewer"
    if math.isinf(distance):
        return "infinitely more" if is_more else "none at all, so infinitely fewer"
    if distance < 1.0:
        share = distance if is_more else 1.0 - 1.0 / (1.0 + distance)
        return f"{100.0 * share:.3g} % {word}"
    return f"{_plain(distance + 1.0)} times {word}"


def _plain(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _of_planner(measure: Measure) -> str:
    about = f" ({measure.detail})" if measure.detail else ""
    if measure.name == "plans":
        allowed = value_text("plans", measure.limit)
        return f"{value_text('plans', measure.distance)} of the probes are planned otherwise{about}; at most {allowed} is allowed"
    return f"{measure_title(measure)} is {value_text('', measure.b)}{about}; at most {1.0 + measure.limit:.3g} is allowed"

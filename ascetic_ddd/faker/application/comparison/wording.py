"""The verdict in words: what failed worst, and what it means for the planner."""

import math
from collections.abc import Mapping

from ascetic_ddd.faker.application.comparison.measures import Measure, Value
from ascetic_ddd.faker.application.comparison.model import Comparison, Subject
from ascetic_ddd.faker.application.comparison.thresholds import DEFAULTS

__all__ = ("distance_text", "failure_texts", "headline", "limit_text", "measure_title", "sentence", "value_text")

_SHARES = frozenset(
    {"top_share", "null_share", "unused_share", "weights", "most_common_share", "plans", "determined", "commonest_worst"}
)

# what follows where B has more, and where it has less
_RATIOS: Mapping[str, tuple[str, str]] = {
    "rows": ("scans cost more", "scans cost less"),
    "bytes_per_row": ("a page holds fewer rows", "a page holds more rows"),
    "mean": ("look-ups and joins return more", "look-ups and joins return less"),
    "size_biased_mean": ("a usual look-up costs more", "a usual look-up costs less"),
    "top_share": ("the hottest key is hotter", "the hottest key is less hot"),
    "distinct": ("equality is taken for more selective", "equality is taken for less selective"),
    "most_common_share": ("the hottest value is hotter", "the hottest value is lost"),
    "width": ("sorts and hashes need more memory", "sorts and hashes need less memory"),
    "combinations": ("grouping by both gives more groups, of fewer rows", "grouping by both gives fewer groups, of more rows"),
    "commonest_worst": ("a condition on both returns more", "a condition on both returns less"),
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
    "determined": "one column follows otherwise from the other",
    "commonest": "the most frequent combinations have other shares",
    "joint": "the values stand beside other ones",
}


def headline(comparison: Comparison) -> str:
    """The verdict in one sentence, which names what failed worst."""
    failed = _grouped(comparison.failed)
    if failed:
        names = list(failed)
        more = "" if len(names) == 1 else f", and {names[1]} too" if len(names) == 2 else f", and {len(names) - 1} more differ"
        return f"Not equal: {_worst_of(failed[names[0]]).kind} {names[0]} differs most{more}"
    if comparison.planner_failures:
        return "Not equal: the shapes agree, the planner's answers do not"
    if not comparison.is_equal:
        return "Not equal by --strict: something has no counterpart or cannot be compared"
    if comparison.without_counterpart or comparison.not_comparable:
        return "Equal in what could be compared; not everything could be"
    return "Equal: every measure is within its threshold"


def failure_texts(comparison: Comparison, limit: int = 5) -> list[tuple[str, str]]:
    """Pairs (subject, sentence about its worst measure), worst first; a key's reference and column are one."""
    found = []
    for name, subjects in _grouped(comparison.failed).items():
        worst = _worst_of(subjects)
        found.append((name, sentence(worst, worst.failures[0])))
    found += [("planner", _of_planner(measure)) for measure in comparison.planner_failures]
    return found[:limit]


def sentence(subject: Subject, measure: Measure) -> str:
    """What a measure that fails means.

    Example:
        >>> measure = Measure("size_biased_mean", 400.0, 50.0, 7.0, 0.05)
        >>> sentence(Subject("reference", "books.author_id", "books.author_id", (measure,)), measure)
        "rows behind a random row's parent: 8 times fewer, 50 in B, 400 in A; a usual look-up costs less"
    """
    title, values = measure_title(measure), ""
    if isinstance(measure.a, (int, float)) and isinstance(measure.b, (int, float)):
        values = f"{value_text(measure.name, measure.b)} in B, {value_text(measure.name, measure.a)} in A"
    if measure.name in _RATIOS and isinstance(measure.a, (int, float)) and isinstance(measure.b, (int, float)):
        is_more = measure.b > measure.a
        meaning = _RATIOS[measure.name][0 if is_more else 1]
        amount = _times(measure.name, measure.distance or 0.0, is_more=is_more)
        return f"{title}: {amount}, {values}; {meaning}"
    about = f" ({measure.detail})" if measure.detail else ""
    between = f": {values}" if values else ""
    return (
        f"{_DISTANCES.get(measure.name, title)}{about}{between}; "
        f"{title} is {distance_text(measure)}, at most {limit_text(measure)} is allowed"
    )


def _grouped(failed: tuple[Subject, ...]) -> dict[str, list[Subject]]:
    groups: dict[str, list[Subject]] = {}
    for subject in failed:
        groups.setdefault(subject.name, []).append(subject)
    return groups


def _worst_of(subjects: list[Subject]) -> Subject:
    """The reference, if there is one: its column only says the same with less."""
    return next((subject for subject in subjects if subject.kind == "reference"), subjects[0])


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
        return "<0.001" if 0.0 < value < 0.0005 else f"{value:.3g}" if value < 1000.0 else f"{value:,.0f}"
    if value >= 10.0:
        return f"×{_plain(value + 1.0)}"
    percent = 100.0 * value
    return "<0.1 %" if 0.0 < percent < 0.05 else f"{percent:.2g} %" if percent < 100.0 else f"{percent:.0f} %"


def _times(name: str, distance: float, *, is_more: bool) -> str:
    if math.isinf(distance):
        return "some where there shall be none" if is_more else "none"
    if name in _SHARES or name == "width":
        word = "larger" if is_more else "smaller"
    else:
        word = "more" if is_more else "fewer"
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
    if measure.name.startswith("latency_"):
        values = f"{value_text('', measure.b)} in B, {value_text('', measure.a)} in A"
        return (
            f"{measure_title(measure)}{about}: {values}; {distance_text(measure)} apart, at most {limit_text(measure)} is allowed"
        )
    return f"{measure_title(measure)} is {value_text('', measure.b)}{about}; at most {1.0 + measure.limit:.3g} is allowed"

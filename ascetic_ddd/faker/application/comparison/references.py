"""The measures of a foreign key: how many children its parents have."""

from collections import Counter
from collections.abc import Callable, Sequence

from ascetic_ddd.faker.application import measure
from ascetic_ddd.faker.application.comparison import sampling
from ascetic_ddd.faker.application.comparison.judging import Judge, Slack
from ascetic_ddd.faker.application.comparison.measures import Measure
from ascetic_ddd.faker.application.profile.groups import pooled
from ascetic_ddd.faker.application.profile.model import ReferenceProfile, WithinClass

__all__ = ("lorenz_distance", "measures_of_reference")

_Histogram = Sequence[tuple[int, int]]

_CLASSES = 4  # of groups that are compared: one alone has few parents
_OF_HISTOGRAM = ("ks", "w1", "lorenz", "size_biased_mean")
_ESTIMATED = "{} has only the planner's statistics, which do not tell the children per parent"


def measures_of_reference(a: ReferenceProfile, b: ReferenceProfile, judge: Judge) -> tuple[Measure, ...]:
    """Compare two references; between empty tables there is nothing to compare."""
    if not (a.rows or b.rows or a.parents or b.parents):
        return ()
    found = _of_histograms(a, b, judge)
    rows = Slack(grain=_one_of(a.rows, b.rows))
    used = Slack(grain=_one_of(a.used, b.used))
    parents = Slack(sampling=(a.error or 0.0) + (b.error or 0.0), grain=_one_of(a.parents, b.parents))
    mean = Slack(sampling=_relative_errors(a, b, sampling.mean_error), grain=used.grain)
    found.append(judge.of_figures("mean", a.mean, b.mean, mean))
    found.append(judge.of_figures("top_share", _top_share(a), _top_share(b), Slack(grain=_top_grain(a, b))))
    found.append(judge.of_figures("null_share", a.null_weight, b.null_weight, rows))
    found.append(judge.of_figures("unused_share", _unused_share(a), _unused_share(b), parents))
    found.append(judge.of_parts("weights", a.weights, b.weights, Slack(parents.sampling, used.grain)))
    found.append(judge.of_figures("skew", a.skew, b.skew, Slack(sampling=_skew_slack(a, b), grain=used.grain)))
    found += _within(a, b, judge)
    return tuple(found)


def lorenz_distance(a: _Histogram, b: _Histogram) -> float:
    """Largest difference of the shares of rows held by the top parents, over all shares of parents.

    It does not change with the number of parents, nor with the mean.

    Example:
        >>> lorenz_distance([(1, 4)], [(2, 40)])
        0.0
        >>> lorenz_distance([(1, 2)], [(0, 1), (2, 1)])
        0.5
    """
    curves = [_lorenz(a), _lorenz(b)]
    knots = sorted({share for curve in curves for share, _ in curve})
    left, right = (_interpolated(curve, knots) for curve in curves)
    return max(abs(one - other) for one, other in zip(left, right, strict=True))


def _of_histograms(a: ReferenceProfile, b: ReferenceProfile, judge: Judge) -> list[Measure]:
    for side, each in (("A", a), ("B", b)):
        if each.error is None:
            return [judge.not_comparable(name, _ESTIMATED.format(side)) for name in _OF_HISTOGRAM]
    for side, each in (("A", a), ("B", b)):
        if not _parents(each.histogram):
            return [judge.not_comparable(name, f"the parent table is empty in {side}") for name in _OF_HISTOGRAM]
    errors = (a.error or 0.0) + (b.error or 0.0)
    grain = _one_of(a.parents, b.parents)
    used = _one_of(a.used, b.used)
    found = [judge.of_distance("ks", measure.ks(a.histogram, b.histogram), slack=Slack(errors, grain))]
    has_rows = [any(uses for uses, _ in each.histogram) for each in (a, b)]
    if not all(has_rows):
        distance = 0.0 if not any(has_rows) else float("inf")
        return [*found, *(judge.of_distance(name, distance) for name in _OF_HISTOGRAM[1:])]
    w1 = Slack(_relative_errors(a, b, sampling.w1_error), used)
    found.append(judge.of_distance("w1", measure.w1_over_mean(a.histogram, b.histogram), slack=w1))
    found.append(judge.of_distance("lorenz", lorenz_distance(a.histogram, b.histogram), slack=Slack(w1.sampling, used)))
    behind = [measure.size_biased_mean(Counter(dict(each.histogram))) for each in (a, b)]
    slack = Slack(_relative_errors(a, b, sampling.size_biased_error), used)
    found.append(judge.of_figures("size_biased_mean", behind[0], behind[1], slack))
    return found


def _within(a: ReferenceProfile, b: ReferenceProfile, judge: Judge) -> list[Measure]:
    """The worst class of groups by each measure."""
    if a.within is None and b.within is None:
        return []
    if a.within is None or b.within is None:
        side = "A" if a.within is None else "B"
        return [judge.not_comparable(name, f"not measured in {side}") for name in ("within_ks", "within_w1")]
    classes_a, classes_b = pooled(a.within, _CLASSES).classes, pooled(b.within, _CLASSES).classes
    if len(classes_a) != len(classes_b):
        reason = f"{len(classes_a)} classes of groups in A, {len(classes_b)} in B"
        return [judge.not_comparable(name, reason) for name in ("within_ks", "within_w1")]
    pairs = [pair for pair in zip(classes_a, classes_b, strict=True) if all(_has_rows(each) for each in pair)]
    found = []
    errors = (a.error or 0.0) + (b.error or 0.0)
    for name, distance_of in (("within_ks", measure.ks), ("within_w1", measure.w1_over_mean)):
        measured = []
        for number, (left, right) in enumerate(pairs, 1):
            slack = Slack(errors, _one_of(left.parents, right.parents))
            detail = f"groups of size class {number} of {len(pairs)}"
            measured.append(judge.of_distance(name, distance_of(left.histogram, right.histogram), slack=slack, detail=detail))
        if measured:
            found.append(max(measured, key=lambda each: (each.severity, each.distance or 0.0)))
    return found


def _has_rows(each: WithinClass) -> bool:
    return any(uses and parents for uses, parents in each.histogram)


def _relative_errors(a: ReferenceProfile, b: ReferenceProfile, error_of: Callable[[_Histogram, float], float]) -> float:
    return sum(error_of(each.histogram, sampling.sample_size(each.error)) for each in (a, b) if each.error)


def _skew_slack(a: ReferenceProfile, b: ReferenceProfile) -> float:
    """Σp² carries the error of the size-biased mean and of the mean; a skew follows it no faster than its logarithm."""
    relative = _relative_errors(a, b, sampling.size_biased_error) + _relative_errors(a, b, sampling.mean_error)
    return relative * max(a.skew, b.skew)


def _top_share(each: ReferenceProfile) -> float | None:
    references = each.rows * (1.0 - each.null_weight)
    if references < 0.5:
        return 0.0
    return each.top_counts[0] / references if each.top_counts else None


def _top_grain(a: ReferenceProfile, b: ReferenceProfile) -> float:
    tops = [each.top_counts[0] for each in (a, b) if each.top_counts]
    return 1.0 / min(tops) if tops else 0.0


def _unused_share(each: ReferenceProfile) -> float | None:
    return 1.0 - each.used / each.parents if each.parents else None


def _one_of(a: int, b: int) -> float:
    return 1.0 / max(1, min(a, b))


def _parents(histogram: _Histogram) -> int:
    return sum(parents for _, parents in histogram)


def _lorenz(histogram: _Histogram) -> list[tuple[float, float]]:
    parents = _parents(histogram)
    rows = sum(uses * values for uses, values in histogram)
    top, held = 0, 0
    points = [(0.0, 0.0)]
    for uses, values in sorted(histogram, reverse=True):
        top += values
        held += uses * values
        points.append((top / parents, held / rows))
    return points


def _interpolated(curve: Sequence[tuple[float, float]], knots: Sequence[float]) -> list[float]:
    values = []
    place = 1
    for knot in knots:
        while place < len(curve) - 1 and curve[place][0] < knot:
            place += 1
        (x0, y0), (x1, y1) = curve[place - 1], curve[place]
        values.append(y0 + (y1 - y0) * min(1.0, max(0.0, (knot - x0) / (x1 - x0))) if x1 > x0 else y1)
    return values

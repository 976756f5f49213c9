"""How long the probes take in A and in B, run in turns."""

from collections.abc import Iterator, Sequence

from ascetic_ddd.faker.application.comparison.judging import Judge, Slack, ratio_distance
from ascetic_ddd.faker.application.comparison.measures import Measure
from ascetic_ddd.faker.application.comparison.planner import ProbeResult, percentile
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds

__all__ = ("judge_latency",)

_SHARES = (("latency_p50", 0.5), ("latency_p95", 0.95))


def judge_latency(results: Sequence[ProbeResult], thresholds: Thresholds) -> tuple[Measure, ...]:
    """Judge the median and the 95th percentile of the probes' latencies: of all, and of those on two columns.

    A probe's latency is the median of its runs. Thresholds are widened by what A differs from itself: its even runs from its
    odd ones.

    Args:
        results: with their runs.
        thresholds: what applies.
    """
    judge = Judge("", thresholds)
    timed = [result for result in results if result.latency_ms is not None]
    if not timed:
        return tuple(judge.not_comparable(name, "no probe was run in both often enough") for name, _ in _SHARES)
    of_pairs = [result for result in timed if result.probe.kind == "pair"]
    found = list(_judged(timed, f"of {len(timed)} probes", judge))
    if of_pairs:
        found += _judged(of_pairs, f"of {len(of_pairs)} on two columns", judge)
    return tuple(found)


def _judged(timed: Sequence[ProbeResult], detail: str, judge: Judge) -> Iterator[Measure]:
    for name, share in _SHARES:
        a, b = (percentile((each.latency_ms[side] for each in timed if each.latency_ms), share) for side in (0, 1))
        halves = [percentile((min(each.runs_ms[0][start::2]) for each in timed), share) for start in (0, 1)]
        yield judge.of_figures(name, a, b, Slack(scatter=ratio_distance(*halves)), detail=detail)

"""What two planners answer to the same probe queries: plans, estimated rows, actual rows."""

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ascetic_ddd.faker.application.comparison.judging import Judge, Slack
from ascetic_ddd.faker.application.comparison.measures import Measure, Verdict
from ascetic_ddd.faker.application.comparison.missing import Missing
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds

__all__ = (
    "PlanNode",
    "PlannerComparison",
    "Probe",
    "ProbeKind",
    "ProbeResult",
    "TableState",
    "judge_planner",
    "percentile",
    "q_error",
)

ProbeKind = Literal["look-up", "range", "join", "grouping", "order", "absence", "pair"]

_PERCENTILE = 0.9


def q_error(x: float, y: float) -> float:
    """How many times one number of rows is the other, both taken as at least one row.

    Source: Moerkotte, Neumann, Steidl (2009): if all q-errors are at most q, the plan costs at most q⁴ times the best.

    Example:
        >>> q_error(10, 5), q_error(0, 3)
        (2.0, 3.0)
    """
    low, high = sorted((max(x, 1.0), max(y, 1.0)))
    return high / low


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of the values does not exceed.

    Example:
        >>> percentile([1.0, 3.0, 2.0], 0.5)
        2.0
    """
    order = sorted(values)
    return order[max(0, math.ceil(share * len(order)) - 1)]


@dataclass(frozen=True, slots=True)
class PlanNode:
    """A node of a plan.

    Attributes:
        kind: the planner's word, with the kind of join or strategy: ``Hash Join``, ``Index Scan``.
        on: what it reads, in A's names: a table, or a table and the columns of an index; empty for other nodes.
        estimated: rows expected of one execution.
        actual: rows in fact; None if it was not executed.
        children: outer first.
        cost: the planner's, of the node and what is below it.
    """

    kind: str
    on: str
    estimated: float
    actual: float | None = None
    children: tuple["PlanNode", ...] = ()
    cost: float = 0.0

    @property
    def shape(self) -> tuple[object, ...]:
        """What makes two plans equal: nodes and what they read, without costs and rows."""
        return (self.kind, self.on, *(child.shape for child in self.children))

    def lines(self, depth: int = 0) -> Iterator[tuple[int, "PlanNode"]]:
        """All nodes with their depth, as EXPLAIN prints them."""
        yield depth, self
        for child in self.children:
            yield from child.lines(depth + 1)


@dataclass(frozen=True, slots=True)
class Probe:
    """A query made from the schema, the same in both databases but for the values of the same rank.

    Attributes:
        kind: of query.
        subject: the reference or column it is about, in A's names.
        text: what it asks, without values: values of rows stay in their database.
        is_limited: it stops early, so its number of rows says nothing.
    """

    kind: ProbeKind
    subject: str
    text: str
    is_limited: bool = False


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The answers to one probe.

    Attributes:
        probe: the query.
        a: A's plan.
        b: B's plan.
        again: A's plan after another ANALYZE; None where that was not allowed.
        runs_ms: planning and execution in A and in B, one figure a run, in milliseconds; empty where nobody asked for them.
    """

    probe: Probe
    a: PlanNode
    b: PlanNode
    again: PlanNode | None = None
    runs_ms: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())

    @property
    def is_equal(self) -> bool:
        """Whether both plan alike."""
        return self.a.shape == self.b.shape

    @property
    def is_stable(self) -> bool:
        """Whether A plans as itself after another ANALYZE; True if nobody knows."""
        return self.again is None or self.again.shape == self.a.shape

    @property
    def q_estimated(self) -> float | None:
        """Between A's and B's estimates."""
        return None if self.probe.is_limited else q_error(self.a.estimated, self.b.estimated)

    @property
    def q_floor(self) -> float | None:
        """Between A's estimates of two ANALYZE."""
        return None if self.probe.is_limited or self.again is None else q_error(self.a.estimated, self.again.estimated)

    @property
    def q_actual(self) -> float | None:
        """Between A's and B's actual rows."""
        if self.probe.is_limited or self.a.actual is None or self.b.actual is None:
            return None
        return q_error(self.a.actual, self.b.actual)

    @property
    def q_inside(self) -> tuple[float | None, float | None]:
        """Between estimated and actual rows, in A and in B."""
        if self.probe.is_limited:
            return None, None
        left, right = (None if plan.actual is None else q_error(plan.estimated, plan.actual) for plan in (self.a, self.b))
        return left, right

    @property
    def latency_ms(self) -> tuple[float, float] | None:
        """Medians of the runs in A and in B; None where there are none."""
        a, b = self.runs_ms
        return (statistics.median(a), statistics.median(b)) if a and b else None


@dataclass(frozen=True, slots=True)
class TableState:
    """What the planner's statistics of a table rest on.

    Attributes:
        table: its name in A.
        analyzed: when, as ISO 8601 in UTC; None: the server has not seen it.
        modified: rows changed since then.
        rows: as the planner believes.
        has_statistics: of columns; without ``analyzed`` they came with a copied, restored or crashed server.
    """

    table: str
    analyzed: str | None
    modified: int
    rows: float
    has_statistics: bool = False


@dataclass(frozen=True, slots=True)
class PlannerComparison:
    """Two planners compared.

    Attributes:
        results: of every probe.
        states: of the tables in A and in B.
        targets: ``default_statistics_target`` of A and of B.
        is_analyzed: both were analysed for this comparison, A twice: the noise floor was measured.
        measures: judged.
        latency: of the probes side by side, judged; empty unless it was asked for.
        notes: what was skipped, and why.
        missing: indexes and extended statistics that one side has not.
    """

    results: tuple[ProbeResult, ...]
    states: tuple[tuple[TableState, ...], tuple[TableState, ...]]
    targets: tuple[int, int]
    is_analyzed: bool
    measures: tuple[Measure, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    latency: tuple[Measure, ...] = ()

    @property
    def failures(self) -> tuple[Measure, ...]:
        """The measures that fail, worst first."""
        failed = [measure for measure in (*self.measures, *self.latency) if measure.verdict is Verdict.FAIL]
        return tuple(sorted(failed, key=lambda measure: -measure.severity))

    @property
    def differing(self) -> tuple[ProbeResult, ...]:
        """The probes that are planned otherwise in B, though A agrees with itself."""
        return tuple(result for result in self.results if result.is_stable and not result.is_equal)


def judge_planner(results: Sequence[ProbeResult], thresholds: Thresholds) -> tuple[Measure, ...]:
    """Judge equality of plans, and the q-errors of estimated and of actual rows, each beside A's noise floor.

    The q-errors of two-column probes are judged by themselves, too: there are few of them.
    """
    judge = Judge("", thresholds)
    if not results:
        return tuple(
            judge.not_comparable(name, "no probe could be planned in both") for name in ("plans", "q_estimated", "q_actual")
        )
    of_pairs = [result for result in results if result.probe.kind == "pair"]
    found = [_plans(results, judge), _estimated("q_estimated", results, judge), _actual("q_actual", results, judge)]
    if of_pairs:
        found += [_estimated("q_pairs_estimated", of_pairs, judge), _actual("q_pairs_actual", of_pairs, judge)]
    return tuple(found)


def _plans(results: Sequence[ProbeResult], judge: Judge) -> Measure:
    stable = [result for result in results if result.is_stable]
    if not stable:
        return judge.not_comparable("plans", "A does not plan any probe twice alike")
    differing = sum(not result.is_equal for result in stable) / len(stable)
    has_floor = any(result.again is not None for result in results)
    floor = 1.0 - len(stable) / len(results) if has_floor else None
    detail = f"of {len(stable)} on which A equals itself" if has_floor else f"of {len(stable)}; A's noise floor not measured"
    return judge.of_distance("plans", differing, floor, differing, detail=detail)


def _estimated(name: str, results: Sequence[ProbeResult], judge: Judge) -> Measure:
    found = [result.q_estimated for result in results if result.q_estimated is not None]
    floors = [result.q_floor for result in results if result.q_floor is not None]
    if not found:
        return judge.not_comparable(name, "no probe tells its rows")
    floor = percentile(floors, _PERCENTILE) if floors else None
    q = percentile(found, _PERCENTILE)
    slack = Slack(sampling=floor - 1.0 if floor else 0.0)
    return judge.of_distance(name, q - 1.0, floor, q, slack, detail=f"of {len(found)}")


def _actual(name: str, results: Sequence[ProbeResult], judge: Judge) -> Measure:
    found = [result.q_actual for result in results if result.q_actual is not None]
    if not found:
        return judge.not_comparable(name, "no probe was executed in both")
    q = percentile(found, _PERCENTILE)
    return judge.of_distance(name, q - 1.0, 1.0, q, detail=f"of {len(found)}")

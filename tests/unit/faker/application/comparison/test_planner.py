"""Plans are judged beside the noise floor."""

import pytest

from ascetic_ddd.faker.application.comparison.latency import judge_latency
from ascetic_ddd.faker.application.comparison.measures import Measure, Verdict
from ascetic_ddd.faker.application.comparison.planner import (
    PlannerComparison,
    PlanNode,
    Probe,
    ProbeKind,
    ProbeResult,
    judge_planner,
    percentile,
    q_error,
)
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds

PROBE = Probe("look-up", "books.author_id", "rows with books.author_id = the value at rank 1")


def scan(rows: float = 10, actual: float | None = None, kind: str = "Index Scan") -> PlanNode:
    return PlanNode(kind, "books by (author_id)", rows, actual)


def judged(*results: ProbeResult) -> dict[str, Measure]:
    return {measure.name: measure for measure in judge_planner(results, Thresholds())}


def test_rows_do_not_make_a_plan_another_one_but_nodes_do() -> None:
    assert ProbeResult(PROBE, scan(10), scan(1000)).is_equal
    assert not ProbeResult(PROBE, scan(), scan(kind="Seq Scan")).is_equal
    nested = PlanNode("Limit", "", 1, children=(scan(),))
    assert not ProbeResult(PROBE, scan(), nested).is_equal


def test_plans_are_counted_where_a_agrees_with_itself() -> None:
    same = ProbeResult(PROBE, scan(), scan(), again=scan())
    moody = ProbeResult(PROBE, scan(), scan(kind="Seq Scan"), again=scan(kind="Seq Scan"))
    found = judged(*[same] * 19, moody)["plans"]
    assert found.a == pytest.approx(0.05)
    assert (found.b, found.verdict) == (0.0, Verdict.PASS)
    other = ProbeResult(PROBE, scan(), scan(kind="Seq Scan"), again=scan())
    assert judged(*[same] * 9, other)["plans"].verdict is Verdict.PASS
    assert judged(*[same] * 8, other, other)["plans"].verdict is Verdict.FAIL


def test_without_a_floor_all_probes_count_and_that_is_told() -> None:
    found = judged(ProbeResult(PROBE, scan(), scan(kind="Seq Scan")))["plans"]
    assert found.a is None
    assert "noise floor not measured" in found.detail
    assert found.verdict is Verdict.FAIL


def test_the_floor_widens_what_estimates_may_differ() -> None:
    noisy = ProbeResult(PROBE, scan(10), scan(22), again=scan(20))
    found = judged(noisy)["q_estimated"]
    assert found.b == pytest.approx(2.2)
    assert (found.a, found.verdict) == (2.0, Verdict.PASS)
    assert judged(ProbeResult(PROBE, scan(10), scan(22)))["q_estimated"].verdict is Verdict.FAIL


def test_equal_estimates_do_not_hide_other_rows() -> None:
    found = judged(ProbeResult(PROBE, scan(284, 1), scan(272, 304)))
    assert found["q_estimated"].verdict is Verdict.PASS
    assert found["q_actual"].verdict is Verdict.FAIL
    assert found["q_actual"].b == 304


def test_what_stops_early_says_nothing_of_rows() -> None:
    limited = ProbeResult(Probe("order", "books.id", "the last 10 books", is_limited=True), scan(10, 10), scan(1000, 10))
    assert limited.q_estimated is None
    found = judged(limited)
    assert found["q_estimated"].verdict is found["q_actual"].verdict is Verdict.NOT_COMPARABLE
    assert found["plans"].verdict is Verdict.PASS


def test_no_probe_is_no_verdict() -> None:
    assert {measure.verdict for measure in judged().values()} == {Verdict.NOT_COMPARABLE}


def test_the_probes_to_show_are_those_that_a_plans_twice_alike() -> None:
    other = ProbeResult(PROBE, scan(), scan(kind="Seq Scan"), again=scan())
    moody = ProbeResult(PROBE, scan(), scan(kind="Seq Scan"), again=scan(kind="Bitmap Heap Scan"))
    found = PlannerComparison((other, moody), ((), ()), (100, 100), True)
    assert found.differing == (other,)


def test_q_errors_begin_at_one_row() -> None:
    assert q_error(0.0, 0.5) == 1.0
    assert q_error(1, 8) == q_error(8, 1) == 8.0


@pytest.mark.parametrize(("share", "value"), [(0.9, 9.0), (1.0, 10.0), (0.0, 1.0), (0.91, 10.0)])
def test_percentiles_are_values_that_occur(share: float, value: float) -> None:
    assert percentile(map(float, range(10, 0, -1)), share) == value


def timed(a: tuple[float, ...], b: tuple[float, ...], kind: ProbeKind = "look-up") -> ProbeResult:
    return ProbeResult(Probe(kind, "t", "…"), scan(), scan(), runs_ms=(a, b))


def test_latencies_are_medians_of_runs_beside_each_other() -> None:
    slow_pairs = [timed((1.0,) * 5, (2.0, 2.0, 90.0, 2.0, 2.0), "pair")] * 3
    found = judge_latency([*[timed((1.0,) * 5, (1.1,) * 5)] * 30, *slow_pairs], Thresholds())
    assert [(each.name, each.detail, each.a, each.b, each.verdict.value) for each in found] == [
        ("latency_p50", "of 33 probes", 1.0, 1.1, "pass"),
        ("latency_p95", "of 33 probes", 1.0, 2.0, "fail"),
        ("latency_p50", "of 3 on two columns", 1.0, 2.0, "fail"),
        ("latency_p95", "of 3 on two columns", 1.0, 2.0, "fail"),
    ]


def test_a_database_that_differs_from_itself_widens_what_latencies_may_differ() -> None:
    moody = (1.0, 1.5, 1.0, 1.5)
    assert {each.verdict for each in judge_latency([timed(moody, (2.0,) * 4)], Thresholds())} == {Verdict.PASS}
    assert {each.verdict for each in judge_latency([timed(moody, (3.0,) * 4)], Thresholds())} == {Verdict.FAIL}


def test_without_runs_latencies_cannot_be_compared() -> None:
    found = judge_latency([ProbeResult(PROBE, scan(), scan())], Thresholds())
    assert {each.verdict for each in found} == {Verdict.NOT_COMPARABLE}


def test_probes_on_two_columns_are_judged_by_themselves_too() -> None:
    many = [ProbeResult(PROBE, scan(10, 10), scan(10, 10))] * 99
    wrong = ProbeResult(Probe("pair", "t(a, b)", "…"), scan(10, 10), scan(10, 90))
    found = judged(*many, wrong)
    assert found["q_actual"].verdict is Verdict.PASS
    assert (found["q_pairs_actual"].verdict, found["q_pairs_actual"].b) == (Verdict.FAIL, 9.0)
    assert set(judged(*many)) == {"plans", "q_estimated", "q_actual"}

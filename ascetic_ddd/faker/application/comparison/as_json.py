"""A comparison as plain data for JSON; docs/comparison.schema.json publishes its shape."""

import math
from typing import Any

from ascetic_ddd.faker.application.comparison.measures import Measure, Value
from ascetic_ddd.faker.application.comparison.model import Comparison, Side, Subject
from ascetic_ddd.faker.application.comparison.planner import PlannerComparison, PlanNode, ProbeResult, TableState
from ascetic_ddd.faker.application.comparison.wording import failure_texts, headline

__all__ = ("VERSION", "as_json")

VERSION = 1


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Give plain data. No number is infinite: ``distance`` is null there, and ``verdict`` says ``fail``."""
    return {
        "version": VERSION,
        "equal": comparison.is_equal,
        "verdict": headline(comparison),
        "worst": [{"subject": subject, "text": text} for subject, text in failure_texts(comparison)],
        "strict": comparison.is_strict,
        "a": _side(comparison.a),
        "b": _side(comparison.b),
        "subjects": [_subject(subject) for subject in comparison.subjects],
        "missing": [
            {"kind": each.kind, "name": each.name, "where": each.where, "reason": each.reason}
            for each in comparison.without_counterpart
        ],
        "planner": _planner(comparison.planner) if comparison.planner else None,
        "notes": list(comparison.notes),
    }


def _side(side: Side) -> dict[str, Any]:
    return {"label": side.label, "notes": list(side.notes)}


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "kind": subject.kind,
        "name": subject.name,
        "name_b": subject.name_b,
        "passes": not subject.failures,
        "measures": [_measure(measure) for measure in subject.measures],
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "detail": measure.detail,
        "a": _value(measure.a),
        "b": _value(measure.b),
        "distance": _number(measure.distance),
        "threshold": _number(measure.threshold),
        "widened": _number(measure.widened),
        "verdict": measure.verdict.value,
        "reason": measure.reason,
    }


def _planner(planner: PlannerComparison) -> dict[str, Any]:
    return {
        "analyzed": planner.is_analyzed,
        "statistics_targets": {"a": planner.targets[0], "b": planner.targets[1]},
        "tables": {side: [_state(state) for state in states] for side, states in zip("ab", planner.states, strict=True)},
        "measures": [_measure(measure) for measure in planner.measures],
        "latency": [_measure(measure) for measure in planner.latency],
        "probes": [_probe(result) for result in planner.results],
        "notes": list(planner.notes),
    }


def _state(state: TableState) -> dict[str, Any]:
    return {"table": state.table, "analyzed": state.analyzed, "modified": state.modified, "rows": _number(state.rows)}


def _probe(result: ProbeResult) -> dict[str, Any]:
    inside_a, inside_b = result.q_inside
    return {
        "kind": result.probe.kind,
        "subject": result.probe.subject,
        "text": result.probe.text,
        "equal": result.is_equal,
        "stable": result.is_stable if result.again is not None else None,
        "q_estimated": _number(result.q_estimated),
        "q_actual": _number(result.q_actual),
        "q_floor": _number(result.q_floor),
        "q_inside_a": _number(inside_a),
        "q_inside_b": _number(inside_b),
        "latency_ms": [_number(each) for each in result.latency_ms] if result.latency_ms else None,
        "plan_a": _node(result.a),
        "plan_b": _node(result.b),
    }


def _node(node: PlanNode) -> dict[str, Any]:
    return {
        "kind": node.kind,
        "on": node.on,
        "estimated": _number(node.estimated),
        "actual": _number(node.actual),
        "children": [_node(child) for child in node.children],
    }


def _value(value: Value) -> Any:
    return [_number(part) for part in value] if isinstance(value, tuple) else _number(value)


def _number(value: float | None) -> float | int | None:
    if value is None or math.isinf(value) or math.isnan(value):
        return None
    return value if isinstance(value, int) else float(f"{value:.9g}")

"""The JSON is what docs/comparison.schema.json publishes; a change of its shape is a change of its version."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ascetic_ddd.faker.application.comparison.as_json import VERSION, as_json
from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.missing import Missing
from ascetic_ddd.faker.application.comparison.planner import (
    PlannerComparison,
    PlanNode,
    Probe,
    ProbeResult,
    TableState,
    judge_planner,
)
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds
from tests.unit.faker.application.comparison.profiles import SKEWED, UNIFORM, column, profile

SCHEMA = json.loads((Path(__file__).resolve().parents[5] / "docs" / "comparison.schema.json").read_text("utf-8"))


INDEX = Missing("index", "books by (at)", "A", "B has no such index")


def written(data: dict[str, Any], code: int) -> Any:
    text = json.dumps({"exit_code": code, "error": None, **data}, allow_nan=False)
    return json.loads(text)


def planner() -> PlannerComparison:
    plan = PlanNode("Limit", "", 1.0, 1.0, (PlanNode("Seq Scan", "books", 7.0),))
    results = (
        ProbeResult(Probe("order", "books.id", "the last", is_limited=True), plan, plan),
        ProbeResult(Probe("range", "books.id", "some"), plan, plan, again=plan),
    )
    states = ((TableState("books", None, 3, -1.0),), (TableState("books", "2026-01-01T00:00:00Z", 0, 10.0),))
    return PlannerComparison(results, states, (100, 100), True, judge_planner(results, Thresholds()), ("a note",), (INDEX,))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["comparison"]["properties"]["version"]["const"] == VERSION


@pytest.mark.parametrize("counts", [SKEWED, UNIFORM, [0] * 500])
def test_a_comparison_is_as_published(counts: list[int]) -> None:
    a, b = profile(UNIFORM), profile(counts, books=[column("x", 10_000)])
    found = compare(a, b, thresholds=Thresholds.parse(["ks=off"]))
    for each in (found, replace(found, planner=planner())):
        jsonschema.validate(written(as_json(each), 1), SCHEMA)
    assert as_json(each)["missing"][-1]["kind"] == "index"


def test_the_schema_allows_nothing_else() -> None:
    data = written(as_json(compare(profile(), profile())), 0)
    jsonschema.validate(data, SCHEMA)
    for change in ({"extra": 1}, {"equal": "yes"}, {"version": 2}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**data, **change}, SCHEMA)
    jsonschema.validate({"exit_code": 4, "error": "…"}, SCHEMA)


def test_the_first_level_stays_as_it_is() -> None:
    data = as_json(compare(profile(SKEWED), profile(UNIFORM)))
    assert data["equal"] is False
    assert data["worst"][0]["subject"] == "books.author_id"
    measures = {
        each["name"]: each for subject in data["subjects"] for each in subject["measures"] if subject["kind"] == "reference"
    }
    assert measures["ks"]["verdict"] == "fail"
    assert measures["mean"]["verdict"] == "pass"

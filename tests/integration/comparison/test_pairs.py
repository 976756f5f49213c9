"""Columns that depend on each other in the original, and do not in the copy, though each of them is right by itself."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import psycopg
import pytest

from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.measures import Verdict
from ascetic_ddd.faker.application.comparison.names import resolve
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.combinations import lacking, with_combinations
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions

DOCS = Path(__file__).resolve().parents[3] / "docs"
SCHEMA = json.loads((DOCS / "comparison.schema.json").read_text("utf-8"))

# 60 cities by 1/rank of 6 countries, and what they are called: a secret, and no word of the other database.
TABLES = """
CREATE TABLE "p""laces" (id int PRIMARY KEY, "ci%ty" text, country text, at timestamp NOT NULL);
INSERT INTO "p""laces"
SELECT row_number() OVER (), '{secret} ' || city, '{secret} ' || {country}, timestamp '2026-01-01' + city * interval '1 hour'
  FROM generate_series(1, 60) AS city, generate_series(1, 3000 / city);
ALTER TABLE "p""laces" SET (autovacuum_enabled = off);
ANALYZE;
"""
DEPENDENT = "city % 6"
# The same numbers of rows of each country, in a row that knows nothing of the cities.
INDEPENDENT = "(array_agg(city % 6) OVER ())[1 + (row_number() OVER () * 7919) % count(*) OVER ()]"


def make(dsn: str, *, country: str = DEPENDENT, secret: str = "sesame") -> str:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(TABLES.format(country=country, secret=secret).encode())
    return dsn


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def command(*arguments: str | Path) -> Any:
        capsys.readouterr()
        code = main(["compare", *map(str, arguments), "--json"])
        out = capsys.readouterr().out
        assert "sesame" not in out
        found = json.loads(out)
        jsonschema.validate(found, SCHEMA)
        assert found["exit_code"] == code
        return found

    return command


def pairs(found: Any) -> dict[str, dict[str, Any]]:
    return {
        subject["name"]: {measure["name"]: measure for measure in subject["measures"]}
        for subject in found["subjects"]
        if subject["kind"] == "pair"
    }


def test_a_copy_with_other_names_is_equal_and_one_that_forgot_the_dependence_is_not(
    external_dsn: str, internal_dsn: str, make_database: Callable[..., str], run: Callable[..., Any]
) -> None:
    original = make(external_dsn)
    copy = make(internal_dsn, secret="rumour")
    forgetful = make(make_database(), country=INDEPENDENT)
    found = run(original, copy, "--strict")
    assert found["equal"], found["worst"]
    name = '"p""laces"(ci%ty, country)'
    assert name in pairs(found)
    assert {measure["distance"] for measure in pairs(found)[name].values()} == {0}
    found = run(original, forgetful)
    assert found["verdict"].startswith(f"Not equal: pair {name} differs most")
    measures = pairs(found)[name]
    assert {measure["verdict"] for measure in measures.values()} == {"fail"}
    assert measures["combinations"]["a"] == 60
    assert measures["combinations"]["b"] > 300  # counted in the copy, though there they tell nothing of each other


@pytest.mark.parametrize("turned", [False, True])
def test_a_file_beside_a_database_is_compared_by_what_the_file_tells(
    external_dsn: str, internal_dsn: str, tmp_path: Path, run: Callable[..., Any], turned: bool
) -> None:
    original, forgetful = make(external_dsn), make(internal_dsn, country=INDEPENDENT)
    path = tmp_path / "a.json"
    asyncio.run(capture(original)).save(path)
    found = run(*((forgetful, path) if turned else (path, forgetful)))
    measures = pairs(found)['"p""laces"(ci%ty, country)']
    assert {measure["verdict"] for measure in measures.values()} == {"fail"}
    assert Profile.load(path).tables[0].decks  # the file is as it was


async def test_what_is_lacking_is_counted_once_as_the_other_side_did(external_dsn: str, internal_dsn: str) -> None:
    options = CaptureOptions(exact_up_to=1_000)
    a, b = make(external_dsn), make(internal_dsn, country=INDEPENDENT)
    original, copy = await capture(a, options), await capture(b, options)
    wanted = lacking(copy, original, resolve(original, copy))
    assert wanted
    copy = await with_combinations(b, copy, wanted, options)
    (deck,) = [deck for table in copy.tables for deck in table.decks if deck.other.column == "country"]
    assert (deck.method, deck.given.by) == (original.tables[0].deck("ci%ty", "country").method, "rank")
    (pair,) = [each for each in compare(original, copy).subjects if each.name == '"p""laces"(ci%ty, country)']
    assert {measure.verdict for measure in pair.measures} == {Verdict.FAIL}
    assert lacking(copy, original, resolve(original, copy)) == {}
    assert await with_combinations(b, copy, {}, options) is copy


def test_of_two_files_a_pair_that_one_does_not_tell_is_a_warning(
    external_dsn: str, internal_dsn: str, tmp_path: Path, run: Callable[..., Any]
) -> None:
    for name, dsn in (("a.json", make(external_dsn)), ("b.json", make(internal_dsn, country=INDEPENDENT))):
        asyncio.run(capture(dsn)).save(tmp_path / name)
    found = run(tmp_path / "a.json", tmp_path / "b.json")
    measures = pairs(found)['"p""laces"(ci%ty, country)']
    assert measures["combinations"]["verdict"] == "not comparable"
    assert not found["equal"]  # the strength of their dependence tells it, too


def test_conditions_on_both_are_asked_in_both_databases(
    external_dsn: str, internal_dsn: str, make_database: Callable[..., str], run: Callable[..., Any]
) -> None:
    original, copy = make(external_dsn), make(internal_dsn, secret="rumour")
    measures = {measure["name"]: measure for measure in run(original, copy)["planner"]["measures"]}
    assert (measures["q_pairs_actual"]["b"], measures["q_pairs_actual"]["verdict"]) == (1, "pass")
    planner = run(original, make(make_database(), country=INDEPENDENT))["planner"]
    asked = [probe for probe in planner["probes"] if probe["kind"] == "pair" and "country" in probe["subject"]]
    assert {probe["subject"] for probe in asked} == {'"p""laces"(ci%ty, country)'}
    assert len(asked) == 6  # rank 1, rank 10, the median, the last, each rank 1, grouping
    assert {measure["name"]: measure["verdict"] for measure in planner["measures"]}["q_pairs_actual"] == "fail"


def test_extended_statistics_that_the_copy_has_not_are_told_and_their_columns_asked(
    external_dsn: str, internal_dsn: str, run: Callable[..., Any]
) -> None:
    original, copy = make(external_dsn), make(internal_dsn, secret="rumour")
    for dsn, kinds in ((original, "(ndistinct, mcv)"), (copy, "(ndistinct)")):
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f'CREATE STATISTICS {kinds} ON "ci%ty", country, at FROM "p""laces"'.encode())
            if dsn == original:
                connection.execute("""CREATE STATISTICS ON (id % 7), (country || 'sesame') FROM "p""laces" """)
            connection.execute("ANALYZE")
    found = run(original, copy)
    assert [(each["name"], each["where"], each["reason"]) for each in found["missing"] if each["kind"] == "statistics"] == [
        (
            '"p""laces" ((country || \'…\'::text), (id % 7))',
            "A",
            "B has no such CREATE STATISTICS (dependencies, expressions, mcv, ndistinct)",
        ),
        ('"p""laces" (at, ci%ty, country)', "A", "B has no such CREATE STATISTICS (mcv)"),
    ]
    assert any(probe["subject"] == '"p""laces"(at, ci%ty, country)' for probe in found["planner"]["probes"])


def test_latency_is_measured_only_when_asked_for(external_dsn: str, internal_dsn: str, run: Callable[..., Any]) -> None:
    original, copy = make(external_dsn), make(internal_dsn, secret="rumour")
    off = [f"{name}=off" for name in ("latency_p50", "latency_p95")]
    told = [part for each in off for part in ("--threshold", each)]
    assert run(original, copy, "--budget", "2")["planner"]["latency"] == []
    found = run(original, copy, "--budget", "6", "--latency", *told)["planner"]
    assert [measure["name"] for measure in found["latency"]] == ["latency_p50", "latency_p95"] * 2
    assert all(measure["a"] > 0 and measure["b"] > 0 for measure in found["latency"])
    assert all(probe["latency_ms"] is not None for probe in found["probes"] if probe["q_actual"] is not None)

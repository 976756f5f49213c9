"""``ascetic-ddd compare`` on real databases: what it finds, its exit codes, and what it does not show."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ascetic_ddd.faker.application.comparison.thresholds import DEFAULTS
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from tests.integration.comparison.shop import SECRET, make_shop

DOCS = Path(__file__).resolve().parents[3] / "docs"
SCHEMA = json.loads((DOCS / "comparison.schema.json").read_text("utf-8"))
KEY = "books(tenant_id, author_id)"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["compare", *map(str, arguments)])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert SECRET not in captured.out + captured.err
        return code, captured.out, captured.err

    return command


def as_json(run: Run, *arguments: str | Path) -> Any:
    code, out, _ = run(*arguments, "--json")
    found = json.loads(out)
    jsonschema.validate(found, SCHEMA)
    assert found["exit_code"] == code
    return found


@pytest.fixture
def shop(external_dsn: str) -> str:
    return make_shop(external_dsn)


@pytest.fixture
def copied(shop: str, make_database: Callable[..., str]) -> str:
    return make_database(template=conninfo_to_dict(shop)["dbname"])


@pytest.fixture
def files(shop: str, internal_dsn: str, tmp_path: Path) -> tuple[Path, Path]:
    """Profiles of the shop, and of one whose key is uniform."""
    make_shop(internal_dsn, skew=1.0)
    for name, dsn in (("a.json", shop), ("b.json", internal_dsn)):
        asyncio.run(capture(dsn)).save(tmp_path / name)
    return tmp_path / "a.json", tmp_path / "b.json"


def test_two_identical_databases_are_equal(shop: str, copied: str, run: Run) -> None:
    found = as_json(run, shop, copied, "--strict")
    assert found["equal"]
    assert found["exit_code"] == 0
    assert not any(measure["verdict"] != "pass" for subject in found["subjects"] for measure in subject["measures"])
    assert {measure["name"]: measure["distance"] for measure in found["planner"]["measures"]} == {
        "plans": 0.0,
        "q_estimated": 0.0,
        "q_actual": 0.0,
        "q_pairs_estimated": 0.0,
        "q_pairs_actual": 0.0,
    }


def test_a_key_reshuffled_to_uniform_is_named_by_the_table_the_json_and_the_report(
    shop: str, internal_dsn: str, tmp_path: Path, run: Run
) -> None:
    make_shop(internal_dsn, skew=1.0)
    report = tmp_path / "report.html"
    code, out, _ = run(shop, internal_dsn, "--html", report)
    assert code == 1
    assert out.splitlines()[0].startswith(f"Not equal: reference {KEY} differs most")
    assert out.rstrip().endswith(f"report: {report}")
    page = report.read_text("utf-8")
    first_screen = page[page.index("<header") : page.index("</header>")]
    assert f"reference {KEY} differs most" in first_screen
    assert f"<strong>{KEY}</strong>" in first_screen
    assert SECRET not in page
    found = as_json(run, shop, internal_dsn, "--no-planner")
    assert found["worst"][0]["subject"] == KEY
    failed = {subject["name"] for subject in found["subjects"] if subject["kind"] == "reference" and not subject["passes"]}
    assert KEY in failed
    assert "books.sequel_of" not in failed
    assert found["planner"] is None


def test_the_same_rows_in_another_order_differ_in_physical_order_alone(shop: str, internal_dsn: str, run: Run) -> None:
    make_shop(internal_dsn, order="b.id * 7919 % 9973")
    found = as_json(run, shop, internal_dsn, "--no-planner")
    failed = {
        (subject["name"], measure["name"])
        for subject in found["subjects"]
        for measure in subject["measures"]
        if measure["verdict"] == "fail"
    }
    assert {name for _, name in failed} == {"correlation"}
    assert {"books.id", "books.at"} <= {subject for subject, _ in failed}


def test_files_and_databases_can_be_mixed(files: tuple[Path, Path], shop: str, run: Run) -> None:
    assert run(files[0], shop)[0] == 0
    assert run(shop, files[0])[0] == 0
    assert run(files[0], files[1])[0] == 1
    found = as_json(run, files[0], shop)
    assert (found["a"]["label"], found["planner"]) == ("a.json", None)


def test_other_names_are_told(shop: str, internal_dsn: str, run: Run) -> None:
    make_shop(internal_dsn)
    with psycopg.connect(internal_dsn, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA archive")
        connection.execute("ALTER TABLE books SET SCHEMA archive")
        connection.execute("ALTER TABLE archive.books RENAME TO book")
        connection.execute("ALTER TABLE archive.book RENAME COLUMN author_id TO writer_id")
    without = as_json(run, shop, internal_dsn)
    assert ("table", "books") in {(each["kind"], each["name"]) for each in without["missing"]}
    found = as_json(run, shop, internal_dsn, "--strict", "--map", "books.author_id=archive.book.writer_id")
    assert found["equal"], found["worst"]
    assert found["planner"]["probes"]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("DROP INDEX i_at", "books by (at)"),
        ("ALTER TABLE books DROP CONSTRAINT books_pkey CASCADE", "books by (id)"),
    ],
)
def test_an_index_without_a_counterpart_is_listed_and_fails_if_strict(
    shop: str, copied: str, statement: str, name: str, tmp_path: Path, run: Run
) -> None:
    with psycopg.connect(copied, autocommit=True) as connection:
        connection.execute(statement.encode())
    lenient = ("--threshold", "plans=off")
    report = tmp_path / "report.html"
    found = as_json(run, shop, copied, *lenient)
    assert {"kind": "index", "name": name, "where": "A", "reason": "B has no such index"} in found["missing"]
    assert found["exit_code"] == 0
    strict = as_json(run, shop, copied, *lenient, "--strict", "--html", report)
    assert strict["exit_code"] == 1
    assert "--strict" in strict["verdict"]
    assert f"index <strong>{name}</strong>: B has no such index" in report.read_text("utf-8")
    _, out, _ = run(shop, copied, *lenient)
    assert f"no counterpart: index {name}: B has no such index" in out


def test_the_table_fits_into_eighty_columns(files: tuple[Path, Path], run: Run) -> None:
    for more in ((), ("--all",)):
        _, out, _ = run(*files, *more)
        assert max(map(len, out.splitlines())) <= 80
        assert "\x1b" not in out
    code, out, _ = run(files[0], files[0], "--all")
    assert code == 0
    assert " FAIL" not in out
    assert "children per parent, KS" in out


def test_what_steers_a_terminal_is_not_printed(files: tuple[Path, Path], run: Run) -> None:
    profile = Profile.load(files[0])
    tables = tuple(replace(table, name=f"\x1b]0;{table.name}\x07") for table in profile.tables)
    replace(profile, tables=tables, references=()).save(files[0])
    _, out, _ = run(files[0], files[0], "--all")
    assert "\x1b" not in out
    assert "\x07" not in out


def test_names_may_be_anything(external_dsn: str, tmp_path: Path, run: Run) -> None:
    with psycopg.connect(external_dsn, autocommit=True) as connection:
        connection.execute("""CREATE TABLE "T%s {0} <b>" ("I""d %d" int PRIMARY KEY, "{x}" text, "a.b" numeric)""")
        connection.execute(
            """CREATE TABLE "Child's" (id int PRIMARY KEY, "100%" int REFERENCES "T%s {0} <b>", "at" timestamptz)"""
        )
        connection.execute("""CREATE INDEX ON "Child's" ("100%")""")
        connection.execute(
            """INSERT INTO "T%s {0} <b>" SELECT g, '{' || g % 7 || '%s', g / 3.0 FROM generate_series(1, 200) AS g"""
        )
        connection.execute(
            """INSERT INTO "Child's" SELECT g, 1 + g % 150, '2026-01-01'::date + g FROM generate_series(1, 900) AS g"""
        )
        connection.execute("ANALYZE")
    report = tmp_path / "report.html"
    found = as_json(run, external_dsn, external_dsn, "--strict", "--html", report, "--analyze")
    assert found["equal"], found["worst"]
    assert found["planner"]["notes"] == []
    assert {probe["kind"] for probe in found["planner"]["probes"]} == {
        "look-up",
        "range",
        "join",
        "grouping",
        "order",
        "absence",
    }
    assert "T%s {0} &lt;b&gt;" in report.read_text("utf-8")


def test_thresholds_and_scale_are_heard(files: tuple[Path, Path], run: Run) -> None:
    off = [word for name in DEFAULTS for word in ("--threshold", f"{name}=off")]
    assert run(*files, *off)[0] == 0
    profile = Profile.load(files[0])
    for file, parts in zip(files, (1, 2), strict=True):
        tables = tuple(replace(table, rows=table.rows // parts, columns=(), primary_key=()) for table in profile.tables)
        replace(profile, tables=tuple(replace(table, dependent_pairs=(), decks=()) for table in tables), references=()).save(file)
    assert run(*files)[0] == 1
    assert run(*files, "--scale", "0.5")[0] == 0
    assert run(*files, "--scale", "any")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{a}", "{folder}/none.json"], "B: there is no file"),
        (["{a}", "{b}", "--threshold", "kss=1"], "is 'ks' meant?"),
        (["{a}", "{b}", "--map", "boks=books"], "A has no table 'boks'"),
        (["{a}", "{b}", "--scale", "big"], "expected a number above 0"),
        (["{a}", "{b}", "--html", "{folder}/none/report.html"], "expected a file in a folder that is there"),
        (["{a}", "{damaged}"], "damaged.json"),
        (["{a}", "postgresql://ann:tulip@[::1/books"], "B is no connection string"),
        (["{a}", "host=h passwort=tulip"], "B is no connection string"),
    ],
)
def test_wrong_usage_is_told_in_one_line(
    arguments: list[str], words: str, files: tuple[Path, Path], tmp_path: Path, run: Run
) -> None:
    (tmp_path / "damaged.json").write_text('{"version": 1', "utf-8")
    places = {"a": files[0], "b": files[1], "folder": tmp_path, "damaged": tmp_path / "damaged.json"}
    code, out, err = run(*(argument.format(**places) for argument in arguments))
    assert code == 2
    assert out == ""
    assert words in err
    assert "tulip" not in err
    assert len(err.splitlines()) == 1
    code, out, _ = run(*(argument.format(**places) for argument in arguments), "--json")
    jsonschema.validate(json.loads(out), SCHEMA)


def test_a_database_that_does_not_answer_has_its_exit_code(files: tuple[Path, Path], run: Run) -> None:
    code, _, err = run(files[0], "postgresql://ann:tulip@127.0.0.1:1/books")
    assert code == 4
    assert "cannot be reached" in err
    assert "tulip" not in err


def test_passwords_and_users_are_shown_nowhere(shop: str, copied: str, tmp_path: Path, run: Run) -> None:
    report = tmp_path / "report.html"
    dsns = [make_conninfo(dsn, password=conninfo_to_dict(dsn).get("password") or "tulip") for dsn in (shop, copied)]
    code, out, err = run(*dsns, "--html", report, "--budget", "0")
    assert code == 0
    shown = out + err + report.read_text("utf-8")
    assert "tulip" not in shown
    assert "postgresql://" not in shown
    assert "user=" not in shown


def test_an_old_report_is_replaced_as_a_whole(files: tuple[Path, Path], tmp_path: Path, run: Run) -> None:
    report = tmp_path / "report.html"
    report.write_text("old", "utf-8")
    run(files[0], files[0], "--html", report)
    assert report.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.json", "report.html"]


def test_the_document_has_every_measure_with_its_default() -> None:
    text = (DOCS / "comparing.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    for name, threshold in DEFAULTS.items():
        row = next((line for line in rows if f"`{name}`" in line.split("|")[1]), None)
        assert row is not None, name
        value = threshold.value
        written = f"q {1 + value:g}" if name.startswith("q_") else f"{100 * value:g} %" if threshold.is_ratio else f"{value:.3g}"
        assert written in row, name

"""The command ``capture``: what it writes and tells, and how it ends."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.cli.main import main

TABLES = """
CREATE TABLE companies (id int PRIMARY KEY, city text);
CREATE TABLE employees_with_a_long_name (id int PRIMARY KEY, company_id int REFERENCES companies, status text);
CREATE TABLE cards (id int PRIMARY KEY, owner_id int REFERENCES companies);
INSERT INTO companies SELECT n, 'x' FROM generate_series(1, 4) AS n;
INSERT INTO employees_with_a_long_name
SELECT n, CASE WHEN n <= 70 THEN 1 WHEN n <= 90 THEN 2 WHEN n <= 97 THEN 3 ELSE 4 END, 'on' FROM generate_series(1, 100) AS n;
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def dsn(database: Callable[[str], str]) -> str:
    """A small database; its server trusts its users, nobody may see the password all the same."""
    return make_conninfo(database(TABLES), password="sesame")


def test_hours_are_counted_in_the_time_zone_that_is_told(
    database: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dsn = database("CREATE TABLE t AS SELECT timestamptz '2026-06-01 22:30+00' AS at FROM generate_series(1, 100)")  # a Monday
    for zone, hour in (("UTC", 22), ("Europe/Berlin", 24), ("America/New_York", 18)):
        assert main(["capture", dsn, "--time-zone", zone]) == 0
        week = Profile.load(tmp_path / "profile.json").table("t").column("at").week
        assert week is not None
        assert (week.zone, {place: rows for place, rows in enumerate(week.rows) if rows}) == (zone, {hour: 100})
    assert main(["capture", dsn, "--time-zone", "Mars/Olympus"]) == 2
    assert "there is no such time zone" in capsys.readouterr().err


def test_a_profile_is_written_and_its_references_are_shown(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capture", dsn, "--values", "employees_with_a_long_name.status"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "3 tables, 104 rows"
    assert "employees_with_a_long_name(company_id)" in lines
    assert any(line.split() == ["25.00", "0.0%", ".70", ".20", ".07", ".03", "4.07", "0.057", "exact"] for line in lines), lines
    assert lines[-1] == "Written to profile.json"
    profile = Profile.load("profile.json")
    assert profile.reference("employees_with_a_long_name", "company_id").weights == (0.7, 0.2, 0.07, 0.03)
    assert profile.table("employees_with_a_long_name").column("status").values == (("on", 1.0),)


def test_json_has_the_figures_and_a_dash_gives_the_profile(dsn: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["capture", dsn, "--json", "-o", "p.json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tables"] == {"cards": 0, "companies": 4, "employees_with_a_long_name": 100}
    assert found["references"][1]["mean"] == 25.0
    assert (found["exit_code"], found["error"], found["output"]) == (0, None, "p.json")
    assert main(["capture", dsn, "-o", "-"]) == 0
    assert capsys.readouterr().out == (tmp_path / "p.json").read_text("utf-8")


def test_the_methods_are_chosen(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("ANALYZE")
    for arguments, method in ((["--exact"], "exact"), (["--estimate"], "estimate"), (["--sample", "100"], "exact")):
        assert main(["capture", dsn, *arguments]) == 0
        assert Profile.load("profile.json").reference("employees_with_a_long_name", "company_id").method == method


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--exact", "--estimate"], "--estimate and --exact are different ways to measure"),
        (["--sample", "5"], "sample=5: expected a number from 100"),
        (["--timeout", "0"], "timeout_s=0.0: expected a number from 0.001"),
        (["--table", "compnies"], "there is no table 'compnies'; is it one of companies?"),
        (
            ["--schema", "x", "--values", "cards.ownr_id"],
            "is it one of public?; there is no column 'cards.ownr_id'; is it one",
        ),
        (["--values", "status"], "there is no column 'status'"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], words: str, dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capture", dsn, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert words in captured.err
    assert "sesame" not in captured.err
    assert len(captured.err.splitlines()) == 1
    assert not Path("profile.json").exists()


def test_a_database_that_cannot_be_reached_is_told(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"postgresql://ann:sesame@127.0.0.1:{unused.getsockname()[1]}/application"
        assert main(["capture", address]) == 4
    assert main(["capture", make_conninfo(dsn, dbname="no_such")]) == 4
    assert main(["capture", "postgrs://ann:sesame@h/d"]) == 2
    assert main(["capture", "hots=h password=sesame"]) == 2
    captured = capsys.readouterr()
    assert "sesame" not in captured.out + captured.err
    told = captured.err.splitlines()
    assert len(told) == 4
    assert "the database cannot be reached" in told[0]
    assert '"no_such" does not exist' in told[1]
    assert "DSN is no connection string" in told[2]
    assert "is 'host' meant?" in told[3]


def test_a_file_that_cannot_be_written_is_told(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capture", dsn, "-o", "no/such/folder/p.json", "--json"]) == 3
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"].startswith("the profile 'no/such/folder/p.json' cannot be written")


def test_the_connection_string_may_stand_in_the_environment(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASCETIC_DDD_DSN", dsn)
    assert main(["capture"]) == 0
    monkeypatch.setenv("ASCETIC_DDD_DSN", "sesame")
    assert main(["capture"]) == 2
    assert "sesame" not in capsys.readouterr().err


def test_what_was_left_out_is_told(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    role = f"ascetic_ddd_blind_{os.getpid()}"
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {role} LOGIN".encode())
        owner.execute(f"GRANT USAGE ON SCHEMA public TO {role}".encode())
        owner.execute(f"GRANT SELECT ON companies TO {role}".encode())
        try:
            assert main(["capture", make_conninfo(dsn, user=role)]) == 0
        finally:
            owner.execute(f"DROP OWNED BY {role}".encode())
            owner.execute(f"DROP ROLE {role}".encode())
    assert "  cards: it was left out: the role may not read it" in capsys.readouterr().out


def test_a_profile_is_its_owners_unless_told(dsn: str, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        for more, mode in (([], 0o600), (["--readable"], 0o644)):
            assert main(["capture", dsn, *more]) == 0
            assert (tmp_path / "profile.json").stat().st_mode & 0o777 == mode
    finally:
        os.umask(before)

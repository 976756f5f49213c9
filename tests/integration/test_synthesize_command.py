"""``ascetic-ddd synthesize`` on a real database: what it stores, what it refuses, and what a signal leaves."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ascetic_ddd.faker.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
MODULE = "tests.integration.staff"
ROWS = ["--rows", "Employee=1500", "--rows", "Manager=40"]


@pytest.fixture
def dsn(external_dsn: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """With a password, which a server that trusts its users ignores; nobody may see it all the same."""
    monkeypatch.delenv("ASCETIC_DDD_TO", raising=False)
    return make_conninfo(external_dsn, password=conninfo_to_dict(external_dsn).get("password") or "sesame")


def asked(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(statement.encode()).fetchall()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["synthesize", MODULE, *ROWS, *arguments])
    captured = capsys.readouterr()
    assert "sesame" not in captured.out + captured.err
    return code, captured.out, captured.err


def test_it_creates_the_tables_and_fills_them(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--to", dsn, "--create-tables")
    assert code == 0
    assert "1,540 rows in " in out
    assert asked(dsn, "SELECT count(*), count(DISTINCT id) FROM employee") == [(1_500, 1_500)]
    assert asked(dsn, "SELECT count(*) FROM manager JOIN employee ON employee.id = employee_id") == [(40,)]
    assert asked(dsn, "SELECT reltuples::int FROM pg_class WHERE relname = 'employee'") == [(1_500,)]


def test_what_is_printed_as_ddl_makes_the_same_tables(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, statements, _ = run(capsys, "--ddl")
    with psycopg.connect(dsn) as connection:
        connection.execute(statements.encode())
    assert run(capsys, "--to", dsn)[0] == 0
    assert asked(dsn, "SELECT count(*) FROM employee JOIN manager ON manager.id = manager") == [(1_350,)]


def test_tables_that_are_there_are_refused_unless_forced(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--to", dsn, "--create-tables")[0] == 0
    code, out, errors = run(capsys, "--to", dsn, "--create-tables", "--json")
    assert code == 5
    assert "has a table employee, manager already" in json.loads(out)["error"]
    assert "or force it (--force)" in errors
    assert run(capsys, "--to", dsn)[0] == 3  # the keys are taken
    assert run(capsys, "--to", dsn, "--create-tables", "--force", "--seed", "9")[0] == 0
    assert asked(dsn, "SELECT count(*) FROM employee") == [(1_500,)]


def test_tables_that_are_missing_are_told(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, errors = run(capsys, "--to", dsn)
    assert code == 2
    assert (
        "the database has no table employee, manager; migrate it first, or let the tables be created (--create-tables)" in errors
    )


def test_tables_may_have_names_of_their_own(dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE SCHEMA hr")
    assert run(capsys, "--to", dsn, "--create-tables", "--table", "Employee=hr.people")[0] == 0
    assert asked(dsn, "SELECT count(*) FROM hr.people") == [(1_500,)]


def test_a_database_that_does_not_answer_is_told_without_the_password(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, errors = run(capsys, "--to", "postgresql://ann:sesame@127.0.0.1:1/db", "--json")
    assert code == 4
    assert "connecting to the database" in errors


@pytest.mark.parametrize(("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")])
def test_a_signal_leaves_no_table(number: signal.Signals, code: int, word: str, dsn: str) -> None:
    arguments = ["synthesize", MODULE, "--rows", "Employee=2000000", "--rows", "Manager=10000", "--to", dsn, "--create-tables"]
    process: Any = subprocess.Popen(
        [sys.executable, "-m", "ascetic_ddd.faker.cli", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with process:
        assert "%" in process.stdout.readline()  # it is at work
        process.send_signal(number)
        errors = process.stderr.read()
        assert process.wait(60) == code
    assert errors == f"error: {word}\n"
    assert asked(dsn, "SELECT to_regclass('employee')") == [(None,)]

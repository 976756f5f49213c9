"""Names of a database through every command, on a terminal and in a pipe: whole, visible, harmless."""

import errno
import json
import os
import pty
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.domain.values.words import visible
from tests.integration.evil_names import EVIL_NAMES, STEERING, target

OURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # what rich writes on a terminal: colours, and where the cursor goes
Run = Callable[..., tuple[int, str]]


def in_a_pipe(*arguments: str) -> tuple[int, str]:
    """The command in this process; its exit code, and what comes out of a pipe."""
    return ended(arguments, *os.pipe())


def on_a_terminal(*arguments: str) -> tuple[int, str]:
    """The same on a terminal."""
    return ended(arguments, *pty.openpty())


def ended(arguments: tuple[str, ...], ours: int, theirs: int) -> tuple[int, str]:
    with ThreadPoolExecutor(1) as reader:
        shown = reader.submit(read_all, ours)
        with open(theirs, "w", encoding="utf-8") as stream, redirect_stdout(stream), redirect_stderr(stream):
            code = main(arguments)
        return code, shown.result().decode().replace("\r\n", "\n")


def read_all(descriptor: int) -> bytes:
    found = b""
    try:
        while more := os.read(descriptor, 65_536):
            found += more
    except OSError as error:  # so Linux says that nobody has the terminal open any more
        if error.errno != errno.EIO:
            raise
    finally:
        os.close(descriptor)
    return found


def assert_harmless(shown: str) -> None:
    assert "\x1b[31m\\x1b]" not in shown
    assert OURS.sub("", shown).replace("\n", "").replace("\r", "").isprintable()


def assert_whole(shown: str) -> None:
    assert_harmless(shown)
    for name in EVIL_NAMES:
        assert visible(name.replace('"', '""')) in shown, name


@pytest.fixture
def evil_dsn(external_dsn: str) -> str:
    """For each name a schema, and in it two tables, of which one refers to the other."""
    with psycopg.connect(external_dsn, autocommit=True) as connection:
        for name in EVIL_NAMES:
            parts = {
                "s": sql.Identifier(name),
                "t": sql.Identifier(name, name),
                "c": sql.Identifier(name),
                "o": sql.Identifier(name, "o"),
            }
            for statement in (
                "CREATE SCHEMA {s}",
                "CREATE TABLE {t} ({c} int PRIMARY KEY)",
                "CREATE TABLE {o} ({c} int REFERENCES {t})",
                "INSERT INTO {t} SELECT generate_series(1, 10)",
                "INSERT INTO {o} SELECT 1 + n % 10 FROM generate_series(1, 50) AS n",
            ):
                connection.execute(sql.SQL(statement).format(**parts))
    return external_dsn


@pytest.mark.parametrize("run", [in_a_pipe, on_a_terminal])
def test_capture_and_compare(run: Run, evil_dsn: str, tmp_path: Path) -> None:
    a, b, page = (str(tmp_path / name) for name in ("a.json", "b.json", "report.html"))
    code, shown = run("capture", evil_dsn, "-o", a)
    assert code == 0, shown
    assert_whole(shown)
    assert len([line for line in shown.split("\n") if line.endswith("exact")]) == len(EVIL_NAMES)
    profile = Profile.load(a)
    assert {table.columns[0].name for table in profile.tables} == set(EVIL_NAMES)
    assert Path(a).read_text("utf-8").replace("\n", "").isprintable()
    with psycopg.connect(evil_dsn) as connection:
        for name in EVIL_NAMES:
            connection.execute(sql.SQL("DELETE FROM {} WHERE ctid < '(0,25)'").format(sql.Identifier(name, "o")))
    assert run("capture", evil_dsn, "-o", b)[0] == 0
    code, shown = run("compare", a, b, "--all", "--html", page)
    assert code == 1, shown
    assert_whole(shown)
    text = Path(page).read_text("utf-8")
    assert text.replace("\n", "").isprintable()
    code, shown = run("capture", evil_dsn, "--json", "-o", a)
    assert_harmless(shown)
    found = json.loads(shown[shown.index('{"exit_code"') :])
    assert list(found["tables"]) == [table.name for table in profile.tables]


@pytest.mark.parametrize("run", [in_a_pipe, on_a_terminal])
def test_generate_synthesize_and_what_they_refuse(run: Run, external_dsn: str, internal_dsn: str, tmp_path: Path) -> None:
    create = target().create_schema
    assert create is not None
    create(external_dsn)
    dsns = ["--external-dsn", external_dsn, "--internal-dsn", internal_dsn]
    code, shown = run("generate", "tests.integration.evil_names:target", "--count", "20", *dsns)
    assert code == 0, shown
    assert_harmless(shown)
    with psycopg.connect(external_dsn) as connection:
        connection.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} CHECK ({} IS NULL) NOT VALID").format(
                sql.Identifier(STEERING), sql.Identifier("x[/red]" + STEERING), sql.Identifier("x[/red]y")
            )
        )
    code, shown = run("generate", "tests.integration.evil_names:target", "--count", "40", "--resume", *dsns)
    assert code == 3, shown
    assert_harmless(shown)
    assert "x[/red]\\x1b[31m" in shown
    models = ["synthesize", "tests.integration.evil_names", "--rows", "Parent=5"]
    code, shown = run(*models, "--to", external_dsn, "--table", f"Parent={STEERING}")
    assert code == 3, shown
    assert_harmless(shown)
    assert "\\x1b[31m" in shown
    code, shown = run(*models, "--table", f"Parent=no{STEERING}", "--to", external_dsn)
    assert code == 2, shown
    assert_harmless(shown)
    code, shown = run(*models, "--to", f"csv:{tmp_path}/x[/red]{STEERING}")
    assert code == 0, shown
    assert_harmless(shown)
    assert "x[/red]\\x1b[31m" in shown


@pytest.mark.parametrize("run", [in_a_pipe, on_a_terminal])
@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "x:y", "--count", STEERING],
        ["generate", "x:y", "--count", "1", "--on-error", STEERING],
        ["generate", f"x:{STEERING}", "--count", "1"],
        ["generate", "x:y", f"--{STEERING}"],
        [f"gener{STEERING}"],
        ["synthesize", STEERING],
        ["compare", STEERING, "b"],
        ["capture", f"postgresql://h/d?{STEERING}=1"],
        ["capture", f"postgresql://{STEERING}@localhost:1/d?connect_timeout=1"],
    ],
)
def test_words_of_the_command_line(run: Run, arguments: list[str]) -> None:
    code, shown = run(*arguments)
    assert code in (2, 4), shown
    assert_harmless(shown)


def test_statements_are_exact_in_a_pipe_and_harmless_on_a_terminal(external_dsn: str) -> None:
    arguments = ["synthesize", "tests.integration.evil_names", "--ddl", "--table", f"Parent={STEERING}"]
    assert_harmless(on_a_terminal(*arguments)[1])
    _, statements = in_a_pipe(*arguments)
    with psycopg.connect(external_dsn) as connection:
        connection.execute(statements.encode())
        assert connection.execute("SELECT 1 FROM pg_class WHERE relname = %s", (STEERING,)).fetchone()

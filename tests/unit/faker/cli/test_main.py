"""What needs no database: help, its copy in the documents, wrong usage, missing extras."""

import re
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import PoolTimeout

from ascetic_ddd.faker import cli
from ascetic_ddd.faker.cli.addresses import checked_dsn
from ascetic_ddd.faker.cli.exits import CommandError, Exit, exit_of
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.domain.errors import ConfigurationError, GenerationError, PersistenceError

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT = (ROOT / "docs" / "cli.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    for name in ("ASCETIC_DDD_DSN", "ASCETIC_DDD_EXTERNAL_DSN", "ASCETIC_DDD_INTERNAL_DSN"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "command",
    ["generate", "reconcile", "check", "synthesize", "capture", "demo", "compare", "feed", "replay", "dsn", "psql", "completion"],
)
def test_the_document_has_the_help_as_it_is(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    shown = "\n".join(line.rstrip() for line in capsys.readouterr().out.strip().splitlines())
    assert max(map(len, shown.splitlines())) <= 80
    found = re.search(rf"^## `ascetic-ddd {command}`\n.*?```text\n(.*?)\n```", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found
    assert found[1] == shown


@pytest.mark.parametrize("command", ["generate", "reconcile", "check", "synthesize", "capture", "compare", "feed", "replay"])
def test_the_exit_codes_speak_of_the_commands_own_options(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([command, "--help"])
    options, _, codes = capsys.readouterr().out.partition("Options:")[2].partition("Exit codes:")
    assert " 74 " in codes
    assert set(re.findall(r"--[a-z-]+", codes)) <= set(re.findall(r"--[a-z-]+", options))


def test_without_a_command_the_help_comes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "reconcile" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ascetic-ddd {version('ascetic-ddd')}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("generate json:loads", "Missing option '--count'"),
        ("generate json:loads --count 0", "--count"),
        ("generate json:loads --count ten", "--count"),
        ("generate json:loads --count 1 --on-error ignore", "--on-error"),
        ("generate json:loads --count 1 host=h password=sesame", "unexpected"),
        ("generate json:loads --count 1 postgresql://u:sesame@h/d", "***"),
        ("populate", "populate"),
    ],
)
def test_wrong_usage_is_told_in_two_lines(arguments: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert "sesame" not in captured.err
    assert len(captured.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("dsns", "words"),
    [
        (["--external-dsn", "host=h"], "--internal-dsn is missing"),
        (["--external-dsn", "host=h passwort=sesame", "--internal-dsn", "host=h"], "is 'password' meant?"),
        (["--external-dsn", "sesame", "--internal-dsn", "host=h"], "--external-dsn is no connection string; expected"),
        (["--external-dsn", "host=h", "--internal-dsn", "postgrs//u:sesame@h/d"], "--internal-dsn is no connection string"),
        (["--external-dsn", "postgresql://u:open@sesame@h/d", "--internal-dsn", "host=h"], "--external-dsn: where the password"),
        (["--external-dsn", "postgresql://u:sesame/x@h/d", "--internal-dsn", "host=h"], "write @ : / ? % of a name"),
        (["--external-dsn", "postgresql://u:12/sesame@h:1/d", "--internal-dsn", "host=h"], "%40 %3A %2F %3F %25"),
        (["--external-dsn", "host=h", "--internal-dsn", "postgresql://h:sesame/d"], "what the port is cannot be told"),
    ],
)
def test_a_connection_string_with_a_typo_is_refused_and_not_repeated(
    dsns: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", "examples.library.wiring:target", "--count", "1", "--json", *dsns]) == 2
    captured = capsys.readouterr()
    assert words in captured.err
    assert "sesame" not in captured.err + captured.out
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://u:p%40%2F@h:5432/d",
        "postgresql:///d?host=/tmp&password=a@b",
        "postgresql://u@h1:1,h2:2/d@e",
        "postgresql://%2Ftmp/d",
        "postgresql://%40abstract/d",
        "postgresql://[::1]:5432/d",
        "host=h password='a://b@c@d' port=1",
    ],
)
def test_a_connection_string_that_says_what_it_means_is_taken(dsn: str) -> None:
    told = conninfo_to_dict(dsn)
    assert conninfo_to_dict(checked_dsn("--external-dsn", dsn)).items() >= told.items()


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_one_line_says_how_to_get_it(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("ascetic_ddd.faker.cli.") and not name.endswith(".main")]:
        monkeypatch.delitem(sys.modules, name)
        monkeypatch.delattr(cli, name.rpartition(".")[2], raising=False)
    for name in [name for name in sys.modules if name == missing or name.startswith(f"{missing}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)  # how an import is forbidden
    assert main(["generate", "--help"]) == 2
    error = capsys.readouterr().err
    assert "pip install 'ascetic-ddd[cli]'" in error
    assert len(error.splitlines()) == 1


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandError("…", Exit.REFUSED), Exit.REFUSED),
        (ConfigurationError("…"), Exit.USAGE),
        (caused(GenerationError("…"), ConfigurationError("…")), Exit.STOPPED),
        (caused(GenerationError("…"), ValueError("…")), Exit.STOPPED),
        (caused(GenerationError("…"), caused(PersistenceError("…"), psycopg.errors.UniqueViolation())), Exit.STOPPED),
        (caused(GenerationError("…"), caused(PersistenceError("…"), psycopg.errors.DiskFull())), Exit.DATABASE),
        (caused(GenerationError("…"), caused(PersistenceError("…"), psycopg.OperationalError("gone"))), Exit.DATABASE),
        (caused(GenerationError("…"), caused(PersistenceError("…"), PoolTimeout("…"))), Exit.DATABASE),
        (psycopg.errors.InvalidPassword(), Exit.DATABASE),
        (psycopg.errors.AdminShutdown(), Exit.DATABASE),
        (KeyError("x"), Exit.STOPPED),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: Exception, code: Exit) -> None:
    assert exit_of(error) is code

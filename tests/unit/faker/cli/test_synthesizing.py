"""``ascetic-ddd synthesize`` without a database: files, wrong usage, what is missing."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.feeds.reading import read_csv, read_jsonl
from tests.integration.staff import Employee, Manager

MODULE = "tests.integration.staff"
ROWS = ["--rows", "Employee=1_500", "--rows", "Manager=40"]
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(autouse=True)
def _no_destination_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASCETIC_DDD_TO", raising=False)


def test_it_writes_rows_whose_references_are_resolved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synthesize", MODULE, *ROWS, "--to", f"csv:{tmp_path}/csv", "--seed", "4"]) == 0
    assert main(["synthesize", MODULE, *ROWS, "--to", f"jsonl:{tmp_path}/jsonl", "--seed", "4"]) == 0
    shown = capsys.readouterr().out
    assert "1,540 rows in " in shown
    assert f"written to csv:{tmp_path}/csv" in shown
    employees = list(read_csv(tmp_path / "csv" / "Employee.csv", Employee))
    managers = list(read_csv(tmp_path / "csv" / "Manager.csv", Manager))
    assert employees == list(read_jsonl(tmp_path / "jsonl" / "Employee.jsonl", Employee))
    assert (len(employees), len(managers)) == (1_500, 40)
    assert {row.manager for row in employees} - {None} <= {row.id for row in managers}
    assert {row.employee_id for row in managers} <= {row.id for row in employees}


def test_the_example_of_the_documents_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = "synthesize examples.staff --rows Employee=2000 --rows Manager=20 --to csv:out"
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.chdir(tmp_path)
    assert main(command.split()) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"Employee.csv", "Manager.csv"}


def test_json_is_one_object_and_progress_goes_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synthesize", MODULE, *ROWS, "--to", f"csv:{tmp_path}", "--json", "--seed", "4"]) == 0
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert told["rows"] == {"Employee": 1_500, "Manager": 40}
    assert (told["total"], told["exit_code"], told["error"], told["seed"]) == (1_540, 0, None, 4)
    assert "1,540 of 1,540  100%" in captured.err


def test_no_rows_are_no_error(tmp_path: Path) -> None:
    assert main(["synthesize", MODULE, "--rows", "Employee=0", "--rows", "Manager=0", "--to", f"csv:{tmp_path}"]) == 0
    assert list(read_csv(tmp_path / "Manager.csv", Manager)) == []


def test_the_statements_need_no_numbers_of_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synthesize", MODULE, "--ddl"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith('CREATE TABLE "employee" (\n    "id" bigint NOT NULL,\n    "name" varchar(40) NOT NULL,')
    assert printed.count("DEFERRABLE INITIALLY DEFERRED;") == 2
    assert main(["synthesize", MODULE, "--ddl", "--table", "Employee=hr.people"]) == 0
    assert 'CREATE TABLE "hr"."people"' in capsys.readouterr().out


WRONG = [
    ([], "--rows is missing: how many of each model? tests.integration.staff has Employee, Manager; e.g. --rows Employee=1000"),
    (["--rows", "Emploee=3"], "has no such model, only Employee, Manager; is Employee meant?"),
    (["--rows", "datetime=3"], "is of type module, and no pydantic model"),
    (["--rows", "Target=x"], "--rows 'Target=x': expected Model=N"),
    (["--rows", "Employee=-1"], "expected Model=N"),
    (["--rows", "Employee"], "expected Model=N"),
    ([*ROWS, "--rows", "Manager=1"], "tells Manager twice"),
    (ROWS, "--to is missing: expected csv:FOLDER"),
    ([*ROWS, "--to", "csv:"], "expected a folder behind it, for example csv:out"),
    ([*ROWS, "--to", "parquet:x"], "--to: expected csv:FOLDER, jsonl:FOLDER, postgresql://"),
    ([*ROWS, "--to", "postgresql://u:sesame@h/d?passwort=sesame"], "is 'password' meant?"),
    ([*ROWS, "--to", "host=h passwort=sesame"], "is 'password' meant?"),
    ([*ROWS, "--to", "csv:x", "--create-tables"], "--create-tables is for a database"),
    ([*ROWS, "--to", "host=h", "--noise", "0.1"], "--noise is for csv: and jsonl:"),
    ([*ROWS, "--to", "csv:x", "--table", "Boss=x"], "there is no model Boss to give a table's name"),
    (["--rows", "Employee=3", "--to", "csv:x"], "Employee.manager: refers to Manager.id, and no model Manager was added"),
    (["--rows", "Employee=3", "--rows", "Manager=0", "--to", "csv:x"], "there is no Manager to refer to"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_wrong_usage_is_told_in_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["synthesize", MODULE, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert "sesame" not in captured.err
    assert len(captured.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("tests.integration.stuff", "there is no module 'tests.integration.stuff' here or among the installed ones"),
        (
            "tests/integration/staff.py",
            "is no module: expected the name of a module, for example examples.staff; is 'tests.integration",
        ),
        ("failing_module", "importing 'failing_module' failed: ZeroDivisionError"),
        ("needing_module", "module 'needing_module' needs 'no_such_library', which is not installed"),
    ],
)
def test_a_module_that_cannot_be_had_is_told(
    module: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "failing_module.py").write_text("1 / 0")
    (tmp_path / "needing_module.py").write_text("import no_such_library")
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["synthesize", module, *ROWS, "--to", f"csv:{tmp_path}/out"]) == 2
    assert words in capsys.readouterr().err


def test_a_key_that_has_too_few_values_is_told_with_both_numbers(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small_module.py").write_text(
        "from pydantic import BaseModel, Field\n"
        "class City(BaseModel):\n"
        "    id: int = Field(ge=1, le=10, json_schema_extra={'sql': {'key': 'primary'}})\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["synthesize", "small_module", "--rows", "City=11", "--to", f"csv:{tmp_path}/out"]) == 2
    message = capsys.readouterr().err
    assert "City.id: 11 rows need as many distinct values, and there are 10" in message


def test_what_is_doubtful_in_the_models_is_told_and_no_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "doubtful_module.py").write_text(
        "from pydantic import BaseModel, Field\nclass City(BaseModel):\n    name: str = Field(json_schema_extra={'sql': {}})\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["synthesize", "doubtful_module", "--rows", "City=3", "--to", f"csv:{tmp_path}/out", "--json"]) == 0
    captured = capsys.readouterr()
    assert "note: City.name: asked 'sql': {}; an empty one makes it the primary key" in captured.err
    assert len(json.loads(captured.out)["notes"]) == 1
    assert main(["synthesize", "doubtful_module", "--ddl"]) == 0
    assert "note: City.name" in capsys.readouterr().err


def test_an_occupied_folder_is_refused_and_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Manager.csv").write_text("mine")
    command = ["synthesize", MODULE, *ROWS, "--to", f"csv:{tmp_path}"]
    assert main(command) == 5
    assert "take an empty one, or force it (--force)" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0
    assert len(list(read_csv(tmp_path / "Manager.csv", Manager))) == 40


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["synthesize", MODULE, *ROWS, "--to", f"csv:{tmp_path}/file/out", "--json"]) == 4
    assert "cannot be written to: Not a directory" in json.loads(capsys.readouterr().out)["error"]


def test_without_the_extra_the_other_commands_work_and_this_one_says_how_to_get_it() -> None:
    program = (
        "import sys; sys.modules['rstr'] = None\n"
        "from ascetic_ddd.faker.cli.main import main\n"
        "assert main(['--help']) == 0\n"
        f"sys.exit(main(['synthesize', {MODULE!r}, '--rows', 'Employee=1', '--to', 'csv:x']))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "error: synthesize needs rstr, which is not installed: pip install 'ascetic-ddd[cli,pydantic]'\n"


@pytest.mark.parametrize("missing", ["pydantic", "annotated_types"])
def test_the_command_line_begins_without_the_extra(missing: str) -> None:
    # A new typer brings pydantic itself, so that only the import of our own rooms is tried.
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "import ascetic_ddd.faker.cli.app\n"
        "from ascetic_ddd.faker.cli import exits, synthesizing\n"
        "try:\n    synthesizing._require_pydantic()\nexcept exits.CommandError as error:\n    print(error, int(error.code))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"synthesize needs {missing}, which is not installed: pip install 'ascetic-ddd[cli,pydantic]' 2\n"


@pytest.mark.parametrize(("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")])
def test_a_signal_leaves_no_file(number: signal.Signals, code: int, word: str, tmp_path: Path) -> None:
    arguments = ["synthesize", MODULE, "--rows", "Employee=2000000", "--rows", "Manager=10000", "--to", f"csv:{tmp_path}/out"]
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
    assert list((tmp_path / "out").iterdir()) == []

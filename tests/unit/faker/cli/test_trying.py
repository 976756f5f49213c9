"""``generate --dry-run``: what does not hold together, how many of each kind there would be, ten of them; nothing is stored."""

import json
from pathlib import Path

import pytest

from ascetic_ddd.faker.cli.main import main

GRAPHS = """
from ascetic_ddd.faker import Aggregate, AggregateProvider, given, reference, value

class NoStore:
    async def insert(self, session, agg):
        raise AssertionError("something was stored")

class Company:
    def __init__(self, id, name):
        self.id, self.name = id, name
    def export(self):
        return {"id": self.id, "name": self.name}

class Employee:
    def __init__(self, id, company_id, code):
        if code == "C":
            raise ValueError("no employee is called C")
        self.id, self.company_id, self.code = id, company_id, code
    def export(self):
        return {"id": self.id, "company_id": self.company_id, "code": self.code}

class Companies(Aggregate[Company]):
    id = given()
    name = value(lambda session, position: f"Company {position}")

def employees(codes, **law):
    class Employees(Aggregate[Employee]):
        id = given()
        company_id = reference(Companies, mean=5)
        code = value(codes, **law)
    return Employees(NoStore(), Companies(NoStore()))

def target():
    return employees(lambda session, position: f"E{position}")

def narrow():
    return employees("boolean", mean=1)

def refusing():
    return employees(["C"])
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"trial_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(GRAPHS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return name


def test_ten_are_made_and_nothing_is_stored(module: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", f"{module}:target", "--count", "1000", "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["Employees", "1,000"]
    assert lines[1].split() == ["Companies", "200"]
    states = [json.loads(line) for line in lines[2:-1]]
    assert [state["id"] for state in states] == list(range(1, 11))
    assert {state["company_id"] for state in states} == {1, 2}
    assert lines[-1] == "Nothing is stored. 10 of Employees were made in memory. Nothing is known to be wrong."
    assert not (tmp_path / "ascetic-ddd-data").exists()


def test_the_same_seed_shows_the_same(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for seed in ("7", "7"):
        main(["generate", f"{module}:target", "--count", "3", "--seed", seed, "--dry-run", "--json"])
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    told = json.loads(shown[0])
    assert told["expected"] == {"Employees": 3, "Companies": 1}
    assert (len(told["sample"]), told["findings"], told["exit_code"]) == (3, [], 0)


def test_what_an_aggregate_refuses_is_told(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", f"{module}:refusing", "--count", "10", "--dry-run"]) == 3
    told = capsys.readouterr()
    assert "0 of Employees were made in memory, then one failed." in told.out
    assert "no employee is called C" in told.err


def test_what_cannot_hold_together_is_told(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Capacity: 1,000 different codes of two."""
    assert main(["generate", f"{module}:narrow", "--count", "1000", "--dry-run"]) in (1, 3)
    assert "does not hold together: Employees.code: asked 1000 different values; but there are only 2" in capsys.readouterr().out


def test_what_is_no_target_is_told(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", f"{module}:nothing", "--count", "10", "--dry-run", "--json"]) == 2
    told = capsys.readouterr()
    assert "has no 'nothing'" in told.err
    assert json.loads(told.out)["exit_code"] == 2

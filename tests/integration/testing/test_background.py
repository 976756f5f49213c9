"""A background that is made once a feature: each scenario finds it as it was, and draws what it would draw alone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ascetic_ddd.faker.infrastructure.embedded import PgServer
from tests.integration.testing.conftest import ROOT, Run
from tests.integration.testing.test_rollback import GONE

pytest_plugins = ["pytester"]

FEATURE = """
Feature: Orders
  Background:
    Given the active customer «Jane» from London
    And 2 paid orders of «Jane»
    And some orders

  Scenario: One
    Given the product «Emma» for 9.90
    And some paid orders
    When all is written down as one

  Scenario: Two
    Given 3 placed orders of «Jane»
    And the customer «Bob» from Paris
    When all is deleted
    And all is written down as two

  Scenario: Broken
    Given 2 orders
    When a statement fails

  Scenario: Three
    Given the customer «Bob» from Paris
    And from 2 to 9 orders
    When all is written down as three
    Then there are some paid orders of «Jane»

  Rule: Another background
    Background:
      Given the customer «Ann» from Rome

    Scenario: Four
      Given an order of «Ann»
      When all is written down as four

    Scenario: Five
      Given some orders of «Ann»
      When all is written down as five
"""
STEPS = """
import json, os, pathlib
from examples.bookshop.wiring import stored_states

async def write_down(session, scenario, name):
    found = {key: [state async for state in states(session)] for key, states in stored_states().items()}
    found["Jane"] = scenario.id_of("customers", "Jane")
    (pathlib.Path(os.environ["FOUND"]) / name).write_text(json.dumps(found, default=str))

async def delete_all(session):
    async with session.connections.connection() as connection:
        await connection.execute("DELETE FROM order_lines; DELETE FROM orders")
        await connection.commit()
    await session.external_connection.commit()

async def fail(session):
    await session.external_connection.execute("SELECT nonsense")

from examples.bookshop import wiring
insert = wiring.StoringRepository.insert

async def counted(self, session, agg):
    with (pathlib.Path(os.environ["FOUND"]) / "inserts").open("a") as file:
        file.write(f"{type(agg).__name__} {agg.export().get('name')}\\n")
    await insert(self, session, agg)

def count(is_on):
    wiring.StoringRepository.insert = counted if is_on else insert
"""
CONFTEST = """
import os
import pytest
from pytest_bdd import when, parsers
from ascetic_ddd.faker.testing import fixtures
from ascetic_ddd.faker.testing.pytest_bdd import awaited, scenario_of, steps
from examples.bookshop.wiring import create_application_schema, make_providers
from examples.bookshop.words import english
from common_steps import count, delete_all, fail, write_down

def pytest_configure():
    count(True)

def pytest_unconfigure():
    count(False)

store = fixtures.databases(
    create_schema=create_application_schema, providers=make_providers, server_dsn=os.environ["SERVER_DSN"]
)
session = fixtures.rolled_back_session(background_once=True)
shop = fixtures.provider(make_providers, session="session")
steps(english(), providers="shop")

@when(parsers.parse("all is written down as {name}"))
@awaited
async def written(request, session, name):
    await write_down(session, scenario_of(request), name)

@when("all is deleted")
@awaited
async def deleted(session):
    await delete_all(session)

@when("a statement fails")
@awaited
async def fails(session):
    await fail(session)
"""
ENVIRONMENT = """
import os
from ascetic_ddd.faker.testing.behave import install
from examples.bookshop.wiring import create_application_schema, make_providers
from examples.bookshop.words import english

install(
    globals(), english(), create_schema=create_application_schema, providers=make_providers,
    server_dsn=os.environ["SERVER_DSN"], background_once=True,
)
"""
BEHAVE_STEPS = """
from behave import when
from ascetic_ddd.faker.testing.behave import awaited
from common_steps import count, delete_all, fail, write_down

count(True)

@when("all is written down as {name}")
@awaited
async def written(context, name):
    await write_down(context.session, context.scenario_words, name)

@when("all is deleted")
@awaited
async def deleted(context):
    await delete_all(context.session)

@when("a statement fails")
@awaited
async def fails(context):
    await fail(context.session)
"""


def _found(folder: Path) -> dict[str, Any]:
    return {path.name: json.loads(path.read_text()) for path in folder.iterdir() if path.name != "inserts"}


def _made(folder: Path, what: str) -> int:
    return (folder / "inserts").read_text().splitlines().count(what)


def test_each_scenario_finds_what_it_would_find_alone(
    pytester: pytest.Pytester, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeconftest(CONFTEST)
    (pytester.path / "orders.feature").write_text(FEATURE)
    pytester.makepyfile(
        common_steps=STEPS, test_orders="from pytest_bdd import scenarios\nscenarios('orders.feature')", test_then=GONE
    )

    def found(name: str, *options: str, passed: int, failed: int = 0) -> dict[str, Any]:
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("FOUND", str(folder))
        run(*options).assert_outcomes(passed=passed, failed=failed)
        return _found(folder)

    together = found("together", passed=6, failed=1)
    assert set(together) == {"one", "two", "three", "four", "five"}
    assert _made(tmp_path / "together", "Customer Jane") == 2  # in the feature, and in its rule, which begins with more
    assert _made(tmp_path / "together", "Customer Ann") == 1
    assert together["two"]["orders"] == []
    assert len({json.dumps(each) for each in together.values()}) == 5
    names = ["one", "two", "three", "four", "five"]
    order = [f"test_orders.py::test_{name}" for name in ("five", "three", "broken", "one", "four", "two")]
    assert found("otherwise", *order, passed=5, failed=1) == together
    for name in names:
        assert found(name, f"test_orders.py::test_{name}", passed=1) == {name: together[name]}
    assert found("another", "--faker-seed=5", "test_orders.py::test_one", passed=1) != {"one": together["one"]}


def test_graphs_of_the_scenarios_own_are_refused(
    pytester: pytest.Pytester, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOUND", str(tmp_path))
    pytester.makeconftest(CONFTEST.replace(', session="session")', ")"))
    (pytester.path / "orders.feature").write_text(FEATURE)
    pytester.makepyfile(common_steps=STEPS, test_orders="from pytest_bdd import scenarios\nscenarios('orders.feature')")
    outcome = run("-k", "test_one")
    outcome.assert_outcomes(failed=1)
    outcome.stdout.fnmatch_lines("*make it by provider(…, session='session')*")


def test_by_behave(tmp_path: Path, pg_server: PgServer) -> None:
    folder = tmp_path / "features"
    (folder / "steps").mkdir(parents=True)
    (folder / "environment.py").write_text(ENVIRONMENT)
    (folder / "steps" / "steps.py").write_text(BEHAVE_STEPS)
    (folder / "common_steps.py").write_text(STEPS)
    (folder / "orders.feature").write_text(FEATURE)
    path = os.pathsep.join([str(ROOT), str(folder), os.environ.get("PYTHONPATH", "")])

    def found(name: str, *options: str) -> dict[str, Any]:
        made = tmp_path / name
        made.mkdir()
        environment = {**os.environ, "SERVER_DSN": pg_server.dsn("postgres"), "PYTHONPATH": path, "FOUND": str(made)}
        command = [sys.executable, "-m", "behave", "--no-color", *options, str(folder)]
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment, cwd=folder)
        others = outcome.stdout.replace("Errored scenarios:\n  orders.feature:19  Broken", "")
        assert "scenarios:" not in others, outcome.stdout
        return _found(made)

    together = found("together")
    assert set(together) == {"one", "two", "three", "four", "five"}
    assert _made(tmp_path / "together", "Customer Jane") == 2
    assert found("three", "--name", "Three") == {"three": together["three"]}
    assert found("five", "--name", "Five") == {"five": together["five"]}

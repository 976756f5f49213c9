"""Features by pytest-bdd and by behave: the sentences of two languages, and steps, hooks and fixtures that nobody awaits."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ascetic_ddd.faker.infrastructure.embedded import PgServer
from tests.integration.testing.conftest import ROOT, Run

pytest_plugins = ["pytester"]

GOOD = """
Feature: Companies
  Background:
    Given the company «Acme» from Rome

  Scenario: So many
    Given 3 active companies from Moscow
    And 2 employees of «Acme»
    Then there are 4 companies
    And there are 3 active companies from Moscow
    And there are 2 employees of «Acme»

  Scenario: A table
    Given employees:
      | name.first | age | company_id.city |
      | Ann        | 30  | Paris           |
      |            | 31  | Paris           |
    When they are asked
    Then there are 2 employees of companies from Paris
"""
RUSSIAN = """# language: ru
Функция: Компании
  Сценарий: Столько-то
    Допустим есть 3 активные компании из города Москва
    И компания «Рога и копыта»
    И 5 сотрудников компании «Рога и копыта»
    Тогда есть 3 активные компании из города Москва
    И есть 5 сотрудников компании «Рога и копыта»
"""
BAD = """
Feature: What must fail
  Scenario: An unknown adjective
    Given 3 actve companies

  Scenario: A number that does not agree
    Given 3 company

  Scenario: A name used twice
    Given the company «Acme»
    And the company «Acme»

  Scenario: Another number
    Given 3 companies
    Then there are 4 companies

  Scenario: A step that nobody awaits
    When nobody awaits this

  Scenario: A step wrapped by a synchronous decorator
    When nobody awaits that

  Scenario: What a step returns, and nobody awaits
    Given a promise
    When it is kept
"""
REFUSED = (
    "'actve' is not known; near: 'active'",
    "'3' does not agree with 'company'; expected 'companies'",
    "«Acme» is among the companies of this scenario already",
    "'there are 4 companies': there are 3",
    "Step kept was given 'promise', which is asynchronous, and nobody has awaited it: let the plugin of your asynchronous tests",
)
UNAWAITED = "is asynchronous, and nobody awaits it: it would pass without having run. Decorate it with @awaited"

CONFTEST = """
import functools
import pytest
from pytest_bdd import given, when
from ascetic_ddd.faker.testing import fixtures
from ascetic_ddd.faker.testing.pytest_bdd import awaited, scenario_of, steps
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.unit.faker.testing.staff import english, make_staff, russian

@pytest.fixture
def session():
    with (session := InMemorySession()).inside_another():
        yield session

staff = fixtures.provider(make_staff)
steps(english(), russian(), providers="staff")

@when("they are asked")
@awaited
async def asked(request, session):
    await scenario_of(request).there_are("2 employees")

@when("nobody awaits this")
async def unawaited(session):
    raise AssertionError

def synchronous(step):
    @functools.wraps(step)
    def call(*args, **kwargs):
        return step(*args, **kwargs)
    return call

@when("nobody awaits that")
@synchronous
async def wrapped(session):
    raise AssertionError

async def promised():
    raise AssertionError

@given("a promise", target_fixture="promise")
def promise():
    return promised()

@when("it is kept")
def kept(promise):
    assert promise
"""


def test_pytest_bdd(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(CONFTEST)
    for name, text in (("good", GOOD), ("russian", RUSSIAN), ("bad", BAD)):
        (pytester.path / f"{name}.feature").write_text(text)
    pytester.makepyfile(
        test_good="from pytest_bdd import scenarios\nscenarios('good.feature', 'russian.feature')",
        test_bad="from pytest_bdd import scenarios\nscenarios('bad.feature')",
    )
    outcome = run()
    outcome.assert_outcomes(passed=3, failed=7)
    text = outcome.stdout.str()
    assert text.count(UNAWAITED) >= 2
    assert [words for words in REFUSED if words not in text] == []
    assert "--faker-seed=0" in text


def test_hooks_and_fixtures_that_nobody_awaits_fail_in_pytest(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest("import pytest\n@pytest.fixture\nasync def made():\n    return 1")
    pytester.makepyfile(test_a="def test_a(made):\n    pass")
    fixture = run(mode="strict")
    assert "passed" not in fixture.parseoutcomes()
    assert "async fixture 'made', with no plugin or hook that handled it" in fixture.stdout.str()
    pytester.makeconftest("async def pytest_runtest_setup(item):\n    raise AssertionError")
    hook = run(apart=True)
    assert hook.ret != 0
    assert "Hook pytest_runtest_setup" in hook.stderr.str()
    assert "is asynchronous, and nobody awaits it" in hook.stderr.str()


ENVIRONMENT = """
import os
from ascetic_ddd.faker.testing.behave import install
from examples.bookshop.wiring import create_application_schema, make_providers
from examples.bookshop.words import english, russian

{hooks}

install(
    globals(), english(), russian(),
    create_schema=create_application_schema, providers=make_providers, server_dsn=os.environ["SERVER_DSN"],
)
"""
STEPS = """
import functools
from behave import fixture, when
from ascetic_ddd.faker.testing.behave import awaited

@when("it is awaited")
@awaited
async def step_awaited(context):
    await context.scenario_words.there_are("3 active customers from Moscow")

@when("behave awaits it")
async def step_of_behave(context):
    await context.scenario_words.there_are("3 active customers from Moscow")

def synchronous(step):
    @functools.wraps(step)
    def call(*args, **kwargs):
        return step(*args, **kwargs)
    return call

@when("nobody awaits that")
@synchronous
async def wrapped(context):
    raise AssertionError
"""
BEHAVE_GOOD = """
Feature: Customers
  Scenario: So many
    Given 3 active customers from Moscow
    And 2 shipped orders
    When it is awaited
    And behave awaits it
    Then there are 3 active customers from Moscow

  Scenario: The last one left nothing
    Then there are no customers
    And there are no orders
"""
BEHAVE_BAD = """
Feature: What must fail
  Scenario: An unknown adjective
    Given 3 actve customers

  Scenario: A number that does not agree
    Given 3 customer

  Scenario: A step that nobody awaits
    When nobody awaits that

  Scenario: Another number
    Given 3 customers
    Then there are 4 customers
"""


def _behave(
    folder: Path, server: PgServer, feature: str, hooks: str = "", options: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    (folder / "steps").mkdir(parents=True)
    (folder / "environment.py").write_text(ENVIRONMENT.format(hooks=hooks))
    (folder / "steps" / "steps.py").write_text(STEPS)
    (folder / "some.feature").write_text(feature)
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "SERVER_DSN": server.dsn("postgres"), "PYTHONPATH": path}
    command = [sys.executable, "-m", "behave", "--no-color", *options, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment, cwd=folder)


def test_behave(tmp_path: Path, pg_server: PgServer) -> None:
    good = _behave(tmp_path / "good", pg_server, BEHAVE_GOOD, options=("-D", "faker_report=yes"))
    assert good.returncode == 0, good.stdout + good.stderr
    assert "2 scenarios passed, 0 failed" in good.stdout
    assert re.search(r"fake data:\n +created +reused +told +null +commonest\n(.*\n)?OrderProvider +2 ", good.stdout)
    bad = _behave(tmp_path / "bad", pg_server, BEHAVE_BAD)
    text = bad.stdout + bad.stderr
    assert bad.returncode != 0
    assert "0 scenarios passed" in text
    for words in (
        UNAWAITED,
        "'actve' is not known; near: 'active'",
        "expected 'customers'",
        "'there are 4 customers': there are 3",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("hooks", "words"),
    [
        ("async def before_scenario(context, scenario): raise AssertionError", "Hook before_scenario"),
        ("async def before_all(context): raise AssertionError", "Hook before_all"),
        ("from behave import fixture\n@fixture\nasync def made(context):\n    yield 1", "Fixture made"),
    ],
)
def test_hooks_and_fixtures_that_nobody_awaits_fail_in_behave(
    tmp_path: Path, pg_server: PgServer, hooks: str, words: str
) -> None:
    outcome = _behave(tmp_path / "features", pg_server, BEHAVE_GOOD, hooks)
    text = outcome.stdout + outcome.stderr
    assert outcome.returncode != 0
    assert words in text
    assert "is asynchronous, and nobody awaits it" in text

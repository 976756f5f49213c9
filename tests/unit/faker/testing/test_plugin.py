"""The plugin costs the start of pytest nothing: it imports nothing before its use."""

import os
import subprocess
import sys
from pathlib import Path

from ascetic_ddd.faker.testing.seeds import seed_graphs
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.unit.faker.testing.staff import make_staff

NAMES = ["ascetic_ddd", "ascetic_ddd.faker", "ascetic_ddd.faker.testing", "ascetic_ddd.faker.testing.plugin"]
GUARD = "ascetic_ddd.faker.testing.awaiting"


def test_a_run_that_does_not_use_the_plugin_imports_no_part_of_the_library(tmp_path: Path) -> None:
    """Nor what the library stands on; with pytest-bdd, the guard of its steps, which stands alone."""
    (tmp_path / "some.feature").write_text("Feature: F\n  Scenario: S\n    Given a step")
    (tmp_path / "test_a.py").write_text(
        f"""
import sys
from pytest_bdd import given, scenarios

@given("a step")
def step(): pass

scenarios("some.feature")

def test_last():
    ours = sorted(name for name in sys.modules if name.startswith("ascetic_ddd"))
    assert ours == {sorted([*NAMES, GUARD])}, ours
    assert not {{"psycopg", "faker", "sqlalchemy"}} & set(sys.modules)
    assert False, "failures, too"
"""
    )
    without = [word for name in ("faker", "randomly", "cacheprovider") for word in ("-p", f"no:{name}")]
    options = [*without, "-p", "ascetic_ddd.faker.testing.plugin", "-q", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(tmp_path), *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    found = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert "1 failed, 1 passed" in found.stdout, found.stdout + found.stderr
    assert "failures, too" in found.stdout


def test_the_plugin_imports_nothing_but_pytest() -> None:
    script = """
import sys, pytest
before = set(sys.modules)
import ascetic_ddd.faker.testing.plugin
print(sorted(set(sys.modules) - before))
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == repr(NAMES)


def test_the_library_imports_no_pytest_but_for_tests() -> None:
    script = """
import importlib, pkgutil, sys, ascetic_ddd
for module in pkgutil.walk_packages(ascetic_ddd.__path__, "ascetic_ddd."):
    if "ascetic_ddd.faker.testing" not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("pytest", "_pytest", "behave", "pytest_bdd")))
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_several_graphs_are_seeded_as_one_after_the_other() -> None:
    drawn = []
    for at_once in (True, False):
        async with InMemorySessionPool().session() as session:
            staff = make_staff()
            if at_once:
                seed_graphs(staff, 7)
            else:
                for graph in staff:
                    graph.seed(7)
            drawn.append([await provider.create_batch(session, 5) for provider in (staff.employees, staff.companies)])
    assert drawn[0] == drawn[1]

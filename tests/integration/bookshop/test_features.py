"""The bookshop's features, in both languages, by both runners."""

import os
import subprocess
import sys
from pathlib import Path

from pytest_bdd import scenarios

from ascetic_ddd.faker.infrastructure.embedded import PgServer

ROOT = Path(__file__).parents[3]
FEATURES = ROOT / "examples" / "bookshop" / "features"

scenarios(str(FEATURES))


def test_by_behave(pg_server: PgServer) -> None:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "SERVER_DSN": pg_server.dsn("postgres"), "PYTHONPATH": path}
    command = [sys.executable, "-m", "behave", "--no-color", str(FEATURES)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment, cwd=ROOT)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "4 scenarios passed, 0 failed" in found.stdout

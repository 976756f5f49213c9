"""``kill -9`` of the program and of the server at random moments; the next run goes on, and the account is right.

By default a few kills of a small run. The whole of it, ten kills of each on 50,000 books::

    ASCETIC_DDD_CRASHES=10 ASCETIC_DDD_CRASH_BOOKS=50000 make test ARGS=tests/integration/test_crash.py
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres
from examples.library.measured import broken_promises, count_of
from examples.library.providers import AUTHOR_WEIGHTS, BOOKS_PER_AUTHOR, BOOKS_PER_TENANT
from tests.integration.unique_names import MEAN

CRASHES = int(os.environ.get("ASCETIC_DDD_CRASHES", "0"))
BOOKS = int(os.environ.get("ASCETIC_DDD_CRASH_BOOKS", "8000"))
BATCH = 100
ROOT = Path(__file__).resolve().parents[2]


# of what is remembered: the authors' shares of their tenant's books, over all tenants
WEIGHTS = b"""
WITH per_author AS (SELECT id->'tenant_id' AS tenant, count(*) AS c FROM books GROUP BY 1, state->'author_id'),
     parts AS (SELECT c, ntile(4) OVER (PARTITION BY tenant ORDER BY c DESC) AS part,
                      count(*) OVER (PARTITION BY tenant) AS authors FROM per_author)
SELECT sum(c) / sum(sum(c)) OVER () FROM parts WHERE authors >= 4 GROUP BY part ORDER BY part
"""


def command(folder: Path, *more: str) -> list[str]:
    words = ["generate", "examples.library.wiring:target", "--count", str(BOOKS), "--batch-size", str(BATCH), "--seed", "7"]
    return [sys.executable, "-m", "ascetic_ddd.faker.cli", *words, "--data", str(folder), "--resume", *more]


def postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().split()[0])


class Run:
    """A run in a process of its own, seen through its lines."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            command(folder, "--patience", "0"),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def reaches(self, share: float) -> bool:
        """Wait for the line that says so; False if the run ended before."""
        assert self._process.stdout is not None
        return any("%" in line and float(line.split("%")[0].split()[-1]) >= 100 * share for line in self._process.stdout)

    def kill(self, victim: str) -> None:
        if victim in ("server", "both"):
            os.kill(postmaster(self._folder), signal.SIGKILL)
        if victim in ("program", "both"):
            os.kill(self._process.pid, signal.SIGKILL)

    def end(self) -> tuple[int, str]:
        """Give the exit code and what was told on stderr."""
        _, errors = self._process.communicate(timeout=60)
        return self._process.returncode, errors


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    if (tmp_path / "data" / "postmaster.pid").exists():  # a test that failed half way
        os.kill(postmaster(tmp_path / "data"), signal.SIGINT)


def crashed(folder: Path, victim: str, share: float, later_s: float) -> bool:
    """Run up to the share, kill a moment later. False if the run was faster."""
    run = Run(folder)
    if run.reaches(share):
        killing = threading.Timer(later_s, run.kill, [victim])  # while the run goes on and its lines are read
        killing.start()
        code, errors = run.end()
        killing.cancel()
    else:
        code, errors = run.end()
    if code == 0:
        return False
    if victim in ("program", "both"):
        assert code == -signal.SIGKILL
    else:
        assert code == 4, errors
        assert "Traceback" not in errors
        assert "to go on: ascetic-ddd generate" in errors
    return True


@pytest.mark.parametrize(("victim", "crashes"), [("program", CRASHES or 3), ("server", CRASHES or 2), ("both", CRASHES or 1)])
def test_what_was_killed_goes_on_and_ends_at_the_exact_count(folder: Path, victim: str, crashes: int) -> None:
    moments = random.Random(f"{victim} {crashes}")
    shares = [(number + moments.uniform(0.2, 0.8)) / (crashes + 1) for number in range(crashes)]
    happened = sum(crashed(folder, victim, share, moments.uniform(0.0, 0.15)) for share in shares)
    assert happened >= crashes - 1  # at the end a run may be faster than its killer
    result = subprocess.run(command(folder, "--json"), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    summary = json.loads(result.stdout)
    book = summary["aggregates"]["BookProvider"]
    assert book["remembered_before"] + book["made"] == BOOKS
    assert not (folder / "postmaster.pid").exists(), "the last run took the server over, and stops it"
    with embedded_postgres(folder) as server:
        check(server)


def check(server: PgServer) -> None:
    with psycopg.connect(server.dsn("application")) as external, psycopg.connect(server.dsn("internal")) as internal:
        row = internal.execute("SELECT count(*), count(DISTINCT id), count(DISTINCT id->'book_id') FROM books").fetchone()
        assert row == (BOOKS, BOOKS, BOOKS)
        assert count_of(external, "books") >= BOOKS
        broken = broken_promises(external, internal)
        assert broken["books by an author of another tenant"] == 0
        for table in ("tenants", "authors", "books"):
            assert broken[f"{table} remembered but not stored"] == 0
        dangling = internal.execute(
            "SELECT count(*) FROM books b WHERE NOT EXISTS (SELECT FROM authors a WHERE a.id = b.state->'author_id') "
            "OR NOT EXISTS (SELECT FROM tenants t WHERE t.id = b.id->'tenant_id')"
        ).fetchone()
        assert dangling == (0,)
        weights = [float(row[0]) for row in internal.execute(WEIGHTS)]
        authors, tenants = count_of(internal, "authors"), count_of(internal, "tenants")
    assert weights == pytest.approx(AUTHOR_WEIGHTS, abs=0.03)
    assert BOOKS / authors == pytest.approx(BOOKS_PER_AUTHOR, rel=0.04)
    assert BOOKS / tenants == pytest.approx(BOOKS_PER_TENANT, rel=0.04)


@pytest.mark.parametrize(("ending", "lanes"), [("DIES_AT", "3"), ("BREAKS", "1")])
def test_numbers_that_nobody_remembers_are_not_given_again(folder: Path, ending: str, lanes: str) -> None:
    words = ["generate", "tests.integration.unique_names:target", "--count", "1500", "--batch-size", "100", "--lanes", lanes]
    run = [sys.executable, "-m", "ascetic_ddd.faker.cli", *words, "--data", str(folder)]
    environment = {**os.environ, "DIES_AT": "4", ending: "4"}
    result = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == (-signal.SIGKILL if ending == "DIES_AT" else 3), result.stderr
    result = subprocess.run([*run, "--resume"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    with embedded_postgres(folder) as server, psycopg.connect(server.dsn("application")) as external:
        with psycopg.connect(server.dsn("internal")) as internal:
            assert count_of(internal, "orders") == 1500
            row = internal.execute(
                "SELECT max((state->>'number')::int), count(DISTINCT state->>'user_id') FROM orders"
            ).fetchone()
        assert row is not None
        assert count_of(external, "orders") > 1500, "nothing was lost, so nothing is tested"
        assert row[0] < 1500 + 16 * 100 * int(lanes), "the gap is a few batches"
        assert row[1] == pytest.approx(1500 / MEAN, rel=0.1)

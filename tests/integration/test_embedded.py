"""The embedded server leaves nothing running, however its program ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres

PROGRAM = """
import os, sys, signal
from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
with embedded_postgres(sys.argv[1], durable=False) as server:
    print(server.dsn("postgres"), flush=True)
    if sys.argv[2] == "raise":
        raise RuntimeError
    os.kill(os.getpid(), int(sys.argv[2]))
    signal.pause()
"""


@pytest.mark.parametrize("end", ["raise", str(int(signal.SIGINT)), str(int(signal.SIGTERM))])
def test_nothing_is_left_running(tmp_path: Path, end: str) -> None:
    folder = tmp_path / "x" / ("deep" * 30)
    program = [sys.executable, "-W", "error", "-c", PROGRAM, str(folder), end]
    result = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode != 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(result.stdout.strip())
    assert not (folder / "postmaster.pid").exists()


def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="spaces"), embedded_postgres(tmp_path / "a b"):
        pass


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with embedded_postgres(tmp_path / "data", durable=False):
        pass
    with (tmp_path / "data" / "postgresql.auto.conf").open("a") as configuration:
        configuration.write("shared_buffers = 1\n")
    with (
        pytest.raises(PersistenceError, match=r"does not start: configuration file .* contains errors"),
        embedded_postgres(tmp_path / "data"),
    ):
        pass


def test_a_database_is_made_from_a_template_and_dropped(pg_server: PgServer) -> None:
    names = [f'ascetic_ddd "test" {os.getpid()} {number}' for number in range(2)]
    try:
        with psycopg.connect(pg_server.create_database(names[0])) as connection:
            connection.execute("CREATE TABLE t (id int)")
        with psycopg.connect(pg_server.create_database(names[1], template=names[0])) as connection:
            assert connection.execute("SELECT * FROM t").fetchall() == []
        with pytest.raises(PersistenceError, match="already exists"):
            pg_server.create_database(names[0])
    finally:
        for name in names:
            pg_server.drop_database(name)

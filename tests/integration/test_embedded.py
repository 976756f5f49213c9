"""The embedded server leaves nothing running, however its program ends; a server that was killed goes on."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres
from ascetic_ddd.faker.infrastructure.embedded import server as module
from ascetic_ddd.faker.infrastructure.embedded.account import Account
from ascetic_ddd.faker.infrastructure.embedded.programs import Programs
from ascetic_ddd.faker.infrastructure.embedded.socket_folder import make_socket_folder

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


def run_program(folder: Path, end: str) -> str:
    """Run a program that ends so, and give the connection string that it had."""
    program = [sys.executable, "-W", "error", "-c", PROGRAM, str(folder), end]
    result = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode != 0
    return result.stdout.strip()


def postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().split()[0])


def socket_folder(dsn: str) -> Path:
    return Path(str(conninfo_to_dict(dsn)["host"]))


@pytest.mark.parametrize("end", ["raise", str(int(signal.SIGINT)), str(int(signal.SIGTERM))])
def test_nothing_is_left_running(tmp_path: Path, end: str) -> None:
    folder = tmp_path / "x" / ("deep" * 30)
    dsn = run_program(folder, end)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn)
    assert not (folder / "postmaster.pid").exists()
    assert not socket_folder(dsn).exists()


def test_a_server_whose_program_was_killed_is_taken_over_and_stopped(data_folder: Path) -> None:
    dsn = run_program(data_folder, str(int(signal.SIGKILL)))
    pid = postmaster(data_folder)
    with embedded_postgres(data_folder) as server:
        assert postmaster(data_folder) == pid
        assert server.dsn("postgres") == dsn
    assert not (data_folder / "postmaster.pid").exists()
    assert not socket_folder(dsn).exists()


def test_a_server_that_was_killed_is_started_again_where_its_users_look_for_it(data_folder: Path) -> None:
    with embedded_postgres(data_folder) as server:
        server.create_database("kept")
        os.kill(postmaster(data_folder), signal.SIGKILL)
        with embedded_postgres(data_folder) as again:
            assert again.dsn("kept") == server.dsn("kept")
            assert server.has_database("kept")
        assert server.has_database("kept"), "one of two users left"
    assert not (data_folder / "postmaster.pid").exists()


def test_a_start_that_is_interrupted_leaves_nothing_running(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(programs: Programs, program: str, words: Sequence[str], *more: Any) -> tuple[int, str]:
        result = run(programs, program, words, *more)
        if "start" in words:
            assert result[0] == 0
            raise KeyboardInterrupt
        return result

    run = Programs.run
    monkeypatch.setattr(Programs, "run", interrupted)
    with pytest.raises(KeyboardInterrupt), embedded_postgres(data_folder):
        pass
    assert not (data_folder / "postmaster.pid").exists()
    assert not (data_folder / "ascetic_ddd.socket").exists()


def test_a_server_that_somebody_else_started_there_is_left_alone(data_folder: Path) -> None:
    with embedded_postgres(data_folder) as server:
        (data_folder / "ascetic_ddd.socket").unlink()
        made: list[Path] = []

        def make(account: Account, fill: None) -> Path:
            made.append(make_socket_folder(account, fill))
            return made[-1]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_PATIENCE_S", 0.0)
            patch.setattr(module, "make_socket_folder", make)
            with (
                pytest.raises(PersistenceError, match=rf"another server may be at work there, process {postmaster(data_folder)}"),
                embedded_postgres(data_folder),
            ):
                pass
        assert [path.exists() for path in made] == [False]
        assert server.has_database("postgres")


def test_another_process_keeps_the_server_running(data_folder: Path) -> None:
    with embedded_postgres(data_folder) as server:
        pid = postmaster(data_folder)
        assert run_program(data_folder, "raise") == server.dsn("postgres")
        run_program(data_folder, str(int(signal.SIGKILL)))
        assert postmaster(data_folder) == pid
        assert server.has_database("postgres")
    assert not (data_folder / "postmaster.pid").exists(), "who was killed is no user any more"


def test_a_path_with_spaces_is_fine(tmp_path: Path) -> None:
    with embedded_postgres(tmp_path / "a b" / "c'd") as server:
        assert server.has_database("postgres")


@pytest.mark.parametrize("name", ['a"b', "a$b", "a`b", "a\\b", "a\nb"])
def test_a_path_that_cannot_be_used_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot use a path with"), embedded_postgres(tmp_path / name):
        pass
    assert not list(tmp_path.iterdir())


def test_a_server_that_does_not_start_says_why(data_folder: Path) -> None:
    with embedded_postgres(data_folder, durable=False) as server:
        sockets = socket_folder(server.dsn("postgres"))
    with (data_folder / "postgresql.auto.conf").open("a") as configuration:
        configuration.write("shared_buffers = 1\n")
    with (
        pytest.raises(PersistenceError, match=r"does not start: configuration file .* contains errors"),
        embedded_postgres(data_folder),
    ):
        pass
    assert not sockets.exists()
    assert not (data_folder / "ascetic_ddd.socket").exists()


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

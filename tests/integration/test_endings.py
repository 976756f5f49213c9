"""How the command ends when the server, and not the data, is at fault; and what it says to do next."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.domain.generators.input_generators import make_input_generator
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
from examples.library import wiring
from examples.library.wiring import create_application_schema
from tests.integration.test_cli import ROOT, TARGET, Command, on_insert, with_password

SKIP = ("--on-error", "skip")
EACH_WAY = pytest.mark.parametrize("more", [(), SKIP, (*SKIP, "--lanes", "3")])


@pytest.fixture
def command(external_dsn: str, internal_dsn: str, capsys: pytest.CaptureFixture[str]) -> Command:
    create_application_schema(external_dsn)
    return Command(with_password(external_dsn), with_password(internal_dsn), capsys)


@pytest.fixture
def configured(pg_server: Any) -> Any:
    """Set a parameter of a database; reset afterwards, for the next test may be given it."""
    done: list[tuple[str, str]] = []

    def configure(dsn: str, name: str, value: str) -> None:
        database = str(conninfo_to_dict(dsn)["dbname"])
        done.append((database, name))
        with psycopg.connect(pg_server.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {database} SET {name} = '{value}'".encode())

    yield configure
    with psycopg.connect(pg_server.dsn("postgres"), autocommit=True) as connection:
        for database, name in done:
            connection.execute(f"ALTER DATABASE {database} RESET {name}".encode())


@EACH_WAY
def test_a_server_that_only_reads_is_at_fault_and_not_the_data(
    command: Command, configured: Callable[[str, str, str], None], more: tuple[str, ...]
) -> None:
    configured(command.external_dsn, "default_transaction_read_only", "on")
    code, message = command.fails(*more)
    assert code == 4, message
    assert "read-only transaction" in message
    assert "connect to the primary" in message


@EACH_WAY
def test_a_transaction_that_was_idle_too_long_is_the_servers_fault(
    command: Command, configured: Callable[[str, str, str], None], more: tuple[str, ...]
) -> None:
    configured(command.external_dsn, "idle_in_transaction_session_timeout", "1ms")
    code, message = command.fails(*more)
    assert code == 4, message


@EACH_WAY
def test_a_lost_server_is_one_even_where_a_repository_hides_it(
    command: Command, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    def hiding(method: Any) -> Any:
        async def hidden(*arguments: Any) -> Any:
            try:
                return await method(*arguments)
            except Exception:  # noqa: BLE001
                raise RuntimeError("the application says no") from None

        return hidden

    monkeypatch.setattr(PgRepository, "insert", hiding(PgRepository.insert))
    monkeypatch.setattr(PgRepository, "insert_many", hiding(PgRepository.insert_many))
    on_insert(command, "IF NEW.book_id = 50 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;")
    code, message = command.fails(*more, "--retries", "0", "--patience", "0")
    assert code == 4, message


def test_a_third_signal_ends_at_once_where_the_server_does_not_answer(command: Command, pg_server: Any) -> None:
    on_insert(command, "IF NEW.book_id = 150 THEN PERFORM pg_sleep(600); END IF;")
    arguments = ["generate", TARGET, "--count", "1000", "--batch-size", "50", *command.dsns]
    with (
        subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "ascetic_ddd.faker.cli", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        frozen_backends(pg_server, command.external_dsn) as freeze,
    ):
        assert process.stderr is not None
        freeze()
        process.send_signal(signal.SIGINT)
        assert process.stderr.readline() == "\n"
        assert "Finishing the batch under way" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert "once more ends the command at once" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
        assert (process.returncode, errors) == (
            130,
            "error: ended at once; a server may still be at work on what it was told last\n",
        )


@contextmanager
def frozen_backends(pg_server: Any, dsn: str) -> Iterator[Callable[[], None]]:
    """Stop the server's process that sleeps for a database, as soon as there is one, for the time of the block."""
    found: list[int] = []

    def freeze() -> None:
        asked = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event = 'PgSleep'"
        with psycopg.connect(pg_server.dsn("postgres"), autocommit=True) as connection:
            while not found:
                found.extend(pid for (pid,) in connection.execute(asked, (str(conninfo_to_dict(dsn)["dbname"]),)))
        try:
            os.kill(found[0], signal.SIGSTOP)
        except (ProcessLookupError, PermissionError):
            pytest.skip("the server is elsewhere, or another user's")

    try:
        yield freeze
    finally:
        with psycopg.connect(pg_server.dsn("postgres"), autocommit=True) as connection:
            for pid in found:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGCONT)
                connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def raising(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE half (done int)")
        connection.commit()
    raise RuntimeError("no migrations here")


def iterated_target() -> Target:
    provider: Any = wiring.make_book_provider()
    provider.title._generator = make_input_generator(iter(["a", "b"]))
    return Target(provider, create_schema=create_application_schema)


@pytest.mark.parametrize(
    ("make", "words", "is_there"),
    [
        (lambda: Target(wiring.make_book_provider(), create_schema=raising), "no migrations here", True),
        (iterated_target, "BookProvider.title: its input_generator is an iterable", False),
    ],
)
def test_a_refused_command_leaves_no_data_folder_behind(
    make: Callable[[], Target],
    words: str,
    is_there: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(wiring, "target", make)
    folder = tmp_path if is_there else tmp_path / "new" / "data"
    assert main(["generate", TARGET, "--count", "10", "--resume", "--data", str(folder)]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_data_stays_when_a_command_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["generate", TARGET, "--count", "10", "--data", str(tmp_path / "data")]
    assert main(arguments) == 0
    monkeypatch.setattr(wiring, "target", iterated_target)
    assert main([*arguments, "--resume"]) == 2
    err = capsys.readouterr().err
    assert "BookProvider.title: its input_generator is an iterable" in err
    assert "ascetic-ddd generate" not in err
    assert (tmp_path / "data" / "PG_VERSION").exists()


def test_reconcile_makes_no_data_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconcile", TARGET, "--data", str(tmp_path / "typo")]) == 2
    assert "no run has kept anything there" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [50, 1000])
def test_a_refused_row_is_answered_by_what_helps(command: Command, count: int) -> None:
    """Nothing is remembered after the first batch, something after the second."""
    on_insert(command, f"IF NEW.book_id = {count // 10 + 140} THEN RAISE unique_violation; END IF;")
    code, _, err = command("generate", "--count", "1000", "--batch-size", "100" if count == 1000 else "500")
    assert code == 3
    first, skip, seed = err.splitlines()[1:]
    assert first.startswith(f"if an earlier run was killed, first: ascetic-ddd reconcile {TARGET} --external-dsn")
    assert first.endswith(" --adopt")
    assert "--on-error skip" in skip
    assert "--seed 1 " in seed
    assert ("--resume" in skip) == ("--resume" in seed) == (count == 1000)


def test_what_no_row_can_mend_is_not_to_be_skipped(command: Command) -> None:
    command.external("DROP TABLE books")
    _, _, err = command("generate", "--count", "10")
    (step,) = err.splitlines()[1:]
    assert step.startswith("once that is mended: ascetic-ddd generate")
    assert "--resume" not in step
    assert "skip" not in step

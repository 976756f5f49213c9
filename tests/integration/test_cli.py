"""The command on real databases: what it makes, what it refuses, and how it tells that something went wrong."""

import asyncio
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ascetic_ddd.faker.cli import session_pools
from ascetic_ddd.faker.cli.databases import Databases
from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.cli.session_pools import locked_session_pool
from ascetic_ddd.faker.infrastructure.embedded import PgServer
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from examples.library import wiring
from examples.library.measured import broken_promises, count_of
from examples.library.providers import BOOKS_PER_TENANT
from examples.library.wiring import create_application_schema

ROOT = Path(__file__).resolve().parents[2]
TARGET = "examples.library.wiring:target"


class Command:
    """The command on two databases, run in this process."""

    def __init__(self, external_dsn: str, internal_dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
        # A server that trusts its users ignores the password; nobody may see it all the same.
        self.external_dsn, self.internal_dsn = external_dsn, internal_dsn
        self._capsys = capsys

    @property
    def dsns(self) -> list[str]:
        return ["--external-dsn", self.external_dsn, "--internal-dsn", self.internal_dsn]

    def __call__(self, name: str, *more: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = main([name, TARGET, *self.dsns, *more])
        captured = self._capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    def fails(self, *more: str) -> tuple[int, str]:
        """Generate, which ends with one message, perhaps with the command to go on below it."""
        code, _, errors = self("generate", "--count", "1000", "--batch-size", "100", *more)
        lines = errors.splitlines()
        assert lines[0].startswith("error: "), errors
        assert all(": ascetic-ddd " in line for line in lines[1:]), errors
        return code, lines[0]

    def external(self, statement: str) -> None:
        with psycopg.connect(self.external_dsn) as connection:
            connection.execute(statement.encode())

    def internal_count(self, table: str) -> int:
        with psycopg.connect(self.internal_dsn) as connection:
            return count_of(connection, table)


def with_password(dsn: str) -> str:
    return make_conninfo(dsn, password=conninfo_to_dict(dsn).get("password") or "sesame")


@pytest.fixture
def command(external_dsn: str, internal_dsn: str, capsys: pytest.CaptureFixture[str]) -> Command:
    create_application_schema(external_dsn)
    return Command(with_password(external_dsn), with_password(internal_dsn), capsys)


def on_insert(command: Command, body: str) -> None:
    """Let the application's database do something before each book."""
    command.external(f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$")
    command.external("CREATE TRIGGER refuse BEFORE INSERT ON books FOR EACH ROW EXECUTE FUNCTION refuse()")


def test_a_top_up_makes_exactly_what_is_missing(command: Command) -> None:
    code, out, err = command("generate", "--count", "1000")
    assert (code, err) == (0, "")
    assert "1,000 of 1,000 remembered" in out
    code, out, err = command("generate", "--count", "1000")
    assert code == 5
    assert "1,000 of BookProvider" in err
    assert "--resume" in err
    code, out, err = command("generate", "--count", "1300", "--resume", "--json")
    assert code == 0
    summary = json.loads(out)
    assert summary["aggregates"]["BookProvider"] == {
        "remembered_before": 1000,
        "made": 300,
        "failed": 0,
        "attempts": 300,
    }
    assert summary["aggregates"]["TenantProvider"]["remembered_before"] == 2
    assert (summary["status"], summary["resumed"], summary["seed"], summary["failures"]) == ("finished", True, 0, [])
    assert "1,300 of 1,300" in err
    assert command("generate", "--count", "1300", "--resume")[:2] == (
        0,
        "Nothing to do: 1,300 are remembered, 1,300 were asked for.\n",
    )
    assert command.internal_count("books") == 1300
    with psycopg.connect(command.external_dsn) as external, psycopg.connect(command.internal_dsn) as internal:
        assert not any(broken_promises(external, internal).values())
        titles = [row[0] for row in external.execute("SELECT title FROM books ORDER BY book_id")]
    assert titles[:300] != titles[1000:], "a resumed run repeats the values of the first one"


def test_lanes_make_the_exact_count_too(command: Command) -> None:
    assert command("generate", "--count", "1000", "--lanes", "3", "--batch-size", "50")[0] == 0
    assert command.internal_count("books") == 1000


def test_the_same_history_of_runs_gives_the_same_rows(command: Command, make_database: Callable[..., str]) -> None:
    def titles() -> list[Any]:
        command("generate", "--count", "200", "--seed", "7")
        command("generate", "--count", "300", "--seed", "7", "--resume")
        with psycopg.connect(command.external_dsn) as external:
            return external.execute("SELECT tenant_id, author_id, title FROM books ORDER BY book_id").fetchall()

    first = titles()
    command.external_dsn, command.internal_dsn = make_database(), make_database()
    create_application_schema(command.external_dsn)
    assert titles() == first


def test_both_stores_in_one_database_must_have_tables_apart(command: Command) -> None:
    command.internal_dsn = command.external_dsn
    code, message = command.fails()
    assert code == 2
    assert "The table 'books' stands in this database with the columns author_id, book_id, tenant_id, title" in message
    assert "table=('memory', 'books')" in message
    assert command.internal_count("books") == 0


T = TypeVar("T")


class Apart(InternalPgRepository[T]):
    """In a schema of its own."""

    def __init__(self, *, table: str, agg_exporter: Any) -> None:
        super().__init__(table=("memory", table), agg_exporter=agg_exporter)


@pytest.mark.parametrize("is_written_the_same", [True, False])
def test_one_transaction_covers_both_stores_in_one_database(
    command: Command, monkeypatch: pytest.MonkeyPatch, is_written_the_same: bool
) -> None:
    command.external("CREATE SCHEMA memory")
    command.internal_dsn = command.external_dsn
    if not is_written_the_same:
        command.internal_dsn = make_conninfo(command.external_dsn, application_name="another")
    monkeypatch.setattr(wiring, "InternalPgRepository", Apart)
    assert command("generate", "--count", "1000", "--batch-size", "100")[::2] == (0, "")
    with psycopg.connect(command.external_dsn) as connection:
        pairs = (
            "SELECT o.xmin = i.xmin, count(*) FROM books o JOIN memory.books i "
            "ON i.id->'book_id' = to_jsonb(o.book_id) GROUP BY 1"
        )
        assert connection.execute(pairs.encode()).fetchall() == [(True, 1000)]


def test_one_database_by_two_search_paths_is_two_transactions(command: Command) -> None:
    command.external("CREATE SCHEMA memory")
    command.internal_dsn = make_conninfo(command.external_dsn, options="-csearch_path=memory")
    assert command("generate", "--count", "300")[0] == 0
    with psycopg.connect(command.external_dsn) as connection:
        assert count_of(connection, "books") == 300
    assert command.internal_count("books") == 300


def test_a_second_run_is_refused(command: Command) -> None:
    async def second() -> tuple[int, str]:
        async with locked_session_pool(Databases(command.external_dsn, command.internal_dsn), 1):
            return await asyncio.to_thread(command.fails)

    code, message = asyncio.run(second())
    assert code == 5
    assert "another run is at work" in message


def test_a_connection_that_outlived_its_run_is_waited_for(command: Command) -> None:
    with psycopg.connect(command.internal_dsn, autocommit=True) as left_over:
        left_over.execute("SELECT pg_advisory_lock_shared(%s, 2)", (0x61736365,))
        code, message = command.fails()
    assert code == 5
    assert "still writes" in message
    assert command("generate", "--count", "10")[0] == 0


def test_failures_are_left_out_and_told_or_stop_the_run(command: Command) -> None:
    on_insert(
        command,
        "IF hashtext(NEW.title) % 60 = 0 THEN RAISE unique_violation USING MESSAGE = 'a title is taken, says sesame'; END IF;",
    )
    code, message = command.fails()
    assert code == 3
    assert "BookProvider with input {" in message
    assert "a title is taken, says ***" in message
    assert command.internal_count("books") == 0
    code, out, err = command("generate", "--count", "1000", "--resume", "--on-error", "skip", "--json")
    assert code == 1, err
    summary = json.loads(out)
    failed = summary["aggregates"]["BookProvider"]["failed"]
    assert failed == len(summary["failures"]) > 0
    assert summary["aggregates"]["BookProvider"]["attempts"] == 1000 + failed
    assert summary["aggregates"]["BookProvider"]["made"] == 1000 == command.internal_count("books")
    assert "a title is taken, says ***" in summary["failures"][0]["error"]
    assert "sesame" not in out + err


def test_skipping_reaches_the_count_and_the_histogram(command: Command) -> None:
    on_insert(command, "IF hashtext(NEW.title) % 20 = 0 THEN RAISE unique_violation; END IF;")
    code, out, _ = command("generate", "--count", "2000", "--batch-size", "250", "--on-error", "skip")
    assert code == 1
    assert "2,000 of 2,000 remembered" in out
    assert "attempts failed and were left out" in out
    assert command("generate", "--count", "4000", "--resume", "--on-error", "skip", "--lanes", "2")[0] == 1
    with psycopg.connect(command.internal_dsn) as internal:
        row = internal.execute("SELECT count(*), count(DISTINCT id->'tenant_id') FROM books").fetchone()
    assert row == (4000, 4000 / BOOKS_PER_TENANT)


def test_a_run_in_which_everything_fails_is_no_success(command: Command) -> None:
    on_insert(command, "RAISE EXCEPTION 'never';")
    code, message = command.fails("--on-error", "skip")
    assert code == 3
    assert "the last 100 aggregates failed, so the run ends after 0 of 1,000; the last: BookProvider with input {" in message
    assert "never" in message


def test_a_missing_table_is_named(command: Command) -> None:
    command.external("DROP TABLE books")
    code, message = command.fails()
    assert code == 3
    assert '"books" does not exist' in message


def test_a_full_disk_is_told(command: Command) -> None:
    on_insert(command, "RAISE disk_full USING MESSAGE = 'could not extend file: No space left on device';")
    code, message = command.fails()
    assert code == 4
    assert "No space left on device" in message


@pytest.mark.parametrize("more", [(), ("--on-error", "skip"), ("--on-error", "skip", "--lanes", "3")])
def test_a_server_that_goes_away_is_told_by_its_first_words(command: Command, more: tuple[str, ...]) -> None:
    on_insert(command, "IF NEW.book_id = 50 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;")
    code, message = command.fails(*more, "--retries", "0", "--patience", "0")
    assert code == 4
    words = ("terminating connection due to administrator command", "server closed the connection unexpectedly")
    assert any(each in message for each in words)  # which one libpq reads first is a matter of timing
    assert "Cannot begin" not in message


def test_a_server_that_remembers_and_goes_away_is_told(command: Command) -> None:
    on_insert(command, f"IF NEW.book_id = 50 THEN {kill_of_internal(command)} END IF;")
    code, message = command.fails("--on-error", "skip", "--retries", "0", "--patience", "0")
    assert code == 4
    assert "terminating connection due to administrator command" in message or "the connection is lost" in message


@pytest.mark.parametrize("victim", ["external", "internal"])
def test_a_connection_that_is_lost_is_replaced_and_the_run_goes_on(command: Command, victim: str) -> None:
    kill = "PERFORM pg_terminate_backend(pg_backend_pid());" if victim == "external" else kill_of_internal(command)
    on_insert(command, f"IF NEW.book_id = 50 THEN {kill} END IF;")  # a number that is not given twice
    code, out, _ = command("generate", "--count", "300", "--batch-size", "100", "--json")
    assert code == 0
    assert json.loads(out)["reconnects"] == 1
    assert command.internal_count("books") == 300
    with psycopg.connect(command.external_dsn) as connection:
        assert count_of(connection, "books") == 300


def kill_of_internal(command: Command) -> str:
    """Ends all connections to the internal database, that of the lock of the run, too."""
    name = conninfo_to_dict(command.internal_dsn)["dbname"]
    return f"PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}';"


def test_the_command_to_go_on_has_no_password(command: Command) -> None:
    on_insert(command, "RAISE disk_full;")
    _, out, err = command("generate", "--count", "10", "--lanes", "2")
    assert "to go on: ascetic-ddd generate examples.library.wiring:target --count 10" in err
    assert "--lanes 2" in err
    assert "--resume" not in err  # nothing is remembered: the same command gives the rows of its seed
    assert "sesame" not in out + err


def test_the_traceback_comes_with_debug_only_and_has_no_password(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    command.external("DROP TABLE books")
    assert main(["generate", TARGET, "--count", "10", *command.dsns, "--debug"]) == 3
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "sesame" not in err


def test_connection_strings_from_the_environment_stay_there(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    on_insert(command, "RAISE disk_full;")
    monkeypatch.setenv("ASCETIC_DDD_EXTERNAL_DSN", command.external_dsn)
    monkeypatch.setenv("ASCETIC_DDD_INTERNAL_DSN", command.internal_dsn)
    monkeypatch.setattr(Command, "dsns", [])
    _, out, err = command("generate", "--count", "10")
    assert "to go on: ascetic-ddd generate" in err
    assert "dsn" not in err
    assert "sesame" not in out + err


def test_too_few_connections_are_told(command: Command, pg_server: PgServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_pools, "_TIMEOUT_S", 1.0)
    role = f"ascetic_ddd_limited_{os.getpid()}"
    administrator = pg_server.dsn("postgres")
    with psycopg.connect(administrator, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'sesame' CONNECTION LIMIT 2".encode())
    try:
        code, message = limited(command, role).fails()
    finally:
        with psycopg.connect(administrator, autocommit=True) as connection:
            connection.execute(f"DROP ROLE {role}".encode())
    assert code == 4
    assert "did not give 1 more connections" in message


def limited(command: Command, role: str) -> Command:
    command.external_dsn = make_conninfo(command.external_dsn, user=role, password="sesame")
    command.internal_dsn = make_conninfo(command.internal_dsn, user=role, password="sesame")
    return command


def test_a_server_that_is_not_there_is_told(command: Command) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        command.external_dsn = f"postgresql://ann:sesame@127.0.0.1:{unused.getsockname()[1]}/application"
        code, message = command.fails()
    assert code == 4
    assert "the external database cannot be reached" in message
    assert "refused" in message
    command.external_dsn, command.internal_dsn = command.internal_dsn, command.external_dsn
    assert "the internal database cannot be reached" in command.fails()[1]


def test_an_embedded_server_that_does_not_start_is_a_database_that_cannot_be_reached(
    data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (data_folder / "postgresql.auto.conf").open("a") as configuration:
        configuration.write("shared_buffers = 1\n")
    for words in (["generate", TARGET, "--count", "10"], ["check", TARGET], ["reconcile", TARGET]):
        assert main([*words, "--data", str(data_folder)]) == 4
        assert "does not start: configuration file" in capsys.readouterr().err


@pytest.fixture
def strict_server() -> Iterator[int]:
    """Answers each connection as a server does that does not like the password, and is careless enough to repeat it."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(10)

        def refuse() -> None:
            fields = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "ann" with sesame\0\0'
            try:
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        while (size := struct.unpack("!I", connection.recv(4))[0]) == 8:  # no encryption here
                            connection.recv(4)
                            connection.sendall(b"N")
                        connection.recv(size - 4)
                        connection.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)
            except OSError:
                return

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_wrong_password_is_told_and_not_shown(command: Command, strict_server: int) -> None:
    for dsn in (
        f"postgresql://ann:sesame@127.0.0.1:{strict_server}/application",
        f"host=127.0.0.1 port={strict_server} user=ann password=sesame dbname=application",
    ):
        command.external_dsn = dsn
        code, message = command.fails()
        assert code == 4
        assert "password authentication failed" in message
        assert "sesame" not in message


def test_reconcile_counts_what_is_not_remembered_and_adopts_it(command: Command) -> None:
    command("generate", "--count", "600")
    with psycopg.connect(command.internal_dsn) as internal:
        states = "SELECT state FROM {} ORDER BY id"
        before = [internal.execute(states.format(table).encode()).fetchall() for table in ("tenants", "authors", "books")]
        internal.execute("DELETE FROM authors WHERE position % 2 = 0")
        books = internal.execute("DELETE FROM books WHERE position % 3 = 0").rowcount
    code, out, _ = command("reconcile")
    assert code == 0
    assert f"600 outside, {books} not remembered" in out
    assert command.internal_count("books") == 600 - books
    code, out, _ = command("reconcile", "--adopt", "--json")
    assert code == 0
    assert json.loads(out)["aggregates"]["BookProvider"] == {"outside": 600, "not_remembered": books, "adopted": books}
    with psycopg.connect(command.internal_dsn) as internal:
        after = [internal.execute(states.format(table).encode()).fetchall() for table in ("tenants", "authors", "books")]
    assert after == before
    assert command("generate", "--count", "700", "--resume")[0] == 0
    assert command.internal_count("books") == 700


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_lets_the_batch_end_and_tells_how_to_go_on(command: Command, number: signal.Signals, code: int) -> None:
    on_insert(command, "PERFORM pg_sleep(0.001);")
    arguments = ["generate", TARGET, "--count", "1000", "--batch-size", "50", *command.dsns]
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "ascetic_ddd.faker.cli", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert "Finishing the batch under way" in err
    assert "to go on: ascetic-ddd generate" in err
    assert "sesame" not in out + err
    stored = command.internal_count("books")
    assert 0 < stored < 1000
    assert stored % 50 == 0
    assert f"{stored:,} of 1,000 remembered" in out
    assert command("generate", "--count", "1000", "--resume")[0] == 0
    assert command.internal_count("books") == 1000


def test_the_demo_needs_the_source_tree(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "examples"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "examples", None)  # how an import is forbidden
    assert main(["demo"]) == 2
    error = capsys.readouterr().err
    assert "run this in a checkout" in error
    assert len(error.splitlines()) == 1

"""``ascetic-ddd dsn`` and ``psql``: what a run has kept in an embedded folder can be looked at."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ascetic_ddd.faker.cli.main import main
from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres

PROGRAM = "import sys; from ascetic_ddd.faker.cli.main import main; sys.exit(main())"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("kept") / "data"
    with embedded_postgres(folder, durable=False) as server:
        for name in ("application", "internal"):
            with psycopg.connect(server.create_database(name)) as connection:
                connection.execute("CREATE TABLE t (x text)")
                connection.execute("INSERT INTO t VALUES (%s)", (name,))
        yield folder


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PROGRAM, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("options", "name"), [([], "application"), (["--internal"], "internal")])
def test_psql_is_on_either_database(data: Path, options: list[str], name: str) -> None:
    done = run("psql", "--data", data, *options, "--", "-At", "-c", "SELECT x FROM t")
    assert (done.returncode, done.stdout) == (0, f"{name}\n"), done.stderr


def test_the_exit_code_is_that_of_psql(data: Path) -> None:
    done = run("psql", "--data", data, "--", "-c", "SELECT nothing FROM t")
    assert done.returncode == 1
    assert 'column "nothing" does not exist' in done.stderr


def test_a_program_finds_the_addresses_in_its_environment(data: Path) -> None:
    program = "import os, psycopg; print(psycopg.connect(os.environ['ASCETIC_DDD_{}_DSN']).execute('TABLE t').fetchone()[0])"
    for side, name in (("EXTERNAL", "application"), ("INTERNAL", "internal")):
        done = run("dsn", "--data", data, sys.executable, "-c", program.format(side))
        assert (done.returncode, done.stdout) == (0, f"{name}\n"), done.stderr
    assert run("dsn", "--data", data, sys.executable, "-c", "raise SystemExit(7)").returncode == 7


def test_the_addresses_are_there_until_ctrl_c(data: Path) -> None:
    """And can be read by a shell."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "dsn", "--data", str(data)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(2)]
        assert process.stderr.readline() == "The server runs until Ctrl-C.\n"
        shown = subprocess.run(["sh", "-c", f'{lines[0]} printf %s "$ASCETIC_DDD_EXTERNAL_DSN"'], capture_output=True, text=True)
        with psycopg.connect(shown.stdout) as connection:
            assert connection.execute("TABLE t").fetchone() == ("application",)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(30) == 0


@pytest.mark.parametrize("name", ["dsn", "psql"])
def test_where_nothing_is_kept_nothing_is_made(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--data", str(tmp_path / "data")]) == 2
    assert "no run has kept anything there; tell the folder that `generate` was told" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_a_program_that_is_not_there_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dsn", "--data", str(data), "no-such-program"]) == 2
    assert "'no-such-program' cannot be started" in capsys.readouterr().err

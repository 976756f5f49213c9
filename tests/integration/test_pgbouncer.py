"""Through a pooler in transaction mode: each transaction may have another connection of the server."""

import getpass
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from socket import socket
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.session.pg_session import InternalPgSessionPool
from examples.library.measured import broken_promises, count_of
from examples.library.wiring import create_application_schema

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")

pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)")


@pytest.fixture
def pooled(tmp_path: Path, external_dsn: str, internal_dsn: str) -> Iterator[tuple[str, str]]:
    """Connection strings of both databases through the pooler, which has four connections to each."""
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = [conninfo_to_dict(dsn) for dsn in (external_dsn, internal_dsn)]
    keys = ("host", "port", "dbname", "user", "password")
    lines = [" ".join(f"{key}={each[key]}" for key in keys if each.get(key)) for each in told]
    (tmp_path / "pgbouncer.ini").write_text(
        f"[databases]\nouter = {lines[0]}\ninner = {lines[1]}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        f"unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 4\nlogfile = {tmp_path}/log\n"
    )
    command = [str(PGBOUNCER), "-q", str(tmp_path / "pgbouncer.ini")]
    user = None
    if getpass.getuser() == "root":  # it refuses to run as root
        socket_folder = Path(str(told[0].get("host", "")))
        user = socket_folder.owner() if socket_folder.is_absolute() else "nobody"
        let_in(external_dsn, user)
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
        shutil.chown(tmp_path, user)
    with (tmp_path / "out").open("wb") as out:
        process = subprocess.Popen(command, user=user, stdout=out, stderr=out)
    pooled = [make_conninfo(host="127.0.0.1", port=port, dbname=name, user="anybody") for name in ("outer", "inner")]
    try:
        wait_for(pooled[0], process, tmp_path)
        yield pooled[0], pooled[1]
    finally:
        process.terminate()
        process.wait(10)


def let_in(dsn: str, user: str) -> None:
    """Let a system user connect to the embedded server, which knows only who started it."""
    with psycopg.connect(dsn, autocommit=True) as connection, suppress(psycopg.Error, OSError):
        (postmaster,) = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone() or ("",)
        with Path(f"/proc/{postmaster.split()[0]}/cwd/pg_ident.conf").open("a") as lines:
            lines.write(f'ascetic_ddd "{user}" all\n')
        connection.execute("SELECT pg_reload_conf()")


def wait_for(dsn: str, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    for _ in range(5):
        try:
            psycopg.connect(dsn, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or "server login" in str(error):
                pytest.skip(f"pgbouncer does not run here: {error} {(folder / 'out').read_text()}")
            time.sleep(0.2)
        else:
            return
    pytest.skip("pgbouncer does not answer")


def generate(pooled: tuple[str, str], *more: str) -> dict[str, Any]:
    words = ["generate", "examples.library.wiring:target", "--json", "--external-dsn", pooled[0], "--internal-dsn", pooled[1]]
    result = subprocess.run(
        [sys.executable, "-m", "ascetic_ddd.faker.cli", *words, *more],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["exit_code"] == result.returncode
    return found


@pytest.mark.parametrize("lanes", ["1", "3"])
def test_runs_go_through_a_pooler_one_after_the_other(
    pooled: tuple[str, str], external_dsn: str, internal_dsn: str, lanes: str
) -> None:
    create_application_schema(external_dsn)
    for count in ("600", "900"):  # the second finds what the first left on the pooled connections
        summary = generate(pooled, "--count", count, "--batch-size", "50", "--lanes", lanes, "--resume")
        assert (summary["exit_code"], summary["error"]) == (0, None)
        assert (summary["retries"], summary["reconnects"]) == (0, 0)
    with psycopg.connect(external_dsn) as external, psycopg.connect(internal_dsn) as internal:
        assert count_of(external, "books") == count_of(internal, "books") == 900
        assert not [name for name, number in broken_promises(external, internal).items() if number]
        locks = internal.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
        assert locks == (0,), "no lock is left on a pooled connection"
    assert generate(pooled, "--count", "900", "--resume")["exit_code"] == 0


async def test_prepared_statements_that_meet_a_pooler_are_told_what_to_do(pooled: tuple[str, str]) -> None:
    repository = InternalPgRepository[dict[str, Any]](table="things", agg_exporter=dict)
    async with AsyncConnectionPool(pooled[1], min_size=3, max_size=3, open=False) as pool:
        sessions = InternalPgSessionPool(pool)
        async with sessions.session() as session, session.atomic():
            await repository.setup(session)

        async def crowd() -> None:
            for number in range(50):
                async with sessions.session() as one, sessions.session() as other:
                    async with one.atomic(), other.atomic():
                        await repository.insert(one, {"id": 2 * number})
                        await repository.insert(other, {"id": 2 * number + 1})
                    async with other.atomic():
                        await repository.get(other, 2 * number)

        with pytest.raises(PersistenceError, match="prepare_threshold"):
            await crowd()

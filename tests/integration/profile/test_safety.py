"""Capturing neither writes, nor takes row values along, nor stops at what it may not read."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo

from ascetic_ddd.faker.application.profile.file import as_json
from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.embedded import PgServer
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.options import CaptureMethod, CaptureOptions
from ascetic_ddd.faker.infrastructure.profile.queries import names, query
from ascetic_ddd.faker.infrastructure.profile.reader import Reader, StatementError

ROLE = f"ascetic_ddd_reader_{os.getpid()}"
TEXT, NUMBER, DAY = "mArKer", 987_654_321, "1987-06-05"

SECRETS = (
    """
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN code AS text;
CREATE TABLE parents (id bigint PRIMARY KEY, name text UNIQUE);
INSERT INTO parents SELECT n, 'name ' || n FROM generate_series(1, 2000) AS n;
INSERT INTO parents VALUES ({NUMBER}, '{TEXT}');
CREATE TABLE secrets (
    id bigint PRIMARY KEY, parent_id bigint REFERENCES parents, parent_name text REFERENCES parents (name),
    t text, v varchar(40), c char(10), co code, n numeric, i int, f float8, m money, d date, ts timestamptz, a text[], j json,
    jb jsonb, b bytea, p pair, g text GENERATED ALWAYS AS (t || '!') STORED, r int8range, u text, often text, number int);
INSERT INTO secrets (id, parent_id, parent_name, t, v, c, co, n, i, f, m, d, ts, a, j, jb, b, p, r, u, often, number)
SELECT n, n, 'name ' || n, 'text ' || n % 9, 'v', 'c', 'c', n, n, n, '1', '2026-01-01', '2026-01-01', '{a}', '{}', '{}',
       'b', ROW(1, 'b'::text)::pair, '[1,2)', n::text, 'o', n FROM generate_series(1, 2000) AS n;
INSERT INTO secrets (id, parent_id, parent_name, t, v, c, co, n, i, f, m, d, ts, a, j, jb, b, p, r, u, often, number)
SELECT {NUMBER} + n, {NUMBER}, '{TEXT}', '{TEXT}', '{TEXT}', '{TEXT}', '{TEXT}', {NUMBER}, {NUMBER}, {NUMBER}, {NUMBER}, '{DAY}',
       '{DAY}', '{{TEXT}}', '{"{TEXT}": {NUMBER}}', '{"{TEXT}": {NUMBER}}', '{TEXT}', ROW({NUMBER}, '{TEXT}')::pair,
       int8range({NUMBER}, NULL), '{TEXT}', '{TEXT}', {NUMBER} FROM generate_series(0, 2) AS n;
CREATE INDEX ON secrets (parent_id);
CREATE INDEX ON secrets (parent_name);
ANALYZE;
""".replace("{NUMBER}", str(NUMBER))
    .replace("{TEXT}", TEXT)
    .replace("{DAY}", DAY)
)


@pytest.mark.parametrize("method", ["auto", "sample", "estimate"])
async def test_no_value_of_a_row_is_taken_along(database: Callable[[str], str], method: CaptureMethod) -> None:
    dsn = database(SECRETS)
    found = as_json(await capture(dsn, CaptureOptions(method=method, sample=500, exact_up_to=10_000)))
    assert "secrets" in found
    assert '"quantiles"' in found
    for marker in (TEXT.lower(), str(NUMBER), DAY, "name 7", "text 7"):
        assert marker not in found.lower()


async def test_values_are_listed_when_they_are_asked_for(database: Callable[[str], str]) -> None:
    dsn = database(SECRETS)
    found = await capture(dsn, CaptureOptions(values=("secrets.t", "secrets.number")))
    values = dict(found.table("secrets").column("t").values or ())
    assert values[TEXT] == pytest.approx(3 / 2003)
    assert sum(values.values()) == pytest.approx(1.0)
    assert found.table("secrets").column("v").values is None
    assert len(found.table("secrets").column("number").values or ()) == 1_000
    assert any("only the 1000 most frequent" in note for note in found.notes)


async def test_quantiles_can_be_left_out(database: Callable[[str], str]) -> None:
    dsn = database("CREATE TABLE t AS SELECT n FROM generate_series(1, 100) AS n")
    assert (await capture(dsn)).table("t").column("n").quantiles is not None
    assert (await capture(dsn, CaptureOptions(has_quantiles=False))).table("t").column("n").quantiles is None


@pytest.fixture
def reader_dsn(pg_server: PgServer, database: Callable[[str], str]) -> Iterator[str]:
    """A role with SELECT on two of three tables, and on one column of a fourth."""
    dsn = database(
        """
        CREATE TABLE users (id int PRIMARY KEY, name text);
        CREATE TABLE posts (id int PRIMARY KEY, user_id int REFERENCES users);
        CREATE TABLE salaries (id int PRIMARY KEY, user_id int REFERENCES users, amount int);
        CREATE TABLE letters (id int PRIMARY KEY, user_id int REFERENCES users, body text, salary_id int REFERENCES salaries);
        CREATE SCHEMA hidden CREATE TABLE things (id int PRIMARY KEY);
        INSERT INTO users SELECT n, 'x' FROM generate_series(1, 10) AS n;
        INSERT INTO posts SELECT n, 1 + n % 5 FROM generate_series(1, 100) AS n;
        INSERT INTO salaries SELECT n, n, n FROM generate_series(1, 10) AS n;
        INSERT INTO letters SELECT n, n, 'x', n FROM generate_series(1, 10) AS n;
        CREATE ROLE ascetic_reader LOGIN;
        GRANT USAGE ON SCHEMA public TO ascetic_reader;
        GRANT SELECT ON users, posts TO ascetic_reader;
        GRANT SELECT (id, user_id, salary_id) ON letters TO ascetic_reader;
    """.replace("ascetic_reader", ROLE)
    )
    yield make_conninfo(dsn, user=ROLE)
    with psycopg.connect(dsn) as connection:
        connection.execute(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}".encode())


async def test_select_suffices_and_what_may_not_be_read_is_told(reader_dsn: str) -> None:
    found = await capture(reader_dsn)
    assert [table.name for table in found.tables] == ["letters", "posts", "users"]
    assert found.reference("posts", "user_id").histogram == ((0, 5), (20, 5))
    assert found.reference("letters", "user_id").histogram == ((1, 10),)
    assert [str(each) for each in found.references] == ["letters(user_id)", "posts(user_id)"]
    told = "\n".join(found.notes)
    assert "salaries: it was left out: the role may not read it" in told
    assert "hidden.things: it was left out" in told
    assert "letters: columns were left out that the role may not read: body" in told
    assert "letters: letters_salary_id_fkey was left out" in told


async def test_a_locked_table_and_a_slow_one_are_told_and_the_rest_is_captured(
    reader_dsn: str, external_dsn: str, tmp_path: Path
) -> None:
    with psycopg.connect(external_dsn, autocommit=True) as owner:
        owner.execute("ALTER TABLE posts ENABLE ROW LEVEL SECURITY")
        owner.execute(f"CREATE POLICY slow ON posts TO {ROLE} USING (pg_sleep(0.1) IS NOT NULL)".encode())
        with psycopg.connect(external_dsn) as other:
            other.execute("LOCK TABLE letters IN ACCESS EXCLUSIVE MODE")
            found = await capture(reader_dsn, CaptureOptions(timeout_s=0.4))
    assert [table.name for table in found.tables] == ["letters", "posts", "users"]
    assert found.table("users").rows == 10
    told = "\n".join(found.notes)
    assert "posts: its rows were not counted but taken from the planner: it took longer than the timeout of 0.4 s" in told
    assert "letters: its rows were not counted but taken from the planner: it is locked by somebody else" in told
    assert "posts: row-level security hides rows from the role" in told
    found.save(tmp_path / "profile.json")
    assert Profile.load(tmp_path / "profile.json") == found


async def test_a_limit_that_nothing_keeps_leaves_what_the_planner_knows(database: Callable[[str], str], tmp_path: Path) -> None:
    dsn = database(SECRETS)
    found = await capture(dsn, CaptureOptions(timeout_s=0.001))
    assert [table.name for table in found.tables] == ["parents", "secrets"]
    assert any("longer than the timeout of 0.001 s" in note for note in found.notes)
    assert len(found.references) == 2
    found.save(tmp_path / "profile.json")
    assert Profile.load(tmp_path / "profile.json") == found


async def test_nothing_can_be_written(external_dsn: str) -> None:
    async with await AsyncConnection.connect(external_dsn, autocommit=True) as connection:
        await connection.execute("CREATE TABLE t (id int)")
        reader = Reader(connection, 5.0)
        async with reader.snapshot():
            for statement in ("INSERT INTO t VALUES (1)", "CREATE TABLE u (id int)", "SELECT nextval('pg_catalog.x')"):
                with pytest.raises(StatementError, match="refused"):
                    await reader.rows(psycopg.sql.SQL(statement).format())
            assert await reader.rows(psycopg.sql.SQL("SELECT count(*) FROM t").format()) == [(0,)]


def test_every_statement_only_reads() -> None:
    words = {"table", "column", "sample", "chosen"}
    for name in names():
        text = query(name, **{word: psycopg.sql.SQL("x") for word in words_of(name) | words}).as_string(None).upper()
        assert text.startswith(("SELECT", "WITH", "(SELECT")), name
        assert not {"INSERT", "UPDATE", "DELETE", "CREATE", "LOCK", "SET"} & set(text.split()), name


def words_of(name: str) -> set[str]:
    found: set[str] = set()
    while True:
        try:
            query(name, **{word: psycopg.sql.SQL("x") for word in found})
        except KeyError as error:
            found.add(str(error.args[0]))
        else:
            return found


async def test_a_connection_of_the_callers_is_left_as_it_was(external_dsn: str) -> None:
    async with await AsyncConnection.connect(external_dsn) as connection:
        await connection.execute("SELECT 1")
        with pytest.raises(ConfigurationError, match="idle"):
            await capture(connection)
        await connection.rollback()
        before = await settings(connection)
        await capture(connection)
        assert await settings(connection) == before
        await connection.execute("CREATE TABLE t (id int)")


async def settings(connection: AsyncConnection[Any]) -> list[Any]:
    cursor = await connection.execute(
        "SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', 'work_mem', 'jit', "
        "'enable_seqscan', 'default_transaction_read_only', 'DateStyle') ORDER BY name"
    )
    found = await cursor.fetchall()
    await connection.rollback()
    return found


async def test_vacuum_is_held_back_for_one_table_at_a_time(external_dsn: str) -> None:
    """Each table is read in a transaction of its own."""
    with psycopg.connect(external_dsn, autocommit=True) as owner:
        owner.execute("CREATE TABLE a (id int)")
        owner.execute("CREATE TABLE b (id int)")
        seen: list[tuple[Any, ...]] = []

        def report(done: int, total: int, name: str) -> None:
            found = owner.execute(
                "SELECT backend_xmin, state FROM pg_stat_activity WHERE application_name = 'ascetic-ddd capture'"
            ).fetchone()
            assert found is not None
            seen.append(found)

        await capture(external_dsn, report=report)
    assert seen == [(None, "idle"), (None, "idle")]


async def test_a_server_that_is_lost_is_told(external_dsn: str) -> None:
    with psycopg.connect(external_dsn, autocommit=True) as owner:
        owner.execute("CREATE TABLE a (id int)")

        def report(done: int, total: int, name: str) -> None:
            owner.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'ascetic%'")

        with pytest.raises(PersistenceError, match="cannot be read"):
            await capture(external_dsn, report=report)
    with pytest.raises(PersistenceError, match="cannot be reached"):
        await asyncio.wait_for(capture(make_conninfo(external_dsn, host="localhost", port="1")), 10)

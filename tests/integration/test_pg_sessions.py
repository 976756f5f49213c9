"""Sessions on a real server: the hooks follow what the server did, and the first error travels."""

from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.session.pg_session import (
    ExternalPgSession,
    ExternalPgSessionPool,
    InternalPgSessionPool,
)
from ascetic_ddd.seedwork.domain.errors import SessionError
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSession, CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from ascetic_ddd.seedwork.infrastructure.session.pg_session import PgSession, PgSessionPool
from tests.conftest import Pool

Row = tuple[int, int | None]
DEFERRED = "CREATE TABLE t (id int PRIMARY KEY, other int REFERENCES t DEFERRABLE INITIALLY DEFERRED)"


async def ids_in(pool: Pool) -> list[int]:
    async with pool.connection() as connection:
        return [id for (id,) in await (await connection.execute("SELECT id FROM t ORDER BY id")).fetchall()]


async def create_table(*pools: Pool) -> None:
    for pool in pools:
        async with pool.connection() as connection:
            await connection.execute(DEFERRED)


async def kill(victim: psycopg.AsyncConnection[Any], dsn: str) -> None:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute("SELECT pg_terminate_backend(%s, 5000)", (victim.info.backend_pid,))


async def write_both(
    session: CompositeSession, calls: list[str], *, external: Row = (1, None), internal: Row = (1, None)
) -> None:
    async with session.atomic():
        session.on_commit(calls.append, "committed")
        session.on_rollback(calls.append, "rolled back")
        await session.external_connection.execute("INSERT INTO t VALUES (%s, %s)", external)
        await session.internal_connection.execute("INSERT INTO t VALUES (%s, %s)", internal)


async def test_a_failing_internal_commit_leaves_the_external_committed(
    pg_session_pool: CompositeSessionPool, external_pg_pool: Pool, internal_pg_pool: Pool
) -> None:
    await create_table(external_pg_pool, internal_pg_pool)
    calls: list[str] = []
    async with pg_session_pool.session() as session:
        with pytest.raises(PersistenceError, match="foreign key") as caught:
            await write_both(session, calls, internal=(1, 404))
        assert isinstance(caught.value.__cause__, psycopg.errors.ForeignKeyViolation)
        assert calls == ["rolled back"]
        await write_both(session, calls, external=(2, None), internal=(2, None))
    assert await ids_in(external_pg_pool) == [1, 2]
    assert await ids_in(internal_pg_pool) == [2]
    assert calls == ["rolled back", "committed"]


async def test_a_failing_external_commit_rolls_both_back(
    pg_session_pool: CompositeSessionPool, external_pg_pool: Pool, internal_pg_pool: Pool
) -> None:
    await create_table(external_pg_pool, internal_pg_pool)
    calls: list[str] = []
    async with pg_session_pool.session() as session:
        with pytest.raises(PersistenceError, match="Cannot commit"):
            await write_both(session, calls, external=(1, 404))
    assert calls == ["rolled back"]
    assert await ids_in(external_pg_pool) == await ids_in(internal_pg_pool) == []


async def test_an_internal_connection_lost_before_commit_is_an_error_and_nothing_is_stored(
    pg_session_pool: CompositeSessionPool, external_pg_pool: Pool, internal_pg_pool: Pool, internal_dsn: str
) -> None:
    await create_table(external_pg_pool, internal_pg_pool)
    calls: list[str] = []

    async def write_and_kill(session: CompositeSession) -> None:
        async with session.atomic():
            await write_both(session, calls)
            await kill(session.internal_connection, internal_dsn)

    async with pg_session_pool.session() as session:
        with pytest.raises(PersistenceError):
            await write_and_kill(session)
    assert calls == ["rolled back"]
    assert await ids_in(internal_pg_pool) == []


@pytest.mark.parametrize("caught", [True, False])
async def test_a_lost_connection_does_not_hide_the_first_error(external_pg_pool: Pool, external_dsn: str, caught: bool) -> None:
    calls: list[str] = []

    async def lose(session: PgSession) -> None:
        async with session.atomic():
            session.on_rollback(calls.append, "rolled back")
            await kill(session.connection, external_dsn)
            try:
                await session.connection.execute("SELECT 1")
            except psycopg.OperationalError:
                if not caught:
                    raise ZeroDivisionError("the body's") from None

    async with PgSessionPool(external_pg_pool).session() as session:
        with pytest.raises(SessionError if caught else ZeroDivisionError) as raised:
            await lose(session)
    assert "connection" in "".join([str(raised.value), *raised.value.__notes__])
    assert calls == ["rolled back"]
    async with PgSessionPool(external_pg_pool).session() as session, session.atomic():
        await session.connection.execute("SELECT 1")


async def test_an_error_caught_without_a_savepoint_cannot_be_committed(external_pg_pool: Pool) -> None:
    await create_table(external_pg_pool)
    calls: list[str] = []

    async def swallow(session: PgSession) -> None:
        async with session.atomic():
            session.on_commit(calls.append, "committed")
            session.on_rollback(calls.append, "rolled back")
            await session.connection.execute("INSERT INTO t VALUES (1)")
            with pytest.raises(psycopg.errors.UniqueViolation):
                await session.connection.execute("INSERT INTO t VALUES (1)")

    async with PgSessionPool(external_pg_pool).session() as session:
        with pytest.raises(SessionError, match="savepoint"):
            await swallow(session)
    assert calls == ["rolled back"]
    assert await ids_in(external_pg_pool) == []


async def test_a_savepoint_undoes_its_part_alone(external_pg_pool: Pool) -> None:
    await create_table(external_pg_pool)

    async def fail(session: PgSession) -> None:
        async with session.atomic():
            await session.connection.execute("INSERT INTO t VALUES (2)")
            await session.connection.execute("INSERT INTO t VALUES (1)")

    async with PgSessionPool(external_pg_pool).session() as session, session.atomic():
        await session.connection.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            await fail(session)
        await session.connection.execute("INSERT INTO t VALUES (3)")
    assert await ids_in(external_pg_pool) == [1, 3]


async def test_outside_atomic_each_statement_commits_and_the_connection_returns_as_it_was(
    external_pg_pool: Pool,
) -> None:
    await create_table(external_pg_pool)
    async with PgSessionPool(external_pg_pool).session() as session:
        connection = session.connection
        await connection.execute("INSERT INTO t VALUES (1)")
        assert await ids_in(external_pg_pool) == [1]
    assert not connection.autocommit
    with pytest.raises(SessionError, match="is over"):
        _ = session.connection


async def test_one_connection_pool_for_both_means_one_connection_and_one_transaction(external_pg_pool: Pool) -> None:
    await create_table(external_pg_pool)
    pool = CompositeSessionPool(ExternalPgSessionPool(external_pg_pool), InternalPgSessionPool(external_pg_pool))
    calls: list[str] = []
    async with pool.session() as session:
        assert session.external_connection is session.internal_connection
        with pytest.raises(PersistenceError, match="Cannot commit"):
            await write_both(session, calls, internal=(2, 404))
        assert await ids_in(external_pg_pool) == []
        await write_both(session, calls, internal=(2, None))
    assert calls == ["rolled back", "committed"]
    assert await ids_in(external_pg_pool) == [1, 2]


@pytest.mark.parametrize("was_open", [True, False])
async def test_a_pool_that_is_not_open_says_what_to_do(external_dsn: str, was_open: bool) -> None:
    pool = AsyncConnectionPool(external_dsn, min_size=1, open=False)
    if was_open:
        await pool.open()
        await pool.close()
    with pytest.raises(PersistenceError, match=r"await pool\.open\(\)") as caught:
        async with ExternalPgSessionPool(pool).session():
            pass
    assert isinstance(caught.value.__cause__, psycopg.OperationalError)


async def test_an_exhausted_pool_says_what_to_do(external_dsn: str) -> None:
    async with AsyncConnectionPool(external_dsn, min_size=1, max_size=1, timeout=0.01, open=False) as pool:
        await pool.wait()
        sessions = ExternalPgSessionPool(pool)
        async with sessions.session() as session:
            await session.connection.execute("SELECT 1")
            with pytest.raises(PersistenceError, match="max_size=1"):
                async with sessions.session():
                    pass


async def test_a_part_without_a_connection_is_named(external_pg_pool: Pool) -> None:
    pool = CompositeSessionPool(ExternalPgSessionPool(external_pg_pool), InMemorySessionPool())
    async with pool.session() as session:
        assert isinstance(session.external, ExternalPgSession)
        assert session.external_connection is session.external.connection
        with pytest.raises(SessionError, match=r"InMemorySession .*InternalPgSessionPool"):
            _ = session.internal_connection

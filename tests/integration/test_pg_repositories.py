"""What is particular to the repositories on PostgreSQL."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.contract.library import BOOK_COLUMNS, BOOK_TABLE, TABLES, Tenant, TenantId

STATE = {
    "id": UUID(int=1),
    "born": date(2001, 2, 3),
    "seen": datetime(2001, 2, 3, 4, 5, tzinfo=UTC),
    "for": timedelta(days=-1, microseconds=1),
    "price": Decimal("1.50"),
    "raw": b"\x00\xff",
    "tags": ["a", "b"],
    "big": 1e20,
    "$odd": None,
}


def export(agg: dict[str, Any]) -> dict[str, Any]:
    return dict(agg)


async def test_internal_state_comes_back_without_loss(pg_session_pool: CompositeSessionPool) -> None:
    repository = InternalPgRepository(table="things", agg_exporter=export)
    async with pg_session_pool.session() as session:
        await repository.setup(session)
        await repository.insert(session, STATE)
        state = await repository.get(session, UUID(int=1))
    assert state == STATE
    assert state is not None
    assert [type(value) for value in state.values()] != []
    assert {key: type(value) for key, value in state.items()} == {key: type(value) for key, value in STATE.items()}


@pytest.mark.parametrize("pattern", [{"tags": ["a"]}, {"born": date(2001, 2, 4)}, {"id": {}}, {"none": None}])
async def test_a_pattern_means_in_the_database_what_it_means_in_python(
    pg_session_pool: CompositeSessionPool, pattern: dict[str, Any]
) -> None:
    repository = InternalPgRepository(table="things", agg_exporter=export)
    async with pg_session_pool.session() as session:
        await repository.setup(session)
        await repository.insert(session, STATE)
        assert [state async for state in repository.find(session, EqualSpecification(pattern))] == []
        wanted = EqualSpecification({**STATE, "seen": STATE["seen"]})
        assert [state async for state in repository.find(session, wanted)] == [STATE]


async def test_a_table_that_is_not_there_says_what_to_do(pg_session_pool: CompositeSessionPool) -> None:
    repository = InternalPgRepository(table='no"where', agg_exporter=export)
    async with pg_session_pool.session() as session:
        with pytest.raises(PersistenceError, match=r"insert .*no\"where.*setup") as caught:
            await repository.insert(session, {"id": 1})
    assert isinstance(caught.value.__cause__, psycopg.errors.UndefinedTable)


async def test_an_incomplete_id_is_not_remembered(pg_session_pool: CompositeSessionPool) -> None:
    repository = InternalPgRepository(table="things", agg_exporter=export)
    async with pg_session_pool.session() as session:
        with pytest.raises(PersistenceError, match="not complete"):
            await repository.insert(session, {"id": {"tenant_id": 1, "book_id": None}})


async def test_a_session_without_the_connection_is_named() -> None:
    repository = InternalPgRepository(table="things", agg_exporter=export)
    async with InMemorySessionPool().session() as session:
        with pytest.raises(PersistenceError, match=r"InMemorySession has no internal_connection.*InternalPgSessionPool"):
            await repository.insert(session, {"id": 1})


async def test_reference_data_of_the_application_can_be_read(pg_session_pool: CompositeSessionPool, external_dsn: str) -> None:
    with psycopg.connect(external_dsn) as connection:
        connection.execute(TABLES.encode())
        connection.execute("INSERT INTO tenants VALUES (5, 'A'), (7, 'B')")
        connection.execute(b"""INSERT INTO "Bo""ok%s" VALUES (7, 1, 3, 'T'), (7, 2, NULL, 'U')""")
    tenants = PgRepository(table="tenants", agg_exporter=Tenant.export)
    books: PgRepository[Any] = PgRepository(table=BOOK_TABLE, agg_exporter=export, columns=BOOK_COLUMNS)
    async with pg_session_pool.session() as session:
        assert await tenants.get(session, 7) == {"id": 7, "name": "B"}
        assert [state["id"] async for state in tenants.find(session)] == [5, 7]
        assert [state async for state in books.find(session, EqualSpecification({"author": None}))] == [
            {"id": {"tenant_id": 7, "book_id": 2}, "author": None, "title": "U"}
        ]
        of_author = EqualSpecification({"author": {"id": 3}, "id": {"tenant_id": 7}})
        assert [state["title"] async for state in books.find(session, of_author)] == ["T"]


async def test_an_id_of_the_domain_is_stored_as_it_is(pg_session_pool: CompositeSessionPool, external_dsn: str) -> None:
    with psycopg.connect(external_dsn) as connection:
        connection.execute(TABLES.encode())
    tenants = PgRepository(table="tenants", agg_exporter=Tenant.export)
    async with pg_session_pool.session() as session:
        await tenants.insert(session, Tenant(TenantId(41), "A"))
        assert await tenants.get(session, 41) == {"id": 41, "name": "A"}


def test_a_pg_repository_without_a_table_says_what_is_missing() -> None:
    with pytest.raises(ConfigurationError, match=r"table= and agg_exporter="):
        PgRepository[Any]()


@pytest.mark.parametrize("table", ["", None, 7, ("a", "b", "c"), ("a", ""), "x" * 64, "a\x00b"])
def test_a_name_that_cannot_be_a_table_is_refused(table: Any) -> None:
    with pytest.raises(ConfigurationError, match="table="):
        InternalPgRepository(table=table, agg_exporter=export)


def test_columns_must_reach_the_id() -> None:
    with pytest.raises(ConfigurationError, match="no path to the id"):
        PgRepository(table="t", agg_exporter=export, columns={"name": "name"})


async def test_a_path_that_is_not_exported_is_named(pg_session_pool: CompositeSessionPool) -> None:
    repository = PgRepository(table="t", agg_exporter=export, columns={"id": "id", "name": "label.short"})
    async with pg_session_pool.session() as session:
        with pytest.raises(ConfigurationError, match=r"'name' at 'label\.short'"):
            await repository.insert(session, {"id": 1, "name": "A"})


@pytest.fixture
def usual_stack() -> Iterator[None]:
    """Python's limit as users have it; hypothesis raises it, and leaves it so."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000)
    yield
    sys.setrecursionlimit(before)


def deep(levels: int, value: Any = 1) -> Any:
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("value", [deep(6_000), 10**5_000], ids=["deep", "long"])
@pytest.mark.parametrize("is_many", [False, True])
@pytest.mark.usefixtures("usual_stack")
async def test_what_is_too_deep_or_too_long_is_named_by_table_and_row(
    pg_session_pool: CompositeSessionPool, external_dsn: str, value: Any, is_many: bool
) -> None:
    with psycopg.connect(external_dsn) as connection:
        connection.execute("CREATE TABLE things (id int PRIMARY KEY, value jsonb)")
    internal = InternalPgRepository(table="things", agg_exporter=export)
    external = PgRepository(table="things", agg_exporter=export, columns={"id": "id", "value": "value"}, generated=())
    aggs = [{"id": 1, "value": {}}, {"id": 2, "value": {"v": value}}, {"id": 3, "value": {}}]
    async with pg_session_pool.session() as session:
        await internal.setup(session)
        for repository in (internal, external):
            with pytest.raises((PersistenceError, ConfigurationError), match=r"table 'things'.*export ") as caught:
                await (repository.insert_many(session, aggs) if is_many else repository.insert(session, aggs[1]))
            assert ("id 2" if repository is internal else "column 'value'") in str(caught.value)
            assert "too deeply" in str(caught.value) or "digits" in str(caught.value)
        assert await internal.count(session) == 0
        await internal.insert(session, aggs[0])


async def test_a_remembered_state_that_cannot_be_read_is_named(pg_session_pool: CompositeSessionPool, internal_dsn: str) -> None:
    repository = InternalPgRepository(table="things", agg_exporter=export)
    async with pg_session_pool.session() as session:
        await repository.setup(session)
        await repository.insert(session, {"id": 1})
        with psycopg.connect(internal_dsn) as connection:
            for number, text in ((2, "1" * 5_000), (3, json.dumps(deep(900)))):
                connection.execute("INSERT INTO things (state) VALUES (%s::jsonb)", (f'{{"id": {number}, "v": {text}}}',))
        with pytest.raises(PersistenceError, match=r"table 'things', row with id 2.*set_int_max_str_digits"):
            await repository.get(session, 2)
        with pytest.raises(PersistenceError, match=r"table 'things', row with position 2.*delete this row"):
            assert [state async for state in repository.find(session)] == []


async def test_what_the_server_finds_too_long_is_no_fault_of_the_connection(pg_session_pool: CompositeSessionPool) -> None:
    repository = InternalPgRepository(table="things", agg_exporter=export)
    async with pg_session_pool.session() as session:
        await repository.setup(session)
        noise = Random(1).randbytes(20_000).hex()
        with pytest.raises(PersistenceError, match="export less of it"):
            await repository.insert(session, {"id": noise})

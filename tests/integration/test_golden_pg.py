"""The rows of a seed on PostgreSQL, in the application's tables and in the store that remembers, stay as they are.

With ``ASCETIC_DDD_WRITE_GOLDEN=1`` the kept rows are written anew.
"""

import json
import os
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from examples.flights.loading import create_schema as create_flights_schema
from examples.flights.wiring import make_providers
from examples.library import declared
from examples.library.wiring import create_application_schema, make_book_provider
from tests.acceptance.golden.graphs import FLIGHTS_PROFILE
from tests.acceptance.golden.rows import FOLDER, Kept, kept
from tests.integration import staff

_FILE = FOLDER / "pg_rows.json"


def _asked(dsn: str, what: str, tables: dict[str, str]) -> dict[str, Sequence[Any]]:
    """The rows of tables, each in the order of its key; ``what`` is one column, or ``*``."""
    column = sql.SQL("*") if what == "*" else sql.Identifier(what)
    statement = sql.SQL("SELECT {} FROM {} ORDER BY {}")
    with psycopg.connect(dsn) as connection:
        return {
            f"{table}: {what}": connection.execute(
                statement.format(column, sql.Identifier(table), sql.Identifier(key))
            ).fetchall()
            for table, key in tables.items()
        }


def _check(case: str, found: Kept) -> None:
    before = json.loads(_FILE.read_text(encoding="utf-8")) if _FILE.exists() else {}
    if os.environ.get("ASCETIC_DDD_WRITE_GOLDEN"):
        _FILE.write_text(json.dumps(before | {case: found}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    for table in before[case]:
        assert found[table]["first"] == before[case][table]["first"], f"{case}, {table}: the first rows"
    assert found == before[case]


async def _run(provider: Any, pool: Any, count: int, seed: int, batch_size: int) -> None:
    async with pool.session() as session, session.atomic():
        await provider.setup(session)
    async for _ in generate(provider, pool, count, batch_size=batch_size, seed=seed):
        pass


@pytest.mark.parametrize("make", [make_book_provider, lambda: declared.target().provider], ids=["by hand", "declared"])
async def test_library_in_two_databases(
    make: Callable[[], Any], external_dsn: str, internal_dsn: str, pg_session_pool: CompositeSessionPool
) -> None:
    create_application_schema(external_dsn)
    await _run(make(), pg_session_pool, 1_200, 7, 100)
    outside = _asked(external_dsn, "*", {"tenants": "tenant_id", "authors": "author_id", "books": "book_id"})
    inside = _asked(internal_dsn, "state", dict.fromkeys(("tenants", "authors", "books"), "position"))
    _check("library", kept(outside | inside))


async def test_models_in_two_databases(external_dsn: str, internal_dsn: str, pg_session_pool: CompositeSessionPool) -> None:
    create = staff.target().create_schema
    assert create is not None
    create(external_dsn)
    await _run(staff.target().provider, pg_session_pool, 300, 3, 64)
    outside = _asked(external_dsn, "*", {"employee": "id", "manager": "id"})
    inside = _asked(internal_dsn, "state", dict.fromkeys(("employee_remembered", "manager_remembered"), "position"))
    _check("models", kept(outside | inside))


async def test_flights_in_the_application_s_database(make_database: Callable[..., str]) -> None:
    dsn = make_database()
    create_flights_schema(dsn)
    profile = Profile.load(FLIGHTS_PROFILE)
    providers = make_providers(profile)
    async with AsyncConnectionPool(dsn, min_size=1, max_size=2, open=False) as connections:
        pool = ExternalPgSessionPool(connections)
        for name in ("airlines", "planes", "airports", "flights"):
            await _run(getattr(providers, name), pool, min(profile.table(name).rows, 1_500), 2, 250)
    keys = {"airlines": "carrier", "planes": "tailnum", "airports": "faa", "flights": "flight_id"}
    _check("flights", kept(_asked(dsn, "*", keys)))

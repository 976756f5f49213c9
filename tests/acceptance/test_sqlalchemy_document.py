"""docs/sqlalchemy.md as a user runs it: its blocks, one after the other, on SQLite and on PostgreSQL."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.contract.test_sqlalchemy import url_of

_DOCUMENT = Path(__file__).parents[2] / "docs" / "sqlalchemy.md"


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    blocks = re.findall(r"^```python\n(.*?)^```", _DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "shop"}
    for block in blocks:
        exec(compile(block, str(_DOCUMENT), "exec"), names)  # noqa: S102  # our own text
    return names


@pytest.fixture(params=("psycopg", "asyncpg", "aiosqlite"))
async def engine(request: pytest.FixtureRequest, tmp_path: Path, names: dict[str, Any]) -> AsyncIterator[AsyncEngine]:
    dsn = "" if request.param == "aiosqlite" else request.getfixturevalue("external_dsn")
    url, options = url_of(request.param, dsn, tmp_path)
    engine = create_async_engine(url, **options)
    async with engine.begin() as connection:
        await connection.run_sync(names["Base"].metadata.create_all)
    yield engine
    await engine.dispose()


async def rows(engine: AsyncEngine, query: str) -> list[tuple[Any, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in (await connection.execute(text(query))).all()]


async def test_orders_grow_with_their_lines(names: dict[str, Any], engine: AsyncEngine) -> None:
    await names["grow"](engine)
    assert await rows(engine, "SELECT count(*), sum(total) - (SELECT sum(price) FROM lines) FROM orders") == [(200, 0)]
    uses = [uses for (uses,) in await rows(engine, "SELECT count(*) FROM orders GROUP BY customer_id ORDER BY 1 DESC")]
    assert 15 <= len(uses) <= 25
    assert sum(uses[: len(uses) // 3]) == pytest.approx(140, abs=10)


async def test_the_applications_own_repository_serves(names: dict[str, Any], engine: AsyncEngine) -> None:
    await names["grow_by_own_repository"](engine)
    assert await rows(engine, "SELECT count(*) FROM orders JOIN customers ON customer_id = customers.id") == [(200,)]


async def test_its_tests_leave_nothing(names: dict[str, Any], engine: AsyncEngine) -> None:
    await names["test_renaming"](engine)
    async with names["db_session"](engine) as db_session:
        await names["test_in_one_session"](db_session)
        assert (await db_session.execute(text("SELECT name FROM customers"))).scalars().all() == ["Jane"]
    assert await rows(engine, "SELECT count(*) FROM customers") == [(0,)]

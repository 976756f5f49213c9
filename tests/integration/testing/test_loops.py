"""A pool is of the event loop that opened it."""

import asyncio

import pytest
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool


def test_a_pool_of_another_loop_is_told(external_dsn: str) -> None:
    pools: list[ExternalPgSessionPool] = []

    async def use() -> None:
        if not pools:
            pools.append(ExternalPgSessionPool(AsyncConnectionPool(external_dsn, min_size=1, open=False)))
            await pools[0].pool.open()
            async with pools[0].session():
                pass
            await pools[0].pool.close()
        else:
            async with pools[0].session():
                pass

    asyncio.run(use())
    with pytest.raises(PersistenceError, match=r"was used on another event loop before; open it, .* loop_scope is the test's"):
        asyncio.run(use())

"""PostgreSQL, one transaction a book: the example's graph beside a hand-written loop of the same two inserts."""

import asyncio
import json
import time

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from examples.library.wiring import create_application_schema, make_book_provider

__all__ = ("run",)

_ROUNDS, _BOOKS = 7, 400

_INSERT_BOOK = "INSERT INTO books (tenant_id, author_id, title) VALUES (%s, %s, %s) RETURNING book_id"
_REMEMBER_BOOK = "INSERT INTO by_hand (id, state) VALUES (%s, %s)"


def run() -> None:
    """Print the rate of both, and their ratio; they take turns, and the median of the rounds counts."""
    with embedded_postgres() as server:
        external, internal = server.create_database("application"), server.create_database("internal")
        create_application_schema(external)
        pairs = asyncio.run(_measure(external, internal))
    ours, by_hand = (sorted(column)[_ROUNDS // 2] for column in zip(*pairs, strict=True))
    ratio = sorted(ours / by_hand for ours, by_hand in pairs)[_ROUNDS // 2]
    print(f"hand-written loop, two inserts in two transactions   {by_hand:9,.0f} books/s")
    print(f"the graph, one composite transaction a book          {ours:9,.0f} books/s")
    print(f"ratio (bar: at least 0.5)                            {ratio:9.2f}")


async def _measure(external_dsn: str, internal_dsn: str) -> list[tuple[float, float]]:
    async with (
        AsyncConnectionPool(external_dsn, min_size=2, open=False) as external_pool,
        AsyncConnectionPool(internal_dsn, min_size=2, open=False) as internal_pool,
    ):
        pool = CompositeSessionPool(ExternalPgSessionPool(external_pool), InternalPgSessionPool(internal_pool))
        provider = make_book_provider().seed(1)
        async with pool.session() as session, session.atomic():
            await provider.setup(session)
            await session.internal_connection.execute("CREATE TABLE by_hand (id jsonb PRIMARY KEY, state jsonb NOT NULL)")

        async def through_the_graph() -> None:
            for _ in range(_BOOKS):
                async with pool.session() as session, session.atomic() as ts_session:
                    provider.reset()
                    await provider.populate(ts_session)
                    await provider.create(ts_session)

        async def by_hand() -> None:
            async with external_pool.connection() as external, internal_pool.connection() as internal:
                for _ in range(_BOOKS):
                    await _insert_by_hand(external, internal)

        await through_the_graph()
        pairs = []
        for _ in range(_ROUNDS):
            start = time.perf_counter()
            await through_the_graph()
            middle = time.perf_counter()
            await by_hand()
            end = time.perf_counter()
            pairs.append((_BOOKS / (middle - start), _BOOKS / (end - middle)))
    return pairs


async def _insert_by_hand(external: AsyncConnection, internal: AsyncConnection) -> None:
    async with internal.transaction(), external.transaction():
        cursor = await external.execute(_INSERT_BOOK, (1, 1, "Emma"))
        row = await cursor.fetchone()
        id = {"tenant_id": 1, "book_id": row[0] if row else None}
        state = {"id": id, "author_id": {"tenant_id": 1, "author_id": 1}, "title": "Emma"}
        await internal.execute(_REMEMBER_BOOK, (json.dumps(id), json.dumps(state)))

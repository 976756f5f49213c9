"""A client in a process of its own, to be killed: orders over HTTP, remembered in PostgreSQL, up to a count in all."""

import asyncio
import sys
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.session.pg_session import InternalPgSessionPool
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.connecting import http_client
from ascetic_ddd.faker.infrastructure.transports.journal import PgJournal
from ascetic_ddd.faker.infrastructure.transports.recovery import recover
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.sessions import RemoteSessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from tests.unit.faker.infrastructure.transports.shop import Customers, Orders
from tests.unit.faker.infrastructure.transports.web_shop import ROUTES


def orders_with(api: HttpApi, journal: PgJournal) -> Orders:
    def remembered(number: int, table: str) -> CompositeAutoPkRepository[Draft[Any]]:
        return CompositeAutoPkRepository(
            external_repository=RestRepository[Any](api, ROUTES[number : number + 1], journal=journal),
            internal_repository=InternalPgRepository[Draft[Any]](table=table, agg_exporter=Draft.export),
        )

    return Orders(remembered(1, "orders"), Customers(remembered(0, "customers")))


async def run(base_url: str, dsn: str, count: int) -> None:
    pool: AsyncConnectionPool[AsyncConnection[Any]]
    async with http_client(base_url) as client, AsyncConnectionPool(dsn, min_size=1, max_size=4, open=False) as pool:
        journal = PgJournal(pool)
        provider = orders_with(HttpApi(client), journal)
        sessions = CompositeSessionPool(RemoteSessionPool(), InternalPgSessionPool(pool))
        async with sessions.session() as session, session.atomic():
            await provider.setup(session)
            await journal.setup(session)
        await recover(provider, sessions)
        async with sessions.session() as session:
            done = (await restore(provider, session))["Orders"]
        if done < count:
            async for _ in generate(provider, sessions, count - done, batch_size=40, seed=7):
                pass


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3])))

"""The recipe of docs/testing.md: an application on SQLAlchemy commits in the test's transaction."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from ascetic_ddd.faker.testing.databases import Databases, Templates, prepared_databases
from examples.bookshop.wiring import create_application_schema, make_providers


@pytest.fixture
def store(pg_server: Any, tmp_path: Any) -> Iterator[Databases]:
    templates = Templates(create_application_schema, make_providers)
    dsn = pg_server.dsn("postgres")
    with prepared_databases(templates, name="alchemy", run="t", worker=None, folder=tmp_path, server_dsn=dsn) as found:
        yield found


async def test_what_a_session_of_sqlalchemy_commits_is_gone(store: Databases) -> None:
    with store.rolled_back_session() as session:
        shop = make_providers()
        await shop.customers.create_batch(session, 2)
        engine = create_async_engine("postgresql+psycopg://", async_creator=session.connections.getconn, poolclass=NullPool)
        async with engine.connect() as connection:
            sessions = async_sessionmaker(connection, join_transaction_mode="create_savepoint")
            async with sessions() as application:
                await application.execute(text("UPDATE customers SET city = 'Rome'"))
                await application.commit()
                await application.execute(text("DELETE FROM customers"))
                await application.rollback()
            await shop.customers.create_batch(session, 1)
            async with sessions.begin() as application:
                await application.execute(text("UPDATE customers SET city = 'Oslo' WHERE city <> 'Rome'"))
                cities = (await application.scalars(text("SELECT city FROM customers ORDER BY customer_id"))).all()
        assert cities == ["Rome", "Rome", "Oslo"]
    with psycopg.connect(store.external_dsn) as left, psycopg.connect(store.internal_dsn) as remembered:
        assert left.execute("SELECT count(*) FROM customers").fetchone() == (0,)
        assert remembered.execute("SELECT count(*) FROM customers").fetchone() == (0,)

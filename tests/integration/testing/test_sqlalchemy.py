"""An application on SQLAlchemy in a test: what it commits, and what providers make, is gone after it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import BigInteger, Integer, NullPool, Text, func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.interfaces import IValueProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.sqlalchemy.repository import SqlAlchemyRepository
from ascetic_ddd.faker.testing.databases import Databases, Templates, prepared_databases
from ascetic_ddd.faker.testing.sqlalchemy import joined_session, rolled_back_session
from examples.bookshop.wiring import create_application_schema, make_providers
from tests.contract.test_sqlalchemy import DRIVERS, url_of
from tests.integration.testing.conftest import Run

pytest_plugins = ["pytester"]


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)


def export(customer: Customer) -> dict[str, Any]:
    return {"id": customer.id, "name": customer.name}


class CustomerProvider(AggregateProvider[dict[str, Any], Customer]):
    _id_attr = "id"
    id: IValueProvider[int, int]
    name: IValueProvider[str, str]

    def __init__(self, internal: Any) -> None:
        self.id = ValueProvider[int, int]()
        self.name = ValueProvider[str, str](input_generator=lambda session, position: f"Customer {position}")
        self.remembered = internal
        super().__init__(
            CompositeAutoPkRepository(external_repository=SqlAlchemyRepository(Customer), internal_repository=internal),
            output_factory=Customer,
            output_exporter=export,
        )


def in_memory() -> CustomerProvider:
    return CustomerProvider(InMemoryRepository(agg_exporter=export))


async def rename(sessions: Callable[[], AsyncSession], name: str) -> int:
    """The code under test: a unit of work of its own, which it commits."""
    async with sessions() as db:
        for customer in await db.scalars(select(Customer)):
            customer.name = name
        await db.commit()
        db.add(Customer(name="undone"))
        await db.flush()
        await db.rollback()
        return (await db.scalars(select(func.count()).where(Customer.name == name))).one()


async def make_in_vain(customers: CustomerProvider, session: Any) -> None:
    with suppress(ZeroDivisionError):
        async with session.atomic():
            await customers.create_batch(session, 1)
            raise ZeroDivisionError


async def names(db: AsyncSession) -> list[str]:
    return list(await db.scalars(select(Customer.name).order_by(Customer.id)))


@pytest.fixture(params=DRIVERS)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    dsn = "" if request.param == "aiosqlite" else request.getfixturevalue("external_dsn")
    url, options = url_of(request.param, dsn, tmp_path)
    engine = create_async_engine(url, **options)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield engine
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM customers"))).scalar_one() == 0
    await engine.dispose()


async def test_an_engine_of_any_driver(engine: AsyncEngine) -> None:
    """The application commits and rolls back in the test's transaction, and so do savepoints of ours."""
    async with rolled_back_session(engine) as session:
        assert session.sessions is not None
        customers = in_memory()
        await customers.create_batch(session, 2)
        async with session.atomic():
            made = await customers.create_batch(session, 1)
        assert await rename(session.sessions, "Emma") == 3
        await make_in_vain(customers, session)
        await customers.create_batch(session, 1)
        async with session.sessions() as db:
            assert await names(db) == ["Emma", "Emma", "Emma", "Customer 4"]
            assert (await db.get_one(Customer, made[0].id)).name == "Emma"
            await customers.create_batch(session, 1)
            await db.commit()
        assert len([state async for state in customers.remembered.find(session)]) == 5


async def test_a_session_of_the_tests_own(engine: AsyncEngine) -> None:
    """Code under test and providers have one ``AsyncSession``; what is made is in it, as if the test had added it."""
    async with engine.connect() as connection, connection.begin() as transaction:
        if engine.dialect.name == "sqlite":
            await connection.exec_driver_sql("BEGIN")
        sessions = async_sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        async with sessions() as db:
            with joined_session(db) as session:
                customers = in_memory()
                jane, _ = made = await customers.create_batch(session, 2)
                assert jane in db
                ids = [each.id for each in made]
                jane.name = "Jane"
                await db.commit()
                assert await names(db) == ["Jane", "Customer 1"]
                await customers.create_batch(session, 1)
                await db.rollback()
                assert await names(db) == ["Jane", "Customer 1"]
                assert [state["id"] async for state in customers.remembered.find(session)] == ids
                await make_in_vain(customers, session)
                assert await names(db) == ["Jane", "Customer 1"]
        await transaction.rollback()


async def test_what_was_made_is_forgotten_with_the_test(engine: AsyncEngine) -> None:
    customers = in_memory()
    for _ in range(2):
        async with rolled_back_session(engine) as session:
            await customers.create_batch(session, 2)
            assert len([state async for state in customers.remembered.find(session)]) == 2


@pytest.fixture
def store(pg_server: Any, tmp_path: Any) -> Iterator[Databases]:
    templates = Templates(create_application_schema, make_providers)
    dsn = pg_server.dsn("postgres")
    with prepared_databases(templates, name="alchemy", run="t", worker=None, folder=tmp_path, server_dsn=dsn) as found:
        yield found


async def test_the_connections_of_an_application_on_psycopg_serve_an_engine(store: Databases) -> None:
    """The recipe of docs/testing.md for an application on both."""
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


def create_schema(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE customers (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text NOT NULL)")


def remembering() -> CustomerProvider:
    return CustomerProvider(InternalPgRepository(table="customers", agg_exporter=export))


def test_the_fixture_has_no_loop(pytester: pytest.Pytester, run: Run) -> None:
    """It goes with every runner of asynchronous tests; the ids begin anew in each test."""
    pytester.makeconftest("""
        import os
        from ascetic_ddd.faker.testing import fixtures
        from tests.integration.testing.test_sqlalchemy import create_schema, remembering

        store = fixtures.databases(create_schema=create_schema, providers=remembering, server_dsn=os.environ["SERVER_DSN"])
        session = fixtures.rolled_back_sqlalchemy_session()
        customers = fixtures.provider(remembering)
    """)
    pytester.makepyfile(
        test_a="""
        import anyio
        import pytest
        from sqlalchemy import text
        from tests.integration.testing.test_sqlalchemy import names, rename

        async def scenario(session, customers):
            made = await customers.create_batch(session, 2)
            assert [each.id for each in made] == [1, 2]
            assert await rename(session.sessions, "Emma") == 2
            async with session.sessions() as db:
                await customers.create_batch(session, 1)
                async with session.atomic():
                    await customers.create_batch(session, 1)
                assert (await names(db))[:2] == ["Emma", "Emma"]
                db.expunge_all()
                await db.execute(text("UPDATE customers SET name = 'Anne' WHERE id = 1"))
                await db.commit()
            assert len([state async for state in customers.remembered.find(session)]) == 4
            cursor = await session.external_connection.execute("SELECT count(*) FROM customers WHERE name = 'Anne'")
            assert await cursor.fetchone() == (1,)

        @pytest.mark.parametrize("time", (1, 2))
        async def test_with_asyncio(session, customers, time):
            await scenario(session, customers)

        def test_with_anyio(session, customers):
            anyio.run(scenario, session, customers)
        """,
        test_b="""
        import psycopg

        def test_nothing_is_left(store):
            for dsn in (store.external_dsn, store.internal_dsn):
                with psycopg.connect(dsn) as connection:
                    assert connection.execute("SELECT count(*) FROM customers").fetchone() == (0,)
        """,
    )
    run().assert_outcomes(passed=4)

"""Fixtures of an application's tests: what a test stores, and what the code under test commits, is gone after it."""

import asyncio

import psycopg
import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.testing.databases import Databases
from tests.integration.testing.conftest import Run

pytest_plugins = ["pytester"]

GONE = """
    import psycopg

    def test_nothing_is_left(store):
        for dsn, tables in ((store.external_dsn, ("customers", "orders")), (store.internal_dsn, ("customers", "orders"))):
            with psycopg.connect(dsn) as connection:
                for table in tables:
                    assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
"""


def test_what_a_test_stores_is_gone(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_a="""
        async def test_two_orders(session, shop):
            made = await shop.orders.create_batch(session, 2)
            assert [order.id.value for order in made] == [1, 2]
            async with session.atomic():
                assert (await shop.orders.create_batch(session, 1))[0].id.value == 3

        async def test_again_from_the_beginning(session, shop):
            assert (await shop.orders.create(session)).id.value == 1
        """,
        test_b=GONE,
    )
    run().assert_outcomes(passed=3)


def test_what_the_application_commits_is_gone(pytester: pytest.Pytester, run: Run) -> None:
    """By its pool, by explicit commits and rollbacks, and by our own session pool on its pool."""
    pytester.makepyfile(
        test_a="""
        import httpx2
        from psycopg_pool import AsyncConnectionPool
        from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool
        from examples.bookshop.http_api import make_app

        async def _count(session):
            rows = await session.external_connection.execute("SELECT count(*) FROM customers")
            return (await rows.fetchone())[0]

        async def test_over_http(session, shop):
            customer = await _customer(session, shop)
            app = make_app(session.connections)
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://shop") as client:
                known = await client.get(f"/customers/{customer.id.value}")
                assert known.json()["email"] == customer.export()["email"]
                jane = {"name": "Jane", "email": "jane@example.com", "city": "London"}
                assert (await client.post("/customers", json=jane)).status_code == 201
                assert (await client.post("/customers", json=jane)).status_code == 409
                assert (await client.delete(f"/customers/{customer.id.value}")).status_code == 204
            assert await _count(session) == 1

        async def _customer(session, shop):
            shop.customers.reset()
            return await shop.customers.create(session)

        async def test_explicit_commit_and_rollback(session, shop):
            await _customer(session, shop)
            insert = "INSERT INTO customers (name, email, city, status, version) VALUES ('J', %s, 'London', 'active', 1)"
            async with session.connections.connection() as connection:
                for n in range(8):
                    await connection.execute(insert, (f"kept{n}",))
                    await connection.commit()
                    await connection.execute(insert, (f"undone{n}",))
                    await connection.rollback()
            assert await _count(session) == 9
            try:
                async with session.connections.connection() as connection:
                    await connection.execute(insert, ("undone",))
                    async with connection.transaction():
                        pass
                    await connection.execute(insert, ("undone",))
            except Exception as error:
                assert "duplicate" in str(error)
            async with session.connections.connection() as connection:
                await connection.execute("INSERT INTO customers (name, email, city, status, version)"
                    " VALUES ('J', 'x', 'London', 'active', 1) ON CONFLICT DO NOTHING")
            assert await _count(session) == 11

        async def test_our_pool_on_it(session, shop):
            pool = ExternalPgSessionPool(session.connections)
            async with pool.session() as own, own.atomic():
                assert own.connection is session.external_connection
                await own.connection.execute("DELETE FROM customers")
            await _customer(session, shop)
            assert await _count(session) == 1

        async def test_commit_on_the_tests_own_connection(session, shop):
            await _customer(session, shop)
            await session.external_connection.commit()
            await session.internal_connection.commit()
        """,
        test_b=GONE,
    )
    run().assert_outcomes(passed=5)


def test_any_scope_of_the_loop_in_both_modes(pytester: pytest.Pytester, run: Run) -> None:
    for scope in ("function", "class", "module", "package", "session"):
        text = f"""
        import pytest

        pytestmark = pytest.mark.asyncio(loop_scope="{scope}")

        @pytest.mark.parametrize("n", range(3))
        async def test_orders(session, shop, n):
            assert (await shop.orders.create(session)).id.value == 1
        """
        pytester.makepyfile(**{f"test_{scope}": text})
    pytester.makepyfile(test_then=GONE)
    run(mode="strict").assert_outcomes(passed=16)
    run("-o", "asyncio_default_test_loop_scope=session", mode="auto").assert_outcomes(passed=16)


def test_anyio(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_a="""
        import pytest

        pytestmark = pytest.mark.anyio

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.parametrize("n", range(3))
        async def test_orders(session, shop, n):
            assert (await shop.orders.create(session)).id.value == 1
        """,
        test_b=GONE,
    )
    run("-p", "no:asyncio", mode=None).assert_outcomes(passed=4)


def test_a_test_that_was_interrupted_harms_no_other(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_a="""
        import asyncio

        async def test_interrupted(session, shop):
            await shop.orders.create(session)
            connection = session.external_connection
            connection.pgconn.send_query(b"SELECT pg_sleep(60)")

        async def test_broken(session, shop):
            await shop.orders.create(session)
            try:
                await session.external_connection.execute("SELECT nonsense")
            except Exception:
                pass

        async def test_after_them(session, shop):
            await session.external_connection.execute("SET search_path TO nowhere, public")
            assert (await shop.orders.create(session)).id.value == 1

        async def test_settings_do_not_last(session, shop):
            rows = await session.external_connection.execute("SHOW search_path")
            assert "nowhere" not in (await rows.fetchone())[0]
        """,
        test_b=GONE,
    )
    run().assert_outcomes(passed=5)


def test_a_transaction_that_was_ended_by_a_statement_is_told_and_harms_no_other(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_a="""
        import pytest

        @pytest.mark.parametrize("statement", ["COMMIT", "ROLLBACK", "COMMIT; BEGIN"])
        async def test_ends(session, shop, statement):
            await shop.customers.create(session)
            await session.external_connection.execute(statement)

        async def test_after_them(session, shop):
            assert (await shop.customers.create(session)).id.value == 1
        """,
        test_b=GONE,
    )
    outcome = run()
    outcome.assert_outcomes(passed=5, errors=3)
    assert "was ended by a COMMIT or ROLLBACK sent as a statement" in outcome.stdout.str()


def test_a_sequence_begins_where_it_was_set_to(store: Databases) -> None:
    with psycopg.connect(store.external_dsn) as connection:
        connection.execute("CREATE SEQUENCE numbers START 5 INCREMENT 5; SELECT setval('numbers', 17, false)")
    with psycopg.connect(store.external_dsn) as connection:
        for _ in range(2):
            with store.rolled_back_session() as session:
                session.external_connection.pgconn.exec_(b"SELECT nextval('numbers'), nextval('customers_customer_id_seq')")
            row = connection.execute("SELECT last_value, is_called FROM numbers").fetchone()
            assert row == (17, False)


async def test_tasks_of_the_application_take_turns(store: Databases) -> None:
    insert = "INSERT INTO customers (name, email, city, status, version) VALUES ('J', %s, 'London', 'active', 1)"
    with store.rolled_back_session() as session:
        pool = session.connections

        async def register(number: int) -> None:
            async with pool.connection() as connection, connection.transaction():
                await connection.execute(insert, (f"{number % 4}@example.com",))
                await asyncio.sleep(0)

        outcomes = await asyncio.gather(*map(register, range(8)), return_exceptions=True)
        assert [type(each).__name__ for each in outcomes] == ["NoneType"] * 4 + ["UniqueViolation"] * 4
        cursor = await session.external_connection.execute("SELECT count(*) FROM customers")
        assert await cursor.fetchone() == (4,)
        assert (pool.closed, pool.get_stats()["pool_available"]) == (False, 1)


async def test_a_commit_is_refused_where_the_server_would_refuse_it(store: Databases) -> None:
    """By a deferred constraint, which is looked at when somebody commits, and not before."""
    insert = "INSERT INTO child VALUES (%s, %s)"
    with store.rolled_back_session() as session:
        await session.external_connection.execute(
            "CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1);"
            "CREATE TABLE child (id int, parent_id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
        )
        pool = session.connections
        async with pool.connection() as connection:
            await connection.execute(insert, (1, 2))
            await connection.execute("INSERT INTO parent VALUES (2)")
            await connection.commit()
            await connection.execute(insert, (2, 3))
            with pytest.raises(psycopg.errors.ForeignKeyViolation):
                await connection.commit()
            await connection.execute(insert, (3, 3))
            await connection.execute("INSERT INTO parent VALUES (3)")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            async with pool.connection() as connection, connection.transaction():
                await connection.execute(insert, (4, 4))
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            async with pool.connection() as connection:
                await connection.execute(insert, (5, 5))
        async with pool.connection() as connection, connection.pipeline():
            await connection.execute(insert, (6, 1))
            await connection.commit()
        cursor = await session.external_connection.execute("SELECT id FROM child ORDER BY id")
        assert await cursor.fetchall() == [(1,), (3,), (6,)]


def test_there_is_one_session_at_a_time(store: Databases) -> None:
    with store.rolled_back_session():
        with pytest.raises(ConfigurationError, match="open already, and there is one at a time; use the same fixture, or make"):
            store.rolled_back_session().__enter__()
        with pytest.raises(ConfigurationError, match="one at a time"):
            store.scenario("key", 0, 0).__enter__()
    with store.scenario("key", 0, 0), pytest.raises(ConfigurationError, match="one at a time"):
        store.rolled_back_session().__enter__()
    with store.rolled_back_session():
        pass

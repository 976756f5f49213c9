"""Databases that the tests of capturing only read, made once."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from ascetic_ddd.faker.infrastructure.embedded import PgServer
from tests.integration.profile.shapes import TENANTS, make_shapes

STILL = """
DO $$ DECLARE name regclass; BEGIN
    FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name);
    END LOOP;
END $$
"""
"""Autovacuum may come to a table between two captures, and analyse it."""


@pytest.fixture(scope="module")
def shapes_dsn(pg_server: PgServer) -> Iterator[str]:
    """The known shapes, and the tenants."""
    name = "ascetic_ddd_test_shapes"
    pg_server.drop_database(name)
    dsn = pg_server.create_database(name)
    with psycopg.connect(dsn) as connection:
        make_shapes(connection)
        connection.execute(TENANTS)
        connection.execute(STILL)
    yield dsn
    pg_server.drop_database(name)


@pytest.fixture
def database(external_dsn: str) -> Callable[[str], str]:
    """Run statements in an empty database and give its connection string."""

    def make(statements: str) -> str:
        with psycopg.connect(external_dsn) as connection:
            connection.execute(statements.encode())
        return external_dsn

    return make

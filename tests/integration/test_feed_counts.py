"""Rows that the tables of a feed do not keep are noticed, on each of the ways rows go."""

import psycopg
import pytest

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.feeds.destinations import write_rows
from ascetic_ddd.faker.infrastructure.feeds.pg_tables import PgTables
from tests.integration.test_schema_pg import CIRCLE, PLAIN, asked, execute, schema_of
from tests.unit.faker.infrastructure.feeds.models import Tenant, Worker


@pytest.mark.parametrize(("model", "event", "deed"), [(Tenant, "INSERT", "insert"), (Worker, "INSERT", "insert")])
def test_swallowed_rows_are_an_error_and_nothing_is_stored(external_dsn: str, model: type, event: str, deed: str) -> None:
    schema = schema_of((model, 50))
    write_rows(schema, PgTables(external_dsn, create=True))
    table = model.__name__.lower()
    with psycopg.connect(external_dsn) as connection:
        for statement in (
            f"DELETE FROM {table}",  # noqa: S608
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            f"CREATE TRIGGER t BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION f()",
        ):
            connection.execute(statement.encode())
    with pytest.raises(PersistenceError, match=rf"Cannot {deed} \(table '{table}'\): \d+ rows given.* stored 0.*swallows"):
        write_rows(schema, PgTables(external_dsn))
    assert asked(external_dsn, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608


def test_a_second_pass_that_is_swallowed_is_an_error(external_dsn: str) -> None:
    for statement in (
        PLAIN.format(null="", more=""),
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER t BEFORE UPDATE ON employee FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE TRIGGER t BEFORE UPDATE ON manager FOR EACH ROW EXECUTE FUNCTION f()",
    ):
        execute(external_dsn, statement)
    with pytest.raises(PersistenceError, match=r"Cannot update \(table '(employee|manager)'\): .* given.* stored 0.*swallows"):
        write_rows(schema_of(*CIRCLE), PgTables(external_dsn))

"""The name that a key without one gets in a profile is the one that PostgreSQL gives it."""

from collections.abc import Callable

import psycopg
import pytest

from ascetic_ddd.faker.application.profile.completing import constraint_name


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("books", ["author_id"]),
        ("books", ["tenant_id", "author_id"]),
        ("b" * 63, ["author_id"]),
        ("books", ["c" * 63]),
        ("b" * 50, ["c" * 30, "d" * 30]),
        ("é" * 31, ["ж" * 31]),
        ("書" * 21, ["author_id", "ж" * 20]),
    ],
)
def test_a_key_is_named_as_postgresql_names_it(database: Callable[[str], str], table: str, columns: list[str]) -> None:
    kinds = ", ".join(f'"{name}" int' for name in columns)
    named = ", ".join(f'"{name}"' for name in columns)
    keys = f'ALTER TABLE "{table}" ADD FOREIGN KEY ({named}) REFERENCES p ({named});'
    dsn = database(f'CREATE TABLE p ({kinds}, UNIQUE ({named})); CREATE TABLE "{table}" ({kinds}); {keys * 2}')
    with psycopg.connect(dsn) as connection:
        found = connection.execute("SELECT conname FROM pg_constraint WHERE contype = 'f' ORDER BY oid").fetchall()
    assert [name for (name,) in found] == [constraint_name(table, columns), constraint_name(table, columns, 1)]

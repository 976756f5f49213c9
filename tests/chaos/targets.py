"""What the histories generate: the library, and one whose database refuses some books."""

import psycopg

from ascetic_ddd.faker.application.runs.target import Target
from examples.library.wiring import create_application_schema, make_book_provider

__all__ = ("library", "refusing")

_REFUSES = "ALTER TABLE books ADD CONSTRAINT no_j CHECK (title NOT LIKE 'J%')"  # about one title in a hundred


def library() -> Target:
    """The library, as in the examples."""
    return Target(make_book_provider(), create_schema=create_application_schema)


def refusing() -> Target:
    """The library, where aggregates fail: for ``--on-error skip``."""
    return Target(make_book_provider(), create_schema=_create_refusing_schema)


def _create_refusing_schema(dsn: str) -> None:
    create_application_schema(dsn)
    with psycopg.connect(dsn) as connection:
        connection.execute(_REFUSES)

"""What to do about what the driver says: the advice is that of the error, not of a class it happens to be in."""

import psycopg
import pytest
from psycopg import errors

from ascetic_ddd.faker.infrastructure.postgres.errors import persistence_error


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (errors.DiskFull("could not extend file"), "make room on the server's disk"),
        (errors.AdminShutdown("terminating connection"), "check the connection"),
        (psycopg.OperationalError("the connection is lost"), "check the connection"),
        (errors.ReadOnlySqlTransaction("cannot execute INSERT"), "connect to the primary"),
        (errors.UndefinedTable("relation does not exist"), "create the table first"),
        (errors.UndefinedFunction("function does not exist"), "check that the exported values fit"),
        (errors.RaiseException("no orders on Sunday"), "a trigger or a function of the application refuses it"),
        (errors.CheckViolation("violates check constraint"), "see the cause"),
    ],
)
def test_the_advice_fits_the_error(error: psycopg.Error, advice: str) -> None:
    told = str(persistence_error(error, table="books", operation="insert", id=7))
    assert told.startswith(f"Cannot insert (table 'books', id 7): {error}. What to do: ")
    assert advice in told

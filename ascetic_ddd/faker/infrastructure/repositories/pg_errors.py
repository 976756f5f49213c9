"""What the driver says, in our words: which table and operation, the server's message, what to do next."""

import re
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors

from ascetic_ddd.faker.domain.errors import DuplicateError, PersistenceError

__all__ = ("copied_id", "persistence_error")

_ADVICE: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.UndefinedTable, "create the table first: call `setup(session)`, or run the application's migrations"),
    (errors.InvalidSchemaName, "create the schema first"),
    (errors.UndefinedColumn, "check columns= against the table"),
    (errors.UniqueViolation, "the id, or another unique value, is taken: give each aggregate its own, or `update`"),
    (errors.NotNullViolation, "a value is missing: check columns=, and generated= if the database should give it"),
    (errors.ForeignKeyViolation, "store the referenced row first, in the same database"),
    (errors.InFailedSqlTransaction, "an earlier statement failed: wrap what may fail in a nested `session.atomic()`"),
    (errors.SerializationFailure, "repeat the whole transaction"),
    (errors.DeadlockDetected, "repeat the whole transaction"),
    (errors.InsufficientPrivilege, "grant the right to the user of the connection"),
    (errors.UntranslatableCharacter, "remove characters that PostgreSQL cannot store"),
    (errors.DiskFull, "make room on the server's disk, then repeat the transaction"),
    (errors.RaiseException, "a trigger or a function of the application refuses it; make what it accepts"),
    (errors.ReadOnlySqlTransaction, "connect to the primary, or let the transaction write"),
    (psycopg.ProgrammingError, "check that the exported values fit the columns"),
    (psycopg.DataError, "check that the exported values fit the columns"),
    (psycopg.OperationalError, "check the connection; take a new session and repeat the transaction"),
)


def persistence_error(error: psycopg.Error, *, table: str, operation: str, id: Any = None) -> PersistenceError:
    """Make the error to raise ``from`` the driver's; it tells no row data beyond the id."""
    words = error.diag.message_primary or (str(error).splitlines() or [type(error).__name__])[0]
    advice = next((advice for kind, advice in _ADVICE if isinstance(error, kind)), "see the cause")
    of_id = "" if id is None else f", id {id!r}"
    kind = DuplicateError if isinstance(error, errors.UniqueViolation) else PersistenceError
    return kind(f"Cannot {operation} (table {table!r}{of_id}): {words}. What to do: {advice}.")


# "COPY books, line 3"; the server may say "line" in another language.
_COPIED_LINE = re.compile(r"^COPY .*?, \D+ (\d+)", re.MULTILINE)


def copied_id(error: psycopg.Error, ids: Sequence[Any]) -> Any:
    """Give the id of the row a COPY failed on, or None if the server does not tell which."""
    found = _COPIED_LINE.search(error.diag.context or "")
    line = int(found[1]) if found else 0
    return ids[line - 1] if 0 < line <= len(ids) else None

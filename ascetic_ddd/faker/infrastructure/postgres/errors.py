"""What the driver says, in our words: which table and operation, the server's message, what to do next."""

import re
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors

from ascetic_ddd.faker.domain.errors import DuplicateError, PersistenceError
from ascetic_ddd.faker.domain.values.words import shown

__all__ = ("check_written", "copied_id", "persistence_error", "refusal", "rewritten", "unreadable_error", "unwritable_error")

_POOLED = (
    "a pooler in transaction mode stands between: give the connection pool kwargs={'prepare_threshold': None}, "
    "so that no statements are prepared"
)
_ADVICE: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.UndefinedTable, "create the table first: call `setup(session)`, or run the application's migrations"),
    (errors.InvalidSchemaName, "create the schema first"),
    (errors.UndefinedColumn, "check columns= against the table"),
    (errors.UniqueViolation, "the id, or another unique value, is taken: give each aggregate its own, or `update`"),
    (errors.NotNullViolation, "a value is missing: check columns=, and generated= if the database should give it"),
    (errors.ForeignKeyViolation, "store the referenced row first, in the same database"),
    (errors.DuplicatePreparedStatement, _POOLED),
    (errors.InvalidSqlStatementName, _POOLED),
    (errors.InvalidCursorName, "through a pooler in transaction mode, iterate inside `session.atomic()`"),
    (errors.InFailedSqlTransaction, "an earlier statement failed: wrap what may fail in a nested `session.atomic()`"),
    (errors.SerializationFailure, "repeat the whole transaction, as `generate(retries=…)` does"),
    (errors.DeadlockDetected, "repeat the whole transaction, as `generate(retries=…)` does"),
    (errors.InsufficientPrivilege, "grant the right to the user of the connection"),
    (errors.UntranslatableCharacter, "remove characters that PostgreSQL cannot store"),
    (errors.DiskFull, "make room on the server's disk, then repeat the transaction"),
    (errors.RaiseException, "a trigger or a function of the application refuses it; make what it accepts"),
    (errors.ReadOnlySqlTransaction, "connect to the primary, or let the transaction write"),
    (errors.ProgramLimitExceeded, "export less of it: a value is too long, or nested too deeply"),
    (errors.StatementTooComplex, "export less of it: a value is nested too deeply"),
    (errors.IdleInTransactionSessionTimeout, "make smaller batches, or raise idle_in_transaction_session_timeout of the server"),
    (psycopg.ProgrammingError, "check that the exported values fit the columns"),
    (psycopg.DataError, "check that the exported values fit the columns"),
    (psycopg.OperationalError, "check the connection; take a new session and repeat the transaction"),
)


def persistence_error(error: psycopg.Error, *, table: str, operation: str, id: Any = None) -> PersistenceError:
    """Make the error to raise ``from`` the driver's; it tells no row data beyond the id."""
    words = error.diag.message_primary or (str(error).splitlines() or [type(error).__name__])[0]
    return refusal(words, type(error), table=table, operation=operation, id=id)


def refusal(words: str, kind: type[psycopg.Error], *, table: str, operation: str, id: Any = None) -> PersistenceError:
    """Make the error for what a driver says in ``words``, and what psycopg has this class for."""
    advice = next((advice for known, advice in _ADVICE if issubclass(kind, known)), "see the cause")
    error_class = DuplicateError if issubclass(kind, errors.UniqueViolation) else PersistenceError
    return error_class(f"Cannot {operation} ({_place(table, id)}): {words}. What to do: {advice}.")


def unwritable_error(error: Exception, *, table: str, operation: str, id: Any = None) -> PersistenceError:
    """Make the error to raise ``from`` one of the driver's that no server has seen: a value cannot be told to it."""
    advice = (
        "is nested too deeply; export less of it, or a text"
        if isinstance(error, RecursionError)
        else "has no form in which it can be sent; export another one, such as a text or a Decimal"
    )
    return PersistenceError(f"Cannot {operation} ({_place(table, id)}): a value {advice} ({error}).")


def unreadable_error(error: Exception, *, table: str, row: str) -> PersistenceError:
    """Make the error to raise ``from`` one of reading a remembered state: it is nested too deeply, or has too many digits."""
    limit = "sys.setrecursionlimit" if isinstance(error, RecursionError) else "sys.set_int_max_str_digits"
    return PersistenceError(
        f"Cannot read what is remembered (table {table!r}, row {row}): {error}. What to do: raise Python's limit by {limit}, or "
        "delete this row and those that refer to it."
    )


def _place(table: str, id: Any) -> str:
    return f"table {table!r}" if id is None else f"table {table!r}, id {shown(id)}"


# "COPY books, line 3"; the server may say "line" in another language.
_COPIED_LINE = re.compile(r"^COPY .*?, \D+ (\d+)", re.MULTILINE)


def copied_id(error: psycopg.Error, ids: Sequence[Any]) -> Any:
    """Give the id of the row a COPY failed on, or None if the server does not tell which."""
    found = _COPIED_LINE.search(error.diag.context or "")
    line = int(found[1]) if found else 0
    return ids[line - 1] if 0 < line <= len(ids) else None


def check_written(found: int, expected: int, *, table: str, operation: str, id: Any = None) -> None:
    """Compare how many rows the server says it wrote with how many it was given.

    Raises:
        PersistenceError: they differ, so that something in the database is between us and the table.
    """
    if found != expected:
        raise PersistenceError(
            f"Cannot {operation} ({_place(table, id)}): {expected:,} row{'s'[: expected != 1]} given, and the server says it "
            f"stored {max(found, 0):,}; a trigger or a rule of the table swallows rows, or adds some. What to do: let it return "
            "them, or give the repository the table they go to, or an `insert` of its own."
        )


def rewritten(column: str, told: Any, found: str, *, table: str, id: Any = None) -> PersistenceError:
    """Make the error of a key that was told, and is stored as another one."""
    return PersistenceError(
        f"Cannot insert ({_place(table, id)}): column {column!r} was told {told!r}, and {found}; a trigger of the table "
        "rewrites keys. What to do: leave the column to the database, by exporting None and naming it in generated=, or let the "
        "trigger keep keys that are told."
    )

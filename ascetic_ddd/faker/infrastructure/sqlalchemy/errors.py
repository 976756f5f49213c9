"""What the drivers beneath SQLAlchemy say, as one: the SQLSTATE of an error, whose fault it is, and our words for it."""

import contextlib
import sqlite3
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, TimeoutError

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.postgres.errors import refusal
from ascetic_ddd.seedwork.domain.session.faults import Fault, chain_of
from ascetic_ddd.seedwork.infrastructure.session.pg_faults import fault_in as pg_fault_in
from ascetic_ddd.seedwork.infrastructure.session.pg_faults import fault_of_state

__all__ = ("FAILURES", "fault_in", "is_definite_refusal", "persistence_error", "state_of", "words_of")

FAILURES = (SQLAlchemyError, OSError)
"""What SQLAlchemy and its drivers raise; asyncpg lets errors of the socket through."""

_STATES = {
    "SQLITE_AUTH": "28000",
    "SQLITE_BUSY": "55P03",
    "SQLITE_CANTOPEN": "58030",
    "SQLITE_CONSTRAINT": "23000",
    "SQLITE_CONSTRAINT_CHECK": "23514",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "23503",
    "SQLITE_CONSTRAINT_NOTNULL": "23502",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "23505",
    "SQLITE_CONSTRAINT_ROWID": "23505",
    "SQLITE_CONSTRAINT_TRIGGER": "P0001",
    "SQLITE_CONSTRAINT_UNIQUE": "23505",
    "SQLITE_CORRUPT": "XX001",
    "SQLITE_FULL": "53100",
    "SQLITE_INTERRUPT": "57014",
    "SQLITE_IOERR": "58030",
    "SQLITE_LOCKED": "55P03",
    "SQLITE_MISMATCH": "22000",
    "SQLITE_NOMEM": "53200",
    "SQLITE_NOTADB": "XX001",
    "SQLITE_PERM": "28000",
    "SQLITE_READONLY": "25006",
    "SQLITE_TOOBIG": "54000",
}
"""What SQLite calls an error, in SQLSTATE; a name that is not here counts as what stands before its last part."""

_WORDS = {"no such table": "42P01", "no such column": "42703", "has no column": "42703"}


def state_of(error: BaseException) -> str | None:
    """Give the SQLSTATE that an error of a driver, or one of its causes, has; of SQLite's, the one that means the same."""
    for each in chain_of(error):
        state = getattr(each, "sqlstate", None)
        if isinstance(state, str) and len(state) == 5:
            return state
        if isinstance(each, sqlite3.Error):
            return _sqlite_state(each)
    return None


def fault_in(error: BaseException) -> Fault:
    """Tell whose fault an error is: by SQLSTATE, and where the driver gives none, by whether the connection is lost."""
    known = pg_fault_in(error)
    state = state_of(error)
    if state is not None:
        return max(known, fault_of_state(state))
    is_lost = any(
        isinstance(each, (OSError, TimeoutError)) or (isinstance(each, DBAPIError) and each.connection_invalidated)
        for each in chain_of(error)
    )
    return Fault.LOST if is_lost else known


def is_definite_refusal(error: BaseException) -> bool:
    """Tell whether the store itself has answered a COMMIT with a refusal, so that nothing is stored."""
    return state_of(error) is not None and fault_in(error) is not Fault.LOST


def words_of(error: BaseException) -> str:
    """Give the first line of what the driver says, or else SQLAlchemy; neither statement nor parameters are in it."""
    said: BaseException = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(said, psycopg.Error) and said.diag.message_primary:
        return said.diag.message_primary
    if said.__cause__ is not None and said is not error:  # SQLAlchemy's own error over asyncpg's
        said = said.__cause__
    return (str(said).splitlines() or [type(said).__name__])[0] or type(said).__name__


def persistence_error(error: BaseException, *, table: str, operation: str, id: Any = None) -> PersistenceError:
    """Make the error to raise ``from`` what SQLAlchemy raised; it tells no row data beyond the id."""
    state = state_of(error)
    kind: type[psycopg.Error] = psycopg.Error
    if state is not None:
        with contextlib.suppress(KeyError):
            kind = psycopg.errors.lookup(state)
    elif fault_in(error) is Fault.LOST:
        kind = psycopg.OperationalError
    return refusal(words_of(error), kind, table=table, operation=operation, id=id)


def _sqlite_state(error: sqlite3.Error) -> str | None:
    name = getattr(error, "sqlite_errorname", None) or ""
    while name:
        if name in _STATES:
            return _STATES[name]
        name = name.rpartition("_")[0]
    return next((state for words, state in _WORDS.items() if words in str(error)), None)

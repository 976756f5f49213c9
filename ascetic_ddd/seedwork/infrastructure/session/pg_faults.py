"""Which errors tell of the server, or of the way to it, and not of the data."""

from collections.abc import Iterator

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

__all__ = ("chain_of", "is_fault_of_the_server")

# Classes of SQLSTATE that say so: connection, wrong password, no such database, resources (disk, memory, connections),
# operator (shut down, terminated), system (input and output).
_STATES = (
    *("08", "28", "3D", "53", "57P", "58"),
    "25006",  # it only reads: a standby, or told so
    "25P03",  # it ended a transaction that was idle too long, and the connection
    "25P04",  # the same of one that was too long
)


def is_fault_of_the_server(error: BaseException) -> bool:
    """Tell whether repeating the work with other data cannot help: the server is gone, full, or does not let us in."""
    return any(map(_is_fault, chain_of(error)))


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """Give the error, its cause, the cause of that, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_fault(error: BaseException) -> bool:
    if isinstance(error, (PoolTimeout, PoolClosed, TooManyRequests)):
        return True
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:  # the driver itself: nobody answers
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return error.sqlstate.startswith(_STATES)

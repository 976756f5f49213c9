"""Whose fault an error of the driver is: the classes of SQLSTATE, as data."""

import psycopg
from psycopg_pool import PoolClosed

from ascetic_ddd.seedwork.domain.errors import CommitUnknownError
from ascetic_ddd.seedwork.domain.session.faults import Fault, chain_of

__all__ = ("FAULTS", "fault_in", "fault_of_state", "is_definite_refusal")

FAULTS = {
    "08": Fault.LOST,  # connection
    "25006": Fault.STORE,  # read-only
    "25P03": Fault.LOST,  # idle in transaction for too long: the server hung up
    "25P04": Fault.LOST,  # the transaction took too long: so it did here
    "26000": Fault.STORE,  # no such prepared statement: a pooler gave the connection to others in between
    "28": Fault.STORE,  # no access
    "3D": Fault.STORE,  # no such database
    "40": Fault.TRANSIENT,  # serialization failure, deadlock
    "42P05": Fault.STORE,  # prepared statement exists: a pooler, as above
    "53": Fault.STORE,  # disk or memory full
    "53300": Fault.LOST,  # too many connections: others end
    "55P03": Fault.TRANSIENT,  # lock_timeout, NOWAIT
    "57014": Fault.TRANSIENT,  # statement_timeout; but see below
    "57P": Fault.LOST,  # shut down, terminated, starting up
    "57P04": Fault.STORE,  # database dropped
    "58": Fault.STORE,  # input and output
    "XX001": Fault.STORE,  # a table is damaged
    "XX002": Fault.STORE,  # an index is damaged
}
"""Whose fault a SQLSTATE is, by its beginning; the longest that fits counts, and what is not here is the data's."""

_FILES = frozenset({"fd.c", "md.c", "slru.c", "xlog.c"})  # of the server's own code: where it writes files
_CANCELLED_BY_SOMEBODY = "user request"  # in the server's English; in other languages a cancel passes for a time-out


def fault_in(error: BaseException) -> Fault:
    """Tell whose fault an error is, by the driver's errors anywhere in the chain of its causes."""
    return max(map(_fault, chain_of(error)))


def fault_of_state(state: str) -> Fault:
    """Tell whose fault a SQLSTATE is."""
    return next((FAULTS[state[:length]] for length in (5, 3, 2) if state[:length] in FAULTS), Fault.DATA)


def is_definite_refusal(error: BaseException) -> bool:
    """Tell whether the server itself has answered a COMMIT with a refusal, so that nothing is stored."""
    return isinstance(error, psycopg.Error) and error.sqlstate is not None and fault_in(error) is not Fault.LOST


def _fault(error: BaseException) -> Fault:
    if isinstance(error, (CommitUnknownError, PoolClosed)):
        return Fault.STORE
    if not isinstance(error, psycopg.Error):
        return Fault.DATA
    state = error.sqlstate
    if state is None:  # the driver, or its pool: nobody answers
        return Fault.LOST if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)) else Fault.DATA
    if state == "57014" and _CANCELLED_BY_SOMEBODY in (error.diag.message_primary or ""):
        return Fault.STORE
    if state == "XX000" and error.diag.source_file in _FILES:  # some errors of the system's have no SQLSTATE: a file too large
        return Fault.STORE
    return fault_of_state(state)

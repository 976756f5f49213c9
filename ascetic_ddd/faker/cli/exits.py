"""How the command ends: its exit codes, and which error leads to which."""

from collections.abc import Iterator
from enum import IntEnum

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from ascetic_ddd.faker.domain.errors import ConfigurationError, GenerationError
from ascetic_ddd.seedwork.domain.errors import AsceticDddError

__all__ = ("EXPECTED", "CommandError", "Exit", "exit_of")


class Exit(IntEnum):
    """The exit codes."""

    OK = 0
    FAILURES = 1
    USAGE = 2
    STOPPED = 3
    DATABASE = 4
    REFUSED = 5
    INTERRUPTED = 130
    TERMINATED = 143


class CommandError(AsceticDddError):
    """The command cannot go on.

    Args:
        message: what, why, and what to do.
        code: the exit code.
    """

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = code


EXPECTED = (AsceticDddError, psycopg.Error, PoolTimeout, PoolClosed, TooManyRequests, OSError)
"""What is told in one message; anything else is a fault of the program, or of the target."""

# Classes of SQLSTATE that say: the server, not the data. Connection, wrong password, no such database, resources (disk,
# memory, connections), operator (shut down, cancelled), system (input and output).
_SERVER_STATES = ("08", "28", "3D", "53", "57P", "58")


def exit_of(error: BaseException) -> Exit:
    """Give the exit code of an error that ended the command."""
    chain = list(_chain(error))
    for each in chain:
        if isinstance(each, CommandError):
            return each.code
    if any(map(_is_of_the_server, chain)):
        return Exit.DATABASE
    if isinstance(error, ConfigurationError) and not any(isinstance(each, GenerationError) for each in chain):
        return Exit.USAGE
    return Exit.STOPPED


def _is_of_the_server(error: BaseException) -> bool:
    if isinstance(error, (PoolTimeout, PoolClosed, TooManyRequests)):
        return True
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:  # the driver itself: nobody answers
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return error.sqlstate.startswith(_SERVER_STATES)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__

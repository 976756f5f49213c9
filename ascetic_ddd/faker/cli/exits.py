"""How the command ends: its exit codes, and which error leads to which."""

from enum import IntEnum

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from ascetic_ddd.faker.application.runs.batch import BatchError
from ascetic_ddd.faker.domain.errors import ConfigurationError, GenerationError
from ascetic_ddd.faker.infrastructure.transports.errors import WiringError
from ascetic_ddd.seedwork.domain.errors import AsceticDddError
from ascetic_ddd.seedwork.domain.session.faults import Fault, chain_of, own_fault
from ascetic_ddd.seedwork.infrastructure.session.pg_faults import fault_in

__all__ = ("EXPECTED", "CommandError", "Exit", "exit_codes", "exit_of")


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


def exit_codes(own: str) -> str:
    """Give what a command's help says below its options: its own codes, a line each, and those of all commands."""
    return f"""\b
Exit codes:
{own}   74  the work is done, but what it tells could not be written
  130  interrupted by Ctrl-C; 143 by SIGTERM
"""


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


def exit_of(error: BaseException) -> Exit:
    """Give the exit code of an error that ended the command."""
    chain = list(chain_of(error))
    for each in chain:
        if isinstance(each, CommandError):
            return each.code
    if any(isinstance(each, WiringError) for each in chain):
        return Exit.USAGE
    if max(fault_in(error), own_fault(error)) is not Fault.DATA or any(map(_has_lost_its_store, (error, error.__context__))):
        return Exit.DATABASE
    if isinstance(error, ConfigurationError) and not any(isinstance(each, GenerationError) for each in chain):
        return Exit.USAGE
    return Exit.STOPPED


def _has_lost_its_store(error: BaseException | None) -> bool:
    """Whether the run found its session lost: what a repository made of the driver's error need not tell it."""
    return isinstance(error, BatchError) and error.fault is not Fault.DATA

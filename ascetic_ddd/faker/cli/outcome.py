"""How a command's work is tried, and how an error is told: in one message, without passwords."""

import os
import traceback
from collections.abc import Callable

from ascetic_ddd.faker.cli.exits import EXPECTED, Exit
from ascetic_ddd.faker.cli.interruption import InterruptionError, ended_by_the_third
from ascetic_ddd.faker.cli.printing import one_line, print_error
from ascetic_ddd.faker.cli.secrets import Secrets

__all__ = ("attempt", "message_of", "secrets_of", "tell")


def attempt(work: Callable[[], None]) -> BaseException | None:
    """Do the work, and give the error that ended it; None if it was done."""
    try:
        with ended_by_the_third():
            work()
    except KeyboardInterrupt:
        return InterruptionError("interrupted", Exit.INTERRUPTED)
    except SystemExit:
        return InterruptionError("terminated", Exit.TERMINATED)
    except Exception as error:  # noqa: BLE001  # told in one message
        return error
    return None


def tell(error: BaseException, secrets: Secrets, *, debug: bool) -> None:
    """Print an error on the standard error stream; ``debug`` prints where it came from, too."""
    if debug:
        for line in secrets.masked("".join(traceback.format_exception(error))).rstrip("\n").split("\n"):
            print_error(line)
    print_error(f"error: {secrets.masked(message_of(error))}")


def message_of(error: BaseException) -> str:
    """Give an error as one line."""
    text = one_line(str(error)) or type(error).__name__
    return text if isinstance(error, EXPECTED) else f"{type(error).__name__}: {text} (--debug shows where)"


def secrets_of(*dsns: str | None) -> Secrets:
    """Learn the passwords of these connection strings, and those in the environment."""
    secrets = Secrets()
    for dsn in (*dsns, os.environ.get("ASCETIC_DDD_EXTERNAL_DSN"), os.environ.get("ASCETIC_DDD_INTERNAL_DSN")):
        if dsn:
            secrets.add_dsn(dsn)
    secrets.add(os.environ.get("PGPASSWORD", ""))
    return secrets

"""Programs that a command runs in its place: they have the terminal, and their exit code is the command's."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence

from ascetic_ddd.faker.cli.exits import CommandError, Exit

__all__ = ("run_child",)

_SIGNALLED = 128


def run_child(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program to its end; Ctrl-C is its own. Give its exit code.

    Args:
        command: the program and its arguments.
        environment: what it gets beside our own.

    Raises:
        CommandError: it cannot be started.
    """
    is_main = threading.current_thread() is threading.main_thread()
    try:
        process = subprocess.Popen(command, env={**os.environ, **environment})
    except OSError as error:
        raise CommandError(f"{command[0]!r} cannot be started: {error.strerror}", Exit.USAGE) from error
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_main else None
    try:
        code = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        if before is not None:
            signal.signal(signal.SIGINT, before)
    return code if code >= 0 else _SIGNALLED - code

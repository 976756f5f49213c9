"""Ctrl-C and SIGTERM: the first asks, the second insists."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.cli.printing import print_error

__all__ = ("Interruption", "InterruptionError")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class InterruptionError(CommandError):
    """The run was interrupted; everything that is stored is whole."""


class Interruption:
    """Listens to the signals for the time of a run.

    The first signal lets the batch under way end, where one is; the second drops it; a third has its usual effect.
    """

    def __init__(self) -> None:
        self._code: Exit | None = None
        self._is_between_batches = False
        self._insists = False
        self._task: asyncio.Task[Any] | None = None
        self._previous: dict[int, Any] = {}

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen; in the block a cancellation that a signal caused becomes an InterruptionError."""
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        for number in _SIGNALS if threading.current_thread() is threading.main_thread() else ():
            self._previous[number] = signal.getsignal(number)
            loop.add_signal_handler(number, self._hear, number)
        try:
            yield
        except asyncio.CancelledError:
            if self._code is None:
                raise
            if self._task is not None:
                self._task.uncancel()
            raise self._error() from None
        except Exception as error:
            if self._insists:  # what is dropped may break
                raise self._error() from error
            raise
        finally:
            self._stop_listening(loop)

    @contextmanager
    def batches(self) -> Iterator[None]:
        """In the block :meth:`check` is called between batches: wait for it."""
        self._is_between_batches = True
        try:
            yield
        finally:
            self._is_between_batches = False

    def check(self) -> None:
        """End the run here if that was asked.

        Raises:
            InterruptionError: it was.
        """
        if self._code is not None:
            raise self._error()

    def _error(self) -> InterruptionError:
        code = self._code or Exit.INTERRUPTED
        return InterruptionError("interrupted" if code is Exit.INTERRUPTED else "terminated", code)

    def _hear(self, number: int) -> None:
        is_first = self._code is None
        self._code = Exit.INTERRUPTED if number == signal.SIGINT else Exit.TERMINATED
        if is_first and self._is_between_batches:
            print_error("")  # the terminal shows ^C
            print_error("Finishing the batch under way; once more drops it.")
            return
        self._stop_listening(asyncio.get_running_loop())
        self._insists = True
        if self._task is not None:
            self._task.cancel()

    def _stop_listening(self, loop: asyncio.AbstractEventLoop) -> None:
        for number, previous in self._previous.items():
            loop.remove_signal_handler(number)
            signal.signal(number, previous)
        self._previous.clear()

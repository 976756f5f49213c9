"""Ctrl-C and SIGTERM: the first asks, the second insists, the third ends the process."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.cli.printing import print_at_once, print_error

__all__ = ("Interruption", "InterruptionError", "ended_by_the_third")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_MOST = 3


class InterruptionError(CommandError):
    """The run was interrupted; everything that is stored is whole."""


class _Counted:
    """Interrupts the work at each Ctrl-C, as Python does; the third signal of a command ends the process there and then.

    Work that waits for a server which does not answer, or that runs and does not listen, is ended, too.
    """

    def __init__(self) -> None:
        self._times = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.count(number)
        signal.default_int_handler(number, frame)

    def count(self, number: int) -> None:
        self._times += 1
        if self._times >= _MOST:
            print_at_once("error: ended at once; a server may still be at work on what it was told last")
            os._exit(128 + number)


@contextmanager
def ended_by_the_third() -> Iterator[None]:
    """Let the third Ctrl-C in the block end the process, whatever it waits for."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is not _USUAL:
        yield
        return
    signal.signal(signal.SIGINT, _Counted())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _USUAL)


_USUAL = signal.default_int_handler


class Interruption:
    """Listens to the signals for the time of a run.

    The first signal lets the batch under way end, where one is; the second drops it; the third ends the process.
    """

    def __init__(self) -> None:
        self._code: Exit | None = None
        self._told: list[int] = []  # signals; work that never gives way to the loop has not heard of them yet
        self._seen = 0  # so many of them were seen at a check, and come by the loop, too
        self._is_between_batches = False
        self._insists = False
        self._task: asyncio.Task[Any] | None = None
        self._previous: dict[int, Any] = {}
        self._counted = _Counted()

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen; in the block a cancellation that a signal caused becomes an InterruptionError."""
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        if threading.current_thread() is threading.main_thread():
            handler = self._handler(loop)
            self._previous = {number: signal.signal(number, handler) for number in _SIGNALS}
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
            self._stop_listening()

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
        if self._code is None and self._told:
            self._seen = len(self._told)
            self._take(self._told[0])
        if self._code is not None:
            raise self._error()

    def _error(self) -> InterruptionError:
        code = self._code or Exit.INTERRUPTED
        return InterruptionError("interrupted" if code is Exit.INTERRUPTED else "terminated", code)

    def _handler(self, loop: asyncio.AbstractEventLoop) -> Callable[[int, FrameType | None], None]:
        """Not the loop's own handler: that one is not called while the work does not give way."""
        before = signal.getsignal(signal.SIGINT)
        counted = before if isinstance(before, _Counted) else self._counted

        def handle(number: int, frame: FrameType | None) -> None:
            counted.count(number)
            self._told.append(number)
            loop.call_soon_threadsafe(self._hear, number)

        return handle

    def _hear(self, number: int) -> None:
        if self._seen:
            self._seen -= 1
            return
        is_first = self._code is None
        self._take(number)
        if is_first and self._is_between_batches:
            return
        if not is_first:
            print_error("Dropping what is under way; once more ends the command at once.")
        self._insists = True
        if self._task is not None:
            self._task.cancel()

    def _take(self, number: int) -> None:
        if self._code is None and self._is_between_batches:
            print_error("")  # the terminal shows ^C
            print_error("Finishing the batch under way; once more drops it.")
        self._code = Exit.INTERRUPTED if number == signal.SIGINT else Exit.TERMINATED

    def _stop_listening(self) -> None:
        for number, previous in self._previous.items():
            signal.signal(number, previous)
        self._previous.clear()

"""When a batch is repeated that failed by no fault of its data, and after which pause."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from random import Random

from ascetic_ddd.faker.application.runs.progress import Repetition
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.seedwork.domain.session.faults import Fault

__all__ = ("BatchRepeats", "Repeats")

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 5.0


class Repeats:
    """How often, and for how long, a run tries again. Pauses double, and have full jitter.

    Args:
        retries: how often a batch that had begun is repeated.
        patience_s: how long a batch waits for a session to be had at all, in seconds.
        on_repeat: called before each pause.
        sleep: waits so many seconds.
        clock: seconds that pass.
        random: jitter comes from here; rows never depend on it, and two processes that met in a deadlock must not meet again.

    Raises:
        ConfigurationError: a number is negative.

    Source: M. Brooker, Exponential Backoff and Jitter (AWS Architecture Blog, 2015).
    """

    def __init__(
        self,
        retries: int,
        patience_s: float,
        on_repeat: Callable[[Repetition], object] | None = None,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        if type(retries) is not int or retries < 0:
            raise ConfigurationError(f"retries={retries!r}: expected a whole number, at least 0")
        if not patience_s >= 0.0:  # NaN, too
            raise ConfigurationError(f"patience_s={patience_s!r}: expected seconds, at least 0")
        self.retries = retries
        self.patience_s = patience_s
        self._listeners = [] if on_repeat is None else [on_repeat]
        self.sleep = sleep
        self.clock = clock
        self.random = random or Random(f"{os.getpid()} {clock()}")

    def hear(self, listener: Callable[[Repetition], object]) -> None:
        """Have ``listener`` called before each pause, too."""
        self._listeners.append(listener)

    def tell(self, repetition: Repetition) -> None:
        """Call the listeners."""
        for listener in self._listeners:
            listener(repetition)

    def of_batch(self) -> "BatchRepeats":
        """For one batch."""
        return BatchRepeats(self)


class BatchRepeats:
    """The repetitions of one batch."""

    def __init__(self, repeats: Repeats) -> None:
        self._repeats = repeats
        self._times = 0  # that it had begun, and failed
        self._pauses = 0
        self._without_session_since: float | None = None
        self._has_fresh_snapshot = repeats.retries == 0
        self._is_first_without = self._has_lost = False

    def is_of_the_data(self, fault: Fault) -> bool:
        """Tell whether an error says that something must be left out: nothing is gained by repeating."""
        return fault is Fault.DATA or (fault is Fault.SNAPSHOT and self._has_fresh_snapshot)

    async def again(self, fault: Fault, cause: Exception, *, has_begun: bool) -> bool:
        """Wait until the batch may be repeated; False if it shall not be.

        Args:
            fault: whose fault the failure is.
            cause: the error.
            has_begun: the batch had a session and a transaction.
        """
        if fault is Fault.STORE or self.is_of_the_data(fault) or not self._may(fault, has_begun):
            return False
        self._has_fresh_snapshot = True
        repeats = self._repeats
        pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0**self._pauses) * repeats.random.random()
        is_lost = fault is Fault.LOST
        is_reconnect = is_lost and (has_begun or (self._is_first_without and not self._has_lost))
        self._has_lost = is_lost
        self._pauses += 1
        repeats.tell(Repetition(cause, is_reconnect=is_reconnect, is_waiting=is_lost and not is_reconnect, pause_s=pause))
        await repeats.sleep(pause)
        return True

    def _may(self, fault: Fault, has_begun: bool) -> bool:
        now = self._repeats.clock()
        if has_begun or fault is not Fault.LOST:
            self._without_session_since = None
            self._times += 1
            return self._times <= self._repeats.retries
        self._is_first_without = self._without_session_since is None
        if self._without_session_since is None:
            self._without_session_since = now
        return now - self._without_session_since < self._repeats.patience_s

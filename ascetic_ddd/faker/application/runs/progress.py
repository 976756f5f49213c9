"""What a run tells about itself."""

import time
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.domain.values.words import shown

__all__ = ("Clock", "Failure", "Progress", "Repetition")


@dataclass(frozen=True)
class Progress:
    """How far a run is, after a batch.

    Attributes:
        done: aggregates committed in this run, those of the root's kind that references made included.
        failed: attempts that failed and were left out; they do not count for the total.
        total: aggregates the run shall make; None if nobody knows.
        seconds: time since the run began.
    """

    done: int
    failed: int
    total: int | None
    seconds: float

    @property
    def rate(self) -> float:
        """Aggregates a second so far."""
        return self.done / self.seconds if self.seconds > 0.0 else 0.0

    @property
    def eta_s(self) -> float | None:
        """Seconds to go at this rate; None if the total is not known, or nothing is done yet."""
        if self.total is None or not self.done:
            return None
        return max(0, self.total - self.done) / self.rate


@dataclass(frozen=True)
class Failure:
    """An aggregate that could not be made or stored.

    Attributes:
        path: the provider's path.
        input: its input as far as it was known, or the exported state where only the store refused it; None where it was not
            about one aggregate, as when the server is lost.
        cause: the error.
    """

    path: str
    input: Any
    cause: Exception

    def __str__(self) -> str:
        text = str(self.cause).strip() or repr(self.cause)
        place = self.path if self.input is None else f"{self.path} with input {shown(self.input)}"
        return f"{place}: {type(self.cause).__name__}: {text}"


@dataclass(frozen=True)
class Repetition:
    """A batch that failed by no fault of its data, was rolled back whole, and is about to be made again.

    Attributes:
        cause: the error.
        is_reconnect: its connection was lost, and it needs another one.
        is_waiting: there is no connection yet, as said before. If neither, others were in the way, as in a deadlock.
        pause_s: seconds until then.
    """

    cause: Exception
    is_reconnect: bool
    is_waiting: bool
    pause_s: float


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since the clock was made."""
        return time.perf_counter() - self._start

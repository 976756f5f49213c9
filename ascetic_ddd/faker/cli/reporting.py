"""What the command shows while it works: a bar on a terminal, lines in a pipe."""

import sys
from typing import Protocol, TextIO

from ascetic_ddd.faker.application.runs.progress import Progress
from ascetic_ddd.faker.cli.printing import print_lines
from ascetic_ddd.faker.cli.terminal import rate_bar

__all__ = ("IReporter", "reporter", "stream_for")

_STEPS = 20
_SECONDS_STEP = 5.0


class IReporter(Protocol):
    """Shows how far a run is."""

    def begin(self, already: int, total: int) -> None:
        """Begin: so many are there, so many there shall be."""
        ...

    def report(self, progress: Progress) -> None:
        """Show the state after a batch."""
        ...

    def end(self) -> None:
        """End, whatever the outcome; may be called twice."""
        ...


def reporter(stream: TextIO) -> IReporter:
    """Give the reporter for a stream: a bar if it is a terminal, else lines."""
    return _BarReporter(stream) if stream.isatty() else _LineReporter(stream)


class _BarReporter:
    def __init__(self, stream: TextIO) -> None:
        self._bar = rate_bar(stream)
        self._already = 0

    def begin(self, already: int, total: int) -> None:
        self._already = already
        self._bar.start(already, total)

    def report(self, progress: Progress) -> None:
        self._bar.update(self._already + progress.done, rate=progress.rate)

    def end(self) -> None:
        self._bar.stop()


class _LineReporter:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._already = 0
        self._total = 1
        self._shown_step = 0
        self._shown_seconds = 0.0

    def begin(self, already: int, total: int) -> None:
        self._already, self._total = already, total
        self._shown_step, self._shown_seconds = _STEPS * already // total, 0.0

    def report(self, progress: Progress) -> None:
        done = self._already + progress.done
        step = _STEPS * done // self._total
        if step == self._shown_step and progress.seconds < self._shown_seconds + _SECONDS_STEP:
            return
        self._shown_step, self._shown_seconds = step, progress.seconds
        failed = f"  {progress.failed:,} failed" if progress.failed else ""
        to_go = "" if progress.eta_s is None else f"  {_duration(progress.eta_s)} to go"
        share = f"{done / self._total:4.0%}"
        print_lines(f"{done:>12,} of {self._total:,}  {share}  {progress.rate:9,.0f}/s{to_go}{failed}", file=self._stream)

    def end(self) -> None:
        self._stream.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def stream_for(*, is_json: bool) -> TextIO:
    """Where progress goes: with ``--json`` the standard output is for the summary alone."""
    return sys.stderr if is_json else sys.stdout

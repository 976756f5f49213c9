"""Bars and colours: the only module that knows rich, with everything off by which rich reads meaning into words."""

from collections.abc import Iterable, Sequence
from typing import TextIO, TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from ascetic_ddd.faker.cli.printing import fitting

__all__ = ("Bar", "StyledLine", "named_bar", "print_styled", "rate_bar")

StyledLine: TypeAlias = str | Sequence[tuple[str, str]]
"""A line: a text, or texts with their styles."""


class Bar:
    """A bar on a terminal.

    Args:
        progress: made by :func:`rate_bar` or :func:`named_bar`.
        stream: of the terminal.
    """

    def __init__(self, progress: Progress, stream: TextIO) -> None:
        self._progress = progress
        self._stream = stream
        self._task = progress.add_task("", total=None, rate=0.0)

    def start(self, completed: int = 0, total: int | None = None, name: str = "") -> None:
        """Show it."""
        self._progress.update(self._task, completed=completed, total=total, description=fitting(name, self._stream))
        self._progress.start()

    def update(self, completed: int, *, total: int | None = None, rate: float = 0.0, name: str = "") -> None:
        """Show another state."""
        self._progress.update(self._task, completed=completed, total=total, rate=rate, description=fitting(name, self._stream))

    def stop(self) -> None:
        """End it; may be called twice."""
        self._progress.stop()


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.fields['rate']:,.0f}/s")


class _Name(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(task.description)


def rate_bar(stream: TextIO) -> Bar:
    """A bar with the rate and the time that is left."""
    columns = (BarColumn(bar_width=None), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(), TextColumn("to go"))
    return Bar(Progress(*columns, console=_console(stream), expand=True, refresh_per_second=4), stream)


def named_bar(stream: TextIO) -> Bar:
    """A bar with the name of what is under way; it vanishes at its end."""
    return Bar(Progress(BarColumn(), MofNCompleteColumn(), _Name(), console=_console(stream), transient=True), stream)


def print_styled(lines: Iterable[StyledLine], stream: TextIO) -> None:
    """Print lines; colours only on a terminal. No line is broken."""
    console = _console(stream, soft_wrap=True)
    for line in lines:
        parts = [(line, "")] if isinstance(line, str) else line
        console.print(Text.assemble(*((fitting(text, stream), style) for text, style in parts)))


def _console(stream: TextIO, *, soft_wrap: bool = False) -> Console:
    return Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=soft_wrap)

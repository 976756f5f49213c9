"""A run in a process of its own, seen through its lines."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ("Ended", "Run", "ascetic_ddd")

ROOT = Path(__file__).resolve().parents[2]

_PROGRESS = re.compile(r"^ *([\d,]+) of [\d,]+ ", re.MULTILINE)
_GO_ON = re.compile(r"^to go on: ascetic-ddd (.*)$", re.MULTILINE)
_LOOK_S = 0.005


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes:
        code: the exit code; less than 0: the signal that killed it; None: it did not end, and was killed then.
        summary: what ``--json`` told; empty if it could not.
        errors: what was told on stderr.
        reached: the last count that it told.
    """

    code: int | None
    summary: dict[str, Any]
    errors: str
    reached: int

    @property
    def go_on(self) -> list[str] | None:
        """The words of the command that goes on, as the run told it."""
        found = _GO_ON.search(self.errors)
        return shlex.split(found[1]) if found else None

    @property
    def last_words(self) -> str:
        """The end of what was told on stderr."""
        return " / ".join(self.errors.strip().splitlines()[-3:])


def ascetic_ddd(words: Sequence[str]) -> list[str]:
    """The command, from this checkout."""
    return [sys.executable, "-m", "ascetic_ddd.faker.cli", *words]


class Run:
    """A run that was started.

    Args:
        words: of the command, without ``--json``.
        log: beginning of the names of the files that its output goes to.
    """

    def __init__(self, words: Sequence[str], log: Path) -> None:
        self._output, self._errors = log.with_suffix(".out"), log.with_suffix(".err")
        with self._output.open("w") as output, self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                ascetic_ddd([*words, "--json"]), cwd=ROOT, stdout=output, stderr=errors, start_new_session=True
            )

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        if not self.is_over:
            self._process.kill()
            self._process.wait()

    @property
    def is_over(self) -> bool:
        """Tell whether it ended."""
        return self._process.poll() is not None

    @property
    def reached(self) -> int:
        """The last count that it told; 0 before the first."""
        told = _PROGRESS.findall(self._errors.read_text())
        return int(told[-1].replace(",", "")) if told else 0

    def reaches(self, count: int, later_s: float) -> bool:
        """Wait until it told that count, and a while; False if it ended before."""
        while self.reached < count:
            if self.is_over:
                return False
            time.sleep(_LOOK_S)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(later_s)
        return not self.is_over

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, number)

    def end(self, limit_s: float) -> Ended:
        """Wait for its end; kill it after the limit."""
        code: int | None = None
        with self, suppress(subprocess.TimeoutExpired):
            code = self._process.wait(limit_s)
        output = self._output.read_text()
        return Ended(code, json.loads(output) if output.endswith("}\n") else {}, self._errors.read_text(), self.reached)

"""The account of a run: for people, and as one JSON object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ascetic_ddd.faker.application.runs.progress import Failure, Repetition
from ascetic_ddd.faker.cli.exits import Exit
from ascetic_ddd.faker.cli.printing import one_line
from ascetic_ddd.faker.domain.values.words import shown

__all__ = ("Requests", "Summary")

_FAILURES_KEPT = 20


@dataclass(frozen=True)
class Requests:
    """The account of what was asked of the application by messages.

    Attributes:
        repeated: how often requests were sent again, by cause.
        doubtful: of these, those that may have been done twice.
        orphans: commands that were done outside, and rolled back here.
    """

    repeated: Mapping[str, int] = field(default_factory=dict)
    doubtful: int = 0
    orphans: int = 0


@dataclass
class Summary:
    """What a run was asked, and what came of it.

    Attributes:
        target: as told.
        count: aggregates of the root that shall be remembered at the end.
        seed: as told.
        resumed: whether the run went on from what was remembered.
        root: path of the root provider.
        before: aggregates remembered before, by provider path.
        made: aggregates made and remembered in this run, by provider path; of the root's kind, by whomever.
        failed: attempts to make one of the root that failed and were left out.
        seconds: time spent on making.
        retries: batches made again because others were in their way: deadlock, serialization, limits of time.
        reconnects: batches made again on another connection, theirs was lost.
        requests: what was asked of the application by messages.
        failures: the first of those that were left out.
        code: the exit code.
        error: why the run ended early; None if it did not.
    """

    target: str
    count: int
    seed: int
    resumed: bool
    root: str = ""
    before: dict[str, int] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    seconds: float = 0.0
    retries: int = 0
    reconnects: int = 0
    requests: Requests = field(default_factory=Requests)
    failures: list[Failure] = field(default_factory=list)
    code: Exit = Exit.OK
    error: str | None = None

    def failure(self, failure: Failure) -> None:
        """Keep a failure, if it is among the first."""
        if len(self.failures) < _FAILURES_KEPT:
            self.failures.append(failure)

    def repetition(self, repetition: Repetition) -> None:
        """Count a batch that is made again."""
        if repetition.is_reconnect:
            self.reconnects += 1
        elif not repetition.is_waiting:
            self.retries += 1

    @property
    def done(self) -> int:
        """Aggregates of the root made in this run."""
        return self.made.get(self.root, 0)

    @property
    def attempts(self) -> int:
        """Aggregates of the root that were tried in this run, and stored or left out."""
        return self.done + self.failed

    @property
    def rate(self) -> float:
        """Aggregates of the root a second."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def remembered(self) -> int:
        """Aggregates of the root remembered at the end."""
        return self.before.get(self.root, 0) + self.done

    def as_object(self) -> dict[str, Any]:
        """The account as one object, for JSON."""
        paths = sorted({*self.before, *self.made}, key=lambda path: (path != self.root, path))
        return {
            "status": _STATUS.get(self.code, "stopped"),
            "exit_code": int(self.code),
            "error": self.error,
            "target": self.target,
            "count": self.count,
            "seed": self.seed,
            "resumed": self.resumed,
            "root": self.root or None,
            "aggregates": {path: self._of(path) for path in paths},
            "seconds": round(self.seconds, 3),
            "rate": round(self.rate, 1),
            "retries": self.retries,
            "reconnects": self.reconnects,
            "requests_repeated": dict(sorted(self.requests.repeated.items())),
            "requests_doubtful": self.requests.doubtful,
            "orphans": self.requests.orphans,
            "failures": [_shown(failure) for failure in self.failures],
            "failures_left_out": self.failed - len(self.failures),
        }

    def as_lines(self) -> list[str]:
        """The account in a few lines."""
        lines = [
            f"{self.done:,} made in {self.seconds:.1f} s ({self.rate:,.0f}/s), {self.remembered:,} of {self.count:,} remembered."
        ]
        width = max(map(len, self.made), default=0)
        lines += [f"  {path:<{width}}  {self.before.get(path, 0):>12,} + {made:,}" for path, made in sorted(self.made.items())]
        if self.retries or self.reconnects:
            lines.append(f"{self.retries:,} batches were made again, {self.reconnects:,} more on new connections.")
        lines += self._of_requests()
        if self.failed:
            lines.append(f"{self.failed:,} of {self.attempts:,} attempts failed and were left out; the first of them:")
            lines += [f"  {one_line(str(failure))}" for failure in self.failures[:5]]
        return lines

    def _of_requests(self) -> list[str]:
        found, lines = self.requests, []
        if found.repeated:
            causes = ", ".join(f"{number:,} after {cause}" for cause, number in sorted(found.repeated.items()))
            lines.append(f"{sum(found.repeated.values()):,} requests were sent again: {causes}.")
        if found.doubtful:
            lines.append(f"{found.doubtful:,} of them may have been done twice; `reconcile` tells.")
        if found.orphans:
            lines.append(f"what {found.orphans:,} commands did outside is not remembered; `reconcile --adopt` takes it in.")
        return lines

    def _of(self, path: str) -> dict[str, int]:
        return {
            "remembered_before": self.before.get(path, 0),
            "made": self.made.get(path, 0),
            "failed": self.failed if path == self.root else 0,
            "attempts": self.attempts if path == self.root else self.made.get(path, 0),
        }


_STATUS = {
    Exit.OK: "finished",
    Exit.FAILURES: "finished",
    Exit.INTERRUPTED: "interrupted",
    Exit.TERMINATED: "interrupted",
    Exit.REFUSED: "refused",
}


def _shown(failure: Failure) -> dict[str, Any]:
    text = str(failure.cause).strip() or repr(failure.cause)
    return {"path": failure.path, "input": shown(failure.input), "error": f"{type(failure.cause).__name__}: {text}"}

"""One figure of A beside the same of B, with its verdict."""

import math
from dataclasses import dataclass
from enum import StrEnum

__all__ = ("Measure", "Value", "Verdict")

Value = float | tuple[float, ...] | None

_WORST = 1e9  # severity of an infinite distance: it must be ordered and written as JSON


class Verdict(StrEnum):
    """How a measure came out."""

    PASS = "pass"
    FAIL = "fail"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of A beside the same of B.

    Attributes:
        name: as in the thresholds.
        a: the figure of A; None if A has none.
        b: the figure of B.
        distance: how far apart they are, in the unit of the threshold; infinite where one is 0; None if not comparable.
        threshold: largest distance that passes; infinite where the measure is switched off.
        widened: added to the threshold for sampling errors and for small numbers, see docs/comparing.md.
        verdict: whether the distance is within both together.
        reason: why it is not comparable, or what the threshold was widened for.
        detail: which part is meant, where a subject has several of a name.
    """

    name: str
    a: Value
    b: Value
    distance: float | None
    threshold: float
    widened: float = 0.0
    verdict: Verdict = Verdict.PASS
    reason: str = ""
    detail: str = ""

    @property
    def limit(self) -> float:
        """The largest distance that passes, widened."""
        return self.threshold + self.widened

    @property
    def severity(self) -> float:
        """How many times the limit the distance is; above 1 for measures that fail."""
        if self.distance is None or math.isinf(self.limit):
            return 0.0
        if math.isinf(self.distance):
            return _WORST
        return min(_WORST, self.distance / self.limit) if self.limit else _WORST * (self.distance > 0)

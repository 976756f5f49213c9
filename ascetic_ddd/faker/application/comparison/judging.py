"""From two figures to a measure with its verdict."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ascetic_ddd.faker.application.comparison.measures import Measure, Value, Verdict
from ascetic_ddd.faker.application.comparison.thresholds import DEFAULTS, Thresholds

__all__ = ("Judge", "Slack", "ratio_distance")


@dataclass(frozen=True, slots=True)
class Slack:
    """What a threshold is widened by, and why.

    Attributes:
        sampling: 95 % bound of the error of figures that were sampled or estimated.
        grain: what one row, value or parent more or less makes.
        scatter: 95 % bound of the difference of two figures drawn at random from the same law.
    """

    sampling: float = 0.0
    grain: float = 0.0
    scatter: float = 0.0

    @property
    def total(self) -> float:
        """All together."""
        return self.sampling + self.grain + self.scatter

    def reason(self, threshold: float) -> str:
        """In words; what is less than a tenth of the threshold is not worth telling."""
        named = (("sampling error", self.sampling), ("small numbers", self.grain), ("random scatter", self.scatter))
        told = [what for what, value in named if value > threshold / 10.0]
        return f"widened for {' and '.join(told)}" if told else ""


NO_SLACK = Slack()


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the measures of one subject.

    Attributes:
        subject: its name in A.
        thresholds: what applies.
    """

    subject: str
    thresholds: Thresholds

    def of_figures(self, name: str, a: float | None, b: float | None, slack: Slack = NO_SLACK, *, detail: str = "") -> Measure:
        """Compare two figures by the measure's own distance."""
        if a is None or b is None:
            side = " and ".join(side for side, value in (("A", a), ("B", b)) if value is None)
            return self.not_comparable(name, f"not known in {side}", a, b, detail=detail)
        distance = ratio_distance(a, b) if DEFAULTS[name].is_ratio else abs(a - b)
        return self.of_distance(name, distance, a, b, slack, detail=detail)

    def of_parts(self, name: str, a: Sequence[float], b: Sequence[float], slack: Slack = NO_SLACK) -> Measure:
        """Compare figures in parts by the largest difference."""
        if len(a) != len(b):
            return self.not_comparable(name, f"{len(a)} parts in A, {len(b)} in B", tuple(a), tuple(b))
        distance = max((abs(left - right) for left, right in zip(a, b, strict=True)), default=0.0)
        return self.of_distance(name, distance, tuple(a), tuple(b), slack)

    def of_distance(
        self, name: str, distance: float, a: Value = None, b: Value = None, slack: Slack = NO_SLACK, *, detail: str = ""
    ) -> Measure:
        """Judge a distance."""
        threshold = self.thresholds.of(self.subject, name)
        widened = slack.total
        is_within = distance <= threshold + widened + 1e-12  # two shares that differ by exactly the threshold pass
        verdict = Verdict.PASS if is_within else Verdict.FAIL
        return Measure(name, a, b, distance, threshold, widened, verdict, slack.reason(threshold), detail)

    def not_comparable(self, name: str, reason: str, a: Value = None, b: Value = None, *, detail: str = "") -> Measure:
        """Say why there is no verdict; a measure that is switched off needs none."""
        threshold = self.thresholds.of(self.subject, name)
        verdict = Verdict.PASS if math.isinf(threshold) else Verdict.NOT_COMPARABLE
        return Measure(name, a, b, None, threshold, 0.0, verdict, reason, detail)


def ratio_distance(a: float, b: float) -> float:
    """How many times one is the other, less 1: 0 where they are equal, infinite where only one is 0.

    Example:
        >>> ratio_distance(4.0, 5.0), ratio_distance(5.0, 4.0), ratio_distance(0.0, 0.0)
        (0.25, 0.25, 0.0)
    """
    if a == b:
        return 0.0
    low, high = sorted((a, b))
    return high / low - 1.0 if low > 0.0 else math.inf

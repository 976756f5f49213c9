"""How far apart two figures may be: the defaults, and what a user says instead."""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("DEFAULTS", "Threshold", "Thresholds")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A measure's default.

    Attributes:
        value: largest distance that passes.
        is_ratio: the distance is ``max(a/b, b/a) - 1``, not ``|a - b|``.
        title: the measure's name in tables.
    """

    value: float
    is_ratio: bool
    title: str


DEFAULTS: Mapping[str, Threshold] = {
    # tables
    "rows": Threshold(0.05, True, "rows"),
    "bytes_per_row": Threshold(0.10, True, "bytes per row"),
    "dependence": Threshold(0.20, False, "dependence of two columns"),
    # references
    "ks": Threshold(0.02, False, "children per parent, KS"),
    "w1": Threshold(0.05, False, "children per parent, W1 / mean"),
    "lorenz": Threshold(0.02, False, "share of rows of the top parents"),
    "mean": Threshold(0.05, True, "rows per used parent"),
    "size_biased_mean": Threshold(0.05, True, "rows behind a random row's parent"),
    "top_share": Threshold(0.05, True, "share of the top parent"),
    "null_share": Threshold(0.005, False, "share of nulls"),
    "unused_share": Threshold(0.02, False, "share of childless parents"),
    "weights": Threshold(0.02, False, "weights in 4 parts"),
    "skew": Threshold(0.25, False, "skew"),
    "within_ks": Threshold(0.05, False, "within its groups, KS"),
    "within_w1": Threshold(0.10, False, "within its groups, W1 / mean"),
    # columns; null_share is the same
    "distinct": Threshold(0.05, True, "distinct values"),
    "most_common_share": Threshold(0.05, True, "share of the most common value"),
    "values": Threshold(0.02, False, "shares of the values"),
    "correlation": Threshold(0.10, False, "physical order"),
    "width": Threshold(0.10, True, "width in bytes"),
    # pairs of columns
    "combinations": Threshold(0.10, True, "different combinations"),
    "determined": Threshold(0.01, False, "share that one column determines"),
    "commonest": Threshold(0.10, True, "commonest combinations, median q"),
    "commonest_worst": Threshold(1.00, True, "commonest combinations, worst q"),
    "joint": Threshold(0.02, False, "rows in other combinations"),
    # the planner
    "plans": Threshold(0.10, False, "probes with another plan"),
    "q_estimated": Threshold(0.50, True, "estimated rows, 90th percentile of q"),
    "q_actual": Threshold(0.50, True, "actual rows, 90th percentile of q"),
    "q_pairs_estimated": Threshold(0.50, True, "estimated rows of two-column ones"),
    "q_pairs_actual": Threshold(0.50, True, "actual rows of two-column probes"),
    # latency of the probes
    "latency_p50": Threshold(0.25, True, "latency in ms, median"),
    "latency_p95": Threshold(0.25, True, "latency in ms, 95th percentile"),
}
"""The measures by name; docs/comparing.md says what each means."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What applies to which measure.

    Attributes:
        told: by measure; infinite: switched off.
        told_of: by subject, as it is named in the report, and measure; goes before ``told``.
    """

    told: Mapping[str, float] = field(default_factory=dict)
    told_of: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """Read ``ks=0.05``, ``books.author_id.ks=0.1``, ``correlation=off``.

        Raises:
            ConfigurationError: a text is none of these; all faults are told at once.

        Example:
            >>> thresholds = Thresholds.parse(["ks=0.05", "books.author_id.ks=0.1", "correlation=off"])
            >>> thresholds.of("books.tenant_id", "ks"), thresholds.of("books.author_id", "ks"), thresholds.of("", "w1")
            (0.05, 0.1, 0.05)
        """
        told: dict[str, float] = {}
        told_of: dict[tuple[str, str], float] = {}
        faults: list[str] = []
        for text in texts:
            left, equals, right = text.rpartition("=")
            subject, _, name = left.strip().rpartition(".")
            value = _number(right.strip())
            if not equals or not name:
                faults.append(
                    f"{text!r}: expected NAME=VALUE or SUBJECT.NAME=VALUE, for example ks=0.05 or books.author_id.ks=0.1"
                )
            elif name not in DEFAULTS:
                meant = difflib.get_close_matches(name, DEFAULTS, 1)
                hint = f" (is {meant[0]!r} meant?)" if meant else ""
                faults.append(f"{text!r}: there is no measure {name!r}{hint}; there are {', '.join(DEFAULTS)}")
            elif value is None:
                faults.append(f"{text!r}: {right.strip()!r} is no distance; expected a number, at least 0, or off")
            elif subject:
                told_of[_normal(subject), name] = value
            else:
                told[name] = value
        if faults:
            raise ConfigurationError("thresholds: " + "; ".join(faults))
        return cls(told, told_of)

    def of(self, subject: str, name: str) -> float:
        """The threshold of a measure of a subject."""
        general = self.told.get(name, DEFAULTS[name].value)
        return self.told_of.get((_normal(subject), name), general)

    def without_planner(self) -> "Thresholds":
        """The same with the planner's measures switched off, unless they are told."""
        off = dict.fromkeys((name for name in DEFAULTS if name.startswith(("plans", "q_", "latency_"))), math.inf)
        return Thresholds({**off, **self.told}, self.told_of)

    def check_subjects(self, subjects: Iterable[str]) -> None:
        """Refuse thresholds of subjects that there are not.

        Raises:
            ConfigurationError: one is told for a subject that is not compared.
        """
        known = {_normal(subject): subject for subject in subjects}
        unknown = sorted({subject for subject, _ in self.told_of if subject not in known})
        if unknown:
            near = difflib.get_close_matches(unknown[0], known, 3, 0.4)
            raise ConfigurationError(
                f"thresholds are told for {', '.join(unknown)}, which is not compared; "
                + (f"near it: {', '.join(known[name] for name in near)}" if near else f"compared are {', '.join(known.values())}")
            )


def _number(text: str) -> float | None:
    if text == "off":
        return math.inf
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value >= 0.0 else None


def _normal(subject: str) -> str:
    return "".join(subject.split())

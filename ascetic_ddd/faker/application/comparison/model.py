"""What a comparison found: subjects with their measures, what has no counterpart, and the planner's answers."""

from dataclasses import dataclass
from typing import Literal

from ascetic_ddd.faker.application.comparison.joint_counts import Grid
from ascetic_ddd.faker.application.comparison.measures import Measure, Verdict
from ascetic_ddd.faker.application.comparison.missing import Missing
from ascetic_ddd.faker.application.comparison.planner import PlannerComparison

__all__ = ("Comparison", "Histogram", "Kind", "Side", "Subject")

Kind = Literal["table", "reference", "pair", "column"]
Histogram = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A table, a reference, a pair of columns or a column, and how its measures came out.

    Attributes:
        kind: which of them.
        name: its name in A.
        name_b: its name in B.
        measures: in the order of docs/comparing.md.
        table: A's name of the table that a column, a pair or a reference is of.
        shapes: rows per parent as pairs (children, parents) in A and in B; only of references.
        grids: how the rows fall on the ranks of both columns, in A and in B; only of pairs.
    """

    kind: Kind
    name: str
    name_b: str
    measures: tuple[Measure, ...]
    table: str = ""
    shapes: tuple[Histogram, Histogram] | None = None
    grids: tuple[Grid, Grid] | None = None

    @property
    def failures(self) -> tuple[Measure, ...]:
        """The measures that fail, worst first."""
        failed = [measure for measure in self.measures if measure.verdict is Verdict.FAIL]
        return tuple(sorted(failed, key=lambda measure: -measure.severity))

    @property
    def severity(self) -> float:
        """The largest severity among the failures; 0 if there is none."""
        return max((measure.severity for measure in self.failures), default=0.0)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared.

    Attributes:
        label: what to call it: a file, or host and database; never a password.
        notes: what its capture skipped, timed out or estimated.
    """

    label: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A beside B.

    Attributes:
        a: the original.
        b: the copy.
        subjects: tables, then references, then pairs of columns, then columns, each in the order of A.
        missing: what is in one profile only.
        is_strict: whether what has no counterpart or is not comparable counts as a failure.
        planner: plans of probe queries; None unless both sides are databases.
        notes: what the reader should know.
    """

    a: Side
    b: Side
    subjects: tuple[Subject, ...]
    missing: tuple[Missing, ...] = ()
    is_strict: bool = False
    planner: PlannerComparison | None = None
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Subject, ...]:
        """The subjects that fail, worst first; a reference before its column where both are as bad."""
        order = {"reference": 0, "pair": 1, "table": 2, "column": 3}
        failed = [subject for subject in self.subjects if subject.failures]
        return tuple(sorted(failed, key=lambda subject: (-subject.severity, order[subject.kind])))

    @property
    def not_comparable(self) -> tuple[tuple[Subject, Measure], ...]:
        """The measures that could not be compared, with their subjects."""
        return tuple(
            (subject, measure)
            for subject in self.subjects
            for measure in subject.measures
            if measure.verdict is Verdict.NOT_COMPARABLE
        )

    @property
    def without_counterpart(self) -> tuple[Missing, ...]:
        """What is in one only: of the profiles, and of the databases' indexes."""
        return (*self.missing, *(self.planner.missing if self.planner else ()))

    @property
    def planner_failures(self) -> tuple[Measure, ...]:
        """The measures of the planner that fail."""
        return self.planner.failures if self.planner else ()

    @property
    def is_equal(self) -> bool:
        """Whether nothing fails."""
        if self.failed or self.planner_failures:
            return False
        return not (self.is_strict and (self.without_counterpart or self.not_comparable))

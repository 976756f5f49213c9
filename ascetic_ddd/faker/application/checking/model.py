"""What a check of two stores has found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ascetic_ddd.faker.application.runs.finding import Finding

__all__ = ("AggregateCheck", "Checked", "Fault", "Judgement", "NotChecked", "as_json")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not be.

    Attributes:
        path: the provider.
        what: in words, without the number.
        number: how many.
        example: one of them, in words; empty if there is none to show.
    """

    path: str
    what: str
    number: int
    example: str = ""


@dataclass(frozen=True, slots=True)
class NotChecked:
    """Something that could not be looked at, or is no matter of right and wrong.

    Attributes:
        path: the provider.
        what: that was not checked.
        why: and what would help, if anything does.
    """

    path: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """One parameter of one reference.

    Attributes:
        path: the reference.
        parameter: ``mean``, ``weights``, ``skew``, ``histogram`` or ``null_weight``.
        asked: of the distributor.
        measured: in the internal store.
        distance: between both, in the parameter's own measure.
        tolerance: that it may have; it grows for few values.
    """

    path: str
    parameter: str
    asked: tuple[float, ...]
    measured: tuple[float, ...]
    distance: float
    tolerance: float

    @property
    def is_met(self) -> bool:
        """Tell whether the distance is within its tolerance."""
        return self.distance <= self.tolerance


@dataclass(frozen=True, slots=True)
class AggregateCheck:
    """The numbers of one kind of aggregate; None where nobody could count.

    Attributes:
        path: the provider.
        external: rows of the application.
        internal: aggregates that are remembered.
        orphans: rows of the application that are not remembered; they are merely unused, and no fault.
    """

    path: str
    external: int | None = None
    internal: int | None = None
    orphans: int | None = None


@dataclass(slots=True)
class Checked:
    """Everything, in the order in which it was looked at: referenced aggregates first.

    Attributes:
        aggregates: counted.
        judgements: of laws.
        faults: what must not be.
        not_checked: what could not be looked at.
        findings: what the providers may draw and the application's tables would refuse; no fault of what is there.
    """

    aggregates: list[AggregateCheck] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    not_checked: list[NotChecked] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Tell whether there is no fault, and every law that was judged is met."""
        return not self.faults and all(each.is_met for each in self.judgements)


def as_json(checked: Checked) -> dict[str, Any]:
    """Give it as plain data."""
    return {
        "is_clean": checked.is_clean,
        "aggregates": {
            each.path: {"external": each.external, "internal": each.internal, "orphans": each.orphans}
            for each in checked.aggregates
        },
        "faults": [_fields(each, ("path", "what", "number", "example")) for each in checked.faults],
        "laws": [
            {**_fields(each, ("path", "parameter", "asked", "measured", "distance", "tolerance")), "is_met": each.is_met}
            for each in checked.judgements
        ],
        "findings": [_fields(each, ("path", "asked", "implies", "advice")) for each in checked.findings],
        "not_checked": [_fields(each, ("path", "what", "why")) for each in checked.not_checked],
    }


def _fields(found: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names}

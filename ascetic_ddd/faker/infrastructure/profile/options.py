"""What a capture is asked for."""

from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ascetic_ddd.faker.domain.distributors.validation import number_fault
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("CaptureMethod", "CaptureOptions", "Dependence")

CaptureMethod = Literal["auto", "exact", "sample", "estimate"]

Dependence = Literal["off", "auto", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureOptions:
    """What a capture is asked for.

    Args:
        schemas: those to capture; none: all that are not the system's.
        tables: ``table`` or ``schema.table``; none: all. Tables that these refer to are captured, too.
        values: ``table.column`` or ``schema.table.column`` whose values are listed in the profile.
        method: ``"auto"`` counts references of tables up to ``exact_up_to`` rows and samples larger ones; ``"exact"`` counts
            references of all; ``"sample"`` samples wherever there is an index; ``"estimate"`` reads the planner's
            statistics alone.
        sample: parents whose children are counted.
        exact_up_to: rows up to which a table is counted as a whole.
        timeout_s: limit of each statement, in seconds.
        has_quantiles: whether quantiles of numbers and times are captured, and of times the hours of the week.
        time_zone: whose hours these are, for times with a zone, as ``"Europe/Berlin"``.
        dependence: which combinations of two columns are counted: ``"auto"`` those of each column and the one that it depends on
            most, ``"all"`` those of all strongly dependent pairs, ``"off"`` none.

    Raises:
        ConfigurationError: a number is out of range, or there is no such method.
    """

    schemas: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    method: CaptureMethod = "auto"
    sample: int = 20_000
    exact_up_to: int = 1_000_000
    timeout_s: float = 30.0
    has_quantiles: bool = True
    time_zone: str = "UTC"
    dependence: Dependence = "auto"

    def __post_init__(self) -> None:
        faults = [
            *number_fault("sample", self.sample, 100, 10_000_000, "parents"),
            *number_fault("exact_up_to", self.exact_up_to, 0, 1e15, "rows"),
            *number_fault("timeout_s", self.timeout_s, 0.001, 1e6, "seconds"),
        ]
        if self.method not in ("auto", "exact", "sample", "estimate"):
            faults.append(f"method={self.method!r}: expected 'auto', 'exact', 'sample' or 'estimate'")
        if self.dependence not in ("off", "auto", "all"):
            faults.append(f"dependence={self.dependence!r}: expected 'off', 'auto' or 'all'")
        if not _is_zone(self.time_zone):
            faults.append(f"time_zone={self.time_zone!r}: there is no such time zone; expected one as 'Europe/Berlin'")
        if faults:
            raise ConfigurationError("; ".join(faults))

    def is_counted(self, likely_rows: float) -> bool:
        """Tell whether a table of so many rows is counted as a whole."""
        return self.method != "estimate" and likely_rows <= self.exact_up_to

    def is_reference_counted(self, likely_rows: float) -> bool:
        """Tell whether the references of a table of so many rows are counted as a whole."""
        return self.method == "exact" or (self.method == "auto" and self.is_counted(likely_rows))


def _is_zone(name: str) -> bool:
    try:
        return name == "UTC" or ZoneInfo(name).key == name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False

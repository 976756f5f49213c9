"""The kinds of numbers in a profile, with the limits that the reader checks and the JSON Schema publishes."""

from dataclasses import dataclass
from typing import Annotated

__all__ = ("Correlation", "Count", "NotNegative", "Place", "Positive", "Range", "Share", "Skew")


@dataclass(frozen=True, slots=True)
class Range:
    """Limits of a number, both included; None is no limit."""

    low: float | None = None
    high: float | None = None


Share = Annotated[float, Range(0.0, 1.0)]
Count = Annotated[int, Range(0)]
Place = Annotated[int, Range(-1)]
Positive = Annotated[int, Range(1)]
NotNegative = Annotated[float, Range(0.0)]
Skew = Annotated[float, Range(1.0)]
Correlation = Annotated[float, Range(-1.0, 1.0)]

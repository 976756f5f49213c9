"""Rows by the hour of the week, told so that they tell of no single row."""

from collections.abc import Mapping

from ascetic_ddd.faker.application.profile.groups import LEAST
from ascetic_ddd.faker.application.profile.records import Week

__all__ = ("DAYS", "HOURS", "week_of")

DAYS, HOURS = 7, 168


def week_of(rows: Mapping[int, int], parts: int, zone: str | None = None) -> Week | None:
    """Tell rows by the part of the week in multiples of five, and those of parts that have fewer than five in one sum.

    The rounding also keeps the number of all rows, which a profile tells exactly, from telling what the sum leaves out.

    Args:
        rows: by part, from 0 on.
        parts: 168 hours, or 7 days.
        zone: of the hours.

    Returns:
        None if no part has five rows: then there is nothing to tell.

    Example:
        >>> week_of({0: 103, 1: 8, 5: 4, 6: 2}, 7)
        Week(rows=(105, 10, 0, 0, 0, 0, 0), rest=5, zone=None)
    """
    counts = [rows.get(part, 0) for part in range(parts)]
    told = tuple(_rounded(count) if count >= LEAST else 0 for count in counts)
    if not any(told):
        return None
    return Week(rows=told, rest=_rounded(sum(count for count in counts if count < LEAST)), zone=zone)


def _rounded(count: int) -> int:
    return LEAST * round(count / LEAST)

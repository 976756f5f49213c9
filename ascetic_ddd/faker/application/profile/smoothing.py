"""Quantiles that tell the shape of a column and no row's value."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

__all__ = ("as_dates", "smoothed")

_POINTS = 101
_STEPS = 1_000  # a range, or a thousandth of the largest number, is told in so many steps, or up to ten times as many
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def smoothed(means: Sequence[float], points: int = _POINTS) -> tuple[float, ...] | None:
    """Quantiles at equal steps from the means of equal parts of the ranking, rounded.

    Each number is a mean of at least one part, so the least and the greatest value themselves do not show; then it is
    rounded to a thousandth of the range's order of magnitude, or of a thousandth of the largest number's if that is coarser.
    Of a column with one value three digits are told. What is nearer to 0 than 1e-290 is told as 0.

    Args:
        means: of the parts, ascending.
        points: how many quantiles.

    Returns:
        None for fewer than two parts.

    Example:
        >>> smoothed([1.0, 2.0, 3.0], points=3), smoothed([987_654_321.0] * 3, points=2)
        ((1.0, 2.0, 3.0), (988000000.0, 988000000.0))
    """
    parts = len(means)
    if parts < 2:
        return None
    low, high = means[0], means[-1]
    step = _step(high - low, max(abs(low), abs(high)))
    found = []
    for point in range(points):
        place = min(max(point / (points - 1) * parts - 0.5, 0.0), parts - 1.0)
        before = min(int(place), parts - 2)
        share = place - before
        found.append(_rounded(means[before] * (1.0 - share) + means[before + 1] * share, step))
    return tuple(found)


def _step(width: float, largest: float) -> float:
    if width > 0.0:
        scale, digits = max(width, largest / _STEPS), 3
    else:
        scale, digits = largest, 2
    return 10.0 ** (math.floor(math.log10(scale)) - digits) if 1e-290 < scale < math.inf else 1.0


def _rounded(value: float, step: float) -> float:
    if step >= 1.0:
        return float(round(value / step) * step)
    return round(value, round(-math.log10(step)))  # without the tail that a product with 0.1 has


def as_dates(seconds: Sequence[float], base: str) -> tuple[str, ...] | None:
    """Write seconds since 1970 as ISO 8601: days for ``date``, else with the time, and with the zone for ``timestamptz``.

    Returns:
        None if one lies outside the years 1 to 9999.

    Example:
        >>> as_dates([0.0], "date"), as_dates([86_400.0], "timestamptz")
        (('1970-01-01',), ('1970-01-02T00:00:00+00:00',))
    """
    try:
        moments = [_EPOCH + timedelta(seconds=round(each)) for each in seconds]
    except OverflowError:
        return None
    if base == "date":
        return tuple(date(each.year, each.month, each.day).isoformat() for each in moments)
    return tuple((each if base == "timestamptz" else each.replace(tzinfo=None)).isoformat() for each in moments)

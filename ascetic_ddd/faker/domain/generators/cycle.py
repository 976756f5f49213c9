"""A rate that is the same each week."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

__all__ = ("DAY_S", "HOUR_S", "WEEK_S", "Cycle")

HOUR_S, DAY_S, WEEK_S = 3_600, 86_400, 604_800


class Cycle:
    """What has come until a moment, if the rate is the same each week, and the moment until which so much has come.

    Moments are seconds after a Monday, 00:00. All in O(log parts).

    Args:
        rates: of equal parts of a week, from Monday 00:00 on; none negative, not all zero. Their mean becomes 1.

    Example:
        >>> cycle = Cycle([1.0] * 6 + [0.0])  # quiet Sundays
        >>> cycle.upto(WEEK_S) == WEEK_S, cycle.moment(WEEK_S) == WEEK_S
        (True, True)
        >>> cycle.upto(6 * DAY_S) == cycle.upto(6.5 * DAY_S) == WEEK_S
        True
    """

    __slots__ = ("_length", "_rates", "_upto")

    def __init__(self, rates: Sequence[float]) -> None:
        self._length = WEEK_S / len(rates)
        mean = sum(rates) / len(rates)
        self._rates = [rate / mean for rate in rates]
        self._upto = [0.0, *accumulate(rate * self._length for rate in self._rates)]
        self._upto[-1] = float(WEEK_S)

    def upto(self, moment: float) -> float:
        """How much has come until then."""
        weeks, inside = divmod(moment, WEEK_S)
        part = min(int(inside / self._length), len(self._rates) - 1)
        return weeks * WEEK_S + self._upto[part] + (inside - part * self._length) * self._rates[part]

    def moment(self, mass: float) -> float:
        """When so much has come."""
        weeks, rest = divmod(mass, WEEK_S)
        part = min(bisect_right(self._upto, rest), len(self._rates)) - 1
        return weeks * WEEK_S + part * self._length + (rest - self._upto[part]) / (self._rates[part] or 1.0)

    def overlaps(self, start: float, stop: float) -> dict[int, float]:
        """How many seconds of a span lie in each part of the week."""
        weeks, left = divmod(stop - start, WEEK_S)
        found = dict.fromkeys(range(len(self._rates)), weeks * self._length) if weeks else {}
        part, inside = divmod(start % WEEK_S, self._length)
        while left > 0:
            length = min(left, self._length - inside)
            place = int(part) % len(self._rates)
            found[place] = found.get(place, 0.0) + length
            left, part, inside = left - length, part + 1, 0.0
        return found

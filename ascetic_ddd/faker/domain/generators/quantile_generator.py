"""Draws numbers, dates and times along captured quantiles."""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from random import Random
from statistics import NormalDist
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.cycle import DAY_S, WEEK_S, Cycle
from ascetic_ddd.faker.domain.generators.tails import quantile_function
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("QuantileGenerator",)

_BLOCK = 128  # draws in which every part of the distribution comes up once
_SORTED = 0.9999  # from this correlation on, the values rise (or fall) with the positions, without exception
_NORMAL = NormalDist()
_FIRST_DAY = datetime.min  # noqa: DTZ901  # a Monday, by whatever clock


class QuantileGenerator:
    """Draws values whose distribution has the given quantiles, by linear interpolation between them.

    Draws are stratified in shuffled blocks, so that the quantiles are met closely also in a few hundred rows, and two generators
    are independent of each other. A value that is several neighbouring quantiles at once is drawn with their share.

    Args:
        quantiles: at least two, from the least to the greatest value, at equal shares (101 are percentiles): numbers, or ISO
            8601 strings, all of dates or all of timestamps.
        decimals: numbers are rounded to so many digits; 0 gives ``int``; None does not round. Times are rounded to seconds.
        correlation: of the values with the order in which they are drawn, -1…1, as ``pg_stats.correlation`` tells it of a column
            with many values. 1 is sorted: a log written as it happens.
        rows: given, the quantiles are means of equal parts of so many rows, as a profile has them; the ends are then continued.
        convert: applied to each value last, e.g. ``Decimal``.
        week: of times: how much comes in equal parts of a week, from Monday 00:00 on, relative to each other; 168 are hours.
            Values come by that, where the quantiles tell no more: of timestamps within a day, of dates within a week.
        zone: whose clock the week goes by; None: that of the quantiles.
        total: draws that one pass through the values takes; needed with a correlation. Draws beyond start again at the least.

    Raises:
        ConfigurationError: the quantiles are not numbers or times in ascending order, or a number is out of range.

    Source: inverse transform sampling, by the week on the time scale of its integrated rate; Gaussian copula for the correlation
    (Spearman's ρ is ``6/π·asin(r/2)`` of its r).

    Example:
        >>> ages = QuantileGenerator([18, 30, 99], decimals=0)
        >>> ages.seed(1)
        >>> 18 <= ages(None, 0) <= 99
        True
        >>> days = QuantileGenerator(["2024-01-01", "2024-12-31"], correlation=1, total=366)
        >>> [days(None, position) for position in (0, 100, 365)]
        [datetime.date(2024, 1, 1), datetime.date(2024, 4, 10), datetime.date(2024, 12, 31)]
    """

    is_apart = True
    """It draws from a stream of its own, and runs nobody's code."""

    def __init__(
        self,
        quantiles: Sequence[float | str],
        *,
        decimals: int | None = None,
        correlation: float = 0.0,
        total: int | None = None,
        rows: int | None = None,
        convert: Callable[[Any], Any] | None = None,
        week: Sequence[float] | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        if not -1.0 <= correlation <= 1.0:
            raise ConfigurationError(f"correlation={correlation!r}: expected -1…1")
        if correlation and (type(total) is not int or total < 1):
            raise ConfigurationError(
                f"total={total!r}: with a correlation, expected the number of draws over which the values run from the least "
                "to the greatest, at least 1"
            )
        if decimals is not None and (type(decimals) is not int or decimals < 0):
            raise ConfigurationError(f"decimals={decimals!r}: expected a number of digits, at least 0, or None")
        points, result = _read(quantiles, decimals)
        apart = 0.0
        if week is not None:
            points, result, apart = _by_the_week(points, result, week, zone)
        self._result = result if convert is None else _chained(result, convert)
        self._shares, self._points = _thinned(*quantile_function(points, rows), apart)
        self._correlation = correlation
        self._pull = 2.0 * math.sin(math.pi * correlation / 6.0)
        self._total = total or 1
        self._random = Random(0)
        self._strata: list[int] = []
        self._marked: tuple[Any, list[int]] = (None, [])

    def seed(self, seed: int) -> None:
        """Restart the stream."""
        self._random.seed(seed)
        self._strata = []

    def mark(self) -> None:
        self._marked = self._random.getstate(), list(self._strata)

    def rewind(self) -> None:
        state, strata = self._marked
        self._random.setstate(state)
        self._strata = list(strata)

    def unmark(self) -> None:
        """A mark keeps little."""

    def __call__(self, session: ISession | None, position: int) -> Any:
        if not self._correlation:
            return self.at(self._uniform())
        progress = (position % self._total + self._random.random()) / self._total
        if abs(self._correlation) >= _SORTED:
            return self.at(progress if self._correlation > 0 else 1.0 - progress)
        noise = _NORMAL.inv_cdf(min(max(self._uniform(), 1e-12), 1.0 - 1e-12))
        drift = _NORMAL.inv_cdf(min(max(progress, 1e-12), 1.0 - 1e-12))
        return self.at(_NORMAL.cdf(self._pull * drift + math.sqrt(1.0 - self._pull**2) * noise))

    def at(self, share: float) -> Any:
        """The value at a share 0…1 of the distribution."""
        shares, points = self._shares, self._points
        upper = min(max(bisect_right(shares, share), 1), len(shares) - 1)
        low, width = shares[upper - 1], shares[upper] - shares[upper - 1]
        place = min(max((share - low) / width, 0.0), 1.0) if width else 0.0
        return self._result(points[upper - 1] + (points[upper] - points[upper - 1]) * place)

    def between(self, low: float, high: float) -> Any:
        """Draw a value between two shares 0…1 of the distribution, in no order."""
        return self.at(low + (high - low) * self._random.random())

    def _uniform(self) -> float:
        if not self._strata:
            self._strata = list(range(_BLOCK))
            self._random.shuffle(self._strata)
        return (self._strata.pop() + self._random.random()) / _BLOCK

    def __repr__(self) -> str:
        ends = f"{self._result(self._points[0])!r}…{self._result(self._points[-1])!r}"
        return f"QuantileGenerator({ends}, correlation={self._correlation:g})"


def _by_the_week(
    points: list[float], moment: Callable[[float], Any], rates: Sequence[float], zone: tzinfo | None
) -> tuple[list[float], Callable[[float], Any], float]:
    """Times on a scale on which a week is even: how much has come until then; how such a number becomes a time again; and how
    far apart points are to be, so that what is told by the means of parts of the rows does not blur the week."""
    if not rates or min(rates) < 0 or not 0 < sum(rates) < math.inf:
        raise ConfigurationError(f"week={tuple(rates)!r}: expected parts of a week, none negative, not all zero")
    cycle, first = Cycle(rates), moment(points[0])
    if not isinstance(first, date):  # a datetime is one, too
        raise ConfigurationError(f"week={tuple(rates)[:3]!r}…: the quantiles, {first!r} and on, are no dates or timestamps")
    if not isinstance(first, datetime):
        days = [point - 1.0 for point in points]  # since the first day of the calendar, which was a Monday
        days[1:-1] = [day + 0.5 for day in days[1:-1]]  # each is the middle of what it stands for
        masses = [cycle.upto(day * DAY_S) for day in days]
        return masses, lambda mass: date.fromordinal(int(cycle.moment(mass) / DAY_S) + 1), WEEK_S
    own = first.tzinfo
    clock = own if zone is None or own is None else zone

    def time(mass: float) -> datetime:
        shown = _FIRST_DAY + timedelta(seconds=round(cycle.moment(mass)))
        return shown if clock is None else shown.replace(tzinfo=clock).astimezone(own)

    return [cycle.upto(_shown(moment(point), clock)) for point in points], time, DAY_S


def _thinned(shares: list[float], points: list[float], apart: float) -> tuple[list[float], list[float]]:
    """Leave points out that are nearer to each other, but the first and the last."""
    kept = [0]
    for number in range(1, len(points) - 1):
        if points[number] - points[kept[-1]] >= apart and points[-1] - points[number] >= apart:
            kept.append(number)
    kept.append(len(points) - 1)
    return [shares[number] for number in kept], [points[number] for number in kept]


def _shown(moment: datetime, clock: tzinfo | None) -> float:
    """Seconds since the first day of the calendar, as a clock there shows the moment."""
    if clock is not None:
        moment = moment.astimezone(clock)
    return (moment.replace(tzinfo=None) - _FIRST_DAY).total_seconds()


def _read(quantiles: Sequence[float | str], decimals: int | None) -> tuple[list[float], Callable[[float], Any]]:
    """The quantiles as ascending numbers, and how such a number becomes a value again."""
    given = list(quantiles)
    if len(given) < 2:
        raise ConfigurationError(f"quantiles={given!r}: expected at least two, the least value and the greatest")
    result: Callable[[float], Any]
    try:
        if isinstance(given[0], str):
            points, result = _read_times([str(each) for each in given])
        else:
            points, result = [float(each) for each in given], _rounding(decimals)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            f"quantiles={given[:3]!r}…: expected numbers, or ISO 8601 strings that are all dates or all timestamps ({error})"
        ) from None
    for number, (before, after) in enumerate(pairwise(points)):
        if not (math.isfinite(before) and math.isfinite(after) and before <= after):
            raise ConfigurationError(
                f"quantiles[{number}:{number + 2}] are {given[number : number + 2]!r}; expected finite ones in ascending order"
            )
    return points, result


def _read_times(texts: list[str]) -> tuple[list[float], Callable[[float], Any]]:
    if all(len(text) == len("2024-01-01") for text in texts):
        days = [float(date.fromisoformat(text).toordinal()) for text in texts]
        days[-1] += 1.0 - 1e-9  # the last day counts as a whole
        return days, lambda day: date.fromordinal(int(day))
    times = [datetime.fromisoformat(text) for text in texts]
    zone = times[0].tzinfo
    epoch = datetime(1970, 1, 1, tzinfo=zone)
    if any((time.tzinfo is None) != (zone is None) for time in times):
        raise ValueError("some have a time zone and some have none")
    seconds = [(time - epoch).total_seconds() for time in times]
    return seconds, lambda second: epoch + timedelta(seconds=round(second))


def _chained(first: Callable[[float], Any], then: Callable[[Any], Any]) -> Callable[[float], Any]:
    return lambda number: then(first(number))


def _rounding(decimals: int | None) -> Callable[[float], Any]:
    if decimals is None:
        return lambda number: number
    if decimals == 0:
        return round
    return lambda number: round(number, decimals)

"""When the roots of a feed arrive: exact counts, in order, from a random stream of their own."""

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise

from ascetic_ddd.faker.application.profile.measured_times import EVEN, MONDAY, Measured, since_monday
from ascetic_ddd.faker.application.profile.records import ColumnRecord
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.cycle import DAY_S, Cycle

__all__ = ("DAY", "MONDAY", "WEEK", "Arrivals")

# Shares of the hours of a day and of the days of a week in the traffic of a shop: a trough at night, a summit in the evening.
DAY = (2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 5, 5, 5, 6, 7, 8, 8, 7, 5, 3)
WEEK = (1.0, 1.0, 1.0, 1.05, 1.1, 1.0, 0.85)


@dataclass(frozen=True)
class Arrivals:
    """A law of arrivals in simulated time; made by one of the class methods.

    Given how many come in a span, a Poisson process, of whatever rate, is so many independent draws from its rate, in order. So
    counts are exact, nothing is thinned out, and one draw an arrival is in memory.

    Attributes:
        words: what it is, for the manifest.
        cycle: the rates of equal parts of a week, from Monday 00:00 on, relative to each other; by the clock of the feed's start.
        is_random: False: at equal distances.
        rate: arrivals a second, on average; None: all come in the span that was measured, however many there are.
        measured: the trend that the cycle is multiplied by; None: it is even.

    Example:
        >>> list(Arrivals.steady(2).seconds(3, seed=0, start=MONDAY))
        [0.0, 0.5, 1.0]
    """

    words: str
    cycle: tuple[float, ...]
    is_random: bool
    rate: float | None
    measured: Measured | None = None

    @classmethod
    def steady(cls, rate: float) -> "Arrivals":
        """So many a second, at equal distances."""
        return cls(f"steady:{_positive('rate', rate):g}", EVEN, False, rate)

    @classmethod
    def poisson(cls, rate: float) -> "Arrivals":
        """So many a second on average, independently of each other."""
        return cls(f"poisson:{_positive('rate', rate):g}", EVEN, True, rate)

    @classmethod
    def diurnal(cls, per_day: float, hours: Sequence[float] = DAY, weekly: Sequence[float] = (1.0,) * 7) -> "Arrivals":
        """So many a day on average of a week, independently of each other, with shares of the hours and of the days.

        Args:
            per_day: arrivals in a day.
            hours: 24 shares, from midnight on in the time zone of the feed's start.
            weekly: 7 shares, from Monday on.

        Raises:
            ConfigurationError: they are not so many, or negative, or nothing.
        """
        for name, shares, number in (("hours", hours, 24), ("weekly", weekly, 7)):
            if len(shares) != number or min(shares) < 0 or not sum(shares) > 0 or not math.isfinite(sum(shares)):
                raise ConfigurationError(f"{name}={tuple(shares)}: expected {number} shares, none negative, not all zero")
        cycle = tuple(day * hour for day in weekly for hour in hours)
        return cls(f"diurnal:{per_day:g}", cycle, True, _positive("per_day", per_day) / DAY_S)

    @classmethod
    def as_measured(cls, column: ColumnRecord) -> "Arrivals":
        """As the moments of a captured column are spread: all between the first and the last.

        The rate is a trend times a cycle: each hour of the week has the share of all that was captured of it, and each piece of
        the span the share that the quantiles give it, a piece being as many quantiles as make a day. The hours are those of the
        clock of the feed's start, whenever that is; the shares of the pieces are exact if the feed starts at the weekday and
        hour that the column starts at, and near if not. Without hours of the week, as in older profiles, or where all is
        within a day, all is spread as finely as the quantiles tell. Of a column of dates a cycle of days is known.

        Args:
            column: ``Profile.load("shop.json").table("orders").column("created_at")``.

        Raises:
            ConfigurationError: it has no quantiles that are moments, or its hours are of a time zone that is not known here.
        """
        measured = Measured.of(column)
        return cls(f"measured:{column.name}", measured.cycle, True, None, measured)

    def span(self, count: int) -> float:
        """How long so many take, in simulated seconds."""
        if self.measured is not None:
            return self.measured.edges[-1]
        return count / (self.rate or 1.0)

    def seconds(self, count: int, *, seed: int, start: datetime) -> Iterator[float]:
        """Give the moments of so many arrivals, in order, in simulated seconds after the start."""
        if not self.is_random:
            yield from (number * self.span(count) / count for number in range(count))
            return
        reached = self._reached(self.span(count), start)
        draw = random.Random(seed).random  # nothing is kept secret by it
        left = 1.0
        for remaining in range(count, 0, -1):  # the smallest of so many draws, then the smallest of those above it, and so on
            left *= (1.0 - draw()) ** (1.0 / remaining)
            yield reached(1.0 - left)

    def _reached(self, span: float, start: datetime) -> Callable[[float], float]:
        """The moment at which a share of all has arrived."""
        cycle, phase = Cycle(self.cycle), since_monday(start)
        edges, trend = ((0.0, span), (1.0,)) if self.measured is None else (self.measured.edges, self.measured.trend)
        marks = [cycle.upto(phase + edge) for edge in edges]
        upto = [0.0, *accumulate(rate * (late - early) for rate, (early, late) in zip(trend, pairwise(marks), strict=True))]
        if not upto[-1] > 0:
            raise ConfigurationError(f"arrivals {self.words}: nothing arrives in the first {span:g} seconds; tell another start")

        def reached(share: float) -> float:
            mass = share * upto[-1]
            piece = min(bisect_right(upto, mass), len(trend)) - 1
            moment = cycle.moment(marks[piece] + (mass - upto[piece]) / (trend[piece] or 1.0)) - phase
            return min(max(moment, edges[piece]), edges[piece + 1])

        return reached


def _positive(name: str, value: float) -> float:
    if not value > 0 or not math.isfinite(value) or value > _MOST:
        raise ConfigurationError(f"{name}={value!r}: expected a number above 0, at most {_MOST:g}")
    return value


_MOST = 1e12

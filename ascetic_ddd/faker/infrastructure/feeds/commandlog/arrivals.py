"""When the roots of a feed arrive: exact counts, in order, from a random stream of their own."""

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from typing import Any

from ascetic_ddd.faker.application.profile.records import ColumnRecord
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("MONDAY", "Arrivals", "DAY", "WEEK")

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
"""Where simulated time begins, if nobody says: a Monday, at midnight."""

# Shares of the hours of a day and of the days of a week in the traffic of a shop: a trough at night, a summit in the evening.
DAY = (2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 5, 5, 5, 6, 7, 8, 8, 7, 5, 3)
WEEK = (1.0, 1.0, 1.0, 1.05, 1.1, 1.0, 0.85)

_DAY_S, _HOUR_S = 86_400, 3_600


@dataclass(frozen=True)
class Arrivals:
    """A law of arrivals in simulated time; made by one of the class methods.

    Given how many come in a span, a Poisson process, of whatever rate, is so many independent draws from its rate, in order. So
    counts are exact, nothing is thinned out, and one draw an arrival is in memory.

    Attributes:
        words: what it is, for the manifest.
        masses: of pieces of equal length, how much arrives in each, relative to the others; beyond the last they begin again.
        piece_s: length of a piece in seconds.
        is_random: False: at equal distances.
        rate: arrivals a second, on average; None: all come in the span of the pieces, however many there are.
        first: the moment that the pieces begin with; the start of the feed may be another one, and then begins within them.

    Example:
        >>> list(Arrivals.steady(2).seconds(3, seed=0, start=MONDAY))
        [0.0, 0.5, 1.0]
    """

    words: str
    masses: tuple[float, ...]
    piece_s: float
    is_random: bool
    rate: float | None
    first: datetime

    @classmethod
    def steady(cls, rate: float) -> "Arrivals":
        """So many a second, at equal distances."""
        return cls(f"steady:{_positive('rate', rate):g}", (1.0,), 1.0, False, rate, MONDAY)

    @classmethod
    def poisson(cls, rate: float) -> "Arrivals":
        """So many a second on average, independently of each other."""
        return cls(f"poisson:{_positive('rate', rate):g}", (1.0,), 1.0, True, rate, MONDAY)

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
        masses = tuple(day * hour for day in weekly for hour in hours)
        rate = _positive("per_day", per_day) / _DAY_S
        return cls(f"diurnal:{per_day:g}", masses, _HOUR_S, True, rate, MONDAY)

    @classmethod
    def as_measured(cls, column: ColumnRecord) -> "Arrivals":
        """As the moments of a captured column are spread, as finely as its quantiles tell: all between the first and the last.

        Args:
            column: ``Profile.load("shop.json").table("orders").column("created_at")``.

        Raises:
            ConfigurationError: it has no quantiles that are moments.
        """
        try:
            moments = [_moment(each) for each in column.quantiles or ()]
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"column {column.name!r}: its quantiles are no moments ({error}); expected dates") from error
        if len(moments) < 2 or moments[0] == moments[-1]:
            raise ConfigurationError(
                f"column {column.name!r} of type {column.type}: without different quantiles nobody knows how its values "
                "are spread; expected a captured column of dates"
            )
        return cls(f"measured:{column.name}", *_spread([(each - moments[0]).total_seconds() for each in moments]), moments[0])

    def span(self, count: int) -> float:
        """How long so many take, in simulated seconds."""
        return len(self.masses) * self.piece_s if self.rate is None else count / self.rate

    def seconds(self, count: int, *, seed: int, start: datetime) -> Iterator[float]:
        """Give the moments of so many arrivals, in order, in simulated seconds after the start."""
        reached = self._reached(self.span(count), start)
        if not self.is_random:
            yield from (number * self.span(count) / count for number in range(count))
            return
        draw = random.Random(seed).random  # nothing is kept secret by it
        left = 1.0
        for remaining in range(count, 0, -1):  # the smallest of so many draws, then the smallest of those above it, and so on
            left *= (1.0 - draw()) ** (1.0 / remaining)
            yield reached(1.0 - left)

    def _reached(self, span: float, start: datetime) -> Callable[[float], float]:
        """The moment at which a share of all has arrived."""
        offset = 0.0 if self.rate is None else (start.replace(tzinfo=None) - self.first.replace(tzinfo=None)).total_seconds()
        pieces = len(self.masses)
        number, inside = divmod(offset, self.piece_s)
        first = int(number) % pieces
        steps = math.ceil((inside + span) / self.piece_s) if pieces > 1 else 1
        length = self.piece_s if pieces > 1 else span
        inside = inside if pieces > 1 else 0.0
        edges = [max(0.0, step * length - inside) for step in range(steps)] + [span]
        rates = [self.masses[(first + step) % pieces] / length for step in range(steps)]
        upto = [0.0, *accumulate(rate * (edges[i + 1] - edges[i]) for i, rate in enumerate(rates))]
        if not upto[-1] > 0:
            raise ConfigurationError(f"arrivals {self.words}: nothing arrives in the first {span:g} seconds; tell another start")

        def reached(share: float) -> float:
            mass = share * upto[-1]
            piece = min(bisect_right(upto, mass) - 1, steps - 1)
            return min(span, edges[piece] + (mass - upto[piece]) / (rates[piece] or 1.0))

        return reached


def _spread(moments: Sequence[float]) -> tuple[tuple[float, ...], float, bool, None]:
    """Of moments at equal distances of rank: the mass of each of many pieces of equal length."""
    pieces = min(10_000, max(len(moments), math.ceil(moments[-1] / _HOUR_S)))
    length = moments[-1] / pieces
    masses = [0.0] * pieces
    for early, late in pairwise(moments):
        low, high = min(int(early / length), pieces - 1), min(int(late / length), pieces - 1)
        if low == high:
            masses[low] += 1.0
            continue
        for piece in range(low, high + 1):
            overlap = min(late, (piece + 1) * length) - max(early, piece * length)
            masses[piece] += max(0.0, overlap) / (late - early)
    return tuple(masses), length, True, None


def _moment(value: Any) -> datetime:
    moment = datetime.fromtimestamp(value, UTC) if isinstance(value, (int, float)) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _positive(name: str, value: float) -> float:
    if not value > 0 or not math.isfinite(value) or value > _MOST:
        raise ConfigurationError(f"{name}={value!r}: expected a number above 0, at most {_MOST:g}")
    return value


_MOST = 1e12

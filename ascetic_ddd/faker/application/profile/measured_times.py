"""Moments of a captured column, taken apart: a trend over its span, and a cycle that is the same each week."""

import math
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ascetic_ddd.faker.application.profile.records import ColumnRecord, Week
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.cycle import DAY_S, HOUR_S, WEEK_S, Cycle

__all__ = ("EVEN", "MONDAY", "Measured", "since_monday")

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)

EVEN = (1.0,)
"""A cycle that is none."""

_ROUNDS = 200
_NEAR = 1e-4  # of all rows may be in another hour
_FINEST = 10_000  # parts of a span
_NOTABLE, _NOTABLE_MASS = 2.0, 0.02  # so many times what was to be expected, and so much of all more: the day of a sale


@dataclass(frozen=True)
class Measured:
    """How the rows of a column come: a rate that is a trend, times a cycle.

    Attributes:
        edges: of the pieces that the trend is told by, ascending, in seconds after the first.
        trend: the rate in each piece, relative to the others.
        cycle: the rates of equal parts of a week, from Monday 00:00 on, relative to each other.
        zone: whose clock that is.
    """

    edges: tuple[float, ...]
    trend: tuple[float, ...]
    cycle: tuple[float, ...]
    zone: tzinfo

    @classmethod
    def of(cls, column: ColumnRecord) -> "Measured":
        """Read what a profile tells of a column.

        Without hours of the week, or where all is within a day, the trend between the quantiles is all.

        Raises:
            ConfigurationError: it has no quantiles that are moments, or its hours are of a time zone that nobody knows.
        """
        zone = _zone(column)
        try:
            moments = [_wall_clock(each, zone) for each in column.quantiles or ()]
        except (ValueError, TypeError, OverflowError) as error:
            raise ConfigurationError(f"column {column.name!r}: its quantiles are no moments ({error}); expected dates") from error
        if len(moments) < 2 or moments[0] == moments[-1]:
            raise ConfigurationError(
                f"column {column.name!r} of type {column.type}: without different quantiles nobody knows how its values "
                "are spread; expected a captured column of dates"
            )
        is_of_days = len(str((column.quantiles or ("",))[0])) == len("2026-01-05")
        if is_of_days:
            moments[-1] += timedelta(days=1)  # the last day has hours, too
        seconds = [(moment - moments[0]).total_seconds() for moment in moments]
        edges, masses = _pieces(seconds, DAY_S if is_of_days else 0.0)
        if column.week is None or edges[-1] < DAY_S:
            return cls(tuple(edges), tuple(_over(masses, _held(edges, 0.0, Cycle(EVEN)))), EVEN, zone)
        phase = since_monday(moments[0])
        cycle = _cycle(*_joined(edges, masses, WEEK_S), phase, column.week)
        return cls(*_trend(edges, masses, phase, Cycle(cycle)), cycle, zone)


def since_monday(moment: datetime) -> float:
    """Seconds since Monday, 00:00, by the moment's own clock."""
    return (moment.replace(tzinfo=None) - MONDAY.replace(tzinfo=None)).total_seconds() % WEEK_S


def _cycle(edges: Sequence[float], masses: Sequence[float], phase: float, week: Week) -> tuple[float, ...]:
    """The rates of a cycle that, times a trend, has the rows of each piece, and the rows of each hour of the week.

    Of all rates with these sums theirs are nearest to even ones (least relative entropy). Pieces are weeks, or all: within one,
    trend and cycle could not be told from each other. An hour that has rows and hardly lies between the quantiles counts as
    a whole one: their ends are means, and beyond them are rows. One of which nothing is known is as the same hour of other days.

    Source: iterative proportional fitting: Deming and Stephan, 1940; Csiszár, 1975.
    """
    parts = range(len(week.rows))
    shape = Cycle([1.0] * len(parts))
    overlaps = [shape.overlaps(phase + early, phase + late) for early, late in pairwise(edges)]
    covered = {part: sum(each.get(part, 0.0) for each in overlaps) for part in parts}
    wanted = _shares(week, {part for part in parts if covered[part]})
    for part in parts:
        if wanted[part] and covered[part] < WEEK_S / len(parts):
            overlaps[0][part] = overlaps[0].get(part, 0.0) + WEEK_S / len(parts) - covered[part]
    trend, cycle = [1.0 / edges[-1]] * len(masses), [1.0] * len(parts)
    for _ in range(_ROUNDS):
        reached = [0.0] * len(parts)
        for rate, each in zip(trend, overlaps, strict=True):
            for part, seconds in each.items():
                reached[part] += rate * seconds
        if sum(abs(rate * mass - share) for rate, mass, share in zip(cycle, reached, wanted, strict=True)) < 2 * _NEAR:
            break
        cycle = [share / mass if share else 0.0 for share, mass in zip(wanted, reached, strict=True)]
        held = [sum(cycle[part] * seconds for part, seconds in each.items()) for each in overlaps]
        trend = _over(masses, held)
    return _completed(cycle, {part for part in parts if not covered[part] and not wanted[part]})


def _trend(
    edges: Sequence[float], masses: Sequence[float], phase: float, cycle: Cycle
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Pieces, and the rates that, times the cycle, have their masses.

    Pieces are weeks, but where a day has far more than trend and cycle give it: there they are days.
    """
    found, rates = [0.0], list[float]()
    weeks, _ = _joined(edges, masses, WEEK_S)
    for early, late in pairwise(weeks):
        first, last = bisect_left(edges, early), bisect_left(edges, late)
        days, sums = _days(edges[first : last + 1], masses[first:last])
        held = _held(days, phase, cycle)
        rate = sum(sums) / sum(held) if sum(held) > 0 else 0.0
        if any(mass > _NOTABLE * rate * each + _NOTABLE_MASS for mass, each in zip(sums, held, strict=True)):
            found += days[1:]
            rates += _over(sums, held)
        else:
            found.append(late)
            rates.append(rate)
    return tuple(found), tuple(rates)


def _held(edges: Sequence[float], phase: float, cycle: Cycle) -> list[float]:
    """What the cycle alone has between the edges."""
    return [cycle.upto(phase + late) - cycle.upto(phase + early) for early, late in pairwise(edges)]


def _over(masses: Sequence[float], held: Sequence[float]) -> list[float]:
    return [mass / each if each > 0 else 0.0 for mass, each in zip(masses, held, strict=True)]


def _shares(week: Week, covered: Collection[int]) -> list[float]:
    """Shares of the parts of the week; what is told as a sum is spread over those that it may be in."""
    rows = [float(each) for each in week.rows]
    empty = [part for part, each in enumerate(rows) if not each]
    few = [part for part in empty if part in covered] or empty
    for part in few:
        rows[part] = week.rest / len(few)
    return [each / sum(rows) for each in rows]


def _completed(cycle: list[float], unknown: Collection[int]) -> tuple[float, ...]:
    """Let hours of which nothing is known be as the same hours of other days, or as all."""
    a_day = len(cycle) // 7
    known = set(range(len(cycle))).difference(unknown)
    for part in unknown:
        same = [cycle[other] for other in range(part % a_day, len(cycle), a_day) if other in known] or [cycle[k] for k in known]
        cycle[part] = sum(same) / len(same)
    return tuple(cycle)


def _pieces(moments: Sequence[float], least: float) -> tuple[list[float], list[float]]:
    """Edges that rise, and the shares between them: what came at one moment, as far as it is told, came shortly after."""
    width = max(least, moments[-1] / min(_FINEST, max(len(moments), math.ceil(moments[-1] / HOUR_S))))
    edges, masses = [0.0], list[float]()
    share, waiting = 1.0 / (len(moments) - 1), 0.0
    for late in [*moments[1:], math.inf]:
        if late == edges[-1]:
            waiting += share
            continue
        upto = min(late, edges[-1] + width) if waiting else edges[-1]
        if waiting:
            edges.append(upto)
            masses.append(waiting)
            waiting = 0.0
        if late == math.inf:
            break
        if upto == late:
            masses[-1] += share
        else:
            edges.append(late)
            masses.append(share)
    return edges, masses


def _joined(edges: Sequence[float], masses: Sequence[float], length: float) -> tuple[list[float], list[float]]:
    """Join pieces until each has that length; if all together have less, they are one."""
    found, sums, waiting = [edges[0]], list[float](), 0.0
    for edge, mass in zip(edges[1:], masses, strict=True):
        waiting += mass
        if edge - found[-1] >= length and edges[-1] - edge >= length:
            found.append(edge)
            sums.append(waiting)
            waiting = 0.0
    return [*found, edges[-1]], [*sums, waiting]


def _days(edges: Sequence[float], masses: Sequence[float]) -> tuple[list[float], list[float]]:
    """Join neighbours that are shorter than a day, up to a day."""
    found, sums = [edges[0]], list[float]()
    for late, mass in zip(edges[1:], masses, strict=True):
        if sums and late - found[-2] <= DAY_S:
            found[-1] = late
            sums[-1] += mass
        else:
            found.append(late)
            sums.append(mass)
    return found, sums


def _zone(column: ColumnRecord) -> tzinfo:
    name = column.week.zone if column.week is not None else None
    if name in (None, "UTC"):
        return UTC
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"column {column.name!r}: its hours are of the time zone {name!r}, which is not known here; expected one as "
            "Europe/Berlin (is the package tzdata missing?)"
        ) from error


def _wall_clock(value: Any, zone: tzinfo) -> datetime:
    """A moment as clocks show it there; one without a zone as it is."""
    moment = datetime.fromtimestamp(value, UTC) if isinstance(value, (int, float)) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)

"""Dates, times and durations between their bounds. No clock and no local time zone is ever asked."""

import datetime
import math
from fractions import Fraction
from random import Random
from typing import Any

import pydantic
from pydantic.fields import FieldInfo

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.reading.facts import constraints_of, type_name
from ascetic_ddd.faker.schema.reading.windows import FEWEST, whole_ends, window
from ascetic_ddd.faker.schema.synthesizers.numbers import SynthesizeNumber
from ascetic_ddd.faker.schema.synthesizers.spaces import ISpace, MappedSpace, RangeSpace

__all__ = ("SynthesizeDate", "SynthesizeDay", "SynthesizeDuration", "SynthesizeTime")

_MICROSECOND = datetime.timedelta(microseconds=1)
_UTC = datetime.UTC
_KEPT = 0.1  # a bound that leaves so much of the default window keeps the window's other end
_PAST_YEAR, _FUTURE_YEAR = 2000, 2100  # by default
_CLOCKED = (pydantic.PastDate, pydantic.FutureDate, pydantic.PastDatetime, pydantic.FutureDatetime)
_LAST_PAST_YEAR, _FIRST_FUTURE_YEAR = 2024, 2050  # what is past, or still to come, without asking a clock


class _Ticks(SynthesizeNumber):
    """Values that are whole numbers of ticks from an origin."""

    tick: Any = None

    def value(self, number: int) -> Any:
        """The value so many ticks from the origin."""
        raise NotImplementedError

    def ticks(self, value: Any) -> int | Fraction:
        """The number of ticks from the origin to a value."""
        raise NotImplementedError

    def default_bounds(self) -> tuple[Any, Any]:
        """Least and greatest value where the field has no bounds."""
        raise NotImplementedError

    def limits(self) -> tuple[Any, Any]:
        """Least and greatest value that there is."""
        raise NotImplementedError

    def prepare(self) -> None:
        super().prepare()
        self._size = self.max_value - self.min_value + 1

    def bounds(self) -> tuple[Any, Any]:
        first, last = (math.floor(self.ticks(end)) for end in self.default_bounds())
        width = max(last - first, FEWEST)
        low, high = window(*whole_ends(self.constraints, self.ticks), (first, first + width), width, _KEPT)
        earliest, latest = map(self.ticks, self.limits())
        return max(low, math.ceil(earliest)), min(high, math.floor(latest))

    def described(self) -> str:
        low, high = self.limits()
        clock = f"; {type_name(self.field.annotation)} is made from {low} to {high}, because no clock is asked"
        return super().described() + (clock if self.field.annotation in _CLOCKED else "")

    def drawn(self, count: int) -> list[Any]:
        if self.dist_name == "normal":
            numbers = [min(max(round(value), self.min_value), self.max_value) for value in self.normal(count)]
        else:
            low, size, random = self.min_value, self._size, self.random.random
            numbers = [low + int(random() * size) for _ in range(count)]
        return self.values(numbers)

    def values(self, numbers: list[int]) -> list[Any]:
        """The values so many ticks from the origin."""
        return list(map(self.value, numbers))

    def space(self, rows: int, random: Random) -> ISpace | None:
        return MappedSpace(RangeSpace(self.min_value, self._size), self.value)


class SynthesizeDate(_Ticks):
    """Gives moments, ``datetime.datetime``, to the microsecond.

    They have the time zone of the field's bounds; without a bound, or with naive ones, they are naive, and ``AwareDatetime``
    is in UTC. Without bounds: from 1970-01-01 to 2099-12-31.
    """

    default_min = datetime.datetime(1970, 1, 1)  # noqa: DTZ001  # naive, as the field is
    default_max = datetime.datetime(2099, 12, 31)  # noqa: DTZ001

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return isinstance(field.annotation, type) and (
            issubclass(field.annotation, datetime.datetime)
            or field.annotation
            in (pydantic.AwareDatetime, pydantic.NaiveDatetime, pydantic.PastDatetime, pydantic.FutureDatetime)
        )

    def prepare(self) -> None:
        found = constraints_of(self.field)
        zones = [getattr(bound, "tzinfo", None) for bound in (found.ge, found.gt, found.le, found.lt) if bound is not None]
        if len({zone is None for zone in zones}) > 1:
            raise ConfigurationError(f"{self.place}: some bounds have a time zone and some have not; expected all or none")
        self._zone: datetime.tzinfo | None = zones[0] if zones else None
        if not zones and found.has_timezone:
            self._zone = _zone_of(found.timezone, self.place)
        elif not zones and self.field.annotation is pydantic.AwareDatetime:
            self._zone = _UTC
        self._origin = self.default_min.replace(tzinfo=None if self._zone is None else _UTC)
        super().prepare()

    def default_bounds(self) -> tuple[Any, Any]:
        low, high = self.default_min, self.default_max
        if self.field.annotation is pydantic.PastDatetime:
            high = high.replace(year=_PAST_YEAR)
        elif self.field.annotation is pydantic.FutureDatetime:
            low, high = low.replace(year=_FUTURE_YEAR), high.replace(year=_FUTURE_YEAR)
        zone = self._origin.tzinfo
        return low.replace(tzinfo=zone), high.replace(tzinfo=zone)

    def limits(self) -> tuple[Any, Any]:
        zone = self._origin.tzinfo
        margin = datetime.timedelta(0 if zone is None else 1)  # for other zones
        low, high = datetime.datetime.min + margin, datetime.datetime.max - margin  # noqa: DTZ901
        if self.field.annotation is pydantic.PastDatetime:
            high = high.replace(year=_LAST_PAST_YEAR)
        elif self.field.annotation is pydantic.FutureDatetime:
            low = low.replace(year=_FIRST_FUTURE_YEAR)
        return low.replace(tzinfo=zone), high.replace(tzinfo=zone)

    def ticks(self, value: Any) -> int:
        if not isinstance(value, datetime.datetime):
            value = datetime.datetime(value.year, value.month, value.day, tzinfo=self._origin.tzinfo)
        return int((value - self._origin) // _MICROSECOND)

    def values(self, numbers: list[int]) -> list[Any]:
        if self._zone is not None:
            return super().values(numbers)
        origin, delta = self._origin, datetime.timedelta
        return [origin + delta(0, 0, number) for number in numbers]

    def value(self, number: int) -> Any:
        moment = self._origin + datetime.timedelta(0, 0, number)
        return moment if self._zone is None else moment.astimezone(self._zone)


def _zone_of(told: Any, place: str) -> datetime.tzinfo | None:
    if told is None or told is ...:
        return None if told is None else _UTC
    if isinstance(told, str):
        import zoneinfo

        return zoneinfo.ZoneInfo(told)
    if isinstance(told, datetime.tzinfo):
        return told
    raise ConfigurationError(f"{place}: Timezone({told!r}): expected None, …, a name or a tzinfo")


class SynthesizeDay(_Ticks):
    """Gives calendar days, ``datetime.date``; without bounds from 1970-01-01 to 2099-12-31."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return isinstance(field.annotation, type) and (
            field.annotation in (pydantic.PastDate, pydantic.FutureDate)
            or (issubclass(field.annotation, datetime.date) and not issubclass(field.annotation, datetime.datetime))
        )

    def default_bounds(self) -> tuple[Any, Any]:
        first, last = 1970, 2099
        if self.field.annotation is pydantic.PastDate:
            last = _PAST_YEAR
        elif self.field.annotation is pydantic.FutureDate:
            first = last = _FUTURE_YEAR
        return datetime.date(first, 1, 1), datetime.date(last, 12, 31)

    def limits(self) -> tuple[Any, Any]:
        low, high = datetime.date.min, datetime.date.max
        if self.field.annotation is pydantic.PastDate:
            high = high.replace(year=_LAST_PAST_YEAR)
        elif self.field.annotation is pydantic.FutureDate:
            low = low.replace(year=_FIRST_FUTURE_YEAR)
        return low, high

    def ticks(self, value: Any) -> int:
        return int(value.toordinal())

    def value(self, number: int) -> Any:
        return datetime.date.fromordinal(number)


class SynthesizeTime(_Ticks):
    """Gives times of day, ``datetime.time``, to the microsecond, with the time zone of the bounds."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return isinstance(field.annotation, type) and issubclass(field.annotation, datetime.time)

    def prepare(self) -> None:
        found = constraints_of(self.field)
        zones = [bound.tzinfo for bound in (found.ge, found.gt, found.le, found.lt) if bound is not None]
        self._zone = zones[0] if zones else None
        super().prepare()

    def default_bounds(self) -> tuple[Any, Any]:
        return datetime.time(0, 0), datetime.time(23, 59, 59, 999_999)

    def limits(self) -> tuple[Any, Any]:
        return datetime.time.min, datetime.time.max

    def ticks(self, value: Any) -> int:
        return int(((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond)

    def value(self, number: int) -> Any:
        seconds, microsecond = divmod(number, 1_000_000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        return datetime.time(hour, minute, second, microsecond, self._zone)


class SynthesizeDuration(_Ticks):
    """Gives durations, ``datetime.timedelta``; without bounds up to 30 days."""

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return isinstance(field.annotation, type) and issubclass(field.annotation, datetime.timedelta)

    def prepare(self) -> None:
        step = constraints_of(self.field).multiple_of
        self._step = 1 if step is None else abs(step // _MICROSECOND) or 1
        super().prepare()

    def default_bounds(self) -> tuple[Any, Any]:
        return datetime.timedelta(0), datetime.timedelta(days=30)

    def limits(self) -> tuple[Any, Any]:
        return datetime.timedelta.min, datetime.timedelta.max

    def ticks(self, value: Any) -> int | Fraction:
        return Fraction(value // _MICROSECOND, self._step)

    def value(self, number: int) -> Any:
        return datetime.timedelta(0, 0, number * self._step)

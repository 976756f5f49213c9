"""The application's domain model: airlines fly planes between airports."""

import dataclasses
import datetime
from typing import Any
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("America/New_York")  # where all flights start


@dataclasses.dataclass(frozen=True)
class AirlineCode:
    value: str


@dataclasses.dataclass(frozen=True)
class AirportCode:
    value: str


@dataclasses.dataclass(frozen=True)
class TailNumber:
    value: str


@dataclasses.dataclass(frozen=True)
class FlightId:
    value: int | None


@dataclasses.dataclass(frozen=True)
class ClockTime:
    """A local time as airlines write it: 1750 is ten to six in the evening, and midnight may be 2400."""

    value: int

    def __post_init__(self) -> None:
        if not (0 <= self.value <= 2400 and self.minute < 60):
            raise ValueError(f"{self.value} is no time of the day")

    @property
    def hour(self) -> int:
        return self.value // 100

    @property
    def minute(self) -> int:
        return self.value % 100

    def later(self, minutes: int) -> "ClockTime":
        """So many minutes later, or earlier, maybe on another day."""
        hour, minute = divmod((self.hour * 60 + self.minute + minutes) % (24 * 60), 60)
        return ClockTime(hour * 100 + minute if hour or minute else 2400)


class Airline:
    def __init__(self, carrier: AirlineCode, name: str | None) -> None:
        self._carrier = carrier
        self._name = name

    def export(self) -> dict[str, Any]:
        return {"carrier": self._carrier.value, "name": self._name}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Location:
    name: str
    lat: float
    lon: float
    alt: int
    tz: int
    dst: str
    tzone: str | None


class Airport:
    """An airport; of some nothing but the code is known."""

    def __init__(self, faa: AirportCode, location: Location | None) -> None:
        self._faa = faa
        self._location = location

    def export(self) -> dict[str, Any]:
        return {"faa": self._faa.value, **_fields(Location, self._location)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Registration:
    year: int | None
    type: str
    manufacturer: str
    model: str
    engines: int
    seats: int
    speed: int | None
    engine: str


class Plane:
    """A plane; of some nothing but the tail number is known."""

    def __init__(self, tailnum: TailNumber, registration: Registration | None) -> None:
        self._tailnum = tailnum
        self._registration = registration

    def export(self) -> dict[str, Any]:
        return {"tailnum": self._tailnum.value, **_fields(Registration, self._registration)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arrival:
    """When the plane came; the delay and the time in the air are not known of flights that were diverted."""

    time: ClockTime
    delay: int | None
    air_time: int | None

    def __post_init__(self) -> None:
        if (self.delay is None) != (self.air_time is None):
            raise ValueError("the delay and the time in the air are known together")


class Flight:
    """A flight that was planned; one without a departure was cancelled, and then it has no arrival either."""

    def __init__(
        self,
        flight_id: FlightId,
        carrier: AirlineCode,
        tailnum: TailNumber | None,
        origin: AirportCode,
        dest: AirportCode,
        day: datetime.date,
        flight: int,
        sched_dep_time: ClockTime,
        sched_arr_time: ClockTime,
        dep_delay: int | None,
        arrival: Arrival | None,
        distance: int,
    ) -> None:
        if dep_delay is None and arrival is not None:
            raise ValueError(f"flight {flight} of {day} arrived and never left")
        self._flight_id = flight_id
        self._carrier = carrier
        self._tailnum = tailnum
        self._origin = origin
        self._dest = dest
        self._day = day
        self._flight = flight
        self._sched_dep_time = sched_dep_time
        self._sched_arr_time = sched_arr_time
        self._dep_delay = dep_delay
        self._arrival = arrival
        self._distance = distance

    def export(self) -> dict[str, Any]:
        scheduled, arrival, day = self._sched_dep_time, self._arrival, self._day
        hour = datetime.datetime(day.year, day.month, day.day, scheduled.hour % 24, tzinfo=LOCAL)
        return {
            "flight_id": self._flight_id.value,
            "year": day.year,
            "month": day.month,
            "day": day.day,
            "dep_time": None if self._dep_delay is None else scheduled.later(self._dep_delay).value,
            "sched_dep_time": scheduled.value,
            "dep_delay": self._dep_delay,
            "arr_time": arrival and arrival.time.value,
            "sched_arr_time": self._sched_arr_time.value,
            "arr_delay": arrival and arrival.delay,
            "carrier": self._carrier.value,
            "flight": self._flight,
            "tailnum": self._tailnum and self._tailnum.value,
            "origin": self._origin.value,
            "dest": self._dest.value,
            "air_time": arrival and arrival.air_time,
            "distance": self._distance,
            "hour": scheduled.hour,
            "minute": scheduled.minute,
            "time_hour": hour.astimezone(datetime.UTC),
        }


def _fields(cls: type[Location] | type[Registration], known: Location | Registration | None) -> dict[str, Any]:
    return {field.name: getattr(known, field.name, None) for field in dataclasses.fields(cls)}

"""The providers of the example: every number in them comes from a captured profile."""

from typing import Any

from ascetic_ddd.faker.application.profile.model import Profile, TableProfile
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.interfaces import IReferenceProvider, IValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import IExternalRepository
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from examples.flights.columns import EVERYWHERE, Among, clock, code
from examples.flights.domain import (
    LOCAL,
    Airline,
    AirlineCode,
    Airport,
    AirportCode,
    Arrival,
    ClockTime,
    Flight,
    FlightId,
    Location,
    Plane,
    Registration,
    TailNumber,
)

__all__ = ("VALUES", "AirlineProvider", "AirportProvider", "FlightProvider", "PlaneProvider")

VALUES = (
    "airports.tz",
    "airports.dst",
    "airports.tzone",
    "planes.type",
    "planes.engines",
    "planes.engine",
    "flights.sched_dep_time",
    "flights.sched_arr_time",
)
"""Columns whose values the profile may hold: code lists and a published timetable."""

PARTS = ("carrier", "tailnum", "origin", "dest", "flight", "sched_dep_time", "sched_arr_time", "distance")
"""Columns of the flights that are parts of a flight; others, such as hour and minute, follow from them in the domain."""


class AirlineProvider(AggregateProvider[dict[str, Any], Airline]):
    _id_attr = "carrier"

    carrier: IValueProvider[str, AirlineCode]
    name: IValueProvider[str, str]

    def __init__(self, repository: IExternalRepository[Airline], airlines: TableProfile) -> None:
        self.carrier = code(AirlineCode, letters=2)
        self.name = EVERYWHERE.text(airlines.column("name"))
        super().__init__(repository, Airline, Airline.export)


class LocationProvider(CompositeValueProvider[dict[str, Any], Location]):
    name: IValueProvider[str, str]
    lat: IValueProvider[float, float]
    lon: IValueProvider[float, float]
    alt: IValueProvider[int, int]
    tz: IValueProvider[int, int]
    dst: IValueProvider[str, str]
    tzone: IValueProvider[str, str]

    def __init__(self, airports: TableProfile) -> None:
        known = Among(airports.column("name"))
        self.name = known.text(airports.column("name"))
        self.lat = known.number(airports.column("lat"))
        self.lon = known.number(airports.column("lon"))
        self.alt = known.number(airports.column("alt"))
        self.tz = known.choice(airports.column("tz"), airports.given("tz"))
        self.dst = known.choice(airports.column("dst"))
        self.tzone = known.choice(airports.column("tzone"))
        super().__init__(Location, null_weight=known.absent)


class AirportProvider(AggregateProvider[dict[str, Any], Airport]):
    _id_attr = "faa"

    faa: IValueProvider[str, AirportCode]
    location: LocationProvider

    def __init__(self, repository: IExternalRepository[Airport], airports: TableProfile) -> None:
        self.faa = code(AirportCode, letters=3)
        self.location = LocationProvider(airports)
        super().__init__(repository, Airport, Airport.export)


class RegistrationProvider(CompositeValueProvider[dict[str, Any], Registration]):
    year: IValueProvider[int, int]
    type: IValueProvider[str, str]
    manufacturer: IValueProvider[str, str]
    model: IValueProvider[str, str]
    engines: IValueProvider[int, int]
    seats: IValueProvider[int, int]
    speed: IValueProvider[int, int]
    engine: IValueProvider[str, str]

    def __init__(self, planes: TableProfile) -> None:
        known = Among(planes.column("type"))
        self.year = known.number(planes.column("year"), planes.given("year"))
        self.type = known.choice(planes.column("type"), planes.given("type"))
        self.manufacturer = known.text(planes.column("manufacturer"), planes.given("manufacturer"))
        self.model = known.text(planes.column("model"))
        self.engines = known.choice(planes.column("engines"), planes.given("engines"))
        self.seats = known.number(planes.column("seats"), planes.given("seats"))
        self.speed = known.number(planes.column("speed"), planes.given("speed"))
        self.engine = known.choice(planes.column("engine"), planes.given("engine"))
        super().__init__(Registration, null_weight=known.absent)


class PlaneProvider(AggregateProvider[dict[str, Any], Plane]):
    _id_attr = "tailnum"

    tailnum: IValueProvider[str, TailNumber]
    registration: RegistrationProvider

    def __init__(self, repository: IExternalRepository[Plane], planes: TableProfile) -> None:
        self.tailnum = ValueProvider[str, TailNumber](
            distributor_factory(sequence=True), TailNumber, input_generator=lambda session, position: f"N{position:05d}"
        )
        self.registration = RegistrationProvider(planes)
        super().__init__(repository, Plane, Plane.export)


class ArrivalProvider(CompositeValueProvider[dict[str, Any], Arrival]):
    time: IValueProvider[int, ClockTime]
    delay: IValueProvider[int, int]
    air_time: IValueProvider[int, int]

    def __init__(self, flights: TableProfile) -> None:
        departed = Among(flights.column("dep_delay"))
        arrived = Among(flights.column("arr_time"))
        self.time = clock(flights.column("arr_time"))
        self.delay = arrived.number(flights.column("arr_delay"))
        self.air_time = Among(flights.column("air_time")).number(
            flights.column("air_time"), flights.given("air_time", parts=PARTS)
        )
        super().__init__(Arrival, null_weight=departed.null_weight(flights.column("arr_time")))

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Of flights that were diverted, neither the delay nor the time in the air is known."""
        await self.delay.populate(session)
        if self.delay.get() is None:
            self.air_time.set(None)
        await super().do_populate(session, specification)


class FlightProvider(AggregateProvider[dict[str, Any], Flight]):
    _id_attr = "flight_id"

    flight_id: IValueProvider[int, FlightId]
    carrier: IReferenceProvider[str, Airline, AirlineCode]
    tailnum: IReferenceProvider[str, Plane, TailNumber]
    origin: IReferenceProvider[str, Airport, AirportCode]
    dest: IReferenceProvider[str, Airport, AirportCode]
    day: IValueProvider[Any, Any]
    flight: IValueProvider[int, int]
    sched_dep_time: IValueProvider[int, ClockTime]
    sched_arr_time: IValueProvider[int, ClockTime]
    dep_delay: IValueProvider[int, int]
    arrival: ArrivalProvider
    distance: IValueProvider[int, int]

    def __init__(
        self,
        repository: IExternalRepository[Flight],
        profile: Profile,
        airline_provider: AirlineProvider,
        plane_provider: PlaneProvider,
        airport_provider: AirportProvider,
    ) -> None:
        flights = profile.table("flights")

        def reference(column: str, provider: AggregateProvider[Any, Any]) -> ReferenceProvider[str, Any, Any]:
            captured = profile.reference("flights", column).parameters("histogram")
            return ReferenceProvider(
                distributor_factory(**captured), provider, create=False, given=flights.given(column, parts=PARTS)
            )

        self.flight_id = ValueProvider[int, FlightId](output_factory=FlightId)  # given by the database
        self.carrier = reference("carrier", airline_provider)
        self.tailnum = reference("tailnum", plane_provider)
        self.origin = reference("origin", airport_provider)
        self.dest = reference("dest", airport_provider)
        self.day = ValueProvider(
            output_factory=lambda hour: hour.astimezone(LOCAL).date(), **flights.column("time_hour").invented()
        )
        self.flight = EVERYWHERE.number(flights.column("flight"), flights.given("flight", parts=PARTS))
        self.sched_dep_time = ValueProvider[int, ClockTime](
            output_factory=ClockTime,
            **flights.column("sched_dep_time").choices(),
            given=flights.given("sched_dep_time", parts=PARTS),
        )
        self.sched_arr_time = ValueProvider[int, ClockTime](
            output_factory=ClockTime,
            **flights.column("sched_arr_time").choices(),
            given=flights.given("sched_arr_time", parts=PARTS),
        )
        self.dep_delay = EVERYWHERE.number(flights.column("dep_delay"))
        self.arrival = ArrivalProvider(flights)
        self.distance = EVERYWHERE.number(flights.column("distance"), flights.given("distance", parts=PARTS))
        super().__init__(repository, Flight, Flight.export)

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """What has not left does not arrive."""
        await self.dep_delay.populate(session)
        if self.dep_delay.get() is None:
            self.arrival.set(None)
        await super().do_populate(session, specification)

"""The airports of the world, of the package ``airportsdata`` (MIT): real data in which nearly every column knows another one.

A region is of one country, a city of one region; a country has one time zone or a few; codes of airlines' tickets are had by few.
"""

import csv
from collections.abc import Iterator
from importlib import resources
from typing import Any

import psycopg

from ascetic_ddd.faker.application.profile.model import Profile
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository

__all__ = ("SCHEMA", "AirportProvider", "load")

SCHEMA = """
CREATE TABLE countries (code text PRIMARY KEY);
CREATE TABLE timezones (name text PRIMARY KEY);
CREATE TABLE airports (
    icao text PRIMARY KEY, iata text UNIQUE, subd text, city text, country text NOT NULL REFERENCES countries,
    tz text NOT NULL REFERENCES timezones, elevation integer NOT NULL, lat double precision NOT NULL
);
CREATE INDEX ON airports (country);
CREATE INDEX ON airports (tz);
"""
COLUMNS = ("icao", "iata", "subd", "city", "country", "tz", "elevation", "lat")
PARTS = ("iata", "subd", "city", "country", "tz", "elevation", "lat")


def load(dsn: str, *, every: int = 1) -> int:
    """Make the tables, and copy each so many-th airport; give their number."""
    rows = list(_rows(every))
    with psycopg.connect(dsn) as connection:
        connection.execute(SCHEMA.encode())
        for table, column, at in (("countries", "code", 4), ("timezones", "name", 5)):
            with connection.cursor().copy(f"COPY {table} ({column}) FROM STDIN".encode()) as copy:
                for value in sorted({row[at] for row in rows}):
                    copy.write_row((value,))
        with connection.cursor().copy(f"COPY airports ({', '.join(COLUMNS)}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return len(rows)


def _rows(every: int) -> Iterator[tuple[Any, ...]]:
    with resources.files("airportsdata").joinpath("airports.csv").open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if number % every == 0:
                values = (row[name] or None for name in COLUMNS[:-2])
                yield (*values, round(float(row["elevation"])), round(float(row["lat"]), 1))


class Row:
    """An aggregate that is a row."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def export(self) -> dict[str, Any]:
        return dict(self.values)


class CountryProvider(AggregateProvider[dict[str, Any], Row]):
    _id_attr = "code"

    code: ValueProvider[str, str]

    def __init__(self) -> None:
        self.code = ValueProvider[str, str](distributor_factory(sequence=True), input_generator=lambda _, number: f"{number:02}")
        super().__init__(PgRepository[Row](table="countries", agg_exporter=Row.export, id_attr="code"), Row, Row.export)


class TimezoneProvider(AggregateProvider[dict[str, Any], Row]):
    _id_attr = "name"

    name: ValueProvider[str, str]

    def __init__(self) -> None:
        self.name = ValueProvider[str, str](distributor_factory(sequence=True), input_generator=lambda _, at: f"Zone/Number_{at}")
        super().__init__(PgRepository[Row](table="timezones", agg_exporter=Row.export, id_attr="name"), Row, Row.export)


class AirportProvider(AggregateProvider[dict[str, Any], Row]):
    """Every column in one line, from the profile."""

    _id_attr = "icao"

    icao: ValueProvider[str, str]
    iata: ValueProvider[str, str]
    subd: ValueProvider[str, str]
    city: ValueProvider[str, str]
    country: ReferenceProvider[Any, Any, Any]
    tz: ReferenceProvider[Any, Any, Any]
    elevation: ValueProvider[int, int]
    lat: ValueProvider[float, float]

    def __init__(self, profile: Profile) -> None:
        airports = profile.table("airports")
        country, tz = (profile.reference("airports", name).parameters("histogram") for name in ("country", "tz"))
        nulls = airports.column("iata").null_share
        self.icao = ValueProvider[str, str](distributor_factory(sequence=True), input_generator=lambda _, number: f"{number:04}")
        self.iata = ValueProvider[str, str](
            distributor_factory(mean=1, null_weight=nulls), input_generator=lambda _, number: f"{number:03}"
        )
        self.subd = ValueProvider[str, str](
            distributor_factory(**airports.column("subd").parameters()),
            input_generator=lambda _, number: f"Region {number}",
            given=airports.given("subd", parts=PARTS),
        )
        self.city = ValueProvider[str, str](
            distributor_factory(**airports.column("city").parameters()),
            input_generator=lambda _, number: f"City {number}",
            given=airports.given("city", parts=PARTS),
        )
        self.country = ReferenceProvider[Any, Any, Any](
            distributor_factory(**country), CountryProvider(), given=airports.given("country", parts=PARTS)
        )
        self.tz = ReferenceProvider[Any, Any, Any](
            distributor_factory(**tz), TimezoneProvider(), given=airports.given("tz", parts=PARTS)
        )
        self.elevation = ValueProvider[int, int](
            **airports.column("elevation").invented(), given=airports.given("elevation", parts=PARTS)
        )
        self.lat = ValueProvider[float, float](**airports.column("lat").invented(), given=airports.given("lat", parts=PARTS))
        super().__init__(PgRepository[Row](table="airports", agg_exporter=Row.export, id_attr="icao"), Row, Row.export)

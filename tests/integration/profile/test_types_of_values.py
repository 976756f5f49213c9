"""What a captured column hands out has the type that psycopg gives for the column, and the captured values."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.application.profile.model import Profile, TableProfile
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

_MAKE = """
CREATE DOMAIN amount AS numeric(8,2) CHECK (VALUE >= 0);
CREATE DOMAIN email AS text;
CREATE TYPE colour AS ENUM ('red', 'dark blue');
CREATE TABLE things (
    c_bool boolean, c_small smallint, c_int integer, c_big bigint, c_real real, c_float double precision,
    c_numeric numeric, c_price numeric(8,2), c_amount amount, c_text text, c_varchar varchar(20), c_char char(3), c_email email,
    c_colour colour, c_date date, c_stamp timestamp(3), c_moment timestamptz, c_time time, c_timetz timetz, c_interval interval,
    c_uuid uuid, c_bytea bytea, c_jsonb jsonb, c_inet inet, c_host inet, c_cidr cidr, c_mac macaddr, c_money money,
    c_ints integer[], c_texts text[], c_days date[], c_nested numeric(8,2)[], c_oid oid, c_bits bit(3), c_span int4range
);
INSERT INTO things SELECT
    n % 2 = 0, n, n * 100000, n * 10000000000, n / 4.0, n / 3.0, n / 7.0, n / 8.0, n / 4.0, 'text ' || n, '"quoted" ' || n, 'a',
    n || '@x.org', CASE n % 2 WHEN 0 THEN 'red' ELSE 'dark blue' END::colour, date '1969-12-30' + n,
    timestamp '2024-01-01 10:00:00.25' + n * interval '1 day', timestamptz '2024-07-01 10:00:00.5+05:30' + n * interval '1 hour',
    time '10:00:00.125' + n * interval '1 minute', timetz '10:00:00+02',
    n * interval '1 mon 2 days 03:04:05.6' - interval '1 year 3 hours', md5(n::text)::uuid, decode(md5(n::text), 'hex'),
    jsonb_build_object('n', n, 'list', ARRAY[n]), ('10.0.0.' || n)::inet, '10.0.0.1/24', ('10.' || n || '.0.0/16')::cidr,
    '08:00:2b:01:02:03', n, ARRAY[n, NULL], ARRAY['a,b', 'c"d\\e', 'NULL', NULL, '', n::text], ARRAY[date '2024-01-01' + n],
    ARRAY[[n, 1.5], [2, 3]], n, '101', int4range(n, n + 5)
FROM generate_series(1, 6) AS n;
INSERT INTO things DEFAULT VALUES;
"""


def columns(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [column.name for column in connection.execute(b"SELECT * FROM things LIMIT 0").description or ()]


def captured(dsn: str, *listed: str) -> TableProfile:
    options = CaptureOptions(values=tuple(f"things.{name}" for name in listed))
    profile: Profile = asyncio.run(capture(dsn, options))
    return profile.table("things")


def test_choices_are_what_psycopg_reads_from_the_column(database: Callable[[str], str]) -> None:
    dsn = database(_MAKE)
    names = columns(dsn)
    table = captured(dsn, *names)
    for name in names:
        if name == "c_span":
            continue
        with psycopg.connect(dsn) as connection:
            rows = connection.execute(f"SELECT DISTINCT {name} FROM things WHERE {name} IS NOT NULL".encode()).fetchall()  # noqa: S608
        found = table.column(name).choices()["values"]
        assert sorted(map(repr, map(_comparable, found))) == sorted(repr(_comparable(value)) for (value,) in rows), name
        assert table.column(name).invented()["values"] == found
    with pytest.raises(ConfigurationError, match=r"'c_span' of type int4range: ranges are not made"):
        table.column("c_span").choices()


def _comparable(value: Any) -> Any:
    """Moments in different zones are one moment, and spaces at the end of char(3) are none."""
    if isinstance(value, str):
        return value.rstrip()
    return value.timestamp() if isinstance(value, datetime) and value.tzinfo is not None else value


async def test_what_is_invented_has_the_columns_type(database: Callable[[str], str]) -> None:
    dsn = database(
        """
        CREATE DOMAIN amount AS numeric;
        CREATE TABLE things AS
        SELECT n, (n / 7.0)::numeric(9,3) AS price, (n / 7.0)::amount AS amount, n / 7.0::float8 AS ratio,
               (n % 9)::numeric AS repeated, timestamptz '2024-01-01' + n * interval '1 hour' AS moment,
               time '00:00' + n * interval '1 minute' AS clock,
               n * interval '1 minute' AS span, n * interval '1 ms' AS short, date '2024-01-01' + n AS day
        FROM generate_series(1, 1200) AS n
        """
    )
    table = await capture(dsn, CaptureOptions())
    kinds: dict[str, type] = {
        "n": int,
        "price": Decimal,
        "amount": Decimal,
        "ratio": float,
        "repeated": Decimal,
        "moment": datetime,
        "clock": time,
        "span": timedelta,
        "short": timedelta,
        "day": date,
    }
    for name, kind in kinds.items():
        provider = ValueProvider[Any, Any](**table.table("things").column(name).invented())
        session = InMemorySession()
        values = set()
        for _ in range(300):
            provider.reset()
            await provider.populate(session)
            values.add(await provider.create(session))
        assert {type(value) for value in values} == {kind}, name
        assert len(values) > (8 if name == "repeated" else 100), name

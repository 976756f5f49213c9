"""Hours of the week: counted by capture, told of no single row; arrivals that are made of them, by χ², with fixed seeds."""

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from ascetic_ddd.faker.application.profile.model import ColumnProfile, Profile
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import Arrivals
from ascetic_ddd.faker.infrastructure.feeds.commandlog.asking import arrivals_of
from ascetic_ddd.faker.infrastructure.profile.capture import capture
from ascetic_ddd.faker.infrastructure.profile.options import CaptureOptions

Law = list[tuple[datetime, float, float]]

ROWS, COUNT = 110_000, 10_000
CHI2 = {6: 22.5, 23: 49.7, 24: 51.2, 167: 232.6}  # by degrees of freedom, what one draw in a thousand is beyond

# A canteen: two meals on working days, hardly anybody at weekends, and at night nobody.
HOURS = (3, 0, 0, 0, 2, 9, 20, 14, 8, 6, 10, 60, 90, 40, 12, 6, 5, 12, 45, 50, 20, 9, 6, 4)
DAYS = (1.3, 1.0, 1.0, 0.9, 0.7, 0.15, 0.25)


def law(first: datetime, days: float, growth: float) -> Law:
    """Hours from that moment on, as (begin, seconds, weight); by the end ``1 + growth`` times as much comes."""
    end, begin = first + timedelta(days=days), first
    found: Law = []
    while begin < end:
        late = min(end, begin.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        seconds = (late - begin).total_seconds()
        grown = 1 + growth * ((begin - first) / (end - first))
        found.append((begin, seconds, DAYS[begin.weekday()] * HOURS[begin.hour] * grown * seconds))
        begin = late
    return found


def drawn(hours: Law, rows: int = ROWS) -> list[datetime]:
    draw = random.Random(5)
    chosen = draw.choices(hours, [weight for _, _, weight in hours], k=rows)
    return sorted(begin + timedelta(seconds=draw.random() * seconds) for begin, seconds, _ in chosen)


def filled(dsn: str, moments: Sequence[datetime], type: str = "timestamptz") -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(f"CREATE TABLE visits (id int PRIMARY KEY, at {type})".encode())
        with connection.cursor().copy("COPY visits FROM STDIN") as copy:
            for number, moment in enumerate(moments):
                copy.write_row((number, moment))


async def captured(dsn: str, options: CaptureOptions | None = None) -> ColumnProfile:
    return (await capture(dsn, options)).table("visits").column("at")


def chi2(found: Counter[int], expected: Sequence[float]) -> float:
    assert not [place for place in found if not expected[place]]
    scale = sum(found.values()) / sum(expected)
    return sum((found[place] - each * scale) ** 2 / (each * scale) for place, each in enumerate(expected) if each)


def hour_of(moment: datetime) -> int:
    return moment.weekday() * 24 + moment.hour


def quantiles_of(column: ColumnProfile) -> list[datetime]:
    return [datetime.fromisoformat(str(each)) for each in column.quantiles or ()]


def arrivals(column: ColumnProfile, start: datetime) -> list[datetime]:
    found = Arrivals.as_measured(column)
    seconds = list(found.seconds(COUNT, seed=11, start=start))
    assert len(seconds) == COUNT
    assert seconds == sorted(seconds)
    assert 0 <= seconds[0] <= seconds[-1] <= found.span(COUNT)
    return [start + timedelta(seconds=each) for each in seconds]


SPANS = {
    "a year": (datetime(2025, 2, 6, 13, 20, tzinfo=UTC), 365.0, 2.0),
    "a month": (datetime(2025, 6, 5, 11, 0, tzinfo=UTC), 35.0, 0.3),
    "a week": (datetime(2025, 6, 4, 11, 0, tzinfo=UTC), 7.0, 0.0),
}
STARTS = {"its own": None, "a Monday": datetime(2026, 1, 5, tzinfo=UTC), "any": datetime(2026, 3, 14, 15, 9, tzinfo=UTC)}


@pytest.mark.parametrize("span", SPANS)
async def test_wherever_a_feed_starts_it_has_the_hours_the_days_and_the_trend(span: str, external_dsn: str) -> None:
    first, days, growth = SPANS[span]
    filled(external_dsn, drawn(law(first, days, growth)))
    column = await captured(external_dsn)
    quantiles = quantiles_of(column)
    for own in STARTS.values():
        start = own or quantiles[0]
        found = arrivals(column, start)
        wanted = Counter[int]()
        for begin, _, weight in law(start, Arrivals.as_measured(column).span(COUNT) / 86_400, growth):
            wanted[hour_of(begin)] += round(weight)
        hours = [wanted[hour] for hour in range(168)]
        assert chi2(Counter(map(hour_of, found)), hours) < CHI2[167]
        assert chi2(Counter(each.hour for each in found), [sum(hours[hour::24]) for hour in range(24)]) < CHI2[23]
        assert chi2(Counter(each.weekday() for each in found), [sum(hours[day * 24 :][:24]) for day in range(7)]) < CHI2[6]
        upto = [bisect_right(found, start + (each - quantiles[0])) / COUNT for each in quantiles]
        if own is None or span == "a year":
            assert max(abs(share - number / 100) for number, share in enumerate(upto)) < 0.02
        if own is None and span == "a year":  # 101 quantiles are of 10,000 rows, and told to three hours
            assert chi2(Counter(int(25 * bisect_right(quantiles, each) / 101) for each in found), [1.0] * 25) < 2 * CHI2[24]


async def test_hours_are_those_of_the_zone_that_was_told(external_dsn: str, tmp_path: Path) -> None:
    zone = ZoneInfo("Australia/Adelaide")  # 9½ hours east, 10½ in summer
    moments = [each.replace(tzinfo=zone) for each in drawn(law(datetime(2025, 2, 3, 11, tzinfo=UTC), 365, 0.0), 50_000)]
    filled(external_dsn, moments)
    profile = await capture(external_dsn, CaptureOptions(time_zone=zone.key))
    profile.save(tmp_path / "profile.json")
    column = Profile.load(tmp_path / "profile.json").table("visits").column("at")
    assert column == profile.table("visits").column("at")
    assert column.week is not None
    assert column.week.zone == zone.key
    counted = Counter(map(hour_of, moments))
    assert [abs(told - counted[hour]) <= 2 for hour, told in enumerate(column.week.rows) if told] == [True] * 147
    found = list(
        arrivals_of(f"measured:{tmp_path / 'profile.json'}#visits.at").seconds(
            COUNT, seed=3, start=datetime(2026, 1, 5, tzinfo=UTC)
        )
    )
    shares = [sum(column.week.rows[hour::24]) for hour in range(24)]
    assert chi2(Counter(int(each / 3600) % 24 for each in found), shares) < CHI2[23]
    with pytest.raises(ConfigurationError, match="time_zone='Mars/Olympus': there is no such time zone"):
        CaptureOptions(time_zone="Mars/Olympus")


@pytest.mark.parametrize("type", ["timestamp", "date"])
async def test_times_without_a_zone_have_hours_and_dates_have_days(type: str, external_dsn: str) -> None:
    moments = [each.replace(tzinfo=None) for each in drawn(law(datetime(2025, 2, 3, tzinfo=UTC), 364, 1.0), 50_000)]
    filled(external_dsn, moments, type)
    column = await captured(external_dsn)
    assert column.week is not None
    assert column.week.zone is None
    counted = Counter(map(hour_of, moments)) if type == "timestamp" else Counter(each.weekday() for each in moments)
    assert len(column.week.rows) == (168 if type == "timestamp" else 7)
    assert [abs(told - counted[part]) <= 2 for part, told in enumerate(column.week.rows) if told] == [True] * len(counted)
    found = arrivals(column, datetime(2026, 1, 7, 6, 30, tzinfo=UTC))
    days = [sum(column.week.rows[day * 24 :][:24]) if type == "timestamp" else column.week.rows[day] for day in range(7)]
    assert chi2(Counter(each.weekday() for each in found), days) < 2 * CHI2[6]  # the span is no whole number of weeks
    if type == "date":
        assert chi2(Counter(each.hour for each in found), [1.0] * 24) < CHI2[23]


async def test_no_row_is_told_by_its_hour(external_dsn: str) -> None:
    """An hour of fewer than five rows is nowhere told, nor can it be reckoned from the sum of all."""
    monday = datetime(2025, 6, 2, tzinfo=UTC)
    often = [monday + timedelta(hours=9, seconds=number % 3600) for number in range(1_003)]
    night = [monday + timedelta(days=5, hours=3), monday + timedelta(days=6, hours=4), monday + timedelta(days=6, hours=4)]
    filled(external_dsn, [*often, *night])
    week = (await captured(external_dsn)).week
    assert week is not None
    assert {hour: rows for hour, rows in enumerate(week.rows) if rows} == {9: 1_005}
    assert week.rest == 5  # three; with 1,005 it is not the number of rows, so nobody can take one from the other
    assert (await captured(external_dsn, CaptureOptions(has_quantiles=False))).week is None
    with psycopg.connect(external_dsn) as connection:
        connection.execute("DELETE FROM visits WHERE id BETWEEN 4 AND 1002")
    assert (await captured(external_dsn)).week is None  # seven rows, in no hour five


async def test_moments_without_end_are_no_hours(external_dsn: str) -> None:
    filled(external_dsn, drawn(law(datetime(2025, 2, 3, tzinfo=UTC), 21, 0.0), 3_000))
    with psycopg.connect(external_dsn) as connection:
        connection.execute("INSERT INTO visits SELECT -n, 'infinity' FROM generate_series(1, 20) AS n")
        connection.execute("INSERT INTO visits SELECT -n, '-infinity' FROM generate_series(21, 40) AS n")
        connection.execute("INSERT INTO visits SELECT -n, '1066-10-14 09:00+00' FROM generate_series(41, 60) AS n")
        connection.execute("INSERT INTO visits SELECT -n, NULL FROM generate_series(61, 90) AS n")
    week = (await captured(external_dsn)).week
    assert week is not None
    assert sum(week.rows) + week.rest == pytest.approx(3_020, abs=2 * 168)


def made(column: ColumnProfile, rows: int) -> list[datetime]:
    generator = column.invented()["input_generator"]
    generator.seed(3)
    return [generator(None, position) for position in range(rows)]


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("order", ["as it comes", "none"])
async def test_made_rows_come_in_the_hours_of_the_captured_ones(span: str, order: str, external_dsn: str) -> None:
    moments = drawn(law(*SPANS[span]))
    if order == "none":
        random.Random(2).shuffle(moments)
    filled(external_dsn, moments)
    column = await captured(external_dsn)
    assert column.week is not None
    found = made(column, ROWS)
    assert {type(each) for each in found} == {datetime}
    chosen = found if order == "none" else found[::5]
    hours = Counter(map(hour_of, chosen[:22_000]))
    assert (
        chi2(hours, column.week.rows) < 1.5 * CHI2[167]
    )  # by quantiles that are rounded means; evenly it is 20 to 500 times as much
    upto = sorted(found)
    shares = [bisect_right(upto, each) / len(upto) for each in moments_by_share(moments)]
    assert max(abs(share - number / 100) for number, share in enumerate(shares)) < 0.015
    assert (upto == found) == (order == "as it comes")


def moments_by_share(moments: Sequence[datetime]) -> list[datetime]:
    rising = sorted(moments)
    return [rising[min(number * len(rising) // 100, len(rising) - 1)] for number in range(101)]


async def test_made_rows_have_the_hours_of_the_zone_and_made_dates_the_days(external_dsn: str) -> None:
    zone = ZoneInfo("Australia/Adelaide")
    wall = drawn(law(datetime(2025, 2, 3, 11, tzinfo=UTC), 365, 0.0), 50_000)
    filled(external_dsn, [each.replace(tzinfo=zone) for each in wall])
    column = await captured(external_dsn, CaptureOptions(time_zone=zone.key))
    hours = Counter(each.astimezone(zone).hour for each in made(column, 20_000))
    assert column.week is not None
    assert chi2(hours, [sum(column.week.rows[hour::24]) for hour in range(24)]) < CHI2[23]
    with psycopg.connect(external_dsn) as connection:
        connection.execute("DROP TABLE visits")
    filled(external_dsn, [each.replace(tzinfo=None) for each in wall], "date")
    column = await captured(external_dsn)
    assert column.week is not None
    days = made(column, 20_000)
    assert {type(each) for each in days} == {date}
    assert chi2(Counter(each.weekday() for each in days), column.week.rows) < 2 * CHI2[6]


async def test_one_moment_has_no_week(external_dsn: str) -> None:
    moment = datetime(2025, 6, 2, 9, tzinfo=UTC)
    filled(external_dsn, [moment] * 500)
    column = await captured(external_dsn)
    assert column.week is not None
    assert len(set(made(column, 10))) == 1  # told roughly, as all rows have it

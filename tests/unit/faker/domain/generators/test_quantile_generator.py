"""Values are drawn along captured quantiles, in the captured order."""

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.input_generators import make_input_generator, seed_generator
from ascetic_ddd.faker.domain.generators.quantile_generator import QuantileGenerator


def drawn(generator: QuantileGenerator, count: int = 10_000, seed: int = 1) -> list[Any]:
    generator.seed(seed)
    return [generator(None, position) for position in range(count)]


def rank_correlation(values: list[Any]) -> float:
    """Of the values with the order they came in."""
    n = len(values)
    rank_of = {position: rank for rank, position in enumerate(sorted(range(n), key=values.__getitem__))}
    return 1.0 - 6.0 * sum((rank_of[i] - i) ** 2 for i in range(n)) / (n * (n * n - 1))


@pytest.mark.parametrize("correlation", [0.0, 0.5, -0.9, 1.0])
def test_the_quantiles_are_met_whatever_the_order(correlation: float) -> None:
    quantiles = [0.0, 1.0, 10.0, 100.0, 1000.0]
    values = sorted(drawn(QuantileGenerator(quantiles, correlation=correlation, total=10_000)))
    for quarter, wanted in enumerate(quantiles[1:4], start=1):
        below = sum(value < wanted for value in values) / len(values)
        assert below == pytest.approx(quarter / 4, abs=0.015 if correlation % 1.0 else 0.004)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.8, -0.5])
def test_the_correlation_with_the_order_is_the_asked_one(correlation: float) -> None:
    """Of 10,000 values; the standard error of a rank correlation is 0.01 there."""
    values = drawn(QuantileGenerator([0.0, 1.0, 5.0], correlation=correlation, total=10_000))
    assert rank_correlation(values) == pytest.approx(correlation, abs=0.03)


def test_full_correlation_sorts_without_exception() -> None:
    rising = drawn(QuantileGenerator([0.0, 1.0, 5.0], correlation=1.0, total=1_000), 1_000)
    falling = drawn(QuantileGenerator([0.0, 1.0, 5.0], correlation=-1.0, total=1_000), 1_000)
    assert all(before <= after for before, after in pairwise(rising))
    assert all(before >= after for before, after in pairwise(falling))


def test_a_value_that_several_quantiles_share_is_drawn_with_their_share() -> None:
    values = drawn(QuantileGenerator([0, 5, 5, 5, 9], decimals=0), 4_096)
    assert all(type(value) is int for value in values)
    assert sum(value == 5 for value in values) / 4_096 >= 0.5


def test_dates_and_timestamps_come_back_as_such() -> None:
    days = drawn(QuantileGenerator(["2024-01-01", "2024-01-03"]), 3_000)
    assert sorted(set(days)) == [date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3)]
    assert min(days.count(day) for day in set(days)) > 900
    times = drawn(QuantileGenerator(["2024-01-01T00:00:00+00:00", "2024-01-02T00:00:00+00:00"]), 100)
    assert all(datetime(2024, 1, 1, tzinfo=UTC) <= time <= datetime(2024, 1, 2, tzinfo=UTC) for time in times)


def test_two_generators_of_one_seed_draw_the_same_and_of_another_do_not() -> None:
    def ages() -> QuantileGenerator:
        return QuantileGenerator([0.0, 99.0])

    assert drawn(ages(), 300, seed=7) == drawn(ages(), 300, seed=7)
    assert drawn(ages(), 300, seed=7) != drawn(ages(), 300, seed=8)


def test_it_is_an_input_generator_that_a_seed_reaches() -> None:
    source = QuantileGenerator([0.0, 99.0])
    generator = make_input_generator(source)
    seed_generator(generator, 7)
    first = generator(None, 0)  # type: ignore[arg-type]  # the session is not looked at
    seed_generator(generator, 7)
    assert generator(None, 0) == first  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"quantiles": [1.0]}, "at least two"),
        ({"quantiles": [2.0, 1.0]}, r"quantiles\[0:2\] are \[2.0, 1.0\]"),
        ({"quantiles": [1.0, float("nan")]}, "finite"),
        ({"quantiles": ["yesterday", "today"]}, "ISO 8601"),
        ({"quantiles": ["2024-01-01", 5]}, "ISO 8601"),
        ({"quantiles": ["2024-01-01T00:00:00", "2024-01-02T00:00:00Z"]}, "time zone"),
        ({"quantiles": [0, None]}, "expected numbers"),
        ({"quantiles": [0, 1], "correlation": 2.0, "total": 5}, "correlation=2.0: expected -1…1"),
        ({"quantiles": [0, 1], "correlation": 0.5}, "total=None"),
        ({"quantiles": [0, 1], "decimals": -1}, "decimals=-1"),
    ],
)
def test_what_cannot_be_is_refused_with_the_value(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        QuantileGenerator(**arguments)


WORKING_HOURS = [float(hour % 24 in range(8, 18) and hour < 120) for hour in range(168)]


def test_times_come_by_the_week() -> None:
    year = ["2024-01-01T00:00:00+00:00", "2024-07-01T12:00:00+00:00", "2024-12-30T00:00:00+00:00"]
    moments = drawn(QuantileGenerator(year, week=WORKING_HOURS))
    assert {moment.hour for moment in moments} == set(range(8, 18))
    assert {moment.weekday() for moment in moments} == set(range(5))
    assert {moment.tzinfo for moment in moments} == {UTC}
    assert sum(moment < datetime(2024, 7, 1, 12, tzinfo=UTC) for moment in moments) / len(moments) == pytest.approx(0.5, abs=0.01)
    naive = drawn(QuantileGenerator([each[:19] for each in year], week=WORKING_HOURS))
    assert naive == [moment.replace(tzinfo=None) for moment in moments]


def test_the_week_goes_by_the_clock_of_the_zone() -> None:
    zone = ZoneInfo("America/New_York")  # with summer time
    year = ["2024-01-01T05:00:00+00:00", "2025-01-01T05:00:00+00:00"]
    moments = drawn(QuantileGenerator(year, week=WORKING_HOURS, zone=zone))
    assert {moment.tzinfo for moment in moments} == {UTC}
    assert {moment.astimezone(zone).hour for moment in moments} == set(range(8, 18))


def test_dates_come_by_the_days_of_the_week() -> None:
    days = drawn(QuantileGenerator(["2024-01-01", "2024-12-29"], week=[2.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]))
    shares = [sum(day.weekday() == each for day in days) / len(days) for each in range(7)]
    assert shares == pytest.approx([2 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 0.0, 0.0], abs=0.01)
    assert (min(days), max(days)) == (date(2024, 1, 1), date(2024, 12, 27))


def test_a_week_keeps_the_captured_order() -> None:
    generator = QuantileGenerator(
        ["2024-01-01T00:00:00", "2024-02-01T00:00:00"], week=WORKING_HOURS, correlation=1.0, total=1_000
    )
    moments = drawn(generator, 1_000)
    assert moments == sorted(moments)


@pytest.mark.parametrize("quantiles", [[1.0, 5.0], ["2024-01-01", "2024-12-29"]])
@pytest.mark.parametrize("week", [[], [1.0, -1.0], [0.0] * 7, [float("nan")] * 7])
def test_a_week_that_is_none_is_refused(quantiles: list[Any], week: list[float]) -> None:
    with pytest.raises(ConfigurationError, match=r"week=.*expected parts of a week, none negative, not all zero"):
        QuantileGenerator(quantiles, week=week)


def test_numbers_have_no_week() -> None:
    with pytest.raises(ConfigurationError, match=r"the quantiles, 1\.0 and on, are no dates or timestamps"):
        QuantileGenerator([1.0, 5.0], week=[1.0] * 7)

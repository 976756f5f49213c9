"""Arrivals: exact counts, in order, spread as asked; by χ², with fixed seeds."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ascetic_ddd.faker.application.profile.records import ColumnRecord, Week
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.commandlog.arrivals import DAY, MONDAY, WEEK, Arrivals

COUNT = 20_000
CHI2 = {23: 49.7, 49: 85.4, 167: 232.6, 9: 27.9}  # by degrees of freedom, what one draw in a thousand is beyond


def seconds(arrivals: Arrivals, count: int = COUNT, seed: int = 7, start: datetime = MONDAY) -> list[float]:
    return list(arrivals.seconds(count, seed=seed, start=start))


def chi2(found: Counter[int], expected: list[float]) -> float:
    return sum((found[place] - each) ** 2 / each for place, each in enumerate(expected))


@pytest.mark.parametrize(
    "arrivals", [Arrivals.steady(50), Arrivals.poisson(50), Arrivals.diurnal(5_000), Arrivals.diurnal(5_000, DAY, WEEK)], ids=str
)
def test_counts_are_exact_and_times_rise_within_the_span(arrivals: Arrivals) -> None:
    found = seconds(arrivals)
    assert len(found) == COUNT
    assert found == sorted(found)
    assert found[0] >= 0
    assert found[-1] <= arrivals.span(COUNT) == pytest.approx(COUNT / (arrivals.rate or 1))


def test_poisson_arrivals_are_spread_evenly() -> None:
    found = seconds(Arrivals.poisson(50))
    counts = Counter(int(each / 8) for each in found)  # 400 seconds in 50 pieces
    assert chi2(counts, [COUNT / 50] * 50) < CHI2[49]


def test_gaps_of_poisson_arrivals_are_exponential() -> None:
    found = seconds(Arrivals.poisson(50))
    gaps = [late - early for early, late in pairwise(found)]

    counts = Counter(min(9, int(10 * (1 - math.exp(-50 * gap)))) for gap in gaps)
    assert chi2(counts, [len(gaps) / 10] * 10) < CHI2[9]


def test_diurnal_arrivals_have_the_shares_of_the_hours() -> None:
    found = seconds(Arrivals.diurnal(5_000))  # four days
    counts = Counter(int(each / 3600) % 24 for each in found)
    assert chi2(counts, [COUNT * share / sum(DAY) for share in DAY]) < CHI2[23]


def test_weekly_arrivals_have_the_shares_of_days_and_hours() -> None:
    found = seconds(Arrivals.diurnal(COUNT / 14, DAY, WEEK))  # two weeks
    counts = Counter(int(each / 3600) % 168 for each in found)
    total = sum(WEEK) * sum(DAY)
    assert chi2(counts, [COUNT * day * hour / total for day in WEEK for hour in DAY]) < CHI2[167]


def test_the_hours_are_those_of_the_wall_clock() -> None:
    start = datetime(2026, 1, 7, 18, 30, tzinfo=UTC)  # a Wednesday
    found = seconds(Arrivals.diurnal(COUNT / 7, DAY, WEEK), start=start)
    moments = [start + timedelta(seconds=each) for each in found]
    counts = Counter(moment.weekday() * 24 + moment.hour for moment in moments)
    total = sum(WEEK) * sum(DAY)
    assert chi2(counts, [COUNT * day * hour / total for day in WEEK for hour in DAY]) < CHI2[167]


def test_hours_without_traffic_have_none() -> None:
    found = seconds(Arrivals.diurnal(1_000, [0] * 8 + [1] * 10 + [0] * 6), 3_000)
    assert {int(each / 3600) % 24 for each in found} == set(range(8, 18))


def test_arrivals_are_spread_as_a_captured_column() -> None:
    first = datetime(2026, 5, 1, tzinfo=UTC)
    moments = [first + timedelta(hours=hour) for hour in range(11)] + [
        first + timedelta(hours=10 + 2 * hour) for hour in range(1, 11)
    ]
    column = ColumnRecord(
        name="created_at",
        type="timestamptz",
        rows=100,
        distinct=100,
        null_share=0.0,
        quantiles=tuple(m.isoformat() for m in moments),
    )
    arrivals = Arrivals.as_measured(column)
    assert arrivals.span(5) == 30 * 3600
    found = seconds(arrivals, start=first)
    counts = Counter(int(each / 3600) for each in found)
    expected = [COUNT / 20] * 10 + [COUNT / 40] * 20
    assert sum((counts[hour] - each) ** 2 / each for hour, each in enumerate(expected)) < 58.3  # 29 degrees of freedom


def column_of(moments: Sequence[datetime | date], week: Week | None = None) -> ColumnRecord:
    quantiles = tuple(each.isoformat() for each in moments)
    return ColumnRecord(name="at", type="timestamptz", rows=1_000, distinct=1_000, null_share=0.0, quantiles=quantiles, week=week)


def test_a_day_that_is_far_above_the_others_is_told_by_itself() -> None:
    """A fifth of a year's rows came on one Friday: it is no trend of weeks, nor a habit of Fridays."""
    first, friday = datetime(2025, 1, 6, tzinfo=UTC), datetime(2025, 11, 28, tzinfo=UTC)
    moments = sorted(
        [first + timedelta(days=364 * step / 80) for step in range(81)] + [friday + timedelta(hours=h) for h in range(20)]
    )
    found = [
        first + timedelta(seconds=each) for each in seconds(Arrivals.as_measured(column_of(moments, Week(rows=(1_000,) * 168))))
    ]
    days = Counter((each - first).days for each in found)
    assert days[(friday - first).days] == pytest.approx(0.2 * COUNT, rel=0.1)
    assert max(number for day, number in days.items() if day != (friday - first).days) < 0.01 * COUNT
    fridays = sum(number for day, number in days.items() if day % 7 == 4 and day != (friday - first).days)
    assert fridays == pytest.approx(0.8 * COUNT / 7, rel=0.1)


def test_what_was_captured_at_one_moment_comes_shortly_after_it() -> None:
    first = datetime(2026, 5, 1, tzinfo=UTC)
    moments = [first] * 3 + [first + timedelta(hours=hour) for hour in (10, 10, 10, 40, 40)]
    found = seconds(Arrivals.as_measured(column_of(moments)), 7_000)
    counts = Counter(int(each / 3600) for each in found)
    assert (counts[0], counts[10], counts[40]) == pytest.approx((2_100, 2_000, 1_000), rel=0.1)


@given(
    gaps=st.lists(st.sampled_from([0, 0, 1, 60, 3_000, 90_000, 700_000, 9_000_000]), min_size=1, max_size=100),
    rows=st.sampled_from([7, 168]).flatmap(
        lambda parts: st.lists(st.sampled_from([0, 0, 5, 1_000]), min_size=parts, max_size=parts)
    ),
    rest=st.sampled_from([0, 5, 500]),
    start=st.datetimes(datetime(1999, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_whatever_was_captured_counts_are_exact_and_times_rise(
    gaps: list[int], rows: list[int], rest: int, start: datetime
) -> None:
    moments = [datetime(2025, 2, 5, 3, 20, tzinfo=UTC) + timedelta(seconds=each) for each in accumulate(gaps, initial=0)]
    assume(moments[0] != moments[-1] and any(rows))
    law = Arrivals.as_measured(column_of(moments, Week(rows=tuple(rows), rest=rest)))
    try:
        found = seconds(law, 300, start=start)
    except ConfigurationError:  # a span of hours at which nobody comes
        return
    assert len(found) == 300
    assert found == sorted(found)
    assert 0 <= found[0] <= found[-1] <= law.span(300)


def test_dates_are_whole_days() -> None:
    days = [date(2026, 6, 1) + timedelta(days=step // 10) for step in range(101)]
    week = Week(rows=(100, 100, 100, 100, 100, 20, 20))
    law = Arrivals.as_measured(column_of(days, week))
    assert law.span(1) == 11 * 86_400
    assert chi2(Counter(int(each / 3600) % 24 for each in seconds(law)), [COUNT / 24] * 24) < 5 * CHI2[23]
    assert seconds(law)[-1] > 10.5 * 86_400


def test_hours_of_which_nothing_is_known_are_as_those_of_other_days() -> None:
    """Captured were two days; the feed starts on another one."""
    first = datetime(2026, 6, 2, tzinfo=UTC)  # a Tuesday
    hours = [0.0] * 8 + [1.0] * 10 + [0.0] * 6
    week = Week(rows=tuple(int(100 * hours[hour % 24]) if hour // 24 in (1, 2) else 0 for hour in range(168)))
    moments = sorted(first + timedelta(days=step % 2, hours=8 + step / 10.1) for step in range(101))
    found = seconds(Arrivals.as_measured(column_of(moments, week)), start=datetime(2026, 1, 10, tzinfo=UTC))  # a Saturday
    assert {int(each / 3600) % 24 for each in found} == set(range(8, 18))


def test_a_time_zone_that_is_not_known_here_is_told() -> None:
    first = datetime(2026, 6, 2, tzinfo=UTC)
    week = Week(rows=(5,) * 168, zone="Mars/Olympus")
    with pytest.raises(ConfigurationError, match="'at': its hours are of the time zone 'Mars/Olympus'"):
        Arrivals.as_measured(column_of([first, first + timedelta(days=30)], week))


def test_a_column_without_moments_is_refused() -> None:
    for quantiles in (None, ("a", "b"), ("2026-01-01", "2026-01-01")):
        column = ColumnRecord(name="city", type="text", rows=1, distinct=1, null_share=0.0, quantiles=quantiles)
        with pytest.raises(ConfigurationError, match="column 'city'"):
            Arrivals.as_measured(column)


def test_the_stream_is_the_seeds() -> None:
    assert seconds(Arrivals.poisson(50), 100) == seconds(Arrivals.poisson(50), 100) != seconds(Arrivals.poisson(50), 100, seed=8)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    for law in (Arrivals.steady, Arrivals.poisson, Arrivals.diurnal):
        with pytest.raises(ConfigurationError, match="expected a number above 0"):
            law(rate)


def test_shares_that_are_none_are_refused() -> None:
    for hours in ([1] * 23, [0] * 24, [-1] * 24, [float("nan")] * 24):
        with pytest.raises(ConfigurationError, match="hours="):
            Arrivals.diurnal(10, hours)
    with pytest.raises(ConfigurationError, match="nothing arrives in the first"):
        seconds(Arrivals.diurnal(1_000_000, [0] * 12 + [1] * 12), 10)

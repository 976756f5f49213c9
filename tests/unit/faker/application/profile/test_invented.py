"""A captured column gives a provider of values like its own."""

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random
from statistics import mean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.application.profile.model import ColumnProfile
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession


def captured(values: list[float], type: str = "integer", nulls: int = 0) -> ColumnProfile:
    """As a capture sees it: means of 101 parts, or of fewer."""
    order = sorted(values)
    parts = max(1, min(101, len(order) // 5))
    cut = [order[part * len(order) // parts : (part + 1) * len(order) // parts] for part in range(parts)]
    means = [mean(part) for part in cut]
    quantiles = [means[min(parts - 1, number * parts // 101)] for number in range(101)]
    rows = len(values) + nulls
    return ColumnProfile(
        name="x",
        type=type,
        rows=rows,
        null_share=nulls / rows,
        distinct=len(set(values)),
        quantiles=tuple(quantiles),
        histogram=tuple(sorted(Counter(Counter(values).values()).items())),
    )


async def drawn(column: ColumnProfile) -> list[Any]:
    provider: ValueProvider[Any, Any] = ValueProvider(**column.invented())
    session = InMemorySession()
    found = []
    for _ in range(column.rows):
        provider.reset()
        await provider.populate(session)
        found.append(await provider.create(session))
    return found


async def test_numbers_have_the_captured_range_repetitions_and_nulls() -> None:
    random = Random(3)
    column = captured([round(random.expovariate(1 / 30)) for _ in range(9_000)], nulls=1_000)
    found = await drawn(column)
    numbers = [each for each in found if each is not None]
    assert len(found) - len(numbers) == pytest.approx(1_000, abs=33)
    assert len(set(numbers)) == pytest.approx(column.distinct, rel=0.05)
    assert column.histogram is not None
    assert max(Counter(numbers).values()) == pytest.approx(max(rows for rows, _ in column.histogram), rel=0.05)
    assert sorted(numbers)[len(numbers) // 2] == pytest.approx(30 * 0.693, abs=2)
    assert max(numbers) > 200, "beyond the mean of the top percent, which is 30·(ln 100 + 1) = 168"
    assert all(type(each) is int and each >= 0 for each in numbers)


async def test_numbers_that_hardly_repeat_follow_the_captured_order() -> None:
    column = replace(captured([float(each) for each in range(5_000)], "numeric(10,2)"), correlation=1.0)
    found = await drawn(column)
    assert found == sorted(found)
    assert all(round(each, 2) == each for each in found)


async def test_dates_are_dates() -> None:
    texts = tuple(date.fromordinal(735_000 + 3 * part).isoformat() for part in range(101))
    column = ColumnProfile(name="x", type="date", rows=500, null_share=0.0, distinct=301, quantiles=texts, histogram=((1, 301),))
    found = await drawn(column)
    assert all(isinstance(each, date) for each in found)
    assert date.fromordinal(734_990) <= min(found) < max(found) <= date.fromordinal(735_320)


@given(
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=200),
    st.integers(0, 20),
    st.sampled_from(["integer", "numeric(8,1)", "double precision"]),
    st.none() | st.floats(-1.0, 1.0),
)
def test_every_column_of_numbers_is_accepted(values: list[int], nulls: int, type: str, correlation: float | None) -> None:
    column = replace(captured([float(each) for each in values], type, nulls), correlation=correlation)
    ValueProvider(**column.invented())


def test_what_was_captured_as_values_is_given_and_what_has_no_quantiles_is_refused() -> None:
    text = ColumnProfile(name="city", type="text", rows=10, null_share=0.0, distinct=3, histogram=((3, 2), (4, 1)))
    with pytest.raises(ConfigurationError, match=r"'city' of type text has no quantiles .* --values TABLE\.city"):
        text.invented()
    assert replace(text, values=(("Rome", 1.0),)).invented()["values"] == ("Rome",)
    empty = ColumnProfile(name="x", type="integer", rows=10, null_share=1.0, distinct=0)
    assert empty.invented() == {"values": (None,)}

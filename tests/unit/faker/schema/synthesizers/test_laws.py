"""What holds for all numbers: bijections, spaces, and values between any bounds."""

import datetime
import tracemalloc
from decimal import Decimal
from random import Random
from typing import Annotated, Any

import annotated_types
import pydantic
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import Field

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema import SchemaSynthesizer
from ascetic_ddd.faker.schema.synthesizers.patterns import limited
from ascetic_ddd.faker.schema.synthesizers.permutation import Permutation
from ascetic_ddd.faker.schema.synthesizers.spaces import ItemsSpace, ProductSpace, RangeSpace, TextSpace

create_model: Any = pydantic.create_model


@given(st.integers(1, 3_000), st.integers())
def test_a_permutation_is_one(size: int, seed: int) -> None:
    assert sorted(Permutation(size, Random(seed)).at_many(range(size))) == list(range(size))


@given(st.integers(1, 2**200), st.lists(st.integers(0, 10**6), unique=True), st.integers())
def test_a_permutation_of_a_large_range_repeats_nothing(size: int, places: list[int], seed: int) -> None:
    places = [place for place in places if place < size]
    found = Permutation(size, Random(seed)).at_many(places)
    assert len(set(found)) == len(places)
    assert all(0 <= number < size for number in found)


@given(st.text(min_size=1, max_size=5), st.integers(0, 3), st.integers(0, 3), st.integers(1, 400), st.integers())
def test_texts_are_distinct_of_the_right_length_and_as_many_as_there_are(
    alphabet: str, shortest: int, more: int, wanted: int, seed: int
) -> None:
    space = TextSpace(alphabet, shortest, shortest + more, wanted, Random(seed))
    base = len(set(alphabet))
    assert space.size == min(wanted, sum(base**length for length in range(shortest, shortest + more + 1)))
    found = space.at_many(range(space.size))
    assert len(set(found)) == space.size
    assert all(shortest <= len(text) <= shortest + more and set(text) <= set(alphabet) for text in found)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_a_product_has_every_tuple_once(sizes: list[int]) -> None:
    product = ProductSpace([RangeSpace(0, size) if size % 2 else ItemsSpace(range(size)) for size in sizes])
    found = product.at_many(range(product.size))
    assert len(set(found)) == product.size
    assert all(0 <= part < size for row in found for part, size in zip(row, sizes, strict=True))


def rows_of(annotation: Any, rows: int = 40, seed: int = 0) -> list[Any] | None:
    """The values; None if the bounds were refused."""
    model = create_model("Model", value=(annotation, ...))
    schema = SchemaSynthesizer(seed=seed)
    try:
        schema.add(model, rows)
    except ConfigurationError as error:
        assert "Model.value" in str(error)  # noqa: PT017  # the same
        return None
    found = [row.value for row in schema.rows(model)]
    assert len(found) == rows
    return found


def bounds(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    lower = st.one_of(st.just({}), st.fixed_dictionaries({"ge": numbers}), st.fixed_dictionaries({"gt": numbers}))
    upper = st.one_of(st.just({}), st.fixed_dictionaries({"le": numbers}), st.fixed_dictionaries({"lt": numbers}))
    return st.builds(lambda low, high: {**low, **high}, lower, upper)


NORMAL = st.sampled_from([{}, {"distribution": "normal"}])


def is_between(value: Any, told: dict[str, Any]) -> bool:
    return (
        ("ge" not in told or value >= told["ge"])
        and ("gt" not in told or value > told["gt"])
        and ("le" not in told or value <= told["le"])
        and ("lt" not in told or value < told["lt"])
    )


@settings(deadline=None)
@given(bounds(st.integers(-(10**20), 10**20)), st.one_of(st.none(), st.integers(1, 10**6)), NORMAL)
def test_whole_numbers_lie_between_any_bounds(told: dict[str, Any], step: int | None, words: dict[str, Any]) -> None:
    found = rows_of(Annotated[int, Field(**told, multiple_of=step, json_schema_extra=words)])
    if found is None:
        low = told.get("ge", told.get("gt", 0) + 1)
        high = told.get("le", told.get("lt", 0) - 1)
        assert not [number for number in (low + -low % (step or 1),) if number <= high]
    else:
        assert all(is_between(value, told) for value in found)


@settings(deadline=None)
@given(bounds(st.floats(allow_nan=False, allow_infinity=False)), NORMAL)
@example({"ge": -1.7976931348623157e308, "le": 1.7976931348623157e308}, {"distribution": "normal"})
def test_floats_lie_between_any_bounds(told: dict[str, Any], words: dict[str, Any]) -> None:
    found = rows_of(Annotated[float, Field(**told, json_schema_extra=words)])
    assert found is None or all(is_between(value, told) for value in found)


@settings(deadline=None)
@given(
    bounds(st.decimals(-1000, 1000, places=3)),
    st.one_of(st.none(), st.integers(1, 8)),
    st.one_of(st.none(), st.integers(0, 5)),
    st.one_of(st.none(), st.sampled_from([Decimal("0.05"), Decimal("0.3"), Decimal(7)])),
)
def test_decimals_have_their_digits_and_lie_between_any_bounds(
    told: dict[str, Any], digits: int | None, places: int | None, step: Decimal | None
) -> None:
    annotation: Any = Annotated[Decimal, Field(**told, max_digits=digits, decimal_places=places)]
    if step is not None:
        annotation = Annotated[annotation, annotated_types.MultipleOf(step)]
    found = rows_of(annotation)
    assert found is None or all(is_between(value, told) for value in found)


@settings(deadline=None)
@given(bounds(st.datetimes()))
def test_moments_lie_between_any_bounds(told: dict[str, Any]) -> None:
    found = rows_of(Annotated[datetime.datetime, Field(**told)])
    assert found is None or all(is_between(value, told) for value in found)


@settings(deadline=None)
@given(bounds(st.dates()))
def test_days_lie_between_any_bounds(told: dict[str, Any]) -> None:
    found = rows_of(Annotated[datetime.date, Field(**told)])
    assert found is None or all(is_between(value, told) for value in found)


@settings(deadline=None)
@given(bounds(st.times()))
def test_times_lie_between_any_bounds(told: dict[str, Any]) -> None:
    found = rows_of(Annotated[datetime.time, Field(**told)])
    assert found is None or all(is_between(value, told) for value in found)


@settings(deadline=None)
@given(bounds(st.timedeltas()))
def test_durations_lie_between_any_bounds(told: dict[str, Any]) -> None:
    found = rows_of(Annotated[datetime.timedelta, Field(**told)])
    assert found is None or all(is_between(value, told) for value in found)


@settings(deadline=None)
@given(bounds(st.datetimes(timezones=st.timezones())))
def test_moments_with_a_zone_lie_between_any_bounds(told: dict[str, Any]) -> None:
    found = rows_of(Annotated[datetime.datetime, Field(**told)])
    assert found is None or all(is_between(value, told) for value in found)


@pytest.mark.parametrize(
    "annotation",
    [
        Annotated[datetime.time, Field(lt=datetime.time.min)],
        Annotated[datetime.time, Field(gt=datetime.time.max)],
        Annotated[datetime.date, Field(gt=datetime.date.max)],
        Annotated[datetime.datetime, Field(lt=datetime.datetime.min)],  # noqa: DTZ901  # naive, as the field is
        Annotated[datetime.timedelta, Field(gt=datetime.timedelta.max)],
    ],
)
def test_bounds_beyond_the_type_leave_nothing(annotation: Any) -> None:
    assert rows_of(annotation) is None


PIECES = ["a", "[b-d]", r"\d", "(ef|g)", r"\.", "[^x]", "(?:h{2,3})", r"\w", "."]
REPEATS = ["", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?"]
PATTERNS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(REPEATS)).map("".join), min_size=1, max_size=5).map(
    "".join
)


@settings(deadline=None, max_examples=60)
@given(PATTERNS, st.sampled_from([("^", "$"), ("", ""), ("^", ""), ("^(", ")*$")]), st.integers(0, 12), st.integers(0, 12))
def test_texts_match_any_pattern_within_any_length(pattern: str, anchors: tuple[str, str], shortest: int, more: int) -> None:
    whole = f"{anchors[0]}{pattern}{anchors[1]}"
    rows_of(Annotated[str, Field(pattern=whole, min_length=shortest, max_length=shortest + more)], rows=10)


@given(PATTERNS, st.integers(0, 5))
def test_a_limited_pattern_is_a_part_of_the_pattern(pattern: str, limit: int) -> None:
    import re

    import rstr

    text = rstr.Rstr(Random(0)).xeger(limited(pattern, limit))
    assert re.fullmatch(pattern, text, re.DOTALL) is not None


def test_rows_are_not_kept() -> None:
    model = create_model(
        "Model",
        id=(Annotated[int, Field(json_schema_extra={"sql": {"key": "primary"}})], ...),
        text=(Annotated[str, Field(min_length=100, max_length=100)], ...),
        model=(Annotated[int, Field(json_schema_extra={"sql": {"reference": "Model.id"}, "skew": 2, "mean": 10})], ...),
    )
    schema = SchemaSynthesizer()
    schema.add(model, 40_000)
    for _ in zip(range(2_000), schema.rows(model), strict=False):
        pass  # what is made once is there
    tracemalloc.start()
    try:
        for _ in schema.rows(model):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * 2**20  # the rows together have 4 MB of text alone, and their objects ten times that

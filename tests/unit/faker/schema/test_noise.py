"""Noise: every mark is true, every invalid row is rejected, and what pydantic would convert does not count."""

import datetime
import enum
from collections import Counter
from decimal import Decimal
from typing import Annotated, Any, Literal

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AliasPath, BaseModel, Field

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema import SchemaSynthesizer
from ascetic_ddd.faker.schema.noise import KINDS


class State(enum.Enum):
    NEW = "new"
    OLD = "old"


class Item(BaseModel):
    price: Annotated[Decimal, Field(max_digits=6, decimal_places=2, ge=0)]


class Order(BaseModel):
    id: Annotated[int, Field(ge=1, json_schema_extra={"sql": {"key": "primary"}})]
    code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    note: Annotated[str | None, Field(max_length=20)]
    day: Annotated[datetime.date, Field(ge=datetime.date(2024, 1, 1), lt=datetime.date(2025, 1, 1))]
    at: Annotated[datetime.time, Field(gt=datetime.time(8), le=datetime.time(20))]
    state: State
    kind: Literal["a", "b"]
    step: Annotated[int, Field(multiple_of=5, ge=0, le=100)]
    items: Annotated[list[Item], Field(min_length=1, max_length=3)]
    tags: dict[str, int] = {}
    deep: Annotated[int, Field(validation_alias=AliasPath("deep", "down"))]
    anything: Any = None


def schema_of(rows: int = 500, seed: int = 0) -> SchemaSynthesizer:
    schema = SchemaSynthesizer(seed=seed)
    schema.add(Order, rows)
    return schema


def rejects(told: Any) -> bool:
    try:
        Order.model_validate(told)
    except pydantic.ValidationError:
        return True
    return False


@settings(max_examples=20, deadline=None)
@given(probability=st.floats(0, 1), seed=st.integers(0, 1000))
def test_a_row_is_rejected_exactly_if_it_is_marked(probability: float, seed: int) -> None:
    for row in schema_of(20, seed).noisy_rows(Order, probability=probability):
        assert rejects(row.told) == bool(row.faults)
        assert len({fault.field for fault in row.faults}) == len(row.faults)


def test_each_fault_by_itself_is_rejected_and_named() -> None:
    for row in schema_of().noisy_rows(Order, probability=1 / 11):
        if len(row.faults) == 1:
            (fault,) = row.faults
            with pytest.raises(pydantic.ValidationError) as caught:
                Order.model_validate(row.told)
            assert {item["loc"][0] for item in caught.value.errors()} == {fault.field}
            assert caught.value.errors()[0]["msg"] in fault.words


def test_fields_are_broken_with_the_asked_probability_in_every_way() -> None:
    rows = list(schema_of(1_000).noisy_rows(Order, probability=0.3))
    assert len(rows) == 1_000
    broken = Counter(fault.field for row in rows for fault in row.faults)
    assert set(broken) == set(Order.model_fields) - {"anything"}
    assert all(240 < count < 360 for count in broken.values())
    assert {fault.kind for row in rows for fault in row.faults} == set(KINDS)


def test_the_kinds_may_be_chosen() -> None:
    for row in schema_of(100).noisy_rows(Order, probability=1, kinds=["missing"]):
        required = {"id", "code", "note", "day", "at", "state", "kind", "step", "items", "deep"}
        assert {fault.field for fault in row.faults} == required
        assert set(row.told) <= {"tags", "anything", "deep"}
    ranges = {fault.field for row in schema_of(100).noisy_rows(Order, probability=1, kinds=["range"]) for fault in row.faults}
    assert ranges == {"id", "day", "at", "step"}
    lengths = {fault.field for row in schema_of(100).noisy_rows(Order, probability=1, kinds=["length"]) for fault in row.faults}
    assert lengths == {"note", "items"}


def test_without_noise_rows_are_what_they_are() -> None:
    schema = schema_of(50)
    rows = [Order.model_validate(row.told) for row in schema.noisy_rows(Order, probability=0)]
    assert rows == list(schema.rows(Order))


def test_same_seed_same_noise() -> None:
    one, two = (list(schema_of(50, 4).noisy_rows(Order, probability=0.2)) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    "options", [{"probability": 2}, {"probability": 0.1, "kinds": ["typo"]}, {"probability": 0.1, "kinds": []}]
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        schema_of().noisy_rows(Order, **options)

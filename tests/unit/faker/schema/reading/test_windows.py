"""One bound means: as far from it as the default window is wide, whatever the type is and wherever the bound lies."""

import datetime
import sys
from decimal import Decimal
from typing import Annotated, Any

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema import ModelSynthesizer, SchemaSynthesizer

create_model: Any = pydantic.create_model
day, moment, span = datetime.date, datetime.datetime, datetime.timedelta

BOUNDS: dict[type, st.SearchStrategy[Any]] = {
    int: st.integers(-(10**30), 10**30),
    float: st.floats(-sys.float_info.max / 2, sys.float_info.max / 2),
    Decimal: st.decimals(-(10**20), 10**20, places=3),
    day: st.dates(day(20, 1, 1), day(9980, 1, 1)),
    moment: st.datetimes(moment(20, 1, 1), moment(9980, 1, 1)),
    span: st.timedeltas(span(days=-900_000_000), span(days=900_000_000)),
}


@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("kind", BOUNDS)
@given(data=st.data())
def test_one_bound_leaves_many_values_on_its_side(kind: type, data: st.DataObject) -> None:
    bound = data.draw(BOUNDS[kind])
    name = data.draw(st.sampled_from(["ge", "gt", "le", "lt"]))
    words = {} if data.draw(st.booleans()) else {"json_schema_extra": {"sql": {"key": "primary"}}}
    field: Any = Field(**{name: bound, **words})
    schema = SchemaSynthesizer(seed=data.draw(st.integers(0, 99)))
    schema.add(create_model("Row", x=(Annotated[kind, field], ...)), 300)
    values = {row.x for row in schema.rows("Row")}
    assert len(values) > 250, "300 out of at least 4,096"
    assert all(value >= bound if name in ("ge", "gt") else value <= bound for value in values)


def ends(annotation: Any, **bounds: Any) -> tuple[Any, Any]:
    field: Any = Field(**bounds)
    synth: Any = ModelSynthesizer(create_model("Row", x=(Annotated[annotation, field], ...)), 1).fields["x"]
    low, high = synth.min_value, synth.max_value
    return (synth.value(low), synth.value(high)) if annotation in (day, moment, span) else (low, high)


@pytest.mark.parametrize(
    ("annotation", "bounds", "low", "high"),
    [
        (int, {}, 0, 2**32 - 1),
        (int, {"ge": 5}, 5, 2**32 + 4),
        (int, {"le": -5}, -(2**32) - 4, -5),
        (int, {"ge": -5}, -5, 2**32 - 1),
        (float, {"ge": 5}, 5.0, 2.0**32 + 4),
        (float, {"ge": 1e300}, 1e300, 2e300),
        (float, {"le": -1e308}, -sys.float_info.max, -1e308),
        (day, {}, day(1970, 1, 1), day(2099, 12, 31)),
        (day, {"ge": day(2021, 1, 18)}, day(2021, 1, 18), day(2099, 12, 31)),
        (day, {"le": day(2006, 1, 1)}, day(1970, 1, 1), day(2006, 1, 1)),
        (day, {"lt": day(1900, 1, 1)}, day(1769, 12, 31), day(1899, 12, 31)),
        (day, {"gt": day(2150, 1, 1)}, day(2150, 1, 2), day(2280, 1, 2)),
        (day, {"lt": day(1970, 6, 1)}, day(1840, 5, 31), day(1970, 5, 31)),
        (day, {"ge": day(9999, 12, 30)}, day(9999, 12, 30), day.max),
        (span, {"ge": span(days=30)}, span(days=30), span(days=60)),
        (span, {"ge": span(days=20)}, span(days=20), span(days=30)),
        (span, {"le": span(0)}, span(days=-30), span(0)),
    ],
)
def test_the_ends(annotation: Any, bounds: dict[str, Any], low: Any, high: Any) -> None:
    assert ends(annotation, **bounds) == (low, high)


def test_past_and_future_are_made_without_a_clock_and_say_so_where_they_cannot() -> None:
    class Row(BaseModel):
        seen: Annotated[pydantic.PastDate, Field(ge=day(2018, 1, 1))]
        due: Annotated[pydantic.FutureDatetime, Field(le=moment(2060, 1, 1))]

    schema = SchemaSynthesizer()
    schema.add(Row, 300)
    for row in schema.rows(Row):
        assert day(2018, 1, 1) <= row.seen < day(2025, 1, 1)
        assert moment(2050, 1, 1) <= row.due <= moment(2060, 1, 1)
    with pytest.raises(ConfigurationError, match=r"Row\.x: no value lies between .*PastDate is made from .*no clock is asked"):
        schema.add(create_model("Row", x=(Annotated[pydantic.PastDate, Field(ge=day(2300, 1, 1))], ...)), 1)

"""Any value as a field of CSV, by rules that hold for all of them."""

import csv
import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ByteSize, SecretStr, TypeAdapter

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.feeds.csv_text import CsvText, duration_text
from ascetic_ddd.faker.infrastructure.feeds.reading import _records

TEXTS = (
    st.none()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(["", '"', "\r\n", ",", "\\N", '""'])
)


def lines_of(rows: list[list[str | None]], null: str = "") -> str:
    columns = [CsvText(null).column("x", column) for column in zip(*rows, strict=True)]
    return "".join(",".join(fields) + "\r\n" for fields in zip(*columns, strict=True))


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_every_text_comes_back_and_an_empty_one_is_not_null(rows: list[list[str | None]]) -> None:
    written = lines_of(rows)
    read = [[None if not quoted and text == "" else text for text, quoted in fields] for _, fields in records(written)]
    assert read == rows


@given(st.lists(st.lists(TEXTS.filter(lambda text: text != "\\N"), min_size=2, max_size=2), min_size=1, max_size=5))
def test_with_a_marker_python_s_csv_module_reads_the_same(rows: list[list[str | None]]) -> None:
    read = csv.reader(io.StringIO(lines_of(rows, "\\N"), newline=""), strict=True)
    assert [[None if text == "\\N" else text for text in fields] for fields in read] == rows


def records(written: str) -> Any:
    return _records(io.StringIO(written, newline=""), "x")


# Downwards pydantic reads 999,999,999 hours at most.
@given(st.timedeltas(min_value=datetime.timedelta(hours=-999_999_999)))
def test_a_duration_is_read_by_pydantic_as_it_was(value: datetime.timedelta) -> None:
    assert TypeAdapter(datetime.timedelta).validate_python(duration_text(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (ByteSize(2048), "2048"),
        (1.5, "1.5"),
        (float("nan"), "nan"),
        (Decimal("1E+3"), "1E+3"),
        (SecretStr("x"), '"x"'),
        (b"\x00\xff", "\\x00ff"),
        ([1, None, "a"], '"[1,null,""a""]"'),
        ({"a": float("inf")}, '"{""a"":""Infinity""}"'),
        (datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC), "2024-01-02T00:00:00+00:00"),
    ],
)
def test_a_value_has_one_text(value: Any, text: str) -> None:
    assert CsvText().column("x", [value, None, "other"]) == [text, "", '"other"']


def test_as_json_every_value_is_a_document() -> None:
    assert CsvText().column("x", ["5", 5, None], is_json=True) == ['"""5"""', '"5"', ""]


def test_a_value_that_nobody_can_write_is_told_with_its_column() -> None:
    class Odd:
        def __repr__(self) -> str:
            return "<odd>"

    with pytest.raises(ConfigurationError, match=r"column 'x': <odd> of type Odd cannot be written as text: "):
        CsvText().column("x", [1, Odd()])


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-1", "@x", "\tx", "\rx", "\nx", "\uff1d1", '=HYPERLINK("x")'])
def test_what_a_spreadsheet_would_take_for_a_formula_gets_an_apostrophe(text: str) -> None:
    written = CsvText(spreadsheet_safe=True)
    (field,) = written.column("x", [text])
    assert next(csv.reader([field + "\r\n"] if "\n" not in text else io.StringIO(field, newline=""))) == [f"'{text}"]
    assert written.header([text]) == [field]
    assert CsvText().column("x", [text]) == CsvText().header([text]) != [field]


def test_numbers_stay_numbers_and_what_is_no_formula_stays() -> None:
    values = [-1, -1.5, Decimal("-2"), float("-inf"), None, "", "a=b", "'", datetime.timedelta(1), ["=1"], {"a": "=1"}]
    assert CsvText(spreadsheet_safe=True).column("x", values) == CsvText().column("x", values)
    assert CsvText(spreadsheet_safe=True).column("x", [-1, "=1"], is_json=True) == ['"-1"', '"""=1"""']
    assert CsvText(spreadsheet_safe=True).column("x", [datetime.timedelta(seconds=-1)]) == ["'-0:00:01"]


def test_a_null_that_looks_like_a_formula_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="formula"):
        CsvText("-", spreadsheet_safe=True)

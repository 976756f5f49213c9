"""State survives the way through JSON, and what cannot is named."""

import enum
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.repositories.state_codec import dumps, encode, loads

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    TEXT,
    st.sampled_from(["$", "$uuid", "$$"]),
    st.uuids(),
    st.dates(),
    st.times().map(lambda value: value.replace(fold=0)),
    st.timedeltas(),
    st.datetimes(timezones=st.sampled_from([None, timezone(timedelta(hours=3))])).map(lambda value: value.replace(fold=0)),
    st.decimals(allow_nan=False),
    st.binary(),
)
KEYS = st.one_of(TEXT, st.sampled_from(["$uuid", "$$uuid", "$"]))
STATES = st.recursive(LEAVES, lambda parts: st.lists(parts) | st.dictionaries(KEYS, parts) | st.tuples(parts))


@given(STATES)
def test_what_was_written_is_read_back(state: Any) -> None:
    assert repr(loads(dumps(encode(state)))) == repr(state)


class Status(enum.Enum):
    ACTIVE = "active"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"a": {"b": Status.ACTIVE}}, r"'a\.b'.*Status.*\.value"),
        ({"a": {1}}, r"'a'.*set"),
        ({"a": {"b": "x\x00"}}, r"'a\.b'.*NUL"),
        ({"a": {7: 1}}, r"'a'.*key 7"),
        (object(), "the value itself"),
    ],
)
def test_what_is_no_plain_data_is_named(state: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        encode(state)


@pytest.mark.parametrize("text", ['{"$import": "os"}', '{"$uuid": "x"}'])
def test_an_unknown_or_damaged_tag_is_an_error(text: str) -> None:
    with pytest.raises(PersistenceError, match="cannot be read"):
        loads(text)


def test_types_survive() -> None:
    state = {"u": UUID(int=3), "d": date(2001, 1, 1), "t": time(1), "n": Decimal("1.0"), "x": datetime(2001, 1, 1)}  # noqa: DTZ001
    assert {key: type(part) for key, part in loads(dumps(encode(state))).items()} == {
        key: type(part) for key, part in state.items()
    }

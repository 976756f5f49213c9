"""The state of an object, in the first way that its class offers."""

import dataclasses
import datetime
import enum
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import attrs
import pydantic
import pytest

from ascetic_ddd.faker import ConfigurationError, exported
from ascetic_ddd.faker.declaring.reading import collection_of, fields_of, hints_of, item_of, value_class


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str


@dataclasses.dataclass
class Number:
    value: int


@attrs.define
class Attrs:
    _id: Number
    colour: Colour


class Model(pydantic.BaseModel):
    id: int
    price: Money


class Struct:
    """As msgspec's classes tell of themselves."""

    __struct_fields__: ClassVar[tuple[str, ...]] = ("id", "colour")
    id: Number
    colour: Colour

    def __init__(self, id: Number, colour: Colour) -> None:
        self.id, self.colour = id, colour


class Writing:
    def export(self, exporter: dict[str, Any]) -> None:
        exporter["id"] = 5


class Giving:
    def export(self, deep: bool = True) -> dict[str, Any]:
        return {"id": 6}


class Valued:
    @property
    def value(self) -> Number:
        return Number(7)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (5, 5),
        ("a", "a"),
        (b"a", b"a"),
        (Decimal("1.10"), Decimal("1.10")),
        (UUID(int=1), UUID(int=1)),
        (datetime.date(2026, 1, 2), datetime.date(2026, 1, 2)),
        (Colour.RED, "red"),
        (Number(5), 5),
        (Money(Decimal(1), "EUR"), {"amount": Decimal(1), "currency": "EUR"}),
        (Attrs(Number(1), Colour.RED), {"id": 1, "colour": "red"}),
        (Model(id=1, price=Money(Decimal(1), "EUR")), {"id": 1, "price": {"amount": Decimal(1), "currency": "EUR"}}),
        (Struct(Number(1), Colour.RED), {"id": 1, "colour": "red"}),
        (Writing(), {"id": 5}),
        (Giving(), {"id": 6}),
        (Valued(), 7),
        ((Number(1), Number(2)), [1, 2]),
        (frozenset({Colour.RED}), ["red"]),
        ({"a": Number(1)}, {"a": 1}),
    ],
)
def test_an_object_is_exported_in_the_way_it_offers(value: Any, plain: Any) -> None:
    assert exported(value) == plain


@pytest.mark.parametrize(
    ("hint", "factory"),
    [(int, None), (Number | None, Number), (Colour, Colour), (int | str, None), (list[Number], None), (None, None), (Any, None)],
)
def test_a_value_is_made_by_the_class_of_its_type(hint: Any, factory: Any) -> None:
    assert value_class(hint) is factory


@pytest.mark.parametrize(
    ("hint", "collection", "item"),
    [
        (tuple[Number, ...], tuple, Number),
        (list[int], list, int),
        (frozenset[Colour] | None, frozenset, Colour),
        (list, list, None),
        (None, list, None),
    ],
)
def test_a_collection_is_made_as_its_type_says(hint: Any, collection: Any, item: Any) -> None:
    assert (collection_of(hint), item_of(hint)) == (collection, item)


def test_types_are_read_of_whatever_makes_the_object() -> None:
    def make(id: Number, note: "Colour | None" = None) -> None: ...

    assert hints_of(Attrs) == {"id": Number, "colour": Colour}
    assert hints_of(Model) == {"id": int, "price": Money}
    assert hints_of(Struct) == {"id": Number, "colour": Colour}
    assert hints_of(make)["note"] == Colour | None
    assert fields_of(Writing) is None


def test_types_that_are_not_there_at_run_time_are_refused() -> None:
    def make(id: "OnlyForCheckers") -> None: ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(
        ConfigurationError, match=r"make takes cannot be read: name 'OnlyForCheckers' is not defined; import it at"
    ):
        hints_of(make)

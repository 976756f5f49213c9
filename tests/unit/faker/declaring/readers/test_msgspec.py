"""Structs of msgspec as models; msgspec itself checks what is made."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
import pytest

from tests.unit.faker.declaring.readers.deriving import Status, check_refused, derived


class Scalars(msgspec.Struct):
    id: int | None
    a: bool
    b: int
    c: float
    d: str
    e: bytes
    f: Decimal


class Times(msgspec.Struct, frozen=True):
    id: UUID
    a: date
    b: datetime


class Bounded(msgspec.Struct):
    id: int | None
    low: Annotated[int, msgspec.Meta(ge=3, le=9)]
    strict: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    even: Annotated[int, msgspec.Meta(multiple_of=2)]
    maybe: Annotated[int, msgspec.Meta(le=5)] | None


class Texts(msgspec.Struct):
    id: int | None
    short: Annotated[str, msgspec.Meta(min_length=2, max_length=4)]
    code: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}-\d{2}$")]


class Chosen(msgspec.Struct):
    id: int | None
    status: Status
    kind: Literal["a", "b"]


class Optionals(msgspec.Struct):
    id: int | None
    a: int | None
    b: str | int
    c: str | None = None


class Collections(msgspec.Struct):
    id: int | None
    a: list[int]
    b: set[str]
    c: tuple[int, str]
    d: dict[str, int]


class Title(msgspec.Struct, frozen=True):
    value: Annotated[str, msgspec.Meta(max_length=9)]


class Address(msgspec.Struct, frozen=True):
    street: str
    city: str


class Nested(msgspec.Struct):
    id: UUID
    title: Title
    home: Address
    work: Address | None


class Many(msgspec.Struct):
    id: int | None
    addresses: tuple[Address, ...]


class Defaults(msgspec.Struct, kw_only=True):
    id: UUID = msgspec.field(default_factory=uuid4)
    name: str
    status: str = "new"
    items: list[int] = []
    nick: str | None = None


@pytest.mark.parametrize("model", [Scalars, Times, Bounded, Texts, Chosen, Optionals, Collections, Nested, Many, Defaults])
async def test_each_kind_of_field(model: Any) -> None:
    made = await derived(model)
    for each in made:
        assert msgspec.json.decode(msgspec.json.encode(each), type=model) == each
    for name in model.__struct_fields__:
        constant = model is Defaults and name in ("status", "items")
        assert (len({repr(getattr(each, name)) for each in made}) == 1) is constant, name


class WithObject(msgspec.Struct):
    id: int | None
    raw: msgspec.Raw


class Employee(msgspec.Struct):
    id: int | None
    company_id: int


@pytest.mark.parametrize(
    ("model", "name", "kind", "what_to_do"),
    [
        (WithObject, "raw", "Raw", "raw=value(lambda: …)"),
        (Employee, "company_id", "int", "company_id=reference(…)"),
    ],
)
def test_what_cannot_be_drawn_is_refused(model: Any, name: str, kind: str, what_to_do: str) -> None:
    check_refused(model, name, kind, what_to_do)

"""Classes of attrs as models."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid4

import attrs
import pytest
from attrs import validators as check

from tests.unit.faker.declaring.readers.deriving import Status, check_refused, check_types, derived


@attrs.define
class Scalars:
    id: int | None
    a: bool
    b: int
    c: float
    d: str
    e: bytes
    f: Decimal


@attrs.frozen
class Times:
    id: UUID
    a: date
    b: datetime


@attrs.define
class Bounded:
    id: int | None
    low: int = attrs.field(validator=[check.ge(3), check.le(9)])
    strict: int = attrs.field(validator=check.and_(check.gt(3), check.lt(9)))
    maybe: int | None = attrs.field(validator=check.optional(check.le(5)))


@attrs.define
class Texts:
    id: int | None
    short: str = attrs.field(validator=[check.min_len(2), check.max_len(4)])
    code: str = attrs.field(validator=check.matches_re(r"[A-Z]{3}-\d{2}"))


@attrs.define
class Chosen:
    id: int | None
    status: Status
    kind: Literal["a", "b"]
    size: str = attrs.field(validator=check.in_(["S", "M", "L"]))


@attrs.define
class Private:
    _id: int | None
    _name: str
    title: str = attrs.field(alias="called")


@attrs.frozen
class Email:
    value: str = attrs.field(validator=check.min_len(3))


@attrs.frozen
class Address:
    street: str
    city: str


@attrs.define
class Nested:
    id: UUID
    email: Email
    home: Address
    work: Address | None


@attrs.define
class Many:
    id: int | None
    addresses: tuple[Address, ...]
    tags: list[str]


@attrs.define
class Defaults:
    name: str
    id: UUID = attrs.field(factory=uuid4)
    status: str = "new"
    items: list[int] = attrs.field(factory=list)
    double: str = attrs.field()
    nick: str | None = None

    @double.default
    def _double(self) -> str:
        return self.name * 2


@attrs.define(slots=False)
class WithoutSlots:
    id: int | None
    name: str


@pytest.mark.parametrize("model", [Scalars, Times, Bounded, Texts, Chosen, Nested, Many, WithoutSlots])
async def test_each_kind_of_field(model: Any) -> None:
    """The validators themselves hold when the objects are made."""
    check_types(await derived(model), {each.name: each.type for each in attrs.fields(model)})


async def test_private_attributes_are_told_by_their_public_names() -> None:
    made = await derived(Private)
    assert len({each.title for each in made}) > 1
    assert len({each._id for each in made}) == len(made)


async def test_a_default_is_left_to_the_model() -> None:
    made = await derived(Defaults)
    assert {(each.status, tuple(each.items)) for each in made} == {("new", ())}
    assert all(each.double == each.name * 2 for each in made)
    assert len({each.id for each in made}) == len(made)
    assert len({each.nick for each in made}) > 1


@attrs.define
class WithCallable:
    id: int | None
    act: Callable[[], int]


@attrs.define
class Employee:
    id: int | None
    company_id: UUID


@pytest.mark.parametrize(
    ("model", "name", "kind", "what_to_do"),
    [
        (WithCallable, "act", "Callable", "act=value(lambda: …)"),
        (Employee, "company_id", "UUID", "company_id=reference(…)"),
    ],
)
def test_what_cannot_be_drawn_is_refused(model: Any, name: str, kind: str, what_to_do: str) -> None:
    check_refused(model, name, kind, what_to_do)

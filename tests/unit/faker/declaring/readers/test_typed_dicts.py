"""Typed dictionaries as models."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NotRequired, TypedDict, get_type_hints
from uuid import UUID

import pytest
from annotated_types import Ge, Le

from ascetic_ddd.faker.declaring.recipes import value
from tests.unit.faker.declaring.readers.deriving import Status, check_refused, check_types, derived


class Scalars(TypedDict):
    id: int
    a: bool
    b: float
    c: str
    d: bytes
    e: Decimal


class Times(TypedDict):
    id: UUID
    a: date


class Bounded(TypedDict):
    id: int
    low: Annotated[int, Ge(3), Le(9)]


class Chosen(TypedDict):
    id: int
    status: Status
    kind: Literal["a", "b"]


class Optionals(TypedDict):
    id: int
    a: int | None
    b: str | int


class Collections(TypedDict):
    id: int
    a: list[int]
    b: dict[str, int]
    c: tuple[int, str]


class Address(TypedDict):
    street: str
    city: str


class Nested(TypedDict):
    id: int
    home: Address
    work: Address | None


class Many(TypedDict):
    id: int
    addresses: list[Address]


class Partial(TypedDict):
    id: int
    name: str
    nick: NotRequired[str]


class Base(TypedDict):
    id: int


class Inherited(Base):
    name: str


@pytest.mark.parametrize("model", [Scalars, Times, Bounded, Chosen, Optionals, Collections, Nested, Many, Inherited])
async def test_each_kind_of_field(model: Any) -> None:
    made = await derived(model)
    check_types(made, get_type_hints(model), dict.__getitem__)


async def test_what_is_not_required_is_left_out_unless_it_is_declared() -> None:
    assert all("nick" not in each for each in await derived(Partial))
    assert {each["nick"] for each in await derived(Partial, told={"nick": value(["a", "b"])})} == {"a", "b"}


class WithCallable(TypedDict):
    id: int
    act: Callable[[], int]


def test_what_cannot_be_drawn_is_refused() -> None:
    check_refused(WithCallable, "act", "Callable", "act=value(lambda: …)")

"""Dataclasses as models: every kind of field works, or is refused by field, type and what to do."""

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, NewType
from uuid import UUID, uuid4

import pytest
from annotated_types import Ge, Le, MaxLen

from ascetic_ddd.faker.declaring.classes import Aggregate
from ascetic_ddd.faker.declaring.recipes import value
from ascetic_ddd.faker.domain.errors import ConfigurationError
from tests.unit.faker.declaring.readers.deriving import Status, check_refused, check_types, derived

Money = NewType("Money", Decimal)


@dataclass
class Scalars:
    id: int | None
    a: bool
    b: int
    c: float
    d: str
    e: bytes
    f: Decimal


@dataclass
class Times:
    id: UUID
    a: date
    b: datetime
    c: time
    d: timedelta


@dataclass(frozen=True)
class Constrained:
    id: UUID
    small: Annotated[int, Ge(3), Le(9)]
    short: Annotated[str, MaxLen(4)]
    price: Money


@dataclass
class Chosen:
    id: int | None
    status: Status
    kind: Literal["a", "b"]
    maybe_status: Status | None


@dataclass
class Optionals:
    id: int | None
    a: int | None
    b: str | int
    c: str | None = None


@dataclass
class Collections:
    id: int | None
    a: list[int]
    b: set[str]
    c: frozenset[date]
    d: tuple[int, str]
    e: tuple[int, ...]
    f: dict[str, int]
    g: Sequence[float]


@dataclass(frozen=True)
class BookId:
    value: UUID


@dataclass(frozen=True)
class Title:
    value: str


@dataclass(frozen=True)
class Positive:
    number: Annotated[int, Ge(1), Le(5)]


@dataclass
class WithValues:
    id: BookId
    title: Title
    stars: Positive
    subtitle: Title | None


@dataclass(frozen=True)
class City:
    name: str
    country: str


@dataclass(frozen=True)
class Address:
    street: str
    city: City


@dataclass
class Nested:
    id: int | None
    home: Address
    work: Address | None


@dataclass
class Many:
    id: int | None
    lines: list[Address]
    others: tuple[Address, ...]


@dataclass
class Defaults:
    name: str
    id: UUID = field(default_factory=uuid4)
    status: str = "new"
    version: int = 1
    items: list[int] = field(default_factory=list)
    nick: str | None = None
    hidden: int = field(default=0, init=False)


@dataclass
class Special:
    id: int | None
    folder: PurePosixPath
    ip: IPv4Address


@pytest.mark.parametrize(
    "model", [Scalars, Times, Constrained, Chosen, Optionals, Collections, WithValues, Nested, Many, Special]
)
async def test_each_kind_of_field(model: Any) -> None:
    made = await derived(model)
    hints = {each.name: each.type for each in dataclasses.fields(model) if each.name != "price"}
    check_types(made, hints)


async def test_constraints_hold() -> None:
    made = await derived(Constrained)
    assert {each.small for each in made} <= set(range(3, 10))
    assert all(len(each.short) <= 4 for each in made)
    stars = [each.stars.number for each in await derived(WithValues)]
    assert set(stars) <= set(range(1, 6))


async def test_names_mean_something() -> None:
    @dataclass
    class Customer:
        id: int | None
        email: str
        city: str

    assert all(re.fullmatch(r"\S+@\S+\.\S+", each.email) for each in await derived(Customer))


async def test_a_default_is_left_to_the_model_but_none_and_ids_are_not() -> None:
    made = await derived(Defaults)
    assert {(each.status, each.version, tuple(each.items), each.hidden) for each in made} == {("new", 1, (), 0)}
    assert len({each.id for each in made}) == len(made)
    assert len({each.nick for each in made}) > 1


async def test_ids_of_numbers_run_and_ids_of_texts_are_unique() -> None:
    @dataclass(frozen=True)
    class Frozen:
        id: int
        name: str

    @dataclass
    class Coded:
        code: Annotated[str, MaxLen(9)]
        name: str

    assert [each.id for each in await derived(Frozen)] == list(range(1, 31))
    codes = [each.code for each in await derived(Coded, id_attr="code")]
    assert len(set(codes)) == len(codes)


async def test_what_is_declared_goes_first() -> None:
    made = await derived(Scalars, told={"b": value([5, 6]), "d": "always"})
    assert {each.b for each in made} == {5, 6}
    assert {each.d for each in made} == {"always"}


class Unknown:
    def __init__(self, whatever: object) -> None: ...


@dataclass
class Tree:
    id: int | None
    left: "Tree | None"


@dataclass
class Forest:
    id: int | None
    trees: "list[Forest]"


@dataclass
class Employee:
    id: int | None
    company_id: int


@dataclass
class WithPath:
    id: int | None
    path: str


@dataclass
class WithCallable:
    id: int | None
    act: Callable[[], int]


@dataclass
class WithUnknown:
    id: int | None
    it: Unknown


@dataclass
class WithImpossible:
    id: int | None
    it: Annotated[int, Ge(9), Le(3)]


@dataclass(frozen=True)
class PartedId:
    tenant: int
    number: int | None


@dataclass
class WithPartedId:
    id: PartedId


@pytest.mark.parametrize(
    ("model", "name", "kind", "what_to_do"),
    [
        (Tree, "left", "Tree | None", "left=value(lambda: …)"),
        (Forest, "trees", "Forest", "trees=value(lambda: [])"),
        (Employee, "company_id", "int", "company_id=reference(…)"),
        (WithPath, "path", "str", "a part path_ in a subclass of Aggregate"),
        (WithCallable, "act", "Callable", "act=value(lambda: …)"),
        (WithUnknown, "it", "Unknown", "it=value(lambda: …)"),
        (WithImpossible, "it", "Annotated", "it=value(lambda: …)"),
        (WithPartedId, "id", "PartedId", "class id(Composite[…])"),
    ],
)
def test_what_cannot_be_drawn_is_refused(model: Any, name: str, kind: str, what_to_do: str) -> None:
    check_refused(model, name, kind, what_to_do)


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="its fields are not known; declare its parts in a subclass of Aggregate"):
        Aggregate.of(Unknown)
    with pytest.raises(ConfigurationError, match="City has no field 'id'; name its id, as id_attr='code'"):
        Aggregate.of(City)
    with pytest.raises(ConfigurationError, match=r"Scalars has no field 'bb'; .*did you mean 'b'"):
        Aggregate.of(Scalars, bb=value([1]))

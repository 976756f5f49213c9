"""Models of pydantic as models; pydantic itself checks what is made."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, HttpUrl, PositiveInt, SecretStr, conlist, constr
from pydantic.dataclasses import dataclass

from ascetic_ddd.faker.declaring.exporting import exported
from tests.unit.faker.declaring.readers.deriving import Status, check_refused, derived


class Scalars(BaseModel):
    id: int | None
    a: bool
    b: int
    c: float
    d: str
    e: bytes
    f: Decimal


class Times(BaseModel):
    id: UUID
    a: date
    b: datetime
    c: AwareDatetime
    d: timedelta


class Bounded(BaseModel):
    id: int | None
    low: int = Field(ge=3, le=9)
    positive: PositiveInt
    price: Decimal = Field(max_digits=6, decimal_places=2)
    maybe: Annotated[int, Field(le=5)] | None


class Texts(BaseModel):
    id: int | None
    short: constr(min_length=2, max_length=4)  # type: ignore[valid-type]  # as pydantic documents it
    code: str = Field(pattern=r"^[A-Z]{3}-\d{2}$")
    email: EmailStr


class Chosen(BaseModel):
    id: int | None
    status: Status
    kind: Literal["a", "b"]


class Special(BaseModel):
    id: int | None
    url: HttpUrl
    password: SecretStr


class Collections(BaseModel):
    id: int | None
    a: conlist(int, min_length=1, max_length=3)  # type: ignore[valid-type]
    b: set[str]
    c: dict[str, int]
    d: list[list[int]]


class Address(BaseModel):
    model_config = ConfigDict(frozen=True)
    street: str
    city: str


class Nested(BaseModel):
    id: UUID
    home: Address
    work: Address | None
    others: list[Address]


class Aliased(BaseModel):
    id: int | None
    name: str = Field(alias="fullName")
    city: str = Field(validation_alias="town")


class ByName(Aliased):
    model_config = ConfigDict(populate_by_name=True)


class Defaults(BaseModel):
    id: UUID = Field(default_factory=uuid4)
    name: str
    status: str = "new"
    items: list[int] = Field(default_factory=list)
    nick: str | None = None


@dataclass
class Kind:
    id: int | None
    low: int = Field(ge=3, le=9)


@pytest.mark.parametrize("model", [Scalars, Times, Bounded, Texts, Chosen, Special, Collections, Nested, ByName, Defaults, Kind])
async def test_each_kind_of_field(model: Any) -> None:
    made = await derived(model)
    for name in model.__pydantic_fields__:
        constant = model is Defaults and name in ("status", "items")
        assert (len({repr(exported(getattr(each, name))) for each in made}) == 1) is constant, name


class WithAny(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    id: int | None
    it: Exception


class Employee(BaseModel):
    id: int | None
    company_id: int


@pytest.mark.parametrize(
    ("model", "name", "kind", "what_to_do"),
    [
        (WithAny, "it", "Exception", "it=value(lambda: …)"),
        (Employee, "company_id", "int", "company_id=reference(…)"),
        (Aliased, "name", "str", "populate_by_name"),
    ],
)
def test_what_cannot_be_drawn_is_refused(model: Any, name: str, kind: str, what_to_do: str) -> None:
    check_refused(model, name, kind, what_to_do)

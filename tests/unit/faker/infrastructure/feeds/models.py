"""Models with everything that a column can hold, and with every way of referring."""

import datetime
import enum
import ipaddress
import pathlib
import re
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ByteSize,
    ConfigDict,
    EmailStr,
    Field,
    HttpUrl,
    Json,
    PositiveInt,
    SecretStr,
    field_serializer,
)

__all__ = ("Author", "Book", "Colour", "Everything", "Level", "Point", "Tenant", "Worker", "foreign", "primary")

primary: dict[str, Any] = {"sql": {"key": "primary"}}


def foreign(reference: str, *keys: str, **more: Any) -> dict[str, Any]:
    return {"sql": {"key": ["foreign", *keys], "reference": reference}, **more}


class Colour(enum.Enum):
    RED = "red"
    O_HARA = "o'hara"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Point(BaseModel):
    x: int
    at: datetime.date
    label: str | None


class Safe(BaseModel):
    """Nested, and not what pydantic would read back from its own JSON."""

    model_config = ConfigDict(val_json_bytes="base64")

    pin: SecretStr
    raw: bytes
    told: int = Field(validation_alias="toldAs")
    kept: int = Field(exclude=True)
    inside: Json[dict[str, int]]
    moment: datetime.datetime

    @field_serializer("moment")
    def _year(self, value: datetime.datetime) -> int:
        return value.year


@dataclass
class Size:
    width: Decimal
    parts: list[int]


class Everything(BaseModel):
    """A row of "all" there is; it's quoted."""

    id: uuid.UUID = Field(json_schema_extra=primary)
    code: str = Field(max_length=12, json_schema_extra={"sql": {"key": "unique"}}, description="Unique; don't change")
    small: int = Field(ge=-5, le=1000)
    number: int
    big: int = Field(ge=0, le=2**70)
    positive: PositiveInt
    price: Decimal = Field(max_digits=8, decimal_places=2)
    free_price: Decimal
    ratio: float
    flag: bool
    text: str
    maybe_text: str | None = Field(max_length=20, json_schema_extra={"null_weight": 0.4})
    weird: Annotated[str, Field(pattern=r"^[\"',;\\\r\n\té☃ ]{0,9}$")]
    day: datetime.date
    moment: datetime.datetime
    zoned: AwareDatetime
    noon: datetime.time
    duration: datetime.timedelta = Field(ge=datetime.timedelta(days=-40), le=datetime.timedelta(days=40))
    raw: bytes
    colour: Colour
    level: Level
    kind: Literal["a", "b'c"]
    yes: Literal[1, 2] | None
    mail: EmailStr
    url: HttpUrl
    address: ipaddress.IPv4Address
    net: ipaddress.IPv6Network
    path: pathlib.PurePath
    secret: SecretStr
    size: ByteSize
    expression: re.Pattern[str]
    tags: list[str]
    unique_tags: frozenset[int]
    pair: tuple[int, str]
    words: dict[str, float | None]
    point: Point
    points: list[Point] | None
    box: Size
    either: int | str | None
    document: Json[list[int]]
    safe: Safe
    safes: dict[str, Safe] | None
    order: str = Field(json_schema_extra={"sql": {"column": 'weird "name" %s'}})


class Tenant(BaseModel):
    id: int = Field(json_schema_extra=primary)
    name: str


class Author(BaseModel):
    tenant_id: int = Field(json_schema_extra=foreign("Tenant.id", "primary"))
    author_id: int = Field(ge=0, le=10**6, json_schema_extra=primary)
    name: str


class Book(BaseModel):
    tenant_id: int = Field(json_schema_extra=foreign("Tenant.id", "primary"))
    book_id: int = Field(json_schema_extra=primary)
    author_id: int = Field(json_schema_extra=foreign("Author.author_id", weights=[0.7, 0.2, 0.07, 0.03]))
    title: str


class Worker(BaseModel):
    """Refers to itself, up to a root."""

    id: int = Field(json_schema_extra=primary)
    boss_id: int | None = Field(json_schema_extra={"sql": {"reference": "Worker.id", "tree": True}})

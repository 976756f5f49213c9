"""Shapes of fields, from pydantic's documentation and from what people report: each with the number of values it has.

A number below ``MANY`` is at least so many of those that there are; a text is a part of the refusal.
"""

import collections
import collections.abc
import dataclasses
import datetime as dt
import enum
import fractions
import ipaddress
import os
import pathlib
import re
import typing
import uuid
import zoneinfo
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, NamedTuple, NewType, NotRequired, Optional, TypeVar, Union

import annotated_types as at
import pydantic
from pydantic import BaseModel, ConfigDict, RootModel
from typing_extensions import TypeAliasType, TypedDict

MANY = 1_000
Field: Any = pydantic.Field  # its stubs know no multiple_of a Decimal
T = TypeVar("T")
N = TypeVar("N", int, float)
B = TypeVar("B", bound=int)
UTC = dt.UTC
day, moment, span = dt.date, dt.datetime, dt.timedelta


class Colour(enum.Enum):
    RED, GREEN, BLUE = "red", "green", "blue"


class Size(enum.IntEnum):
    SMALL, LARGE = 1, 5


class Kind(enum.StrEnum):
    A, B = "a", "b"


class Access(enum.Flag):
    READ, WRITE = 1, 2


class Mode(enum.IntFlag):
    R, W, X = 4, 2, 1


class Point(NamedTuple):
    x: int
    y: int = 0


class Options(TypedDict, total=False):
    width: int
    title: typing.Required[str]


class Movie(TypedDict):
    name: str
    year: NotRequired[int]


@dataclasses.dataclass
class Item:
    name: str
    price: float = 0.0
    tags: list[str] = dataclasses.field(default_factory=list)


@pydantic.dataclasses.dataclass(frozen=True)
class Frozen:
    number: int


class Sub(BaseModel):
    number: int


class Foo(BaseModel):
    count: int
    size: float | None = None


class Spam(BaseModel):
    foo: Foo
    bars: list[Sub]


class Cat(BaseModel):
    kind: Literal["cat"]
    age: int


class Dog(BaseModel):
    kind: Literal["dog", "wolf"]
    name: str


class Lizard(BaseModel):
    kind: Literal["reptile"]
    scales: bool


class Animal(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


class Response(BaseModel, Generic[T]):
    data: T
    error: str | None = None


class Node(BaseModel):
    name: str
    children: list["Node"] = []


class Chain(BaseModel):
    value: int
    next: Optional["Chain"] = None


class Husband(BaseModel):
    name: str
    wife: "Wife | None" = None


class Wife(BaseModel):
    name: str
    husband: Husband | None = None


class Endless(BaseModel):
    other: "Endless"


class Tags(RootModel[list[str]]):
    pass


class Even(RootModel[Annotated[int, Field(multiple_of=2)]]):
    pass


class Aliased(BaseModel):
    number: int = Field(alias="No")
    other: int = Field(validation_alias=pydantic.AliasChoices("a", pydantic.AliasPath("b", 0)))
    deep: int = Field(validation_alias=pydantic.AliasPath("c", "d"))


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=lambda name: name.title(), populate_by_name=True)
    first: int
    second: int


class Strictly(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_default=True, revalidate_instances="always")
    number: int
    ratio: float
    when: dt.datetime
    key: uuid.UUID
    colour: Colour
    items: tuple[int, ...]
    amount: Decimal


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow")
    number: int


class Private(BaseModel):
    shared: ClassVar[int] = 3
    number: int
    _hidden: int = pydantic.PrivateAttr(default=1)


class Computed(BaseModel):
    width: int

    @pydantic.computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
    @property
    def area(self) -> int:
        return self.width**2


class Checked(BaseModel):
    low: Annotated[int, Field(ge=0, le=100)]
    high: Annotated[int, Field(ge=0, le=100)]

    @pydantic.model_validator(mode="after")
    def _ordered(self) -> "Checked":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


class Before(BaseModel):
    number: int

    @pydantic.field_validator("number", mode="before")
    @classmethod
    def _parsed(cls, value: Any) -> Any:
        return int(value) + 1


class Wrapped(BaseModel):
    number: int

    @pydantic.field_validator("number", mode="wrap")
    @classmethod
    def _bounded(cls, value: Any, handler: Any) -> Any:
        return min(handler(value), 2**31)


class Plainly(BaseModel):
    number: int

    @pydantic.field_validator("number", mode="plain")
    @classmethod
    def _taken(cls, value: Any) -> Any:
        return value


class Prepared(BaseModel):
    number: int

    @pydantic.model_validator(mode="before")
    @classmethod
    def _prepared(cls, data: Any) -> Any:
        return {**data, "number": data["number"] + 1}


class EnumValues(BaseModel):
    model_config = ConfigDict(use_enum_values=True)
    colour: Colour
    number: int


class Stripped(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, str_to_lower=True, str_min_length=2, str_max_length=9)
    text: str


class Unknown:
    pass


class ThirdParty:
    """As pydantic's documentation wraps the class of a library."""

    def __init__(self, x: int) -> None:
        self.x = x

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, core_schema.int_schema())


class Name(str):
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls, handler(str))


def discriminator(value: Any) -> str:
    return "cat" if (value.get("kind") if isinstance(value, dict) else value.kind) == "cat" else "dog"


def is_odd(value: int) -> int:
    if value % 2 == 0:
        raise ValueError("expected an odd number")
    return value


def never(value: Any) -> Any:
    raise ValueError("no value will do")


alias: Any = TypeAliasType  # type checkers do not follow names in quotes
UserId = NewType("UserId", int)
AdminId = NewType("AdminId", UserId)
PositiveList = TypeAliasType("PositiveList", list[Annotated[int, Field(gt=0)]])
ListOf = TypeAliasType("ListOf", list[T], type_params=(T,))
Document = alias(
    "Document",
    "Union[dict[str, Document], list[Document], str, int, float, bool, None]",
)
Document2 = alias(
    "Document2",
    Union[dict[str, "Document2"], list["Document2"], str, int, None],  # type: ignore[misc]  # noqa: UP007  # as it is documented
)
Nested = alias("Nested", list["Nested"] | int)  # type: ignore[misc]
NestedOf = alias("NestedOf", "T | list[NestedOf[T]]", type_params=(T,))
Endlessly = alias("Endlessly", "tuple[Endlessly, int]")

PAIR: Any = collections.namedtuple("PAIR", "a b")

SHAPES: dict[str, tuple[Any, int | str]] = {
    # numbers
    "bool": (bool, 2),
    "int": (int, MANY),
    "float": (float, MANY),
    "complex": (complex, MANY),
    "Decimal": (Decimal, MANY),
    "Fraction": (fractions.Fraction, MANY),
    "StrictBool": (pydantic.StrictBool, 2),
    "StrictInt": (pydantic.StrictInt, MANY),
    "StrictFloat": (pydantic.StrictFloat, MANY),
    "PositiveInt": (pydantic.PositiveInt, MANY),
    "NegativeInt": (pydantic.NegativeInt, MANY),
    "NonPositiveInt": (pydantic.NonPositiveInt, MANY),
    "NonNegativeInt": (pydantic.NonNegativeInt, MANY),
    "PositiveFloat": (pydantic.PositiveFloat, MANY),
    "NegativeFloat": (pydantic.NegativeFloat, MANY),
    "NonNegativeFloat": (pydantic.NonNegativeFloat, MANY),
    "NonPositiveFloat": (pydantic.NonPositiveFloat, MANY),
    "FiniteFloat": (pydantic.FiniteFloat, MANY),
    "int 1…6": (Annotated[int, Field(ge=1, le=6)], 6),
    "int gt 9 lt 11": (Annotated[int, Field(gt=9, lt=11)], 1),
    "int none": (Annotated[int, Field(gt=9, lt=10)], "no value lies between"),
    "int far up": (Annotated[int, Field(ge=10**30)], MANY),
    "int far down": (Annotated[int, Field(le=-(10**30))], MANY),
    "int of a step": (Annotated[int, Field(multiple_of=5)], MANY),
    "int of a great step": (Annotated[int, Field(multiple_of=10**12)], MANY),
    "int of a great step above": (Annotated[int, Field(multiple_of=10**12, gt=5)], MANY),
    "int interval": (Annotated[int, at.Interval(gt=0, le=3)], 3),
    "int Ge": (Annotated[int, at.Ge(7)], MANY),
    "conint": (pydantic.conint(gt=0, lt=4), 3),
    "float 0…1": (Annotated[float, Field(ge=0, le=1)], MANY),
    "float gt 10^25": (Annotated[float, Field(gt=1e25)], MANY),
    "float ge 10^300": (Annotated[float, Field(ge=1e300)], MANY),
    "float le -10^300": (Annotated[float, Field(le=-1e300)], MANY),
    "float below infinity": (Annotated[float, Field(lt=float("inf"))], MANY),
    "float up to infinity": (Annotated[float, Field(le=float("inf"))], MANY),
    "float all": (Annotated[float, Field(ge=-1.7e308, le=1.7e308)], MANY),
    "float tiny": (Annotated[float, Field(gt=0, lt=1e-300)], MANY),
    "float of a step": (Annotated[float, Field(multiple_of=0.5)], MANY),
    "float of a great step": (Annotated[float, Field(multiple_of=1e12, ge=1)], MANY),
    "float no infinity": (Annotated[float, pydantic.AllowInfNan(False)], MANY),
    "confloat": (pydantic.confloat(gt=0.5, lt=0.6), MANY),
    "Decimal digits": (Annotated[Decimal, Field(max_digits=6, decimal_places=2)], MANY),
    "Decimal few digits": (Annotated[Decimal, Field(max_digits=3, decimal_places=3)], 900),
    "Decimal 0…1": (Annotated[Decimal, Field(ge=0, le=1)], 101),
    "Decimal narrow": (Annotated[Decimal, Field(gt=Decimal("0.001"), lt=Decimal("0.002"))], MANY),
    "Decimal digits 0…1": (Annotated[Decimal, Field(ge=0, le=1, max_digits=3)], 101),
    "Decimal places 0": (Annotated[Decimal, Field(decimal_places=0, ge=0, le=4)], 5),
    "Decimal far": (Annotated[Decimal, Field(ge=Decimal(10) ** 40)], MANY),
    "Decimal of a step": (Annotated[Decimal, Field(multiple_of=Decimal("0.25"))], MANY),
    "condecimal": (pydantic.condecimal(gt=Decimal(1), max_digits=4, decimal_places=1), MANY),
    "ByteSize": (pydantic.ByteSize, MANY),
    # dates and times
    "date": (day, MANY),
    "date lt 1900": (Annotated[day, Field(lt=day(1900, 1, 1))], MANY),
    "date gt 2150": (Annotated[day, Field(gt=day(2150, 1, 1))], MANY),
    "date lt June 1970": (Annotated[day, Field(lt=day(1970, 6, 1))], MANY),
    "date gt 2099-06": (Annotated[day, Field(gt=day(2099, 6, 1))], MANY),
    "date at the end": (Annotated[day, Field(gt=day(9990, 1, 1))], MANY),
    "date at the beginning": (Annotated[day, Field(lt=day(9, 1, 1))], MANY),
    "date the last two": (Annotated[day, Field(ge=day(9999, 12, 30))], 2),
    "date a week": (Annotated[day, Field(ge=day(2024, 1, 1), lt=day(2024, 1, 8))], 7),
    "PastDate": (pydantic.PastDate, MANY),
    "PastDate since 2020": (Annotated[pydantic.PastDate, Field(ge=day(2020, 1, 1))], MANY),
    "PastDate since 2100": (Annotated[pydantic.PastDate, Field(ge=day(2100, 1, 1))], "no value lies between"),
    "PastDate before 1900": (Annotated[pydantic.PastDate, Field(lt=day(1900, 1, 1))], MANY),
    "FutureDate": (pydantic.FutureDate, MANY),
    "FutureDate until 2090": (Annotated[pydantic.FutureDate, Field(le=day(2090, 1, 1))], MANY),
    "FutureDate from 2200": (Annotated[pydantic.FutureDate, Field(ge=day(2200, 1, 1))], MANY),
    "condate": (pydantic.condate(gt=day(2024, 1, 1)), MANY),
    "datetime": (moment, MANY),
    "datetime lt 1900": (Annotated[moment, Field(lt=moment(1900, 1, 1))], MANY),
    "datetime gt 2150": (Annotated[moment, Field(gt=moment(2150, 1, 1))], MANY),
    "datetime at the end": (Annotated[moment, Field(gt=moment(9999, 12, 31))], MANY),
    "datetime zoned": (Annotated[moment, Field(gt=moment(2150, 1, 1, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo")))], MANY),
    "datetime mixed zones": (Annotated[moment, Field(gt=moment(2020, 1, 1), lt=moment(2021, 1, 1, tzinfo=UTC))], "time zone"),
    "AwareDatetime": (pydantic.AwareDatetime, MANY),
    "AwareDatetime before 1900": (Annotated[pydantic.AwareDatetime, Field(lt=moment(1900, 1, 1, tzinfo=UTC))], MANY),
    "NaiveDatetime": (pydantic.NaiveDatetime, MANY),
    "PastDatetime": (pydantic.PastDatetime, MANY),
    "PastDatetime since 2020": (Annotated[pydantic.PastDatetime, Field(ge=moment(2020, 1, 1))], MANY),
    "FutureDatetime": (pydantic.FutureDatetime, MANY),
    "FutureDatetime until 2090": (Annotated[pydantic.FutureDatetime, Field(le=moment(2090, 1, 1, tzinfo=UTC))], MANY),
    "Timezone": (Annotated[moment, at.Timezone(...)], MANY),
    "Timezone Berlin": (Annotated[moment, at.Timezone("Europe/Berlin")], MANY),
    "Timezone none": (Annotated[moment, at.Timezone(None)], MANY),
    "time": (dt.time, MANY),
    "time in the evening": (Annotated[dt.time, Field(ge=dt.time(23, 59, 59))], MANY),
    "time zoned": (Annotated[dt.time, Field(lt=dt.time(1, tzinfo=UTC))], MANY),
    "timedelta": (span, MANY),
    "timedelta negative": (Annotated[span, Field(lt=span(0))], MANY),
    "timedelta of years": (Annotated[span, Field(gt=span(days=700))], MANY),
    "timedelta at the end": (Annotated[span, Field(gt=span.max - span(seconds=1))], MANY),
    "timedelta of a step": (Annotated[span, Field(multiple_of=span(hours=1))], MANY),
    "ZoneInfo": (zoneinfo.ZoneInfo, 8),
    # texts and bytes
    "str": (str, MANY),
    "str short": (Annotated[str, Field(max_length=1)], 84),
    "str long": (Annotated[str, Field(min_length=100)], MANY),
    "str empty": (Annotated[str, Field(max_length=0)], 1),
    "str pattern": (Annotated[str, Field(pattern=r"^[A-Z]{3}\d{4}$")], MANY),
    "str pattern of few": (Annotated[str, Field(pattern=r"^(a|b|c)$")], 3),
    "constr": (pydantic.constr(min_length=2, max_length=5, to_upper=True), MANY),
    "StringConstraints": (Annotated[str, pydantic.StringConstraints(strip_whitespace=True, to_lower=True, max_length=20)], MANY),
    "StrictStr": (pydantic.StrictStr, MANY),
    "str LowerCase": (Annotated[str, at.LowerCase], MANY),
    "str IsDigit": (Annotated[str, at.IsDigit], MANY),
    "str subclass": (Name, MANY),
    "ImportString": (pydantic.ImportString, "no "),
    "bytes": (bytes, MANY),
    "bytes short": (Annotated[bytes, Field(max_length=1)], 257),
    "bytearray": (bytearray, MANY),
    "conbytes": (pydantic.conbytes(min_length=3, max_length=8), MANY),
    "StrictBytes": (pydantic.StrictBytes, MANY),
    "SecretStr": (pydantic.SecretStr, MANY),
    "SecretStr long": (Annotated[pydantic.SecretStr, Field(min_length=8)], MANY),
    "SecretBytes": (pydantic.SecretBytes, MANY),
    "Secret date": (pydantic.Secret[dt.date], MANY),
    "Base64Str": (pydantic.Base64Str, MANY),
    "Base64Bytes": (pydantic.Base64Bytes, MANY),
    "Base64UrlBytes": (pydantic.Base64UrlBytes, MANY),
    "Base64UrlStr": (pydantic.Base64UrlStr, MANY),
    "EmailStr": (pydantic.EmailStr, MANY),
    "NameEmail": (pydantic.NameEmail, MANY),
    "Pattern": (re.Pattern, MANY),
    "Pattern of str": (re.Pattern[str], MANY),
    "Pattern of bytes": (re.Pattern[bytes], MANY),
    # identifiers, nets, paths
    "UUID": (uuid.UUID, MANY),
    **{f"UUID{version}": (getattr(pydantic, f"UUID{version}"), MANY) for version in (1, 3, 4, 5, 6, 7, 8)},
    "IPv4Address": (ipaddress.IPv4Address, MANY),
    "IPv6Address": (ipaddress.IPv6Address, MANY),
    "IPv4Network": (ipaddress.IPv4Network, MANY),
    "IPv6Network": (ipaddress.IPv6Network, MANY),
    "IPv4Interface": (ipaddress.IPv4Interface, MANY),
    "IPv6Interface": (ipaddress.IPv6Interface, MANY),
    "IPvAnyAddress": (pydantic.IPvAnyAddress, MANY),
    "IPvAnyNetwork": (pydantic.IPvAnyNetwork, MANY),
    "IPvAnyInterface": (pydantic.IPvAnyInterface, MANY),
    **{
        name: (getattr(pydantic, name), MANY)
        for name in (
            *(
                "AnyUrl",
                "AnyHttpUrl",
                "HttpUrl",
                "FileUrl",
                "FtpUrl",
                "AnyWebsocketUrl",
                "WebsocketUrl",
                "PostgresDsn",
                "MongoDsn",
            ),
            *(
                "RedisDsn",
                "AmqpDsn",
                "KafkaDsn",
                "MySQLDsn",
                "MariaDBDsn",
                "CockroachDsn",
                "ClickHouseDsn",
                "NatsDsn",
                "SnowflakeDsn",
            ),
        )
    },
    "Url of a scheme": (Annotated[pydantic.AnyUrl, pydantic.UrlConstraints(allowed_schemes=["sftp"])], MANY),
    "Url short": (Annotated[pydantic.HttpUrl, pydantic.UrlConstraints(max_length=30)], 900),
    "Path": (pathlib.Path, MANY),
    "PurePath": (pathlib.PurePath, MANY),
    "PurePosixPath": (pathlib.PurePosixPath, MANY),
    "PureWindowsPath": (pathlib.PureWindowsPath, MANY),
    "PathLike": (os.PathLike[str], MANY),
    "FilePath": (pydantic.FilePath, "no synthesizer"),
    "DirectoryPath": (pydantic.DirectoryPath, "no synthesizer"),
    "NewPath": (pydantic.NewPath, "no synthesizer"),
    # choices
    "None": (None, 1),
    "Enum": (Colour, 3),
    "IntEnum": (Size, 2),
    "StrEnum": (Kind, 2),
    "Flag": (Access, 2),
    "IntFlag": (Mode, 3),
    "Literal": (Literal["a", "b", 3, None], 4),
    "Literal nested": (Literal[Literal["a"], Literal["b", "c"]], 3),  # noqa: RUF041  # as people write it
    "Literal bytes": (Literal[b"x", b"y"], 2),
    "Literal enum": (Literal[Colour.RED, Colour.BLUE], 2),
    "Literal bool": (Literal[True], 1),
    # unions
    "Optional": (int | None, MANY),
    "Union": (int | str, MANY),
    "Union of texts": (Union[uuid.UUID, int, str], MANY),  # noqa: UP007  # the other way to write it
    "Union left to right": (Annotated[int | float, Field(union_mode="left_to_right")], MANY),
    "Union of models": (Cat | Dog, MANY),
    "discriminated": (Annotated[Cat | Dog | Lizard, Field(discriminator="kind")], MANY),
    "Discriminator": (
        Annotated[
            Annotated[Cat, pydantic.Tag("cat")] | Annotated[Dog, pydantic.Tag("dog")], pydantic.Discriminator(discriminator)
        ],
        MANY,
    ),
    "discriminated in a list": (list[Annotated[Cat | Dog, Field(discriminator="kind")]], MANY),
    "Optional constrained": (Annotated[int, Field(ge=1, le=3)] | None, 4),
    "Optional outside": (Annotated[int | None, Field(ge=1, le=3)], 4),
    # containers
    "list": (list, MANY),
    "list of int": (list[int], MANY),
    "typing.List": (typing.List[int], MANY),  # noqa: UP006
    "conlist": (pydantic.conlist(int, min_length=2, max_length=3), MANY),
    "list of two": (Annotated[list[bool], Field(min_length=2, max_length=2)], 4),
    "list of lists": (list[list[int]], MANY),
    "list of optional": (list[int | None], MANY),
    "set": (set[int], MANY),
    "set of bool": (set[bool], 4),
    "conset": (pydantic.conset(int, min_length=1), MANY),
    "frozenset": (frozenset[str], MANY),
    "confrozenset": (pydantic.confrozenset(int, min_length=2), MANY),
    "AbstractSet": (typing.AbstractSet[int], MANY),
    "tuple": (tuple, MANY),
    "tuple of two": (tuple[int, str], MANY),
    "tuple of any": (tuple[int, ...], MANY),
    "tuple of none": (tuple[()], 1),
    "NamedTuple": (Point, MANY),
    "namedtuple": (PAIR, MANY),
    "dict": (dict, MANY),
    "dict of int": (dict[str, int], MANY),
    "dict by int": (dict[int, str], MANY),
    "dict by date": (dict[dt.date, int], MANY),
    "dict by enum": (dict[Colour, int], MANY),
    "dict by tuple": (dict[tuple[int, int], int], MANY),
    "dict of lists": (dict[str, list[int]], MANY),
    "dict sized": (Annotated[dict[str, int], Field(min_length=1, max_length=2)], MANY),
    "Mapping": (typing.Mapping[str, int], MANY),
    "MutableMapping": (collections.abc.MutableMapping[str, int], MANY),
    "defaultdict": (collections.defaultdict[str, list[int]], MANY),
    "OrderedDict": (collections.OrderedDict[str, int], MANY),
    "Counter": (collections.Counter[str], MANY),
    "deque": (collections.deque[int], MANY),
    "deque sized": (Annotated[collections.deque[int], Field(max_length=2)], MANY),
    "Sequence": (typing.Sequence[int], MANY),
    "Sequence of str": (collections.abc.Sequence[str], MANY),
    "MutableSequence": (collections.abc.MutableSequence[int], MANY),
    "Iterable": (typing.Iterable[int], "read once"),
    "Iterable in a list": (list[collections.abc.Iterable[int]], "read once"),
    "Generator": (collections.abc.Generator[int, None, None], "read once"),
    "Iterable optional": (collections.abc.Iterable[int] | None, "read once"),
    "Iterable by a synthesizer": (
        Annotated[collections.abc.Iterable[int] | None, Field(json_schema_extra={"synthesizer": "SynthesizeJson"})],
        "read once",
    ),
    "Iterator": (collections.abc.Iterator[int], ""),
    "Collection": (collections.abc.Collection[int], MANY),
    "MutableSet": (collections.abc.MutableSet[int], MANY),
    "TypedDict": (Movie, MANY),
    "TypedDict not total": (Options, MANY),
    "ChainMap": (collections.ChainMap, ""),
    # documents
    "Json": (pydantic.Json, MANY),
    "Json list": (pydantic.Json[list[int]], MANY),
    "Json model": (pydantic.Json[Sub], MANY),
    "Json of any": (pydantic.Json[Any], MANY),  # type: ignore[misc]
    "JsonValue": (pydantic.JsonValue, MANY),
    "Any": (Any, MANY),
    "object": (object, MANY),
    # types of types
    "NewType": (UserId, MANY),
    "NewType of NewType": (AdminId, MANY),
    "TypeVar": (T, MANY),
    "TypeVar bound": (B, MANY),
    "TypeVar constrained": (N, MANY),
    "type alias": (PositiveList, MANY),
    "type alias of type": (ListOf[int], MANY),
    "type alias recursive": (Document, MANY),
    "type alias recursive in parts": (Document2, MANY),
    "type alias recursive list": (Nested, MANY),
    "type alias recursive of type": (NestedOf[int], MANY),
    "type alias endless": (Endlessly, "itself"),
    "list of recursive": (list[Document], MANY),  # type: ignore[valid-type]
    "type": (type, "no synthesizer"),
    "type of": (type[Sub], "no synthesizer"),
    "Callable": (typing.Callable[[int], int], "no synthesizer"),
    "Hashable": (typing.Hashable, ""),
    "Final": (Final[int], MANY),
    "InstanceOf": (pydantic.InstanceOf[Sub], MANY),
    "SkipValidation": (pydantic.SkipValidation[int], MANY),
    "SerializeAsAny": (pydantic.SerializeAsAny[Sub], MANY),
    "FailFast": (Annotated[list[int], pydantic.FailFast()], MANY),
    "OnErrorOmit": (list[pydantic.OnErrorOmit[int]], MANY),
    "class of nobody": (Unknown, ""),
    "third party": (ThirdParty, ""),
    "third party wrapped": (Annotated[ThirdParty, Field(json_schema_extra={"synthesizer": "SynthesizeInteger"})], MANY),
    # validators
    "AfterValidator": (Annotated[int, pydantic.AfterValidator(is_odd)], MANY),
    "AfterValidator changes": (Annotated[int, pydantic.AfterValidator(lambda value: value % 7)], 7),
    "BeforeValidator": (Annotated[int, pydantic.BeforeValidator(str)], MANY),
    "BeforeValidator refuses": (Annotated[int, pydantic.BeforeValidator(never)], "no value will do"),
    "PlainValidator": (Annotated[int, pydantic.PlainValidator(lambda value: value)], MANY),
    "WrapValidator": (Annotated[int, pydantic.WrapValidator(lambda value, handler: handler(value))], MANY),
    "Predicate": (Annotated[int, at.Predicate(lambda value: value % 2 == 0)], MANY),
    "Predicate of few": (Annotated[int, Field(ge=0, le=50), at.Predicate(lambda value: value % 10 == 0)], 6),
    "Not": (Annotated[int, Field(ge=1, le=9), at.Not(lambda value: value > 5)], 5),
    "Len": (Annotated[list[int], at.Len(2, 3)], MANY),
    "Strict": (Annotated[int, pydantic.Strict()], MANY),
    "Strict list": (Annotated[list[int], pydantic.Strict()], MANY),
    # models and their like
    "model": (Sub, MANY),
    "model nested": (Spam, MANY),
    "model discriminated": (Animal, MANY),
    "model generic": (Response[int], MANY),
    "model generic of model": (Response[Sub], MANY),
    "model generic open": (Response, MANY),
    "model recursive": (Node, MANY),
    "model recursive by optional": (Chain, MANY),
    "model forward": (Husband, MANY),
    "model endless": (Endless, "contains itself"),
    "RootModel": (Tags, MANY),
    "RootModel constrained": (Even, MANY),
    "RootModel in place": (RootModel[dict[str, int]], MANY),
    "aliases": (Aliased, MANY),
    "alias generator": (Camel, MANY),
    "strict model": (Strictly, MANY),
    "extra": (Extra, MANY),
    "private": (Private, MANY),
    "computed": (Computed, MANY),
    "model validator": (Checked, MANY),
    "before": (Before, MANY),
    "wrap": (Wrapped, MANY),
    "plain": (Plainly, MANY),
    "model before": (Prepared, MANY),
    "enum values": (EnumValues, MANY),
    "stripped": (Stripped, MANY),
    "dataclass": (Item, MANY),
    "pydantic dataclass": (Frozen, MANY),
    "BaseModel": (BaseModel, ""),
    "create_model": (pydantic.create_model("Made", number=(int, ...)), MANY),
}

"""Whatever a field may be: every construct gives exactly the rows asked, each accepted by its class."""

import datetime
import enum
import ipaddress
import pathlib
import re
import uuid
from collections import deque
from dataclasses import InitVar, dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, NewType, Optional, TypeVar, Union

import annotated_types
import pydantic
import pytest
from pydantic import (
    UUID1,
    UUID4,
    UUID7,
    AliasChoices,
    AliasPath,
    AwareDatetime,
    Base64Bytes,
    BaseModel,
    ByteSize,
    ConfigDict,
    Discriminator,
    EmailStr,
    Field,
    FutureDate,
    HttpUrl,
    IPvAnyAddress,
    Json,
    JsonValue,
    NaiveDatetime,
    NameEmail,
    NegativeInt,
    PastDate,
    PositiveFloat,
    PostgresDsn,
    RedisDsn,
    RootModel,
    SecretBytes,
    SecretStr,
    StrictInt,
    StringConstraints,
    Tag,
    conbytes,
    condate,
    condecimal,
    confloat,
    conint,
    conlist,
    conset,
    constr,
)
from typing_extensions import TypeAliasType, TypedDict

from ascetic_ddd.faker.schema import SchemaSynthesizer

create_model: Any = pydantic.create_model


ROWS = 150


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 3


class Flag(str, enum.Enum):  # noqa: UP042  # as many models have it
    ON = "on"
    OFF = "off"


class Point(NamedTuple):
    x: int
    y: Annotated[float, Field(ge=0, le=1)]


class Options(TypedDict):
    depth: int
    name: str


class Address(BaseModel):
    street: str
    zip_code: Annotated[str, Field(pattern=r"^\d{5}$")]


@dataclass
class Plain:
    number: Annotated[int, Field(ge=5, le=9)]
    text: str = "x"


@pydantic.dataclasses.dataclass
class Rich:
    number: int = Field(gt=3)
    address: Address | None = None


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=1, le=9)]


class Dog(BaseModel):
    kind: Literal["dog"]
    barks: bool


def kind_of(value: Any) -> str:
    return str(value.get("kind") if isinstance(value, dict) else value.kind)


UserId = NewType("UserId", int)
Positive = TypeAliasType("Positive", Annotated[int, Field(gt=0)])
T = TypeVar("T")
Pair = TypeAliasType("Pair", tuple[T, T], type_params=(T,))


class Page(BaseModel, Generic[T]):
    items: list[T]
    number: int


class Tree(BaseModel):
    value: int
    children: list["Tree"] = []
    parent: Optional["Tree"] = None
    other: Union["Tree", int] = 1


class Weekdays(RootModel[list[Literal["mon", "tue"]]]):
    pass


JANUARY = datetime.datetime(2024, 1, 1)  # noqa: DTZ001  # naive on purpose
UTC = datetime.UTC

TYPES: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "none": None,
    "bytes": bytes,
    "any": Any,
    "object": object,
    "complex": complex,
    "optional": Optional[int],  # noqa: UP045  # the old ways to write it
    "optional-new": int | None,
    "optional-inside": Optional[Annotated[int, Field(ge=3, le=4)]],  # noqa: UP045
    "union": int | str,
    "union-of-three": Union[Decimal, datetime.date, list[int], None],  # noqa: UP007
    "literal": Literal["a", 1, None, True],
    "literal-nested": Literal["a", "b"],
    "enum": Colour,
    "int-enum": Level,
    "str-enum": Flag,
    "decimal": Decimal,
    "decimal-digits": Annotated[Decimal, Field(max_digits=5, decimal_places=2)],
    "decimal-digits-only": Annotated[Decimal, Field(max_digits=3)],
    "decimal-places-only": Annotated[Decimal, Field(decimal_places=4, ge=-1, lt=1)],
    "decimal-tiny": Annotated[Decimal, Field(max_digits=2, decimal_places=4)],
    "decimal-steps": Annotated[Decimal, annotated_types.MultipleOf(Decimal("0.25")), Field(ge=0, le=10)],
    "decimal-steps-wide": Annotated[Decimal, annotated_types.MultipleOf(Decimal("0.125")), Field(decimal_places=2, ge=0, le=10)],
    "condecimal": condecimal(gt=Decimal("0.1"), lt=Decimal("0.2"), decimal_places=3),
    "date": datetime.date,
    "date-bounds": Annotated[datetime.date, Field(gt=datetime.date(2024, 1, 1), lt=datetime.date(2024, 1, 4))],
    "condate": condate(ge=datetime.date(2024, 1, 1)),
    "past-date": PastDate,
    "future-date": FutureDate,
    "time": datetime.time,
    "time-bounds": Annotated[datetime.time, Field(ge=datetime.time(9), lt=datetime.time(17, 30))],
    "datetime": datetime.datetime,
    "datetime-gt": Annotated[datetime.datetime, Field(gt=JANUARY, lt=JANUARY + datetime.timedelta(microseconds=3))],
    "datetime-aware": Annotated[datetime.datetime, Field(ge=JANUARY.replace(tzinfo=UTC))],
    "aware": AwareDatetime,
    "naive": NaiveDatetime,
    "past-datetime": pydantic.PastDatetime,
    "future-datetime": pydantic.FutureDatetime,
    "timedelta": datetime.timedelta,
    "timedelta-bounds": Annotated[datetime.timedelta, Field(ge=datetime.timedelta(hours=1), le=datetime.timedelta(hours=2))],
    "uuid": uuid.UUID,
    "uuid1": UUID1,
    "uuid4": UUID4,
    "uuid7": UUID7,
    "email": EmailStr,
    "name-email": NameEmail,
    "http-url": HttpUrl,
    "any-url": pydantic.AnyUrl,
    "file-url": pydantic.FileUrl,
    "ftp-url": pydantic.FtpUrl,
    "websocket-url": pydantic.WebsocketUrl,
    "postgres-dsn": PostgresDsn,
    "redis-dsn": RedisDsn,
    "mysql-dsn": pydantic.MySQLDsn,
    "mongo-dsn": pydantic.MongoDsn,
    "kafka-dsn": pydantic.KafkaDsn,
    "amqp-dsn": pydantic.AmqpDsn,
    "ipv4": ipaddress.IPv4Address,
    "ipv6": ipaddress.IPv6Address,
    "ipv4-network": ipaddress.IPv4Network,
    "ipv6-interface": ipaddress.IPv6Interface,
    "ip-any": IPvAnyAddress,
    "path": pathlib.Path,
    "compiled-pattern": re.Pattern,
    "compiled-pattern-of-text": re.Pattern[str],
    "secret": SecretStr,
    "secret-limited": Annotated[SecretStr, Field(min_length=8, max_length=9)],
    "secret-bytes": SecretBytes,
    "secret-date": pydantic.Secret[datetime.date],
    "json": Json,
    "json-of-list": Json[list[int]],
    "json-of-union": Annotated[int | str, Json],
    "json-value": JsonValue,
    "byte-size": ByteSize,
    "base64": Base64Bytes,
    "list": list[int],
    "list-bare": list,
    "list-sized": Annotated[list[int], Field(min_length=2, max_length=3)],
    "list-of-constrained": list[Annotated[int, Field(ge=1, le=2)]],
    "list-of-models": list[Address],
    "conlist": conlist(str, min_length=1, max_length=2),
    "set": set[int],
    "set-sized": Annotated[set[Literal[1, 2, 3]], Field(min_length=3)],
    "conset": conset(bool, min_length=1),
    "frozenset": frozenset[str],
    "deque": deque[int],
    "tuple": tuple[int, str],
    "tuple-any-length": tuple[int, ...],
    "tuple-empty": tuple[()],
    "tuple-bare": tuple,
    "dict": dict[str, int],
    "dict-of-dicts": dict[Colour, dict[str, list[Address]]],
    "dict-sized": Annotated[dict[str, int], Field(min_length=2, max_length=2)],
    "named-tuple": Point,
    "typed-dict": Options,
    "model": Address,
    "dataclass": Plain,
    "pydantic-dataclass": Rich,
    "generic": Page[int],
    "generic-nested": Page[Page[Address]],
    "recursive": Tree,
    "root": Weekdays,
    "discriminated": Annotated[Cat | Dog, Field(discriminator="kind")],
    "discriminated-optional": Annotated[Cat | Dog | None, Field(discriminator="kind")],
    "discriminated-list": list[Annotated[Cat | Dog, Field(discriminator="kind")]],
    "discriminated-call": Annotated[Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")], Discriminator(kind_of)],
    "new-type": UserId,
    "alias-type": Positive,
    "alias-type-generic": Pair[int],
    "conint": conint(gt=3, lt=20, multiple_of=5),
    "int-negative": NegativeInt,
    "int-strict": StrictInt,
    "int-multiple-only": Annotated[int, Field(multiple_of=7)],
    "int-huge": Annotated[int, Field(ge=2**40)],
    "int-at-most": Annotated[int, Field(le=-5)],
    "int-one": Annotated[int, Field(ge=5, le=5)],
    "int-interval": Annotated[int, annotated_types.Interval(gt=1, lt=4)],
    "int-even": Annotated[int, annotated_types.Predicate(lambda value: value % 2 == 0)],
    "int-after": Annotated[int, pydantic.AfterValidator(lambda value: value + 1)],
    "int-normal": Annotated[int, Field(ge=0, le=10, json_schema_extra={"distribution": "normal"})],
    "float-positive": PositiveFloat,
    "float-open": Annotated[float, Field(gt=0, lt=1)],
    "float-steps": Annotated[float, Field(multiple_of=0.1, ge=0, le=1)],
    "float-steps-normal": Annotated[float, Field(multiple_of=0.5, ge=-3, le=3, json_schema_extra={"distribution": "normal"})],
    "confloat": confloat(ge=-1e300, le=1e300, allow_inf_nan=False),
    "constr": constr(min_length=3, max_length=5, strip_whitespace=True, to_upper=True),
    "str-empty": Annotated[str, Field(max_length=0)],
    "str-min-only": Annotated[str, Field(min_length=50)],
    "str-constraints": Annotated[str, StringConstraints(min_length=2, max_length=2)],
    "str-pattern": Annotated[str, Field(pattern=r"^[A-Z]{2}\d{4}$")],
    "str-pattern-sized": Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", min_length=10, max_length=12)],
    "str-pattern-unanchored": Annotated[str, Field(pattern=r"\d", min_length=3, max_length=3)],
    "str-pattern-alternatives": Annotated[str, Field(pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d$|^noon$")],
    "str-pattern-foreign": Annotated[str, Field(pattern=r"^[^\x00-\x7f]{3}$")],
    "str-pattern-controls-only": Annotated[str, Field(pattern=r"^[^ -~]+[^\S ]$")],
    "str-pattern-kinds-negated": Annotated[str, Field(pattern=r"^[^\D][^\W][^\S][^\s][^\d][^\w]$")],
    "str-pattern-lazy": Annotated[str, Field(pattern=r"^a*?b{2,}?[^\s\]]?$", max_length=6)],
    "conbytes": conbytes(min_length=4, max_length=4),
    "email-short": Annotated[EmailStr, Field(max_length=30)],
}


@pytest.mark.parametrize("name", TYPES)
def test_every_type_gives_rows_that_its_model_accepts(name: str) -> None:
    model = create_model("Model", value=(TYPES[name], ...))
    schema = SchemaSynthesizer(seed=3)
    schema.add(model, ROWS)
    rows = list(schema.rows(model))
    assert len(rows) == ROWS
    assert all(type(row) is model for row in rows)
    assert rows == list(schema.rows(model)) or name in ("compiled-pattern", "compiled-pattern-of-text")


def values(annotation: Any, rows: int = 400, **words: Any) -> list[Any]:
    field = Field(json_schema_extra=words) if words else ...
    model = create_model("Model", value=(annotation, field))
    schema = SchemaSynthesizer(seed=3)
    schema.add(model, rows)
    return [row.value for row in schema.rows(model)]


def test_every_member_comes() -> None:
    assert set(values(Colour)) == set(Colour)
    assert set(values(Literal["a", 1])) == {"a", 1}
    assert set(values(bool)) == {True, False}
    assert {type(value) for value in values(int | str | None)} == {int, str, type(None)}
    assert {type(value) for value in values(Annotated[Cat | Dog, Field(discriminator="kind")])} == {Cat, Dog}


def test_bounds_are_reached_and_kept() -> None:
    assert set(values(Annotated[int, Field(gt=1, lt=4)])) == {2, 3}
    assert set(values(Annotated[Decimal, Field(ge=0, le=Decimal("0.02"))])) == {Decimal("0.00"), Decimal("0.01"), Decimal("0.02")}
    days = values(Annotated[datetime.date, Field(gt=datetime.date(2024, 1, 1), lt=datetime.date(2024, 1, 4))])
    assert set(days) == {datetime.date(2024, 1, 2), datetime.date(2024, 1, 3)}
    ticks = values(Annotated[datetime.datetime, Field(gt=JANUARY, le=JANUARY + datetime.timedelta(microseconds=2))])
    assert {tick.microsecond for tick in ticks} == {1, 2}
    assert {len(value) for value in values(Annotated[str, Field(min_length=2, max_length=4)])} == {2, 3, 4}


def test_moments_have_the_zone_of_their_bounds() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    bound = datetime.datetime(2024, 3, 1, tzinfo=zone)
    for moment in values(Annotated[datetime.datetime, Field(ge=bound, lt=bound + datetime.timedelta(days=1))]):
        assert moment.utcoffset() == datetime.timedelta(hours=2)
        assert bound <= moment < bound + datetime.timedelta(days=1)
    assert {moment.tzinfo for moment in values(AwareDatetime)} == {UTC}
    assert {moment.tzinfo for moment in values(datetime.datetime)} == {None}


def test_nulls_have_their_weight() -> None:
    assert values(int | None, null_weight=0).count(None) == 0
    assert values(int | None, null_weight=1).count(None) == 400
    assert 150 < values(int | None, null_weight=0.5).count(None) < 250


def test_what_contains_itself_ends() -> None:
    for tree in values(Tree):
        assert len(str(tree)) < 100_000
    assert any(tree.children for tree in values(Tree))


def test_a_model_that_contains_itself_without_end_is_refused() -> None:
    class Endless(BaseModel):
        inner: "Endless"

    Endless.model_rebuild()
    with pytest.raises(ValueError, match=r"Endless\.inner.*contains itself without end"):
        SchemaSynthesizer().add(Endless, 1)


class Aliased(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first: int = Field(alias="theFirst")
    second: int = Field(validation_alias=AliasChoices("2nd", "second"))
    third: int = Field(validation_alias=AliasPath("deep", "down", 1))
    fourth: int = Field(validation_alias=AliasPath("deep", "up"))
    fifth: int = Field(serialization_alias="fifth-out")


class Generated(BaseModel):
    model_config = ConfigDict(alias_generator=str.upper, frozen=True, strict=True)

    name: str
    born: datetime.date
    colour: Colour
    price: Decimal
    marks: tuple[int, ...]


class ByName(BaseModel):
    model_config = ConfigDict(validate_by_alias=False, validate_by_name=True)

    value: int = Field(alias="other")


@pytest.mark.parametrize("model", [Aliased, Generated, ByName])
def test_values_are_told_by_alias(model: type[BaseModel]) -> None:
    schema = SchemaSynthesizer()
    schema.add(model, 20)
    assert len(list(schema.rows(model))) == 20


class Base(BaseModel):
    kind: ClassVar[str] = "base"
    id: int
    _secret: int = 3

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def double(self) -> int:
        return self.id * 2


class Derived(Base):
    id: Annotated[int, Field(ge=1, le=3)]
    made: int = Field(default_factory=lambda: 4)
    given: str = "text"


def test_inherited_overridden_computed_private_and_default_fields() -> None:
    schema = SchemaSynthesizer()
    schema.add(Derived, 50)
    rows = list(schema.rows(Derived))
    assert {row.id for row in rows} == {1, 2, 3}
    assert all(row.double == 2 * row.id for row in rows)
    assert len({row.made for row in rows}) > 40


def test_dataclasses_are_models_too() -> None:
    schema = SchemaSynthesizer()
    schema.add(Plain, 20)
    schema.add(Rich, 20)
    assert {type(row) for row in schema.rows(Plain)} == {Plain}
    assert all(5 <= row.number <= 9 for row in schema.rows(Plain))
    assert all(row.number > 3 for row in schema.rows(Rich))


class Interval(BaseModel):
    low: Annotated[int, Field(ge=0, le=100)]
    high: Annotated[int, Field(ge=0, le=100)]

    @pydantic.model_validator(mode="after")
    def is_ordered(self) -> "Interval":
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


class Odd(BaseModel):
    number: int
    name: str

    @pydantic.field_validator("number")
    @classmethod
    def is_odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("an odd number is wanted")
        return value


class Never(BaseModel):
    number: Annotated[int, Field(ge=1, le=9)]

    @pydantic.model_validator(mode="after")
    def never(self) -> "Never":
        raise ValueError("no number is ever right")


def test_rows_that_validators_reject_are_drawn_again() -> None:
    schema = SchemaSynthesizer()
    schema.add(Interval, 300)
    schema.add(Odd, 300)
    assert len([row for row in schema.rows(Interval) if row.low <= row.high]) == 300
    assert len([row for row in schema.rows(Odd) if row.number % 2]) == 300
    assert values(list[Interval], 50)


def test_a_row_that_no_validator_accepts_is_an_error_with_the_last_value_and_the_words() -> None:
    schema = SchemaSynthesizer()
    schema.add(Never, 5)
    with pytest.raises(Exception, match=r"Never: 1,000 tries .*\{'number': \d\}.*no number is ever right") as caught:
        list(schema.rows(Never))
    assert isinstance(caught.value.__cause__, pydantic.ValidationError)


def test_a_validator_that_breaks_is_told_with_its_row() -> None:
    class Broken(BaseModel):
        number: int

        @pydantic.model_validator(mode="after")
        def breaks(self) -> "Broken":
            raise LookupError("no such thing")

    schema = SchemaSynthesizer()
    schema.add(Broken, 5)
    with pytest.raises(LookupError) as caught:
        list(schema.rows(Broken))
    assert re.search(r"Broken: raised by a validator that was given \{'number': \d+\}", caught.value.__notes__[0])


class Unknown:
    pass


class Odder(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    number: int
    strange: dict[str, list[Unknown]] = Field(default_factory=dict)


def test_an_unknown_type_fails_when_the_model_is_added_and_tells_what_to_do() -> None:
    with pytest.raises(
        ValueError, match=r"Odder\.strange\.value\.item: no synthesizer for the type .*Unknown.*subclass of Synthesizer"
    ):
        SchemaSynthesizer().add(Odder, 1)


@pytest.mark.parametrize("annotation", [type[int], pydantic.FilePath, pydantic.ImportString, BaseModel, list[BaseModel]])
def test_types_that_cannot_be_made_up_are_refused(annotation: Any) -> None:
    model = create_model("Model", value=(annotation, ...))
    with pytest.raises(ValueError, match=r"Model\.value"):
        SchemaSynthesizer().add(model, 1)


@pytest.mark.parametrize("pattern", [r"^.{20}$", r"^[^a]{20}$", r"^[^a-z]{20}$", r"^\w\s\W\D\S[\s\d]{20}$"])
def test_letters_that_a_pattern_leaves_open_are_visible(pattern: str) -> None:
    model = create_model("Model", value=(Annotated[str, Field(pattern=pattern)], ...))
    schema = SchemaSynthesizer()
    schema.add(model, ROWS)
    assert all(row.value.isprintable() for row in schema.rows(model))


@pytest.mark.parametrize("pattern", [r"^[[:alpha:]]{3}$", r"^[a-z&&[^aeiou]]{5}$", r"^\p{Lu}$"])
def test_what_other_engines_alone_understand_is_refused(pattern: str) -> None:
    model = create_model("Model", value=(Annotated[str, Field(pattern=pattern)], ...))
    with pytest.raises(ValueError, match=r"Model\.value.*write a synthesizer"):
        SchemaSynthesizer().add(model, 1)


def test_a_pattern_that_leaves_no_letter_is_refused() -> None:
    model = create_model("Model", value=(Annotated[str, Field(pattern=r"^[^\x00-\U0010ffff]$")], ...))
    with pytest.raises(ValueError, match=r"Model\.value: pattern=.* cannot be turned into texts"):
        SchemaSynthesizer().add(model, 1)


def test_what_only_the_constructor_takes_is_given_by_pydantic_or_refused() -> None:
    @pydantic.dataclasses.dataclass
    class Pydantic:
        total: int
        added: InitVar[Annotated[int, Field(ge=10**12)]]

        def __post_init__(self, added: int) -> None:
            self.total += added

    @dataclass
    class Plain:
        total: int
        added: InitVar[int]

    schema = SchemaSynthesizer()
    schema.add(Pydantic, 3)
    assert all(row.total >= 10**12 for row in schema.rows(Pydantic))
    with pytest.raises(ValueError, match=r"Plain\.added: an InitVar"):
        schema.add(Plain, 3)


def test_the_default_may_stand_for_what_cannot_be_made() -> None:
    class WithDefault(BaseModel):
        model_config = ConfigDict(arbitrary_types_allowed=True)

        strange: Unknown = Field(default_factory=Unknown, json_schema_extra={"synthesizer": "SynthesizeDefault"})

    schema = SchemaSynthesizer()
    schema.add(WithDefault, 3)
    assert len({id(row.strange) for row in list(schema.rows(WithDefault))}) == 3


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected a pydantic model"):
        SchemaSynthesizer().add(int, 3)


def test_a_forward_reference_that_nobody_knows_is_refused() -> None:
    class Lost(BaseModel):
        value: "Nowhere"  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(ValueError, match=r"Lost.*Nowhere"):
        SchemaSynthesizer().add(Lost, 3)

"""Which PostgreSQL type holds the values of a field without loss."""

import datetime
import ipaddress
import pathlib
import re
import uuid
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import pydantic
from pydantic import networks
from pydantic import types as pydantic_types
from pydantic.fields import FieldInfo

from ascetic_ddd.faker.schema.reading.facts import Constraints, constraints_of, derived, is_nullable, members_of, not_null, unfold
from ascetic_ddd.faker.schema.reading.plain import revealed

__all__ = ("PgType", "pg_type", "takes_json_text")

_INTEGERS = (("integer", 2**31), ("bigint", 2**63))
_MOST_CHARACTERS = 10_485_760  # PostgreSQL's limit for varchar(n)
_MOST_DIGITS, _MOST_PLACES = 1_000, 1_000


@dataclass(frozen=True, slots=True)
class PgType:
    """The type of a column.

    Attributes:
        name: as it is written in SQL.
        values: all values there are, plain, if they can be listed; they become a CHECK.
        is_json: every value is written as JSON.
    """

    name: str
    values: tuple[Any, ...] = ()
    is_json: bool = False


_JSON = PgType("jsonb", is_json=True)
_TEXT = PgType("text")
_MOMENTS = (pydantic.AwareDatetime, pydantic.FutureDatetime, pydantic.PastDatetime, pydantic.NaiveDatetime)


def pg_type(field: FieldInfo, place: str) -> PgType:
    """Give the type for the values of a field, ``None`` aside.

    Args:
        field: pydantic's description.
        place: for messages.
    """
    field = _told(field, place)
    if _has_json(field):
        return _JSON
    annotation: Any = field.annotation
    members = members_of(annotation)
    if members:
        return _of_union(field, members, place)
    if get_origin(annotation) is Literal:
        return _of_values(tuple(revealed(value) for value in get_args(annotation) if value is not None))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _of_values(tuple(revealed(member) for member in annotation))
    if get_origin(annotation) is pydantic.Secret:
        return pg_type(derived(field, get_args(annotation)[0]), place)
    if annotation in (pydantic.SecretStr, pydantic.SecretBytes):
        return pg_type(derived(field, str if annotation is pydantic.SecretStr else bytes), place)
    return _of_class(annotation, constraints_of(field))


def takes_json_text(field: FieldInfo, place: str) -> bool:
    """Whether pydantic wants a text in JSON for the field, which it parses itself: ``Json`` and ``Json[…]``."""
    return _has_json(_told(field, place))


def _told(field: FieldInfo, place: str) -> FieldInfo:
    """The field without wrappings and ``None``."""
    field = unfold(field, place)
    return unfold(derived(field, not_null(field.annotation)), place) if is_nullable(field.annotation) else field


def _has_json(field: FieldInfo) -> bool:
    return field.annotation is pydantic.Json or any(
        isinstance(item, pydantic_types.Json) or item is pydantic_types.Json for item in field.metadata
    )


def _of_union(field: FieldInfo, members: tuple[Any, ...], place: str) -> PgType:
    """One type for all members if they agree, else JSON, which tells 5 from "5"."""
    found = {pg_type(derived(field, member), place) for member in members}
    if len(found) == 1:
        return found.pop()
    names = {each.name.partition("(")[0] for each in found}
    if names <= {"integer", "bigint"}:
        return PgType("bigint")
    if names <= {"text", "varchar"}:
        return _TEXT
    return _JSON


def _of_values(values: tuple[Any, ...]) -> PgType:
    kinds = {type(value) for value in values}
    if kinds == {str}:
        return PgType("text", values)
    if kinds == {bool}:
        return PgType("boolean", values)
    if kinds == {int}:
        return PgType(_integer(min(values), max(values)), values)
    if len(kinds) == 1 and kinds <= {float, Decimal}:
        return PgType("double precision" if kinds == {float} else "numeric", values)
    return _JSON


def _of_class(annotation: Any, found: Constraints) -> PgType:
    origin = get_origin(annotation) or annotation
    if not isinstance(origin, type):
        return _TEXT if origin is re.Pattern else _JSON
    for base, make in _CLASSES:
        if issubclass(origin, base):
            return make(annotation, found)
    if any(base.__name__ in ("_BaseUrl", "_BaseMultiHostUrl", "Url", "MultiHostUrl", "NameEmail") for base in origin.__mro__):
        return _TEXT
    return _JSON


def _of_int(annotation: Any, found: Constraints) -> PgType:
    low = found.ge if found.ge is not None else found.gt
    high = found.le if found.le is not None else found.lt
    return PgType("bigint" if low is None or high is None else _integer(int(low), int(high)))


def _integer(low: int, high: int) -> str:
    return next((name for name, limit in _INTEGERS if -limit <= low and high < limit), "numeric")


def _of_decimal(annotation: Any, found: Constraints) -> PgType:
    if found.max_digits is not None and found.max_digits <= _MOST_DIGITS:
        places = found.decimal_places
        if places is not None and places <= _MOST_PLACES:
            return PgType(f"numeric({found.max_digits},{places})")
    return PgType("numeric")


def _of_str(annotation: Any, found: Constraints) -> PgType:
    length = found.max_length
    return _TEXT if length is None or not 0 < length <= _MOST_CHARACTERS else PgType(f"varchar({length})")


def _of_datetime(annotation: Any, found: Constraints) -> PgType:
    bounds = [bound for bound in (found.ge, found.gt, found.le, found.lt) if bound is not None]
    is_zoned = any(getattr(bound, "tzinfo", None) is not None for bound in bounds) or annotation is pydantic.AwareDatetime
    if is_zoned or (found.has_timezone and found.timezone is not None):
        return PgType("timestamptz")
    return PgType("timestamp")


def _of_time(annotation: Any, found: Constraints) -> PgType:
    bounds = [bound for bound in (found.ge, found.gt, found.le, found.lt) if bound is not None]
    return PgType("timetz" if any(bound.tzinfo is not None for bound in bounds) else "time")


def _always(name: str) -> Callable[[Any, Constraints], PgType]:
    return lambda annotation, found: PgType(name)


# In this order: a bool is an int, and a datetime is a date.
_CLASSES: tuple[tuple[Any, Callable[[Any, Constraints], PgType]], ...] = (
    (bool, _always("boolean")),
    (int, _of_int),
    (float, _always("double precision")),
    (Decimal, _of_decimal),
    (str, _of_str),
    (pydantic.EmailStr, _always("text")),
    ((datetime.datetime, *_MOMENTS), _of_datetime),
    ((datetime.date, pydantic.PastDate, pydantic.FutureDate), _always("date")),
    (datetime.time, _of_time),
    (datetime.timedelta, _always("interval")),
    (uuid.UUID, _always("uuid")),
    ((bytes, bytearray), _always("bytea")),
    ((ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Interface, ipaddress.IPv6Interface), _always("inet")),
    ((networks.IPvAnyAddress, networks.IPvAnyInterface), _always("inet")),
    ((ipaddress.IPv4Network, ipaddress.IPv6Network, networks.IPvAnyNetwork), _always("cidr")),
    ((pathlib.PurePath, zoneinfo.ZoneInfo, re.Pattern, complex), _always("text")),
)

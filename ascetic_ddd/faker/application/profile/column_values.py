"""Captured values as Python has them: a profile keeps texts, a column of dates wants dates."""

import ipaddress
import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("number_for", "values_of")

_MODIFIER = re.compile(r"\([^)]*\)")
_INTERVAL = re.compile(
    r"(?:(?P<years>[-+]?\d+) years? ?)?(?:(?P<months>[-+]?\d+) mons? ?)?(?:(?P<days>[-+]?\d+) days? ?)?"
    r"(?:(?P<sign>[-+])?(?P<hours>\d+):(?P<minutes>\d+):(?P<seconds>\d+(?:\.\d+)?))?",
    re.ASCII,
)
_YEAR, _MONTH = 365, 30  # days, as psycopg reads an interval


def values_of(name: str, type: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """Give captured values in the type that psycopg gives for such a column; of a type that it does not know, texts.

    Args:
        name: of the column, for messages.
        type: as ``format_type`` writes it; of a domain, the type below it.
        values: texts, numbers, truth values, None.

    Raises:
        ConfigurationError: a value cannot be read as one of the type, or nobody can write the type here.

    Example:
        >>> values_of("day", "date", ["2024-02-29"]), values_of("tags", "text[]", ['{a,"b c",NULL}'])
        ((datetime.date(2024, 2, 29),), (['a', 'b c', None],))
    """
    kind = _plain(type)
    if kind.rstrip("[]") in _RANGES:
        raise ConfigurationError(
            f"column {name!r} of type {type}: ranges are not made from captured values; give ValueProvider values of your own, "
            "with the shares that stand in the profile"
        )
    if kind in _CAPTURED_AS_THEY_ARE:
        return tuple(values)
    read = _reader(kind)
    found = []
    for value in values:
        try:
            found.append(None if value is None else read(value))
        except (ValueError, TypeError, ArithmeticError, IndexError) as error:
            raise ConfigurationError(
                f"column {name!r}: {value!r} is no {type} that Python has ({error}); give ValueProvider values of your own, with "
                "the shares that stand in the profile"
            ) from error
    return tuple(found)


def number_for(type: str) -> Callable[[float], Any] | None:
    """What turns a number, seconds of a time, into a value of a type; None if the number is one."""
    return _FROM_NUMBER.get(_plain(type))


def _plain(type: str) -> str:
    """``timestamp with time zone`` of ``timestamp(3) with time zone``."""
    return _MODIFIER.sub("", type).strip()


def _reader(kind: str) -> Callable[[Any], Any]:
    if kind.endswith("[]"):
        read = _reader(kind.rstrip("[]"))
        return lambda value: _array(str(value), read)
    return _READERS.get(kind, _as_it_is)


def _as_it_is(value: Any) -> Any:
    return value


def _bool(value: Any) -> bool:
    found = {"t": True, "true": True, "f": False, "false": False}.get(str(value).lower())
    if found is None:
        raise ValueError("expected true or false")
    return found


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def _bytes(value: Any) -> bytes:
    if not value.startswith("\\x"):
        raise ValueError(r"expected \x and hexadecimal digits")
    return bytes.fromhex(value[2:])


def _interval(value: Any) -> timedelta:
    found = _INTERVAL.fullmatch(str(value).strip())
    if found is None or not str(value).strip():
        raise ValueError("expected for example '1 day 02:00:00'")
    part = {name: float(text or 0) for name, text in found.groupdict().items() if name != "sign"}
    clock = timedelta(hours=part["hours"], minutes=part["minutes"], seconds=part["seconds"])
    return timedelta(part["years"] * _YEAR + part["months"] * _MONTH + part["days"]) + (-clock if found["sign"] == "-" else clock)


def _time(value: Any) -> time:
    return time.fromisoformat(str(value))


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(str(value))


def _document(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _address(value: Any) -> Any:
    found = ipaddress.ip_interface(str(value))
    return found.ip if found.network.prefixlen == found.max_prefixlen else found


_CAPTURED_AS_THEY_ARE = ("boolean", "smallint", "integer", "bigint")
_READERS: dict[str, Callable[[Any], Any]] = {
    "boolean": _bool,
    **dict.fromkeys(("smallint", "integer", "bigint", "oid"), int),
    **dict.fromkeys(("real", "double precision"), float),
    "numeric": _decimal,
    "date": lambda value: date.fromisoformat(str(value)),
    **dict.fromkeys(("timestamp without time zone", "timestamp with time zone"), _moment),
    **dict.fromkeys(("time without time zone", "time with time zone"), _time),
    "interval": _interval,
    "uuid": lambda value: UUID(str(value)),
    "bytea": _bytes,
    **dict.fromkeys(("json", "jsonb"), _document),
    "inet": _address,
    "cidr": lambda value: ipaddress.ip_network(str(value)),
}
_RANGES = {f"{name}{kind}" for name in ("int4", "int8", "num", "ts", "tstz", "date") for kind in ("range", "multirange")}


def _of_day(seconds: float) -> time:
    moment = datetime(1970, 1, 1) + timedelta(seconds=min(max(0.0, seconds), 86_399.999999))  # noqa: DTZ001  # a time has no zone
    return moment.time()


def _duration(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


_FROM_NUMBER: dict[str, Callable[[float], Any]] = {
    "numeric": lambda number: Decimal(repr(number)),
    **dict.fromkeys(("real", "double precision"), float),
    "time without time zone": _of_day,
    "interval": _duration,
}


_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^{},"]*))', re.DOTALL)


def _array(text: str, read: Callable[[Any], Any]) -> list[Any]:
    """The literal of an array, ``{a,"b c",NULL}``, nested ones too; bounds such as ``[2:3]=`` are left out."""
    found, place = _items(text, text.index("{") + 1, read)
    if text[place:].strip():
        raise ValueError("there is more behind the array's end")
    return found


def _items(text: str, place: int, read: Callable[[Any], Any]) -> tuple[list[Any], int]:
    found: list[Any] = []
    while text[place] != "}":
        if text[place] == ",":
            place += 1
        elif text[place] == "{":
            inner, place = _items(text, place + 1, read)
            found.append(inner)
        else:
            match = _ITEM.match(text, place)
            if match is None or match.end() == place:
                raise ValueError("expected an array's items")
            quoted, bare = match.groups()
            item = bare.strip() if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
            found.append(None if quoted is None and item.upper() == "NULL" else read(item))
            place = match.end()
    return found, place + 1

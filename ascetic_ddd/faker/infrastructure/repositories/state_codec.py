"""Exported state as plain JSON and back, without loss and without executing anything.

What JSON has no word for becomes an object with one tag: ``{"$uuid": "…"}``. A key of the state that begins with ``$``
gets a second one, so tags cannot be forged.
"""

import base64
import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from json.encoder import c_make_encoder, encode_basestring_ascii  # type: ignore[attr-defined]  # None where there is none in C
from typing import Any
from uuid import UUID

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError

__all__ = ("decode", "dumps", "encode", "loads")

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False)  # `encode` makes trees
_made_once = c_make_encoder and c_make_encoder(
    None, _ENCODER.default, encode_basestring_ascii, None, ":", ",", False, False, False
)


def dumps(encoded: Any) -> str:
    """Write encoded state as JSON text."""
    return "".join(_made_once(encoded, 0)) if _made_once else _ENCODER.encode(encoded)


_AS_IS = frozenset((int, bool, type(None)))
_EXACT_FLOAT_BELOW = 1e16  # above, JSON documents in PostgreSQL give whole floats back as integers

_ENCODERS: dict[type, tuple[str, Callable[[Any], Any]]] = {
    UUID: ("$uuid", str),
    datetime: ("$datetime", datetime.isoformat),
    date: ("$date", date.isoformat),
    time: ("$time", time.isoformat),
    timedelta: ("$timedelta", lambda value: [value.days, value.seconds, value.microseconds]),
    Decimal: ("$decimal", str),
    bytes: ("$bytes", lambda value: base64.b64encode(value).decode("ascii")),
    float: ("$float", repr),
    tuple: ("$tuple", lambda value: [_encode(part) for part in value]),
}
_DECODERS: dict[str, Callable[[Any], Any]] = {
    "$uuid": UUID,
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$timedelta": lambda parts: timedelta(*parts),
    "$decimal": Decimal,
    "$bytes": base64.b64decode,
    "$float": float,
    "$tuple": tuple,
}


class _UnsupportedError(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: list[str] = []


def encode(value: Any, what: str = "exported state") -> Any:
    """Give the value as what :func:`dumps` can write.

    Raises:
        ConfigurationError: something in it is no plain data; the message names its path, its type and what to do.

    Example:
        >>> encode({"id": UUID(int=7), "$price": Decimal("1.50")})
        {'id': {'$uuid': '00000000-0000-0000-0000-000000000007'}, '$$price': {'$decimal': '1.50'}}
    """
    try:
        return _encode(value)
    except _UnsupportedError as error:
        path = ".".join(reversed(error.path)) or "the value itself"
        raise ConfigurationError(f"The {what} cannot be stored as JSON, at {path!r}: {error.reason}") from None


def loads(text: str) -> Any:
    """Read back what ``dumps(encode(value))`` wrote.

    Raises:
        PersistenceError: the text has a tag this version does not know, or a damaged one.

    Example:
        >>> loads(dumps(encode({"born": date(2001, 2, 3)})))
        {'born': datetime.date(2001, 2, 3)}
    """
    return decode(json.loads(text)) if "$" in text else json.loads(text)


def decode(value: Any) -> Any:
    """Turn tags back into values; the counterpart of :func:`encode`."""
    if type(value) is list:
        return [decode(part) for part in value]
    if type(value) is not dict:
        return value
    if len(value) == 1:
        (key, part), *_ = value.items()
        if key.startswith("$") and not key.startswith("$$"):
            try:
                return _DECODERS[key](decode(part))
            except (KeyError, TypeError, ValueError, ArithmeticError) as error:
                raise PersistenceError(
                    f"Stored state has the tag {key!r} with {part!r}, which cannot be read: it was written by a newer "
                    "version or changed by hand; clean the store up and generate again."
                ) from error
    return {key[1:] if key.startswith("$") else key: decode(part) for key, part in value.items()}


def _encode(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        if "\x00" in value:
            raise _UnsupportedError(f"{value!r} has a NUL character, which PostgreSQL cannot store; remove it.")
        return value
    if kind in _AS_IS:
        return value
    if kind is dict:
        return _encode_mapping(value)
    if kind is list:
        return [_encode(part) for part in value]
    if kind is float and math.isfinite(value) and abs(value) < _EXACT_FLOAT_BELOW:
        return value
    tagged = _ENCODERS.get(kind)
    if tagged is not None:
        tag, encoder = tagged
        return {tag: encoder(value)}
    return _encode_subclass(value)


def _encode_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    encoded = {}
    for key, part in value.items():
        if key not in _USUAL_KEYS:
            if not isinstance(key, str) or "\x00" in key:
                raise _UnsupportedError(f"the key {key!r} is no text that JSON can store; export keys as `str`.")
            if key[:1] == "$":
                key = "$" + key  # told apart from a tag
            elif len(_USUAL_KEYS) < _MOST_USUAL_KEYS:
                _USUAL_KEYS.add(str(key))
        if type(part) is int:
            encoded[key] = part
            continue
        try:
            encoded[key] = _encode(part)
        except _UnsupportedError as error:
            error.path.append(key)
            raise
    return encoded


def _encode_subclass(value: Any) -> Any:
    """Store subclasses of plain types (``defaultdict``, a marked ``str``) as what they are; nothing else."""
    if not isinstance(value, Enum):
        if isinstance(value, Mapping):
            return _encode_mapping(value)
        for kind in (str, int, float, list, datetime, Decimal):
            if isinstance(value, kind):
                return _encode(_PLAIN[kind](value))
    advice = "its `.value`" if hasattr(value, "value") else "str, numbers, bool, None, dict, list, UUID, datetime…"
    raise _UnsupportedError(f"{value!r} is of type {type(value).__name__}; have agg_exporter export {advice}.")


_USUAL_KEYS: set[str] = set()  # looked at before, and fine; states have few keys, and the same again and again
_MOST_USUAL_KEYS = 10_000

_PLAIN: dict[type, Callable[[Any], Any]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    list: list,
    datetime: lambda value: datetime.combine(value.date(), value.timetz()),
    Decimal: Decimal,
}

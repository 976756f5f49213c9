"""Values as fields of a CSV file, column by column: what RFC 4180, Python's csv module and PostgreSQL's COPY all read."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from pathlib import PurePath
from re import Pattern
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, NameEmail, Secret, SecretBytes, SecretStr
from pydantic_core import MultiHostUrl, PydanticSerializationError, Url, to_json

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.schema.reading.plain import revealed

__all__ = ("CsvText", "duration_text", "json_fallback", "json_text", "quoted_text")

Texts = Callable[[Any], str]

_DAY_S = 86_400


def quoted_text(text: str) -> str:
    """Quote a text: always, so that an empty one is not taken for nothing, nor any other for something else.

    Example:
        >>> quoted_text('say "hi"')
        '"say ""hi\"""'
    """
    return '"' + text.replace('"', '""') + '"' if '"' in text else f'"{text}"'


def duration_text(value: timedelta) -> str:
    """A duration that pydantic and PostgreSQL read alike: ISO 8601, or ``-h:mm:ss`` where it is negative.

    Example:
        >>> duration_text(timedelta(days=1, seconds=7203, microseconds=500_000)), duration_text(timedelta(seconds=-61))
        ('P1DT2H0M3.500000S', '-0:01:01')
    """
    if value.days >= 0:
        minutes, seconds = divmod(value.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        rest = f"{seconds}.{value.microseconds:06}" if value.microseconds else str(seconds)
        return f"P{value.days}DT{hours}H{minutes}M{rest}S"
    value = -value
    minutes, seconds = divmod(value.days * _DAY_S + value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06}" if value.microseconds else ""
    return f"-{hours}:{minutes:02}:{seconds:02}{fraction}"


def json_text(value: Any) -> str:
    """A nested value in JSON, as pydantic writes it, by alias; numbers that JSON has not, as texts."""
    return to_json(value, by_alias=True, inf_nan_mode="strings", bytes_mode="base64", fallback=json_fallback).decode()


def json_fallback(value: Any) -> Any:
    """What pydantic does not know to write in JSON by itself, and we do.

    Raises:
        TypeError: nor do we.
    """
    if isinstance(value, ZoneInfo):
        return value.key
    if isinstance(value, (PurePath, NameEmail)):
        return str(value)
    raise TypeError(f"there is no JSON for {type(value).__name__}")


def _text_of_str(value: Any) -> str:
    return quoted_text(str(value))


def _text_of_nested(value: Any) -> str:
    return quoted_text(json_text(value))


def _text_of_bool(value: bool) -> str:
    return "true" if value else "false"


def _text_of_bytes(value: bytes | bytearray) -> str:
    return "\\x" + value.hex()


_BY_TYPE: dict[type, Texts] = {
    str: quoted_text,
    int: str,
    bool: _text_of_bool,
    float: repr,
    Decimal: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: duration_text,
    UUID: str,
    bytes: _text_of_bytes,
    bytearray: _text_of_bytes,
    **dict.fromkeys((list, dict, tuple, set, frozenset, BaseModel), _text_of_nested),
    **dict.fromkeys((PurePath, ZoneInfo, Url, MultiHostUrl, complex), _text_of_str),
    **dict.fromkeys((IPv4Address, IPv6Address, IPv4Network, IPv6Network, IPv4Interface, IPv6Interface), str),
    Pattern: lambda value: quoted_text(value.pattern),
}

# What spreadsheets take for the beginning of a formula, also behind a quote: they read a file's fields without their quotes.
_FORMULA = re.compile('"?[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]')


def _harmless(field: str) -> str:
    """Put an apostrophe in front of what is neither harmless nor a number; of what is not quoted, only durations have a colon."""
    if _FORMULA.match(field) is None:
        return field
    if field.startswith('"'):
        return f"\"'{field[1:]}"
    return f"'{field}" if ":" in field else field


# A subclass may have a text of its own, such as "2.0KiB" of a ByteSize.
_SUBCLASSED: dict[type, Texts] = {
    int: int.__repr__,
    float: float.__repr__,
    str: lambda value: quoted_text(str.__str__(value)),
}


class CsvText:
    """Turns columns of values into columns of CSV fields, without the commas.

    None is ``null``, which is never quoted; a text is always quoted, an empty one is ``""``. Numbers, truth values (``true``,
    ``false``), moments (ISO 8601), durations, UUIDs and bytes (``\\x`` and hexadecimal digits) are not. An ``Enum`` is its
    value. What is nested is JSON, quoted.

    Args:
        null: stands for None; the empty text by default, as COPY has it. With another one, a text that is the same is refused,
            so that readers who do not see quotes are not deceived.
        spreadsheet_safe: what a spreadsheet would take for a formula gets an apostrophe in front: everything but numbers and
            JSON that begins with one of ``= + - @``, their wide forms, a tab or a line end. Reading such a file back gives
            texts with that apostrophe: something is lost.

    Example:
        >>> CsvText().column("note", [None, "", "a"])
        ['', '""', '"a"']
        >>> print(*CsvText(spreadsheet_safe=True).column("note", ["=1+1", -1, "a"]))
        "'=1+1" -1 "a"
    """

    def __init__(self, null: str = "", *, spreadsheet_safe: bool = False) -> None:
        if any(character in null for character in '",\r\n'):
            raise ConfigurationError(f"null={null!r}: expected a short text without quotes, commas and line ends, such as '\\N'")
        if spreadsheet_safe and _FORMULA.match(null):
            raise ConfigurationError(f"null={null!r}: to a spreadsheet this is a formula; expected a text such as '\\N'")
        self.null = null
        self._is_safe = spreadsheet_safe
        self._known = dict(_BY_TYPE)

    def column(self, name: str, values: Sequence[Any], *, is_json: bool = False) -> list[str]:
        """Give the fields of one column.

        Args:
            name: of the column, for messages.
            values: of any types.
            is_json: every value but None is written as JSON, texts and numbers too.

        Raises:
            ConfigurationError: a value cannot be written, or a text is the same as ``null``.
        """
        try:
            found = self._json(values) if is_json else self._plain(values)
        except (PydanticSerializationError, UnicodeError, TypeError, ValueError) as error:
            raise self._unwritable(name, values, error, is_json=is_json) from error
        if self.null and f'"{self.null}"' in found:
            raise ConfigurationError(
                f"column {name!r}: the text {self.null!r} is a value here, and stands for null; choose another null"
            )
        return list(map(_harmless, found)) if self._is_safe and not is_json else found

    def header(self, names: Sequence[str]) -> list[str]:
        """Give the fields of the first line."""
        fields = map(quoted_text, names)
        return list(map(_harmless, fields)) if self._is_safe else list(fields)

    def _json(self, values: Sequence[Any]) -> list[str]:
        null = self.null
        return [null if value is None else _text_of_nested(value) for value in values]

    def _plain(self, values: Sequence[Any]) -> list[str]:
        kinds = set(map(type, values))
        nullable = type(None) in kinds
        kinds.discard(type(None))
        if len(kinds) == 1:
            text = self._text_for(kinds.pop())
            if nullable:
                null = self.null
                return [null if value is None else text(value) for value in values]
            return list(map(text, values))
        return [self.null if value is None else self._text_for(type(value))(value) for value in values]

    def _text_for(self, kind: type) -> Texts:
        text = self._known.get(kind)
        if text is None:
            text = self._known[kind] = self._looked_up(kind)
        return text

    def _looked_up(self, kind: type) -> Texts:
        if issubclass(kind, (Enum, Secret, SecretStr, SecretBytes)):
            return self._text_of_revealed
        for base in kind.__mro__[:-1]:
            if base in _SUBCLASSED:
                return _SUBCLASSED[base]
            if base in _BY_TYPE:
                return _BY_TYPE[base]
        if any(base.__name__ in ("_BaseUrl", "_BaseMultiHostUrl", "NameEmail") for base in kind.__mro__):
            return _text_of_str
        return _text_of_nested

    def _text_of_revealed(self, value: Any) -> str:
        value = revealed(value)
        return self.null if value is None else self._text_for(type(value))(value)

    def _unwritable(self, name: str, values: Sequence[Any], error: Exception, *, is_json: bool) -> ConfigurationError:
        for value in values:
            try:
                _ = self._json([value]) if is_json else self._plain([value])
            except (PydanticSerializationError, UnicodeError, TypeError, ValueError):
                break
        else:
            value = values
        return ConfigurationError(
            f"column {name!r}: {value!r} of type {type(value).__name__} cannot be written as text: {error}; give its class a "
            "serializer of pydantic's, or the field another type"
        )

"""What a command says, as JSON, and the form it has over HTTP."""

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.transports.plain import json_ready, plain
from ascetic_ddd.faker.infrastructure.transports.route import Route

__all__ = ("CommandForm", "json_of", "quoted", "type_of", "word_of")

quoted: Callable[[str], str] = json.encoder.encode_basestring
"""Gives a text as a JSON string."""


def type_of(command_class: type) -> str:
    """Give the name of a command in a log: where its class can be imported from."""
    return f"{command_class.__module__}.{command_class.__qualname__}"


class CommandForm:
    """Turns commands of one class into data, and says whether their request follows from it.

    Args:
        command_class: theirs.
        route: how they are sent; None if nobody said.
    """

    def __init__(self, command_class: type, route: Route | None) -> None:
        self.command_class = command_class
        self.type = type_of(command_class)
        self.name = command_class.__name__
        self.route = route
        is_dataclass = dataclasses.is_dataclass(command_class)
        self.fields = tuple(each.name for each in dataclasses.fields(command_class)) if is_dataclass else None
        self._in_path = frozenset(route.fields) if route is not None else frozenset()

    def data(self, command: Any) -> dict[str, Any]:
        """Give the fields of a command; what is in them is not copied."""
        if self.fields is not None:
            return {name: getattr(command, name) for name in self.fields}
        found = plain(command)
        if not isinstance(found, dict):
            raise ConfigurationError(f"{self.type}: {command!r} has no fields; expected a dataclass or a pydantic model")
        return found

    def has_field(self, name: str, command: Any) -> bool:
        """Tell whether the command has a field of this name."""
        return name in (self.fields if self.fields is not None else self.data(command))

    def request(self, command: Any, data: Mapping[str, Any], state: Mapping[str, Any]) -> tuple[str | None, str | None] | None:
        """Give the path and the body's JSON, as far as they do not follow from the data; None if both do."""
        route = self.route
        if route is None:
            return None
        path = None
        for name in self._in_path:
            if data.get(name) is None:
                path = route.path(plain(data), state)
                break
        if route.body is not None:
            return path, json_of(route.body(command), self.type)
        return None if path is None else (path, None)


def json_of(value: Any, what: str) -> str:
    """Give JSON: decimals, UUIDs and dates as text, value objects as their value.

    Raises:
        ConfigurationError: there is none for something in it.
    """
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{what}: {value!r} cannot be written as JSON: {error}") from error


_NO_ATTRIBUTE = re.compile(  # what CloudEvents does not let into attributes: control characters, and what is no character
    f"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef{''.join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))}]"
)


def word_of(value: Any, what: str) -> str:
    """Give a value as an attribute of an event has it: a text is itself, with what must not stand there as JSON escapes it."""
    kind = type(value)
    if kind is int:
        return str(value)
    text: str = value if kind is str else json_of(value, what).strip('"')
    return text if text.isprintable() else _NO_ATTRIBUTE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


_UNFOLDING: dict[type, Callable[[Any], Any]] = {}


def _shallow(value: Any) -> Any:
    """One level of what JSON does not know; the encoder asks again for what is below."""
    kind = type(value)
    unfold = _UNFOLDING.get(kind)
    if unfold is None:
        unfold = _UNFOLDING[kind] = _way_of(kind)
    return unfold(value)


def _way_of(kind: type) -> Callable[[Any], Any]:
    names = tuple(each.name for each in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ("value",)
    if "value" in names or hasattr(kind, "value"):
        return lambda value: json_ready(plain(value))
    return lambda value: {name: getattr(value, name) for name in names}


_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_shallow)
_at_once: Any = getattr(
    json.encoder, "c_make_encoder", None
)  # made once: ``JSONEncoder.encode`` makes one a call; None where there is no C


def _encoder() -> Callable[[Any], str]:
    if _at_once is None:
        return _json.encode
    pieces = _at_once(None, _shallow, quoted, None, ":", ",", False, False, False)
    return lambda value: "".join(pieces(value, 0))


_encode = _encoder()

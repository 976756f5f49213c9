"""Where an answer has what is to be learned of it: an id, a version, the application's decisions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.transports.http.answers import NOTHING, Answer, at_pointer

__all__ = ("Body", "ETag", "Location", "Poll", "Source")

Source = Callable[[Answer], Any]
"""Reads something of an answer; None if it is not there."""

_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Location:
    """Reads the ``Location`` of an answer by a template of its path's end: ``Location("/orders/{id}", int)``.

    Attributes:
        template: a path with one field gives a value; with several, a dict of them.
        type: makes the value of text, as ``int`` or ``UUID``; a mapping has one for each field.

    Raises:
        ConfigurationError: the template has no field.
    """

    template: str
    type: Callable[[str], Any] | Mapping[str, Callable[[str], Any]] = str

    def __post_init__(self) -> None:
        if not _FIELD.search(self.template):
            raise ConfigurationError(f"Location({self.template!r}) has no field, as {{id}}, to be read")

    def __call__(self, answer: Answer) -> Any:
        """Read the path."""
        parts = _FIELD.split(self.template)
        pattern = "".join(f"(?P<{part}>[^/?]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        found = re.search(pattern + r"/?(\?.*)?$", answer.location or "")
        if found is None:
            return None
        values = {name: self._typed(name, text) for name, text in found.groupdict().items()}
        return next(iter(values.values())) if len(values) == 1 else values

    def _typed(self, name: str, text: str) -> Any:
        make = self.type.get(name, str) if isinstance(self.type, Mapping) else self.type
        return make(text)


@dataclass(frozen=True)
class Body:
    """Reads the JSON body of an answer at a pointer (RFC 6901): ``Body("/order/id")``.

    Attributes:
        pointer: an empty one is the whole body.
        type: makes the value of what JSON has, as ``UUID`` or ``Decimal`` of text.
    """

    pointer: str
    type: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        if self.pointer and not self.pointer.startswith("/"):
            raise ConfigurationError(f"Body({self.pointer!r}) is no JSON pointer; it begins with a slash, as /id")

    def __call__(self, answer: Answer) -> Any:
        """Read the body."""
        found = at_pointer(answer.json, self.pointer)
        if found is NOTHING or found is None:
            return None
        return found if self.type is None else self.type(found)


@dataclass(frozen=True)
class ETag:
    """Reads the ``ETag`` header."""

    def __call__(self, answer: Answer) -> str | None:
        """Read the header."""
        return answer.headers.get("etag")


@dataclass(frozen=True, kw_only=True)
class Poll:
    """What to do with 202: ask at its ``Location`` until the body says that it is done.

    Attributes:
        until: pointers, or keys of the body, and what stands there when it is done: ``{"state": "done"}``.
        failed: the same, when it is refused.
        at: where to ask, if not at the ``Location``.
        every_s: pause between two questions, unless the server says ``Retry-After``, in seconds.
        patience_s: how long to ask, in seconds.
    """

    until: Mapping[str, Any]
    failed: Mapping[str, Any] | None = None
    at: Source | None = None
    every_s: float = 0.5
    patience_s: float = 60.0

    def is_done(self, answer: Answer) -> bool:
        """Tell whether it is done."""
        return _says(answer, self.until)

    def is_refused(self, answer: Answer) -> bool:
        """Tell whether it is refused."""
        return self.failed is not None and _says(answer, self.failed)


def _says(answer: Answer, said: Mapping[str, Any]) -> bool:
    return all(
        at_pointer(answer.json, pointer if pointer.startswith("/") else f"/{pointer}") == value for pointer, value in said.items()
    )

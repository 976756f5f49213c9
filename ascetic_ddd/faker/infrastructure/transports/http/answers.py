"""What a server answered, read carefully: it is data, and may be anything."""

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from ascetic_ddd.faker.domain.values.words import visible

__all__ = ("NOTHING", "Answer", "at_pointer")

NOTHING: Any = object()
"""What a pointer gives that leads to nothing."""

_LONGEST_WORDS = 300
_LONGEST_BODY = 100_000


class Answer:
    """A status, headers, and a body that may be JSON.

    Args:
        status: of the answer.
        headers: names in any case.
        content: the body.
    """

    __slots__ = ("_headers", "_json", "_told", "content", "status")

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status = status
        self.content = content
        self._told = headers
        self._headers: dict[str, str] | None = None
        self._json: Any = None

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, their names in lower case."""
        if self._headers is None:
            self._headers = {name.lower(): value for name, value in self._told.items()}
        return self._headers

    @property
    def json(self) -> Any:
        """The body as JSON; :data:`NOTHING` if it is none."""
        if self._json is None:
            try:
                self._json = json.loads(self.content)
            except (ValueError, RecursionError):
                self._json = NOTHING
        return self._json

    @property
    def location(self) -> str | None:
        """The path of the ``Location``, with its query; None if there is none."""
        location = self.headers.get("location")
        if location is None:
            return None
        parts = urlsplit(location)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def retry_after_s(self) -> float | None:
        """How long the server asks to wait; a date is reckoned from the server's own."""
        said = self.headers.get("retry-after")
        if said is None:
            return None
        if said.strip().isdigit():
            return float(said)
        try:
            pause = parsedate_to_datetime(said) - parsedate_to_datetime(self.headers.get("date", ""))
        except (TypeError, ValueError):
            return None
        return max(0.0, pause.total_seconds())

    @property
    def words(self) -> str:
        """What the server says of it, shortened, on one line: of problem+json its title and detail, of other JSON ``detail``."""
        said = self.json if len(self.content) <= _LONGEST_BODY else NOTHING
        if isinstance(said, Mapping):
            parts = [said.get("title"), _details(said.get("detail") or said.get("message") or said.get("error"))]
            text = ": ".join(str(part) for part in parts if part)
        else:
            text = self.content[: 4 * _LONGEST_WORDS].decode("utf-8", "replace") if self.is_text else ""
        text = visible(" ".join(text.split()))
        return text if len(text) <= _LONGEST_WORDS else text[:_LONGEST_WORDS] + "…"

    @property
    def is_text(self) -> bool:
        """True if the body is plain text; pages of HTML are nothing to be quoted."""
        return self.headers.get("content-type", "").startswith("text/plain")


def at_pointer(document: Any, pointer: str) -> Any:
    """Give what stands at a JSON pointer (RFC 6901); :data:`NOTHING` if it leads nowhere.

    Example:
        >>> at_pointer({"order": {"ids": [7]}}, "/order/ids/0")
        7
    """
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping) and key in document:
            document = document[key]
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return NOTHING
    return document


def _details(detail: Any) -> str | None:
    """Several details, as those who check requests by models write them: where, and what."""
    if not isinstance(detail, list):
        return None if detail is None else str(detail)
    said = []
    for each in detail:
        if isinstance(each, Mapping) and "msg" in each:
            place = each.get("loc")
            said.append(f"{'.'.join(map(str, place))}: {each['msg']}" if isinstance(place, list) else str(each["msg"]))
        else:
            said.append(str(each))
    return "; ".join(said)

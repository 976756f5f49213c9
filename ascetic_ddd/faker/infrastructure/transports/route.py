"""The HTTP form of a command."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.transports.errors import WiringError
from ascetic_ddd.faker.infrastructure.transports.http.sources import Poll, Source
from ascetic_ddd.faker.infrastructure.transports.plain import json_ready, plain

__all__ = ("Route",)

_FIELD = re.compile(r"\{(\w+)\}")
_FORM = re.compile(r"[A-Z]+ /\S*")


@dataclass(frozen=True)
class Route:
    """Says how a command is sent, and where the answer has what is to be learned: ``Route(PlaceOrder, "POST /orders", id=…)``.

    Attributes:
        command: its class.
        form: method and path; fields of the path, as in ``/customers/{customer_id}/orders``, are those of the command, or
            parts of the aggregate, as ``{id}``. What is in the path is not in the body.
        id: where the answer has the id, or the part of it that the application gives; None if the command told it.
        version: where it has the version, as ``ETag()``.
        state: where it has parts that the application has decided, by name.
        accepted: what to do with 202.
        if_match: send the version that is known as ``If-Match``.
        body: command → what is sent as JSON, if not its fields.
        headers: sent with it.

    Raises:
        ConfigurationError: the form is none, or the command has no such field.
    """

    command: type
    form: str
    id: Source | None = None
    version: Source | None = None
    state: Source | None = None
    accepted: Poll | None = None
    if_match: bool = False
    body: Callable[[Any], Any] | None = None
    headers: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if not _FORM.fullmatch(self.form):
            raise ConfigurationError(f"{self}: expected a method and a path, as 'POST /orders'")
        known = set(inspect.signature(self.command).parameters)
        unknown = [name for name in self.fields if name not in known and not name.endswith("id")]
        if unknown:
            raise ConfigurationError(
                f"{self}: {self.command.__name__} has no field {unknown[0]!r}, only {', '.join(sorted(known))}"
            )

    @cached_property
    def method(self) -> str:
        """The method."""
        return self.form.partition(" ")[0]

    @cached_property
    def template(self) -> str:
        """The path with its fields' names."""
        return self.form.partition(" ")[2]

    @cached_property
    def fields(self) -> list[str]:
        """The names of the path's fields."""
        return _FIELD.findall(self.template)

    def rendered(self, command: Any, state: Mapping[str, Any]) -> tuple[str, Any]:
        """Give the path and the body of a command.

        Args:
            command: of this route's class.
            state: of the aggregate; its id may be in the path.

        Raises:
            WiringError: a field of the path is unknown or null.
        """
        told = plain(command)
        if not isinstance(told, dict):
            raise WiringError(f"{self}: {command!r} has no fields; expected a dataclass, or give the route a body=")
        path = self.path(told, state)
        if self.body is not None:
            return path, json_ready(plain(self.body(command)))
        in_path = self.fields
        body = {name: value for name, value in told.items() if name not in in_path}
        return path, json_ready(body) if body or self.method in ("POST", "PUT", "PATCH") else None

    def path(self, told: Mapping[str, Any], state: Mapping[str, Any]) -> str:
        """Give the path of a command that tells this.

        Raises:
            WiringError: a field of the path is unknown or null.
        """
        return _FIELD.sub(lambda found: quote(str(self._value(found[1], told, state)), safe=""), self.template)

    def _value(self, name: str, told: Mapping[str, Any], state: Mapping[str, Any]) -> Any:
        for known in (told, state, state.get("id")):
            if isinstance(known, Mapping) and known.get(name) is not None:
                return known[name]
        raise WiringError(
            f"{self}: nothing gives {name!r} for the path; the command has {sorted(told)}, the aggregate {sorted(state)}"
        )

    def __str__(self) -> str:
        return f"Route({self.command.__name__}, {self.form!r})"

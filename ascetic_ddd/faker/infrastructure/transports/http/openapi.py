"""What a server says of itself by OpenAPI: which operations there are, and what they take. It is read, and never drawn from."""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.values.words import visible
from ascetic_ddd.faker.infrastructure.transports.http.answers import NOTHING, at_pointer
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi, Request
from ascetic_ddd.faker.infrastructure.transports.http.shapes import ANYTHING, Shape, together

__all__ = ("OpenApi", "Operation")

_LONGEST_CHAIN = 20  # of references


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        form: method and path, as the document has it.
        body: the schema of its JSON body; None if it takes none.
        headers: names of headers that have to be sent, in lower case.
        queries: names of query parameters that have to be sent.
        successes: statuses below 300 that it may be answered with.
    """

    form: str
    body: Any
    headers: frozenset[str]
    queries: frozenset[str]
    successes: frozenset[str]


class OpenApi:
    """An OpenAPI document, version 3.

    Args:
        document: as it is parsed of JSON.

    Raises:
        ConfigurationError: it is none.
    """

    def __init__(self, document: Any) -> None:
        if not isinstance(document, Mapping) or not isinstance(document.get("paths"), Mapping):
            raise ConfigurationError("this is no OpenAPI document: it has no `paths`; expected what /openapi.json gives")
        self._document = document
        self._operations = dict(self._found(document["paths"]))

    @classmethod
    def load(cls, path: str | Path) -> "OpenApi":
        """Read a JSON file.

        Raises:
            ConfigurationError: it cannot be read, or is no such document.
        """
        try:
            return cls(json.loads(Path(path).read_text("utf-8")))
        except (OSError, ValueError, RecursionError) as error:
            raise ConfigurationError(f"the OpenAPI document {str(path)!r} cannot be read as JSON: {error}") from error

    @classmethod
    async def fetch(cls, api: HttpApi, path: str = "/openapi.json") -> "OpenApi":
        """Ask a server for its own document; also one that is an application in this process.

        Raises:
            HttpError: it does not give one.
            ConfigurationError: what it gives is no such document.
        """
        return cls((await api.call(Request("GET", path, is_safe=True, is_fixed=True))).json)

    def operation(self, method: str, template: str) -> Operation | None:
        """Give the operation of a method and a path; the names of the path's fields may differ."""
        paths = list(self._below_servers(template.partition("?")[0]))
        known = [key for key in self._operations if key[0] == method]
        found = next((key for key in known if key[1] in paths), None)
        found = found or next((key for key in known if any(_same(key[1], path) for path in paths)), None)
        if found is None:
            return None
        item, operation = self._operations[found]
        parameters = [self._resolved(each) for each in (*_listed(item, "parameters"), *_listed(operation, "parameters"))]
        required = [each for each in parameters if isinstance(each, Mapping) and each.get("required")]
        body = self._resolved(operation.get("requestBody"))
        return Operation(
            f"{found[0]} {visible(found[1])}",
            _json_of(body) if isinstance(body, Mapping) else None,
            frozenset(str(each.get("name")).lower() for each in required if each.get("in") == "header"),
            frozenset(str(each.get("name")) for each in required if each.get("in") == "query"),
            frozenset(str(status) for status in operation.get("responses") or () if str(status).startswith("2")),
        )

    def near(self, method: str, template: str) -> str:
        """Give the operations that may have been meant: those of the path, else one whose path is much the same."""
        same = [key for key in self._operations if _same(key[1], template)]
        close = difflib.get_close_matches(template, [path for known, path in self._operations if known == method], 1)
        found = same or [(method, path) for path in close]
        return visible(", ".join(" ".join(key) for key in found)) or "none like it"

    def shape(self, schema: Any) -> Shape:
        """Give the shape that a schema of this document describes; what it says in other ways is left open."""
        schema = self._resolved(schema)
        if not isinstance(schema, Mapping):
            return ANYTHING
        for word in ("anyOf", "oneOf"):
            if _listed(schema, word):
                return together(self.shape(each) for each in _listed(schema, word))
        if _listed(schema, "allOf"):
            return self._merged([{key: value for key, value in schema.items() if key != "allOf"}, *_listed(schema, "allOf")])
        said = schema.get("type")
        names = [said] if isinstance(said, str) else said if isinstance(said, list) else None
        if names is not None and schema.get("nullable") is True:
            names = [*names, "null"]
        values = [schema["const"]] if "const" in schema else schema.get("enum")
        properties = schema.get("properties")
        others = schema.get("additionalProperties")
        return Shape(
            None if names is None else frozenset(map(str, names)),
            tuple(values) if isinstance(values, list) else None,
            properties if isinstance(properties, Mapping) else None,
            frozenset(map(str, _listed(schema, "required"))),
            not isinstance(properties, Mapping) or others is True or isinstance(others, Mapping),
            schema.get("items"),
        )

    def _below_servers(self, path: str) -> Iterator[str]:
        """A path below our base URL as the document may have it: below its servers, whose own paths may be in ours."""
        yield path
        for server in _listed(self._document, "servers"):
            prefix = _path_of(server)
            if prefix and path.startswith(f"{prefix}/"):
                yield path.removeprefix(prefix)

    def _found(self, paths: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], tuple[Mapping[str, Any], Mapping[str, Any]]]]:
        """Method and path of each operation → what its path, and what it has itself."""
        for path, said in paths.items():
            item = self._resolved(said)
            for method, operation in item.items() if isinstance(item, Mapping) else ():
                if isinstance(operation, Mapping):
                    yield (str(method).upper(), str(path)), (item, operation)

    def _merged(self, schemas: list[Any]) -> Shape:
        """The shape of what has all of these shapes."""
        shapes = [self.shape(each) for each in schemas]
        objects = [each for each in shapes if each.properties is not None]
        return Shape(
            next((each.types for each in shapes if each.types is not None), None),
            next((each.values for each in shapes if each.values is not None), None),
            {name: schema for each in objects for name, schema in (each.properties or {}).items()} if objects else None,
            frozenset(name for each in shapes for name in each.required),
            any(each.takes_others for each in objects) if objects else True,
            next((each.item for each in shapes if each.item is not None), None),
        )

    def _resolved(self, part: Any) -> Any:
        for _ in range(_LONGEST_CHAIN):
            reference = part.get("$ref") if isinstance(part, Mapping) else None
            if not isinstance(reference, str):
                return part
            part = at_pointer(self._document, reference.removeprefix("#")) if reference.startswith("#/") else NOTHING
        return NOTHING


def _listed(part: Mapping[str, Any], word: str) -> list[Any]:
    found = part.get(word)
    return found if isinstance(found, list) else []


def _json_of(body: Mapping[str, Any]) -> Any:
    """The schema of a body as JSON; one of anything, if the document speaks of other forms alone."""
    content = body.get("content")
    if not isinstance(content, Mapping) or not content:
        return None
    name = next((name for name in content if str(name).partition(";")[0].strip().endswith(("/json", "+json"))), None)
    media = content.get(name)
    return media.get("schema", {}) if isinstance(media, Mapping) else {}


def _path_of(server: Any) -> str:
    try:
        return urlsplit(str(server.get("url"))).path.rstrip("/") if isinstance(server, Mapping) else ""
    except ValueError:
        return ""


def _same(path: str, other: str) -> bool:
    """Tell whether two templates are of the same paths, whatever their fields are called."""
    parts, others = path.strip("/").split("/"), other.strip("/").split("/")
    pairs = zip(parts, others, strict=False)
    return len(parts) == len(others) and all(a == b or (a[:1] == "{" and b[:1] == "{") for a, b in pairs)

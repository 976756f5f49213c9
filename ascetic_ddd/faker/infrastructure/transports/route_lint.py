"""What of the commands, their routes, and what the server says of itself does not fit together; found before anything is sent."""

from collections.abc import Iterator, Mapping, Sequence
from inspect import signature
from types import SimpleNamespace
from typing import Any

from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.distributors.m2o.facts import null_weight
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.facts import factory_of
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import offers
from ascetic_ddd.faker.infrastructure.transports.drafts import IDraftFactory
from ascetic_ddd.faker.infrastructure.transports.filling import Filling
from ascetic_ddd.faker.infrastructure.transports.http.openapi import OpenApi, Operation
from ascetic_ddd.faker.infrastructure.transports.http.shapes import Shape, fields_of, shape_of_type
from ascetic_ddd.faker.infrastructure.transports.route import Route

__all__ = ("findings_of",)

_DEEPEST = 8


def findings_of(
    provider: AggregateProvider[Any, Any], routes: Mapping[type, Route], openapi: OpenApi | None, headers: frozenset[str]
) -> Iterator[Finding]:
    """Find commands without a route, paths that nothing fills, and, with OpenAPI, what the server does not know or take.

    Args:
        provider: whose drafts are sent.
        routes: by class of command.
        openapi: what the server says of itself.
        headers: names of those that are sent with each request, in lower case.
    """
    factory = factory_of(provider)
    if not offers(factory, IDraftFactory):
        return
    for fill in factory.fillings():
        if not isinstance(fill.command_class, type):
            continue  # a function: nobody knows what it makes
        route = routes.get(fill.command_class)
        if route is None:
            known = ", ".join(map(str, routes.values()))
            yield Finding(provider.path, f"{fill.words} over HTTP", f"it has no route; there are {known}", "Add its route")
            continue
        yield from _unfilled_path(provider, route)
        if openapi is not None:
            yield from _Check(provider, route, fill, openapi).findings(headers)


def _unfilled_path(provider: AggregateProvider[Any, Any], route: Route) -> Iterator[Finding]:
    parts = provider.parts()
    known = {*signature(route.command).parameters, *parts, *provider.id_provider.parts()}
    for name in route.fields:
        if name not in known:
            gives = f"neither the command nor the aggregate has it, only {', '.join(sorted(known))}"
            yield Finding(provider.path, f"{route} with {name!r}", gives, "Name a field of the command, or a part")


class _Check:
    """One route beside the operation that the server has for it."""

    def __init__(self, provider: AggregateProvider[Any, Any], route: Route, fill: Filling[Any], openapi: OpenApi) -> None:
        self._provider = provider
        self._route = route
        self._openapi = openapi
        parts = provider.parts()
        self._parts: dict[str, Provider[Any, Any]] = {
            field: parts[source] for field, source in fill.sources(parts).items() if isinstance(source, str) and source in parts
        }

    def findings(self, headers: frozenset[str]) -> Iterator[Finding]:
        route = self._route
        operation = self._openapi.operation(route.method, route.template)
        if operation is None:
            near = self._openapi.near(route.method, route.template)
            yield self._finding("the server's OpenAPI has no such operation", f"Correct the route; near it: {near}")
            return
        yield from self._lacking(operation, headers)
        if operation.successes == {"202"} and route.accepted is None and route.id is not None:
            yield self._finding("it is answered with 202 alone", "Say how it ends, by accepted=Poll(until={…})")
        sent = self._sent()
        if sent is None:
            return
        if operation.body is None:
            if sent:
                yield self._finding("the operation takes no body", f"Do not send {', '.join(sent)}: give the route a body=")
            return
        for place, words in self._differences(Shape(frozenset({"object"}), properties=sent), operation.body, "", 0):
            yield self._finding(f"{words}, at {place or 'the body'}", "Correct the command, or give the route a body=")
        yield from self._outside(sent, self._openapi.shape(operation.body).properties or {})

    def _lacking(self, operation: Operation, headers: frozenset[str]) -> Iterator[Finding]:
        own = {name.lower() for name in self._route.headers or {}} | ({"if-match"} if self._route.if_match else set())
        for name in sorted(operation.headers - headers - own):
            yield self._finding(f"the server requires the header {name!r}", "Give it to the route by headers=, or to the HttpApi")
        query = self._route.template.partition("?")[2]
        for name in sorted(operation.queries):
            if f"{name}=" not in query:
                yield self._finding(f"the server requires {name!r} in the query", f"Write it into the path, as ?{name}=…")

    def _sent(self) -> Mapping[str, Any] | None:
        """Name and type of what is in the body; None if nobody can tell."""
        route = self._route
        types = fields_of(route.command)
        types = {name: types.get(name, Any) for name in signature(route.command).parameters}
        if route.body is None:
            return {name: kind for name, kind in types.items() if name not in route.fields}
        marks = {name: _Mark(kind) for name, kind in types.items()}
        try:
            body = route.body(SimpleNamespace(**marks))
        except Exception:  # noqa: BLE001  # it reckons, and there is nothing to reckon with
            return None
        if not isinstance(body, Mapping):
            return None
        return {str(name): value.kind if isinstance(value, _Mark) else type(value) for name, value in body.items()}

    def _differences(self, ours: Shape, schema: Any, place: str, depth: int) -> Iterator[tuple[str, str]]:
        theirs = self._openapi.shape(schema)
        if not ours.may_be(theirs):
            yield place, f"{_words(ours)} is sent, and the server takes {_words(theirs)}"
        elif depth < _DEEPEST:
            if ours.properties is not None and theirs.properties is not None:
                yield from self._of_properties(ours.properties, theirs, place, depth)
            if ours.item is not None and theirs.item is not None:
                yield from self._differences(shape_of_type(ours.item), theirs.item, f"{place}/*", depth + 1)

    def _of_properties(self, ours: Mapping[str, Any], theirs: Shape, place: str, depth: int) -> Iterator[tuple[str, str]]:
        properties = theirs.properties or {}
        for name in sorted(theirs.required - ours.keys()):
            yield f"{place}/{name}", "what the server requires is not sent"
        for name, kind in ours.items():
            if name in properties:
                yield from self._differences(shape_of_type(kind), properties[name], f"{place}/{name}", depth + 1)
            elif not theirs.takes_others:
                yield f"{place}/{name}", f"what the server does not know is sent; it knows {', '.join(map(str, properties))}"

    def _outside(self, sent: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[Finding]:
        """Values that may be sent, and that the server does not take."""
        for name in sent:
            if name not in properties:
                continue
            shape, part = self._openapi.shape(properties[name]), self._parts.get(name)
            drawn: Sequence[Any] | None = None
            if isinstance(part, ValueProvider) and part.pool.is_fixed:
                drawn = part.pool.inputs
            values = drawn if drawn is not None else shape_of_type(sent[name]).values or ()
            outside = [value for value in values if value is not None and value not in shape.values] if shape.values else []
            path = self._provider.path if part is None else part.path
            if outside:
                listed, taken = ", ".join(map(repr, outside)), ", ".join(map(repr, shape.values or ()))
                yield Finding(path, listed, f"{self._route} sends it as {name!r}, which takes only {taken}", "Leave it out")
            if part is not None and shape.types and "null" not in shape.types and null_weight(getattr(part, "distributor", None)):
                yield Finding(path, "null at times", f"{self._route} sends it as {name!r}, never null", "Leave out null_weight")

    def _finding(self, implies: str, advice: str) -> Finding:
        return Finding(self._provider.path, str(self._route), implies, advice)


class _Mark:
    """Stands for the value of a field of this type."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind


def _words(shape: Shape) -> str:
    return " or ".join(sorted((shape.types or frozenset({"thing"})) - {"null"})) or "null"

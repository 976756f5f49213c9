"""Routes and commands beside what the server says of itself: found by lint, before anything is sent."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NewType
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI, Header, Response
from pydantic import BaseModel

from ascetic_ddd.faker.application.lint import lint
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, draft_of
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app
from ascetic_ddd.faker.infrastructure.transports.http.openapi import OpenApi
from ascetic_ddd.faker.infrastructure.transports.http.shapes import shape_of_type
from ascetic_ddd.faker.infrastructure.transports.http.sources import Body, Poll
from ascetic_ddd.faker.infrastructure.transports.journey import Journey, Step
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.route import Route
from tests.unit.faker.infrastructure.transports.shop import remembered
from tests.unit.faker.infrastructure.transports.test_http_api import Server, api_on
from tests.unit.faker.infrastructure.transports.web_shop import api_of


class Size(Enum):
    SMALL = "small"
    HUGE = "huge"


@dataclass(frozen=True)
class Item:
    product_id: int
    gift: bool


@dataclass(frozen=True)
class PlaceOrder:
    customer_id: int
    amount: int
    status: str
    size: Size
    items: tuple[Item, ...]


@dataclass(frozen=True)
class PayOrder:
    order_id: int
    amount: Decimal


class TheirItem(BaseModel):
    product_id: int
    gift: str
    quantity: int


class NewOrder(BaseModel):
    amount: str
    status: Literal["placed", "paid"]
    size: Literal["small", "large"]
    currency: str
    items: list[TheirItem]


class Payment(BaseModel):
    amount: Decimal
    note: str | None = None


def app() -> FastAPI:
    app = FastAPI()

    @app.post("/customers/{id}/orders", status_code=201)
    async def place(id: int, body: NewOrder, key: Annotated[str, Header(alias="Request-Id")], region: str) -> Response:
        return Response()

    @app.post("/orders/{id}/payments")
    async def pay(id: int, body: Payment) -> Response:
        return Response()

    @app.post("/orders/{id}/cancellation", status_code=202)
    async def cancel(id: int) -> Response:
        return Response()

    return app


class Orders(AggregateProvider[dict[str, Any], Draft[Any]]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    customer_id: ValueProvider[int, int]
    amount: ValueProvider[int, int]
    status: ValueProvider[str, str]
    size: ValueProvider[Any, Any]
    items: ValueProvider[Any, Any]

    def __init__(self, repository: Any, factory: Any, null_weight: float = 0.0) -> None:
        self.id = ValueProvider[int, int]()
        self.customer_id = ValueProvider[int, int](values=[1, 2])
        self.amount = ValueProvider[int, int](distributor_factory(null_weight=null_weight), values=[10])
        self.status = ValueProvider[str, str](values=["placed", "paid", "lost"])
        self.size = ValueProvider[Any, Any](input_generator=lambda: Size.SMALL)
        self.items = ValueProvider[Any, Any](input_generator=lambda: (Item(1, True),))
        super().__init__(remembered(repository), factory, Draft.export)


PLACE = Route(PlaceOrder, "POST /customers/{customer_id}/orders", id=Body("/id"))
PAY = Route(PayOrder, "POST /orders/{order_id}/payments", body=lambda pay: {"amount": pay.amount})


def found(factory: Any, *routes: Route, openapi: OpenApi | None = None, null_weight: float = 0.0) -> list[str]:
    repository = RestRepository[Any](api_on(Server(httpx2.Response(500))), routes, openapi=openapi)
    return [str(finding) for finding in lint(Orders(repository, factory, null_weight))]


async def test_what_the_server_does_not_take_is_found_before_anything_is_sent() -> None:
    async with client_of_app(app()) as client:
        openapi = await OpenApi.fetch(api_of(client))
    words = [text.partition("; but ")[2] for text in found(draft_of(PlaceOrder), PLACE, openapi=openapi, null_weight=0.1)]
    assert words == [
        "the server requires the header 'request-id'. Give it to the route by headers=, or to the HttpApi.",
        "the server requires 'region' in the query. Write it into the path, as ?region=….",
        "what the server requires is not sent, at /currency. Correct the command, or give the route a body=.",
        "integer is sent, and the server takes string, at /amount. Correct the command, or give the route a body=.",
        "what the server requires is not sent, at /items/*/quantity. Correct the command, or give the route a body=.",
        "boolean is sent, and the server takes string, at /items/*/gift. Correct the command, or give the route a body=.",
        f"{PLACE} sends it as 'amount', never null. Leave out null_weight.",
        f"{PLACE} sends it as 'status', which takes only 'placed', 'paid'. Leave it out.",
        f"{PLACE} sends it as 'size', which takes only 'small', 'large'. Leave it out.",
    ]


async def test_a_command_that_fits_is_found_nothing_of() -> None:
    assert not found(draft_of(PayOrder, order_id="id"), PAY, openapi=OpenApi(app().openapi()))


@pytest.mark.parametrize(
    ("form", "near"),
    [
        ("PUT /orders/{order_id}/payments", r"POST /orders/\{id\}/payments"),
        ("POST /orders/{order_id}/payment", r"POST /orders/\{id\}/payments"),
        ("POST /somewhere/else", "none like it"),
    ],
)
def test_an_operation_that_the_server_has_not_is_told_with_one_near_it(form: str, near: str) -> None:
    (text,) = found(draft_of(PayOrder, order_id="id"), Route(PayOrder, form), openapi=OpenApi(app().openapi()))
    assert "the server's OpenAPI has no such operation" in text
    assert near.replace("\\", "") in text


def test_202_without_a_rule_and_a_body_that_is_not_taken_are_found() -> None:
    route, openapi = Route(PayOrder, "POST /orders/{order_id}/cancellation", id=Body("/id")), OpenApi(app().openapi())
    assert [
        text.partition("; but ")[2].partition(".")[0] for text in found(draft_of(PayOrder, order_id="id"), route, openapi=openapi)
    ] == [
        "it is answered with 202 alone",
        "the operation takes no body",
    ]
    polled = Route(PayOrder, route.form, id=Body("/id"), accepted=Poll(until={"state": "done"}), body=lambda pay: {})
    assert not found(draft_of(PayOrder, order_id="id"), polled, openapi=openapi)


def test_a_command_without_a_route_and_a_path_that_nothing_fills_are_found_without_openapi() -> None:
    journey = Journey(
        "status", {"placed": [PlaceOrder], "paid": [PlaceOrder, Step(PayOrder, order_id="id")], "lost": [PlaceOrder]}
    )
    assert found(journey, PLACE) == [
        f"Orders: asked Step(PayOrder) over HTTP; but it has no route; there are {PLACE}. Add its route."
    ]
    lost = Route(PayOrder, "POST /shops/{shop_id}/orders/{id}/payments")
    (text,) = found(draft_of(PayOrder, order_id="id"), lost)
    assert "with 'shop_id'; but neither the command nor the aggregate has it, only amount, customer_id, id, items" in text


def test_a_body_that_reckons_is_left_alone_and_so_is_a_command_made_by_a_function() -> None:
    reckons = Route(PayOrder, PAY.form, body=lambda pay: {"amount": pay.amount + 1})
    assert not found(draft_of(PayOrder, order_id="id"), reckons, openapi=OpenApi(app().openapi()))
    assert not found(draft_of(lambda id, amount: PayOrder(id, amount)), PAY)


def test_a_document_is_read_of_a_file_and_what_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(app().openapi()))
    assert OpenApi.load(path).operation("POST", "/orders/{x}/payments") is not None
    path.write_text("openapi: 3")
    with pytest.raises(ConfigurationError, match="cannot be read as JSON"):
        OpenApi.load(path)
    with pytest.raises(ConfigurationError, match="it has no `paths`"):
        OpenApi({"swagger": "2.0"})


def test_whatever_a_document_says_it_is_only_read() -> None:
    """References in circles, to nowhere and elsewhere, and things of other types than they should be."""
    schemas: dict[str, Any] = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    for schema in (
        schemas["A"],
        {"$ref": "https://elsewhere.test/x"},
        {"$ref": "#/nowhere"},
        {"type": 7, "required": "x", "properties": [], "enum": "x"},
        {"allOf": [{"$ref": "#/nowhere"}, {"properties": {"amount": True, "order_id": 7}}]},
        "nothing",
    ):
        body = {"content": {"application/json": {"schema": schema}}}
        document = {"paths": {"/a": {"post": {"requestBody": body, "parameters": ["x"], "responses": None}}, "/b": 7}}
        openapi = OpenApi({**document, "components": {"schemas": schemas}})
        assert not found(draft_of(PayOrder, order_id="id"), Route(PayOrder, "POST /a"), openapi=openapi)


@pytest.mark.parametrize(
    ("form", "servers"),
    [
        ("POST /shop/v1/orders/{order_id}/payments", [{"url": "https://shop.test/shop/v1/"}]),
        ("POST /orders/{order_id}/payments", [{"url": "/shop/v1"}]),
        ("POST /orders/{order_id}/payments?dry=1", ["nothing", {"url": "http://["}, {"url": "/"}]),
    ],
)
def test_the_servers_own_path_may_be_in_the_route_or_in_the_base_url(form: str, servers: list[Any]) -> None:
    openapi = OpenApi({**app().openapi(), "servers": servers})
    route = Route(PayOrder, form, body=PAY.body)
    assert not found(draft_of(PayOrder, order_id="id"), route, openapi=openapi)


@pytest.mark.parametrize("media", ["application/json; charset=utf-8", "application/vnd.shop+json", "text/csv"])
def test_bodies_of_other_forms_of_json_are_read_and_those_of_none_are_left_alone(media: str) -> None:
    schema = {"type": "object", "properties": {"amount": {"type": "boolean"}, "order_id": {}}}
    operation = {"requestBody": {"content": {media: {"schema": schema}}}}
    openapi = OpenApi({"paths": {"/a": {"post": operation}}})
    texts = found(draft_of(PayOrder, order_id="id"), Route(PayOrder, "POST /a"), openapi=openapi)
    assert ["string is sent, and the server takes boolean" in text for text in texts] == ([] if media == "text/csv" else [True])


CustomerId = NewType("CustomerId", int)


@dataclass(frozen=True)
class Money:
    value: Decimal


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        (CustomerId, {"integer"}),
        (Money, {"string"}),
        (UUID, {"string"}),
        (datetime, {"string"}),
        (int | None, {"integer", "null"}),
        (Annotated[float, "x"], {"number"}),
        (list[int], {"array"}),
        (dict[str, int], {"object"}),
        (Item, {"object"}),
        (Size, {"string"}),
        (Any, None),
        (object, None),
    ],
)
def test_the_shape_of_what_is_sent_follows_from_its_type(kind: Any, types: set[str] | None) -> None:
    assert shape_of_type(kind).types == types


def test_openapi_of_another_dialect_is_read_as_far_as_it_goes() -> None:
    openapi = OpenApi({"paths": {}})
    shape = openapi.shape({"type": "integer", "nullable": True})
    assert shape.types == frozenset({"integer", "null"})
    merged = openapi.shape({"allOf": [{"type": "object", "required": ["a"], "properties": {"a": {}}}], "required": ["b"]})
    assert (merged.types, merged.required, merged.properties) == (frozenset({"object"}), frozenset({"a", "b"}), {"a": {}})
    assert openapi.shape({"const": 7}).values == (7,)
    assert openapi.shape({"oneOf": [{"enum": [1]}, {"enum": [2]}]}).values == (1, 2)

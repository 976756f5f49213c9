"""The same providers by the application's commands, in this process or over HTTP: which commands lead to which state."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.target import Endpoint, Transport
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.transports.command_repository import CommandRepository
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, Receipt
from ascetic_ddd.faker.infrastructure.transports.http.answers import Answer
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.connecting import http_client
from ascetic_ddd.faker.infrastructure.transports.http.sources import ETag, Location
from ascetic_ddd.faker.infrastructure.transports.journal import PgJournal
from ascetic_ddd.faker.infrastructure.transports.journey import Journey, Step
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.route import Route
from examples.bookshop.application import Bookshop
from examples.bookshop.commands import (
    AddProduct,
    BlockCustomer,
    CancelOrder,
    DiscontinueProduct,
    OrderedItem,
    PayOrder,
    PlaceOrder,
    RegisterCustomer,
    Reply,
    ShipOrder,
)
from examples.bookshop.journeys import CUSTOMER_WAYS, ORDER_WAYS, PRODUCT_WAYS, united
from examples.bookshop.providers import CustomerProvider, OrderProvider, ProductProvider

__all__ = ("ROUTES", "TRANSPORTS", "by_commands", "orders_of_drafts", "over_http")


def _items(known: Mapping[str, Any]) -> tuple[OrderedItem, ...]:
    lines = united(known["line"], known["other_line"])
    return tuple(OrderedItem(product_id=line.product_id.value or 0, quantity=line.quantity.value) for line in lines)


def _total(known: Mapping[str, Any]) -> Decimal:
    """What the shop has reckoned to be due."""
    lines = (known["line"], known["other_line"])
    return sum((line["quantity"] * line["price"] for line in lines if line is not None), Decimal(0))


CUSTOMER = Journey(
    "status",
    CUSTOMER_WAYS,
    {
        "register": Step(RegisterCustomer, email=lambda known: known["email"].value),
        "block": Step(BlockCustomer, customer_id="id"),
    },
)
PRODUCT = Journey(
    "status",
    PRODUCT_WAYS,
    {
        "add": Step(AddProduct, price=lambda known: known["price"].value),
        "discontinue": Step(DiscontinueProduct, product_id="id"),
    },
)
ORDER = Journey(
    "status",
    ORDER_WAYS,
    {
        "place": Step(PlaceOrder, customer_id=lambda known: known["customer_id"].value, items=_items),
        "pay": Step(PayOrder, order_id="id", amount=_total),
        "ship": Step(ShipOrder, order_id="id"),
        "cancel": Step(CancelOrder, order_id="id"),
    },
)

ROUTES = (
    Route(RegisterCustomer, "POST /customers", id=Location("/customers/{id}", int)),
    Route(BlockCustomer, "POST /customers/{customer_id}/block"),
    Route(AddProduct, "POST /products", id=Location("/products/{id}", int)),
    Route(DiscontinueProduct, "POST /products/{product_id}/discontinue"),
    Route(
        PlaceOrder,
        "POST /customers/{customer_id}/orders",
        id=Location("/orders/{id}", int),
        version=ETag(),
        state=lambda answer: _lines_of(answer),
    ),
    Route(PayOrder, "POST /orders/{order_id}/payments", version=ETag(), if_match=True, body=lambda pay: {"amount": pay.amount}),
    Route(ShipOrder, "POST /orders/{order_id}/shipments", version=ETag(), if_match=True, body=lambda ship: {}),
    Route(CancelOrder, "POST /orders/{order_id}/cancellation", version=ETag(), if_match=True, body=lambda cancel: {}),
)


def orders_of_drafts(customers: Any, products: Any, orders: Any) -> OrderProvider:
    """The graph of ``wiring.make_providers`` on external repositories of drafts."""
    customer_provider = CustomerProvider(_remembered("customers", customers), CUSTOMER, Draft.export)
    product_provider = ProductProvider(_remembered("products", products), PRODUCT, Draft.export)
    return OrderProvider(_remembered("orders", orders), customer_provider, product_provider, ORDER, Draft.export)


@asynccontextmanager
async def by_commands(endpoint: Endpoint) -> AsyncIterator[OrderProvider]:
    """The application in this process, on connections of its own: it commits command by command."""
    async with AsyncConnectionPool(endpoint.external_dsn or "", min_size=1, max_size=8, open=False) as pool:
        shop = Bookshop(pool)
        plain = CommandRepository[Any](shop.handle, receipt=lambda reply: Receipt(reply.id, reply.version))
        yield orders_of_drafts(plain, plain, CommandRepository[Any](shop.handle, receipt=_receipt))


@asynccontextmanager
async def over_http(endpoint: Endpoint) -> AsyncIterator[OrderProvider]:
    """The application at a base URL; requests are written down before they are sent."""
    async with http_client(endpoint.base_url or "") as client, PgJournal.opened(endpoint.internal_dsn) as journal:
        repository = RestRepository[Any](HttpApi(client), ROUTES, journal=journal)
        yield orders_of_drafts(repository, repository, repository)


TRANSPORTS = {"commands": Transport(by_commands), "http": Transport(over_http, is_remote=True)}


def _receipt(reply: Reply) -> Receipt:
    return Receipt(reply.id, reply.version, _lines(reply.state or {}))


def _lines_of(answer: Answer) -> dict[str, Any]:
    return _lines(answer.json)


def _lines(state: Mapping[str, Any]) -> dict[str, Any]:
    """The lines under the names of the provider's parts, with the prices of the day, which the shop decides."""
    lines = [{**line, "price": Decimal(line["price"])} for line in state["lines"]]
    return dict(zip(("line", "other_line"), [*lines, None], strict=False))


def _remembered(table: str, external: Any) -> CompositeAutoPkRepository[Any]:
    internal = InternalPgRepository[Draft[Any]](table=table, agg_exporter=Draft.export)
    return CompositeAutoPkRepository(external_repository=external, internal_repository=internal)

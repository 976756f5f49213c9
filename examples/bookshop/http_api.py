"""The HTTP adapter: a route a command. Replies tell ``Location`` and ``ETag``; errors are ``application/problem+json``."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from examples.bookshop.application import Bookshop, IConnections
from examples.bookshop.commands import (
    AddProduct,
    BlockCustomer,
    CancelOrder,
    Command,
    DeleteCustomer,
    DeleteOrder,
    DeleteProduct,
    DiscontinueProduct,
    OrderedItem,
    PayOrder,
    PlaceOrder,
    RegisterCustomer,
    ShipOrder,
)
from examples.bookshop.domain import DomainError
from examples.bookshop.idempotency import KeyReusedError
from examples.bookshop.repositories import ConcurrencyError, NotFoundError

__all__ = ("make_app",)

Key = Annotated[str | None, Header(alias="Idempotency-Key")]
IfMatch = Annotated[str | None, Header(alias="If-Match")]

_STATUS_OF: dict[type[Exception], int] = {DomainError: 409, NotFoundError: 404, ConcurrencyError: 412, KeyReusedError: 422}


class NewCustomer(BaseModel):
    name: str
    email: str
    city: str
    customer_id: int | None = None


class NewProduct(BaseModel):
    title: str
    price: Decimal
    product_id: int | None = None


class Item(BaseModel):
    product_id: int
    quantity: int


class NewOrder(BaseModel):
    items: Annotated[list[Item], Field(min_length=1)]
    order_id: int | None = None


class Payment(BaseModel):
    amount: Decimal


def make_app(connections: IConnections) -> FastAPI:
    """Give the application over HTTP.

    Args:
        connections: to the application's database; the caller opens and closes them.
    """
    app = FastAPI(title="Bookshop")
    shop = Bookshop(connections)
    for error_class in _STATUS_OF:
        app.add_exception_handler(error_class, _problem)
    _add_customers(app, shop)
    _add_products(app, shop)
    _add_orders(app, shop)
    return app


def _add_customers(app: FastAPI, shop: Bookshop) -> None:
    @app.post("/customers", status_code=201)
    async def register(body: NewCustomer, key: Key = None) -> Response:
        return await _created(shop, "/customers", RegisterCustomer(**body.model_dump()), key)

    @app.post("/customers/{customer_id}/block")
    async def block(customer_id: int, key: Key = None) -> Response:
        return await _done(shop, BlockCustomer(customer_id=customer_id), key)

    @app.delete("/customers/{customer_id}", status_code=204)
    async def delete(customer_id: int) -> Response:
        return await _deleted(shop, DeleteCustomer(customer_id=customer_id))

    @app.get("/customers/{customer_id}")
    async def get(customer_id: int) -> Response:
        return _found(await shop.customers(customer_id=customer_id), f"customers {customer_id}")

    @app.get("/customers")
    async def find(city: str | None = None, status: str | None = None, email: str | None = None) -> Response:
        return _json(await shop.customers(**_told(city=city, status=status, email=email)))


def _add_products(app: FastAPI, shop: Bookshop) -> None:
    @app.post("/products", status_code=201)
    async def add(body: NewProduct, key: Key = None) -> Response:
        return await _created(shop, "/products", AddProduct(**body.model_dump()), key)

    @app.post("/products/{product_id}/discontinue")
    async def discontinue(product_id: int, key: Key = None) -> Response:
        return await _done(shop, DiscontinueProduct(product_id=product_id), key)

    @app.delete("/products/{product_id}", status_code=204)
    async def delete(product_id: int) -> Response:
        return await _deleted(shop, DeleteProduct(product_id=product_id))

    @app.get("/products/{product_id}")
    async def get(product_id: int) -> Response:
        return _found(await shop.products(product_id=product_id), f"products {product_id}")

    @app.get("/products")
    async def find(status: str | None = None) -> Response:
        return _json(await shop.products(**_told(status=status)))


def _add_orders(app: FastAPI, shop: Bookshop) -> None:
    @app.post("/customers/{customer_id}/orders", status_code=201)
    async def place(customer_id: int, body: NewOrder, key: Key = None) -> Response:
        items = tuple(OrderedItem(product_id=item.product_id, quantity=item.quantity) for item in body.items)
        return await _created(shop, "/orders", PlaceOrder(customer_id=customer_id, items=items, order_id=body.order_id), key)

    @app.post("/orders/{order_id}/payments")
    async def pay(order_id: int, body: Payment, key: Key = None, if_match: IfMatch = None) -> Response:
        return await _done(shop, PayOrder(order_id=order_id, amount=body.amount, version=_version(if_match)), key)

    @app.post("/orders/{order_id}/shipments")
    async def ship(order_id: int, key: Key = None, if_match: IfMatch = None) -> Response:
        return await _done(shop, ShipOrder(order_id=order_id, version=_version(if_match)), key)

    @app.post("/orders/{order_id}/cancellation")
    async def cancel(order_id: int, key: Key = None, if_match: IfMatch = None) -> Response:
        return await _done(shop, CancelOrder(order_id=order_id, version=_version(if_match)), key)

    @app.delete("/orders/{order_id}", status_code=204)
    async def delete(order_id: int) -> Response:
        return await _deleted(shop, DeleteOrder(order_id=order_id))

    @app.get("/orders/{order_id}")
    async def get(order_id: int) -> Response:
        return _found(await shop.orders(order_id=order_id), f"orders {order_id}")

    @app.get("/orders")
    async def find(customer_id: int | None = None, status: str | None = None) -> Response:
        return _json(await shop.orders(**_told(customer_id=customer_id, status=status)))


async def _created(shop: Bookshop, place: str, command: Command, key: str | None) -> Response:
    reply = await shop.handle(command, key)
    return _json(reply.state, 201, {"Location": f"{place}/{reply.id}", "ETag": f'"{reply.version}"'})


async def _done(shop: Bookshop, command: Command, key: str | None) -> Response:
    reply = await shop.handle(command, key)
    return _json(reply.state, headers={"ETag": f'"{reply.version}"'})


async def _deleted(shop: Bookshop, command: Command) -> Response:
    await shop.handle(command)
    return Response(status_code=204)


def _found(found: list[dict[str, Any]], name: str) -> Response:
    if not found:
        raise NotFoundError(name)
    return _json(found[0], headers={"ETag": f'"{found[0]["version"]}"'})


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(jsonable_encoder(body, custom_encoder={Decimal: str}), status, headers)


async def _problem(request: Request, error: Exception) -> Response:
    status = next(status for known, status in _STATUS_OF.items() if isinstance(error, known))
    body = {"title": type(error).__name__, "status": status, "detail": str(error), "instance": request.url.path}
    return JSONResponse(body, status, media_type="application/problem+json")


def _version(if_match: str | None) -> int | None:
    """The version in an ``ETag`` of ours; ``*`` and no header mean whichever."""
    if if_match is None or if_match == "*":
        return None
    text = if_match.removeprefix("W/").strip('"')
    if not text.isdecimal():
        raise ConcurrencyError(f"{if_match} is no version of an order")
    return int(text)


def _told(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}

"""What a user gets wrong is told by one clear message: method, path and status, and which provider it was for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import Request, Response
from fastapi.responses import JSONResponse

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.domain.errors import GenerationError
from ascetic_ddd.faker.infrastructure.transports.command_repository import CommandRepository
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app, http_client
from ascetic_ddd.faker.infrastructure.transports.http.sources import Body, Location
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.route import Route
from tests.unit.faker.infrastructure.transports.shop import AddCustomer, PlaceOrder, orders_by, remote_sessions
from tests.unit.faker.infrastructure.transports.web_shop import ROUTES, WebShop, api_of, listener_on, served

ADD, PLACE = ROUTES


async def message(api: HttpApi, *routes: Route) -> str:
    """What a run of the shop ends with."""
    repository = RestRepository[Any](api, routes or ROUTES)
    with pytest.raises(GenerationError) as caught:
        async for _ in generate(orders_by(repository), remote_sessions(), 20, seed=7):
            pass
    assert "\n" not in str(caught.value)
    return str(caught.value).partition("rolled back: ")[2] or str(caught.value)


@asynccontextmanager
async def answering(path: str, answer: Callable[[Request], Response]) -> AsyncIterator[HttpApi]:
    """The shop, with another answer for a path."""
    app = WebShop().app()

    @app.middleware("http")
    async def answered(request: Request, call_next: Any) -> Response:
        found: Response = answer(request) if request.url.path.endswith(path) else await call_next(request)
        return found

    async with client_of_app(app) as client:
        yield api_of(client)


async def test_an_unknown_route() -> None:
    async with client_of_app(WebShop().app()) as client:
        text = await message(api_of(client), Route(AddCustomer, "POST /clients", id=Location("/clients/{id}", int)), PLACE)
    assert text.startswith(
        "Customers: HttpError: POST /clients was answered with 404: Not Found; check the route and the base URL"
    )


async def test_a_template_without_its_field() -> None:
    async with client_of_app(WebShop().app()) as client:
        text = await message(api_of(client), ADD, Route(PlaceOrder, "POST /customers/{buyer_id}/orders", id=Body("/id")))
    assert text.startswith(
        "Orders: WiringError: Route(PlaceOrder, 'POST /customers/{buyer_id}/orders'): nothing gives 'buyer_id' for the path; "
        "the command has ['amount', 'customer_id', 'number'], the aggregate ['amount', 'customer_id', 'id', 'number']"
    )


async def test_202_without_a_rule() -> None:
    async with answering("/orders", lambda request: Response(status_code=202)) as api:
        text = await message(api)
    assert text.startswith(
        "Orders: HttpError: POST /customers/1/orders was answered with 202, and "
        "Route(PlaceOrder, 'POST /customers/{customer_id}/orders') does not say how it ends; give it accepted=Poll(until={…}), "
        "or an id that the answer has"
    )


async def test_an_id_that_is_missing_in_the_answer() -> None:
    async with answering("/orders", lambda request: JSONResponse({"number": 7}, 201)) as api:
        text = await message(api)
    assert text.startswith(
        "Orders: HttpError: POST /customers/1/orders was answered with 201, without an id: "
        "Body(pointer='/id', type=None) finds nothing in it (Location: '', body: no words)"
    )


async def test_a_token_that_has_expired() -> None:
    def refused(request: Request) -> Response:
        return JSONResponse({"title": "Token expired", "detail": request.headers["authorization"]}, 401)

    async with answering("/customers", refused) as api:
        api = api_of(api._client, auth=lambda: "Bearer secret-token")
        text = await message(api)
    assert text.startswith(
        "Customers: HttpError: POST /customers was answered with 401: Token expired: •••; check the credentials, and that auth= "
        "gives new ones when they expire"
    )


async def test_a_base_url_at_which_nobody_listens() -> None:
    listener = listener_on(0)
    port = listener.getsockname()[1]
    listener.close()
    async with http_client(f"http://127.0.0.1:{port}") as client:
        text = await message(api_of(client))
    assert text.startswith("Customers: HttpError: POST /customers got no answer in 30 s, ConnectError: ")
    assert "is the server running?" in text


async def test_a_base_url_of_something_else() -> None:
    async with served(WebShop().app()) as port, http_client(f"http://127.0.0.1:{port}/api/v1") as client:
        text = await message(api_of(client))
    assert text.startswith(
        "Customers: HttpError: POST /customers was answered with 404: Not Found; check the route and the base URL"
    )


async def test_tls_where_the_server_speaks_none() -> None:
    async with served(WebShop().app()) as port, http_client(f"https://127.0.0.1:{port}") as client:
        text = await message(api_of(client))
    assert text.startswith("Customers: HttpError: POST /customers cannot be sent, ConnectError: ")
    assert "SSL" in text
    assert "check the base URL, and the client's settings (TLS, proxy)" in text


@pytest.mark.parametrize("by_commands", [True, False])
async def test_what_every_order_would_meet_ends_the_run_and_what_was_done_is_counted(by_commands: bool) -> None:
    async with answering("/orders", lambda request: Response(status_code=201)) as api:
        repository: Any = CommandRepository(lambda command: None) if by_commands else RestRepository(api, ROUTES)
        with pytest.raises(GenerationError, match="without an id"):
            async for _ in generate(orders_by(repository), remote_sessions(), 20, seed=7, on_error="skip"):
                pass
    assert repository.orphans == (1 if by_commands else 2)

"""The shop behind HTTP, with the faults that servers have: each is told which request is to meet it."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi, IHttpClient, IHttpResponse
from ascetic_ddd.faker.infrastructure.transports.http.listing import listing
from ascetic_ddd.faker.infrastructure.transports.http.sources import Body, Location
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.route import Route
from tests.unit.faker.infrastructure.transports.shop import AddCustomer, Orders, PlaceOrder, RefusedError, Shop, orders_by

ROUTES = (
    Route(AddCustomer, "POST /customers", id=Location("/customers/{id}", int)),
    Route(PlaceOrder, "POST /customers/{customer_id}/orders", id=Body("/id")),
)


@dataclass
class WebShop:
    """The application; what it answered to a key it answers again.

    Attributes:
        faults: number of the request, from 1 → what happens to it.
        knows_keys: whether it heeds them.
    """

    shop: Shop = field(default_factory=Shop)
    faults: Callable[[int], str | None] = lambda number: None
    knows_keys: bool = True
    requests: int = 0
    answered: dict[str, tuple[bytes, Response]] = field(default_factory=dict)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    has_started: bool = False

    def app(self) -> FastAPI:
        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            self.has_started = True
            yield
            self.has_started = False

        app = FastAPI(lifespan=lifespan)
        app.add_api_route("/customers", self._add_customer, methods=["POST"])
        app.add_api_route("/customers/{customer_id}/orders", self._place_order, methods=["POST"])
        app.add_api_route("/orders", self._orders, methods=["GET"])
        app.add_api_route("/customers", self._customers, methods=["GET"])
        return app

    async def _add_customer(self, request: Request) -> Response:
        def handle(body: dict[str, Any]) -> Response:
            id = self.shop.handle(AddCustomer(**body))
            return Response(status_code=201, headers={"Location": f"http://elsewhere.test/api/customers/{id}"})

        return await self._served(request, handle)

    async def _place_order(self, customer_id: int, request: Request) -> Response:
        def handle(body: dict[str, Any]) -> Response:
            return JSONResponse({"id": self.shop.handle(PlaceOrder(customer_id=customer_id, **body))}, 201)

        return await self._served(request, handle)

    async def _orders(self, page: int = 0) -> Response:
        rows = list(self.shop.orders.values())[page * 100 : page * 100 + 100]
        headers = {"Link": f'</orders?page={page + 1}>; rel="next"'} if len(rows) == 100 else {}
        return JSONResponse(rows, headers=headers)

    async def _customers(self) -> Response:
        return JSONResponse(list(self.shop.customers.values()))

    async def _served(self, request: Request, handle: Callable[[dict[str, Any]], Response]) -> Response:
        self.requests += 1
        self.headers.append(request.headers)
        fault = self.faults(self.requests)
        if fault == "429":
            return JSONResponse({"title": "Slower"}, 429, headers={"Retry-After": "2"})
        if fault == "409":
            return JSONResponse({"title": "A request with this Idempotency-Key is in progress"}, 409)
        key = request.headers.get("Idempotency-Key") if self.knows_keys else None
        content = await request.body()
        if key in self.answered:
            before, answer = self.answered[key]
            if before != content:
                return JSONResponse({"title": "This key was used for another payload"}, 422)
        else:
            try:
                answer = handle(await request.json())
            except RefusedError as error:
                answer = JSONResponse({"title": "Refused", "detail": str(error)}, 422)
            if key is not None:
                self.answered[key] = (content, answer)
        return Response(status_code=503) if fault == "503" else answer


class FaultyClient:
    """A client that loses answers: told which."""

    def __init__(self, client: IHttpClient, loses: Callable[[int], bool]) -> None:
        self._client = client
        self._loses = loses
        self._number = 0

    async def request(self, method: str, url: str, *, content: bytes | None, headers: dict[str, str]) -> IHttpResponse:
        self._number += 1
        number = self._number
        response = await self._client.request(method, url, content=content, headers=headers)
        if self._loses(number):
            raise httpx2.ReadError("the peer hung up")
        return response


class Pauses:
    """Instead of sleeping: remembers for how long, and its own clock has passed so much."""

    def __init__(self) -> None:
        self.all: list[float] = []
        self.then: Callable[[], Awaitable[None]] | None = None

    async def sleep(self, seconds: float) -> None:
        self.all.append(seconds)
        await asyncio.sleep(0)
        if self.then is not None:
            await self.then()

    def clock(self) -> float:
        return sum(self.all)


def api_of(client: Any, pauses: Pauses | None = None, **options: Any) -> HttpApi:
    pauses = pauses or Pauses()
    return HttpApi(client, sleep=pauses.sleep, clock=pauses.clock, **options)


def orders_over(api: HttpApi, **options: Any) -> tuple[Orders, RestRepository[Any]]:
    orders = RestRepository[Any](api, ROUTES[1:], find=listing(api, "/orders"), **options)
    return orders_by(RestRepository(api, ROUTES[:1]), orders), orders


def listener_on(port: int) -> socket.socket:
    """A socket of this machine that listens, so nobody is refused while the server starts up."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # so named, asyncio sends without delay
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def server_of(app: Any) -> uvicorn.Server:
    return uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=1))


@contextmanager
def served_by_thread(app: Any) -> Iterator[str]:
    """Serve an ASGI application on a real socket of this machine, by another thread; gives host and port."""
    listener = listener_on(0)
    server = server_of(app)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@asynccontextmanager
async def served(app: FastAPI, port: int = 0) -> AsyncIterator[int]:
    """Serve an application on a real socket of this machine; gives the port."""
    listener = listener_on(port)
    server = server_of(app)
    serving = asyncio.ensure_future(server._serve([listener]))  # which leaves the process's signals alone
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        listener.close()

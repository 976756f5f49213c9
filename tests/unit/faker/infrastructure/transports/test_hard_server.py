"""A server on a real socket that has every fault at once: exact counts, nothing twice, and an account of what was repeated."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.runs.reconciliation import reconcile_one
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app, http_client
from tests.unit.faker.infrastructure.transports.shop import remote_sessions
from tests.unit.faker.infrastructure.transports.web_shop import Pauses, WebShop, api_of, listener_on, orders_over, served

COUNT = 200
DEAD_FOR_S = 5.0


class Line:
    """The line to a server: answers get lost on it after they were given, and once it is dead until so many seconds have passed.

    Args:
        port: of the server.
        pauses: by whose clock the seconds pass.
    """

    def __init__(self, port: int, pauses: Pauses) -> None:
        self._port = port
        self._pauses = pauses
        self._answers = 0
        self._died_at: float | None = None
        self._listener: asyncio.Server | None = None
        self.lost = 0
        self.port = 0
        pauses.then = self._live_again

    async def open(self) -> None:
        self._listener = await asyncio.start_server(self._serve, sock=listener_on(self.port))
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _live_again(self) -> None:
        if self._died_at is not None and self._listener is None and self._pauses.clock() - self._died_at >= DEAD_FOR_S:
            await self.open()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            while request := await _message(reader):
                server_writer.write(request)
                answer = await _message(server_reader)
                self._answers += 1
                if self._answers == 120:
                    self._died_at = self._pauses.clock()
                    await self.close()
                if self._answers % 13 == 0 or self._answers == 120:
                    self.lost += 1
                    return
                writer.write(answer)
        finally:
            writer.close()
            server_writer.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """A request, or an answer; nothing at the end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    sizes = [int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + (await reader.readexactly(sizes[0]) if sizes else b"")


@asynccontextmanager
async def line_to(web: WebShop, pauses: Pauses, **options: Any) -> AsyncIterator[tuple[HttpApi, Line]]:
    async with served(web.app()) as port:
        line = Line(port, pauses)
        await line.open()
        async with http_client(f"http://127.0.0.1:{line.port}") as client:
            yield api_of(client, pauses, **options), line
        await line.close()


def faults(number: int) -> str | None:
    return {0: "503", 3: "429", 5: "409"}.get(number % 10)


async def test_with_keys_the_shop_is_that_of_a_server_without_a_fault() -> None:
    web, untroubled, pauses = WebShop(faults=faults), WebShop(), Pauses()
    async with line_to(web, pauses) as (api, line):
        provider, orders = orders_over(api)
        made = [draft async for draft in generate(provider, remote_sessions(), COUNT, batch_size=50, seed=7)]
    async with client_of_app(untroubled.app()) as client:
        async for _ in generate(orders_over(api_of(client))[0], remote_sessions(), COUNT, batch_size=50, seed=7):
            pass
    web.shop.check()
    assert (web.shop.orders, web.shop.customers) == (untroubled.shop.orders, untroubled.shop.customers)
    assert [draft.export()["id"] for draft in made] == list(range(1, COUNT + 1))
    assert (orders.orphans, api.doubtful) == (0, 0)
    assert set(api.retries) == {"503", "429", "409", "no answer"}
    assert api.retries["no answer"] > line.lost > 12
    assert len([pause for pause in pauses.all if pause >= 2]) >= api.retries["429"]
    assert pauses.clock() > DEAD_FOR_S


async def test_without_keys_each_duplicate_is_counted_and_found_by_reconcile() -> None:
    web = WebShop(faults=lambda number: {0: "503", 3: "429"}.get(number % 10), knows_keys=False)
    async with line_to(web, Pauses(), idempotency=None) as (api, _):
        provider, _ = orders_over(api)
        made = [draft async for draft in generate(provider, remote_sessions(), COUNT, batch_size=50, seed=7)]
        duplicates = len(web.shop.orders) - COUNT
        found = await reconcile_one(provider, remote_sessions(), False, 1000)
    assert len({draft.export()["id"] for draft in made}) == COUNT
    assert (found.outside, found.not_remembered) == (len(web.shop.orders), duplicates)
    assert duplicates + len(web.shop.customers) - COUNT // 20 <= api.doubtful
    assert duplicates > 20

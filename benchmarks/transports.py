"""Over HTTP: ``generate`` beside a bare client that sends the same requests."""

import asyncio
import contextlib
import gc
import socket
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx2

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi, IHttpClient
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app, http_client
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.faker.infrastructure.transports.sessions import RemoteSessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from benchmarks.web_shop import ROUTES, make_app, orders_by

__all__ = ("run",)

_ROUNDS, _ORDERS, _BATCH, _BAR = 5, 1_000, 500, 0.7

Connect = Callable[[], AbstractAsyncContextManager[httpx2.AsyncClient]]
Sent = tuple[str, str, bytes | None]


def run() -> None:
    """Print the rates and their ratio; both take turns, and the median of the rounds counts."""
    print(f"{'':36}{'bare, requests/s':>18}{'generate':>12}{'ratio':>8}   bar")
    for name, connect, at_once in (
        ("ASGI, in process", _in_process, 1),
        ("uvicorn, real sockets", _over_sockets, 1),
        ("uvicorn, 8 requests under way", _over_sockets, 8),
    ):
        pairs = asyncio.run(_measured(connect, at_once))
        bare, ours = (statistics.median(rate) for rate in zip(*pairs, strict=True))
        ratio = statistics.median(ours / bare for bare, ours in pairs)
        print(f"{name:36}{bare:18,.0f}{ours:12,.0f}{ratio:8.2f}   {_BAR}")


async def _measured(
    connect: Callable[[], AbstractAsyncContextManager[httpx2.AsyncClient]], at_once: int
) -> list[tuple[float, float]]:
    async with connect() as client:
        recorded = await _recorded(client)
        pairs = []
        for _ in range(_ROUNDS):
            bare = await _timed(lambda: _bare(client, recorded, at_once))
            ours = await _timed(lambda: _generated(client, at_once))
            pairs.append((len(recorded) / bare, len(recorded) / ours))
    return pairs


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    gc.collect()
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def _generated(client: IHttpClient, at_once: int) -> None:
    provider = orders_by(RestRepository[Any](HttpApi(client), ROUTES, at_once=at_once))
    sessions = CompositeSessionPool(RemoteSessionPool(), InMemorySessionPool())
    async for _ in generate(provider, sessions, _ORDERS, batch_size=_BATCH, seed=1):
        pass


async def _bare(client: httpx2.AsyncClient, recorded: list[Sent], at_once: int) -> None:
    """As one would write it by hand: a key for each request, and the id of each answer read."""
    waiting = iter(recorded)

    async def work() -> None:
        for method, path, content in waiting:
            headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
            answer = (await client.request(method, path, content=content, headers=headers)).raise_for_status()
            if "Location" in answer.headers:
                int(answer.headers["Location"].rpartition("/")[2])
            else:
                answer.json()["id"]

    await asyncio.gather(*(work() for _ in range(at_once)))


async def _recorded(client: httpx2.AsyncClient) -> list[Sent]:
    """The requests of a run, in order."""
    found: list[Sent] = []

    class Recording:
        async def request(self, method: str, url: str, *, content: bytes | None, headers: dict[str, str]) -> httpx2.Response:
            found.append((method, url, content))
            return await client.request(method, url, content=content, headers=headers)

    await _generated(Recording(), 1)
    return found


def _in_process() -> AbstractAsyncContextManager[httpx2.AsyncClient]:
    return client_of_app(make_app())


@asynccontextmanager
async def _over_sockets() -> AsyncIterator[httpx2.AsyncClient]:
    """The application is served by a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = (sys.executable, "-m", "uvicorn", "benchmarks.web_shop:app", "--port", str(port), "--log-level", "warning")
    server = await asyncio.create_subprocess_exec(*program)
    try:
        async with http_client(f"http://127.0.0.1:{port}") as client:
            while True:
                with contextlib.suppress(httpx2.TransportError):
                    await client.get("/docs")
                    break
                await asyncio.sleep(0.05)
            yield client
    finally:
        server.terminate()
        await server.wait()


if __name__ == "__main__":
    run()

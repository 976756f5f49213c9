"""Clients for an API: over the network, or of an ASGI application in this process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("AsgiApp", "client_of_app", "http_client")

AsgiApp = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]


@asynccontextmanager
async def http_client(
    base_url: str,
    *,
    connections: int = 32,
    connect_s: float = 5.0,
    read_s: float = 30.0,
    write_s: float = 30.0,
    pool_s: float = 60.0,
) -> AsyncIterator[httpx2.AsyncClient]:
    """Give a client for a server; closed on leaving.

    Args:
        base_url: an http or https URL; a path in it stands before those of the routes.
        connections: at most as many at once; not fewer than the lanes of a run.
        connect_s: limit of time for connecting, in seconds.
        read_s: for each piece of an answer.
        write_s: for each piece of a request.
        pool_s: for a connection to be free.

    Raises:
        ConfigurationError: the base URL is none.
    """
    try:
        url = httpx2.URL(base_url)
    except (httpx2.InvalidURL, TypeError) as error:
        raise ConfigurationError(f"the base URL is none: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError(f"the base URL begins with {url.scheme or 'no scheme'!r}; expected https://host or http://host")
    async with httpx2.AsyncClient(
        base_url=url,
        limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
        timeout=httpx2.Timeout(connect=connect_s, read=read_s, write=write_s, pool=pool_s),
        follow_redirects=False,
    ) as client:
        yield client


@asynccontextmanager
async def client_of_app(app: AsgiApp, base_url: str = "http://app.test") -> AsyncIterator[httpx2.AsyncClient]:
    """Give a client for an ASGI application in this process, with its lifespan around it.

    What the application raises comes out as the cause of the error.

    Raises:
        ConfigurationError: the application's startup failed.
    """
    async with _lifespan(app), httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=base_url) as client:
        yield client


@asynccontextmanager
async def _lifespan(app: AsgiApp) -> AsyncIterator[None]:
    """Start the application up and shut it down; one that knows no lifespan is used as it is."""
    told: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
    heard: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()

    async def serve() -> None:
        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, told.get, heard.put)

    async def ask(phase: str) -> MutableMapping[str, Any] | None:
        """The application's answer; None if it ended without one."""
        told.put_nowait({"type": f"lifespan.{phase}"})
        answer = asyncio.ensure_future(heard.get())
        await asyncio.wait((answer, task), return_when=asyncio.FIRST_COMPLETED)
        if not answer.done() and heard.empty():
            answer.cancel()
            return None
        return await answer

    task = asyncio.ensure_future(serve())
    try:
        started = await ask("startup")
        if started is not None and started["type"] == "lifespan.startup.failed":
            raise ConfigurationError(f"the application does not start up: {started.get('message') or 'it does not say why'}")
        yield
        if started is not None:
            await ask("shutdown")
    finally:
        if not task.done():
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)

"""One graph, every way into the application: the bookshop grown by each of them, with what was asked beside what came out."""

import argparse
import asyncio
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.generation import generate
from ascetic_ddd.faker.application.target import Endpoint
from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.faker.infrastructure.transports.http.api import HttpApi
from ascetic_ddd.faker.infrastructure.transports.http.connecting import client_of_app
from ascetic_ddd.faker.infrastructure.transports.rest_repository import RestRepository
from ascetic_ddd.seedwork.domain.errors import AsceticDddError
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from examples.arguments import positive
from examples.bookshop.__main__ import served_app
from examples.bookshop.event_sourcing import stored_orders
from examples.bookshop.providers import CUSTOMER_WEIGHTS, ORDER_STATUSES, OrderProvider
from examples.bookshop.repositories import OrderRepository
from examples.bookshop.transports import ROUTES, by_commands, orders_of_drafts, over_http
from examples.bookshop.wiring import by_events, create_application_schema, make_providers

__all__ = ("WAYS", "Grown", "grow", "main", "show")

Way = Callable[[Endpoint], AbstractAsyncContextManager[OrderProvider]]

_MEAN_LINES = 1.4


@dataclass(frozen=True)
class Grown:
    """What came of one way.

    Attributes:
        orders: their states, by id.
        seconds: that it took.
    """

    orders: list[dict[str, Any]]
    seconds: float


@asynccontextmanager
async def _by_domain_model(endpoint: Endpoint) -> AsyncIterator[OrderProvider]:
    yield make_providers().orders


@asynccontextmanager
async def _over_http_in_process(endpoint: Endpoint) -> AsyncIterator[OrderProvider]:
    async with client_of_app(served_app(endpoint.external_dsn or "")) as client:
        repository = RestRepository[Any](HttpApi(client), ROUTES)
        yield orders_of_drafts(repository, repository, repository)


@asynccontextmanager
async def _over_sockets(endpoint: Endpoint) -> AsyncIterator[OrderProvider]:
    """The shop is served by a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = (sys.executable, "-m", "examples.bookshop", endpoint.external_dsn or "", "--port", str(port))
    server = await asyncio.create_subprocess_exec(*program, cwd=Path(__file__).parents[2])
    try:
        await _until_it_listens(port)
        async with over_http(replace(endpoint, base_url=f"http://127.0.0.1:{port}")) as provider:
            yield provider
    finally:
        server.terminate()
        await server.wait()


async def _until_it_listens(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


WAYS: dict[str, Way] = {
    "domain model": _by_domain_model,
    "commands": by_commands,
    "HTTP in process": _over_http_in_process,
    "HTTP, uvicorn": _over_sockets,
    "events": by_events,
}


async def grow(way: Way, external_dsn: str, internal_dsn: str, count: int, seed: int, batch_size: int) -> Grown:
    """Grow orders in an empty shop by one way, and read what the application has then."""
    create_application_schema(external_dsn)
    pool: AsyncConnectionPool[AsyncConnection[Any]]
    internal: AsyncConnectionPool[AsyncConnection[Any]]
    async with (
        AsyncConnectionPool(external_dsn, min_size=1, max_size=2, open=False) as pool,
        AsyncConnectionPool(internal_dsn, min_size=1, max_size=2, open=False) as internal,
        way(Endpoint(None, external_dsn, internal_dsn)) as provider,
    ):
        sessions = CompositeSessionPool(ExternalPgSessionPool(pool), InternalPgSessionPool(internal))
        async with sessions.session() as session, session.atomic():
            await provider.setup(session)
        start = time.perf_counter()
        async for _ in generate(provider, sessions, count, batch_size=batch_size, seed=seed):
            pass
        seconds = time.perf_counter() - start
        async with pool.connection() as connection:
            found: Sequence[Any] = await stored_orders(connection) or await OrderRepository(connection).find({}, limit=count)
    return Grown([order.export() for order in found], seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo. Returns the exit code: 0 if all ways made the same shop, 1 if not, 2 if it could not run."""
    options = _parse(arguments)
    try:
        with embedded_postgres(durable=False) as server:
            return show(server.create_database, options.count, options.seed, options.batch_size)
    except AsceticDddError as error:
        print(f"The demo could not run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped; the embedded server is shut down and its data removed.", file=sys.stderr)
        return 130


def show(make_database: Callable[[str], str], count: int, seed: int, batch_size: int) -> int:
    """Grow the shop by each way, and say what came out; 1 if the ways made different shops.

    Args:
        make_database: name → connection string of a new database.
        count: orders by each way.
        seed: of each run.
        batch_size: orders in one batch.
    """
    print(f"Growing {count:,} orders of the bookshop by each way (seed {seed}), {batch_size} in a batch.\n")
    print(_line("way", ("orders/s", *ORDER_STATUSES, "customers by use", "lines")))
    asked = " / ".join(f"{share:.0%}" for share in CUSTOMER_WEIGHTS)
    print(_line("as asked", ("", *(f"{share:.1%}" for share in ORDER_STATUSES.values()), asked, f"{_MEAN_LINES:.2f}")))
    grown: dict[str, Grown] = {}
    for number, (name, way) in enumerate(WAYS.items()):
        external, internal = make_database(f"application_{number}"), make_database(f"internal_{number}")
        grown[name] = asyncio.run(grow(way, external, internal, count, seed, batch_size))
        print(_line(name, _figures(grown[name])), flush=True)
    different = _different(grown)
    print()
    if different:
        print(f"BROKEN: {', '.join(different)}", file=sys.stderr)
        return 1
    print("The same orders by each way: customers, products, quantities, prices, statuses and versions.")
    return 0


def _different(grown: dict[str, Grown]) -> list[str]:
    """The ways that made other orders than the first one."""
    (first, expected), *others = grown.items()
    return [f"{name} made other orders than {first}" for name, each in others if each.orders != expected.orders]


def _figures(grown: Grown) -> Iterable[str]:
    orders, count = grown.orders, len(grown.orders)
    statuses = Counter(order["status"] for order in orders)
    uses = sorted(Counter(order["customer_id"] for order in orders).values(), reverse=True)
    size = -(-len(uses) // len(CUSTOMER_WEIGHTS))
    shares = [sum(uses[part * size : (part + 1) * size]) / count for part in range(len(CUSTOMER_WEIGHTS))]
    lines = sum(len(order["lines"]) for order in orders)
    yield f"{count / grown.seconds:,.0f}"
    yield from (f"{statuses[status] / count:.1%}" for status in ORDER_STATUSES)
    yield " / ".join(f"{share:.0%}" for share in shares)
    yield f"{lines / count:.2f}"


def _line(name: str, cells: Iterable[str]) -> str:
    *others, shares, lines = cells
    return f"{name:<16}" + "".join(f"{cell:>10}" for cell in others) + f"{shares:>24}{lines:>7}"


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo-transports ARGS=", description=main.__doc__)
    parser.add_argument("--count", type=positive, default=1_000, help="orders to grow by each way (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the run; same seed, same rows (default: 1)")
    parser.add_argument("--batch-size", type=positive, default=100, help="orders in one batch (default: 100)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

"""Serve the bookshop over HTTP: ``python -m examples.bookshop postgresql://… --port 8000``."""

import argparse
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool

from examples.bookshop.http_api import make_app
from examples.bookshop.wiring import create_application_schema

__all__ = ("main", "served_app")


def served_app(dsn: str, size: int = 8) -> FastAPI:
    """Give the application with a connection pool of its own, open while the application runs."""
    pool = AsyncConnectionPool(dsn, min_size=1, max_size=size, open=False, check=AsyncConnectionPool.check_connection)
    app = make_app(pool)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with pool:
            yield

    app.router.lifespan_context = lifespan
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m examples.bookshop", description=main.__doc__)
    parser.add_argument("dsn", help="connection string of the application's database")
    parser.add_argument("--port", type=int, default=8000, help="port on this machine (default: 8000)")
    parser.add_argument("--create-schema", action="store_true", help="create the tables first")
    options = parser.parse_args(arguments)
    if options.create_schema:
        create_application_schema(options.dsn)
    uvicorn.run(served_app(options.dsn), host="127.0.0.1", port=options.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The sessions of an application on SQLAlchemy, opened on a connection string of PostgreSQL: for ``Target(sessions=…)``."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.sqlalchemy.session import SqlAlchemySessionPool

__all__ = ("engine_on", "opened")

_OF_ASYNCPG = {"dbname": "database", "host": "host", "port": "port", "user": "user", "password": "password"}


def opened(driver: str = "psycopg", **options: Any) -> Callable[[str], AbstractAsyncContextManager[SqlAlchemySessionPool]]:
    """Give what opens a session pool on a connection string, and disposes of its engine in the end.

    Args:
        driver: ``psycopg`` or ``asyncpg``.
        options: of ``create_async_engine``.

    Example::

        def target() -> Target:
            return Target(make_orders(), create_schema=create_schema, sessions=opened())
    """

    @asynccontextmanager
    async def open_on(dsn: str) -> AsyncIterator[SqlAlchemySessionPool]:
        engine = engine_on(dsn, driver, **options)
        try:
            yield SqlAlchemySessionPool(engine)
        finally:
            await engine.dispose()

    return open_on


def engine_on(dsn: str, driver: str = "psycopg", **options: Any) -> AsyncEngine:
    """Make an engine on a connection string of libpq's.

    Args:
        dsn: as psycopg takes it. Of what it says beyond the place and the user, asyncpg is told nothing.
        driver: ``psycopg`` or ``asyncpg``.
        options: of ``create_async_engine``.

    Raises:
        ConfigurationError: the driver is neither.
    """
    told = conninfo_to_dict(dsn)
    if driver == "asyncpg":
        told = {_OF_ASYNCPG[name]: value for name, value in told.items() if name in _OF_ASYNCPG}
    elif driver != "psycopg":
        raise ConfigurationError(f"driver={driver!r}: expected 'psycopg' or 'asyncpg'")
    return create_async_engine(f"postgresql+{driver}://", connect_args=told, **options)

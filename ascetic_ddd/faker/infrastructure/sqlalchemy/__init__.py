"""An application on SQLAlchemy as the external side: sessions over ``AsyncSession``, a repository of mapped classes.

Needs the extra ``sqlalchemy``, and a driver: psycopg (which is here already), asyncpg or aiosqlite.
"""

try:
    import greenlet as _greenlet  # noqa: F401  # without which SQLAlchemy's asyncio fails at its first use
    import sqlalchemy as _sqlalchemy
    import sqlalchemy.ext.asyncio as _asyncio
except ImportError as error:
    raise ImportError(
        f"ascetic_ddd.faker.infrastructure.sqlalchemy needs {error.name}, which is not installed: "
        "pip install 'ascetic-ddd[sqlalchemy]'",
        name=error.name,
    ) from None

if not hasattr(_asyncio, "async_sessionmaker"):
    raise ImportError(
        f"ascetic_ddd.faker.infrastructure.sqlalchemy needs SQLAlchemy 2, not {_sqlalchemy.__version__}: "
        "pip install 'ascetic-ddd[sqlalchemy]'"
    )

__all__ = ()

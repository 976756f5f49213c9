"""SQLAlchemy on PostgreSQL, one transaction a batch: many mapped books at once, beside a bare ``insert()`` of the same rows."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import BigInteger, Identity, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from ascetic_ddd.faker.infrastructure.sqlalchemy.repository import SqlAlchemyRepository
from ascetic_ddd.faker.infrastructure.sqlalchemy.session import SqlAlchemySession, SqlAlchemySessionPool, async_session_of

__all__ = ("run",)

_ROUNDS, _BOOKS = 5, 5_000
_BATCHES = (500, 1_000, 5_000)
_DRIVERS = ("psycopg", "asyncpg")

Row = dict[str, Any]


class _Base(DeclarativeBase):
    type_annotation_map = {int: BigInteger}  # noqa: RUF012  # as SQLAlchemy documents it


class _Book(_Base):
    __tablename__ = "books"
    book_id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int]
    author_id: Mapped[int]
    title: Mapped[str]


async def _bare(session: SqlAlchemySession, rows: list[Row]) -> None:
    async with async_session_of(session) as async_session:
        await async_session.execute(insert(_Book), rows)


async def _returning(session: SqlAlchemySession, rows: list[Row]) -> None:
    """What it takes to know the ids."""
    async with async_session_of(session) as async_session:
        statement = insert(_Book).returning(_Book.book_id, sort_by_parameter_order=True)
        (await async_session.scalars(statement, rows)).all()


async def _added(session: SqlAlchemySession, books: list[_Book]) -> None:
    async with async_session_of(session) as async_session:
        async_session.add_all(books)
        await async_session.flush()


async def _ours(session: SqlAlchemySession, books: list[_Book]) -> None:
    await SqlAlchemyRepository(_Book).insert_many(session, books)


Store = Callable[[SqlAlchemySession, list[Any]], Awaitable[None]]
WAYS: dict[str, tuple[Store, type]] = {
    "bare insert() of rows": (_bare, dict),
    "bare insert() of rows, returning the ids": (_returning, dict),
    "objects, session.add_all and flush": (_added, _Book),
    "objects, SqlAlchemyRepository.insert_many": (_ours, _Book),
}


def run() -> None:
    """Print rows a second by batch size, the median of the rounds; the ways take turns."""
    with embedded_postgres() as server:
        place = conninfo_to_dict(server.create_database("application"))
        for driver in _DRIVERS:
            asyncio.run(_measure(driver, create_async_engine(f"postgresql+{driver}://", connect_args=_place(driver, place))))


def _place(driver: str, place: dict[str, Any]) -> dict[str, Any]:
    if driver == "psycopg":
        return place
    return {"database": place["dbname"], "host": place["host"], "user": place["user"], "port": place.get("port", 5432)}


async def _measure(driver: str, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(_Base.metadata.create_all)
    rates: dict[tuple[str, int], list[float]] = {}
    async with SqlAlchemySessionPool(engine).session() as session:
        for _ in range(_ROUNDS):
            for size in _BATCHES:
                for name, (store, kind) in WAYS.items():
                    await _empty(session.external_session)
                    rates.setdefault((name, size), []).append(await _rate(session, store, kind, size))
    await engine.dispose()
    print(f"{driver + ', books/s in batches of':48}" + "".join(f"{size:>10,}" for size in _BATCHES))
    for name in WAYS:
        print(f"{name:48}" + "".join(f"{sorted(rates[name, size])[_ROUNDS // 2]:10,.0f}" for size in _BATCHES))


async def _rate(session: SqlAlchemySession, store: Store, kind: type, size: int) -> float:
    """Rows, or objects, are made beforehand."""
    made = [kind(tenant_id=number % 20, author_id=number % 500, title=f"Book {number}") for number in range(_BOOKS)]
    begin = time.perf_counter()
    for start in range(0, _BOOKS, size):
        async with session.atomic():
            await store(session, made[start : start + size])
    return _BOOKS / (time.perf_counter() - begin)


async def _empty(async_session: AsyncSession) -> None:
    await async_session.execute(text("TRUNCATE books"))
    await async_session.commit()


if __name__ == "__main__":
    run()

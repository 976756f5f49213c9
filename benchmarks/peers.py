"""The same three tables filled by factory_boy and polyfactory with SQLAlchemy; nothing is remembered, parents are uniform.

As many tenants and authors as the example has for so many books. The text is constant here too, and each tool is used in the
way that is fastest among those it documents, or the way it persists by itself, as told.
"""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

from factory.alchemy import SQLAlchemyModelFactory
from factory.declarations import LazyFunction, SelfAttribute, Sequence
from polyfactory import Ignore, PostGenerated, Use
from polyfactory.factories.sqlalchemy_factory import SQLAlchemyFactory
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, create_engine
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from examples.library.providers import BOOKS_PER_AUTHOR, BOOKS_PER_TENANT

__all__ = ("PEERS",)

_DRIVER = "postgresql+psycopg://"


class _Base(DeclarativeBase):
    type_annotation_map = {int: BigInteger}  # noqa: RUF012  # as SQLAlchemy documents it


class _Tenant(_Base):
    __tablename__ = "tenants"
    tenant_id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]


class _Author(_Base):
    __tablename__ = "authors"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),)
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]


class _Book(_Base):
    __tablename__ = "books"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "author_id"], ["authors.tenant_id", "authors.author_id"]),)
    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    author_id: Mapped[int]
    title: Mapped[str]


def _factory_boy(dsn: str, books: int, batch_size: int) -> float:
    """Objects are added to the session; one flush and commit a batch."""
    stream = random.Random(1)
    engine = create_engine(_DRIVER, connect_args=conninfo_to_dict(dsn))
    with Session(engine, expire_on_commit=False) as session:
        tenants: list[_Tenant] = []
        authors: list[_Author] = []

        class Tenants(SQLAlchemyModelFactory):
            class Meta:
                model = _Tenant
                sqlalchemy_session = session

            name = Sequence("Tenant {}".format)  # type: ignore[no-untyped-call]

        class Authors(SQLAlchemyModelFactory):
            class Meta:
                model = _Author
                sqlalchemy_session = session

            tenant_id = LazyFunction(lambda: stream.choice(tenants).tenant_id)  # type: ignore[no-untyped-call]
            name = "Jane Austen"

        class Books(SQLAlchemyModelFactory):
            class Meta:
                model = _Book
                sqlalchemy_session = session

            class Params:
                author = LazyFunction(lambda: stream.choice(authors))  # type: ignore[no-untyped-call]

            tenant_id = SelfAttribute("author.tenant_id")  # type: ignore[no-untyped-call]
            author_id = SelfAttribute("author.author_id")  # type: ignore[no-untyped-call]
            title = "Emma"

        session.connection()
        start = time.perf_counter()
        tenants += Tenants.create_batch(books // BOOKS_PER_TENANT)
        session.flush()
        authors += Authors.create_batch(books // BOOKS_PER_AUTHOR)
        for _ in range(0, books, batch_size):
            session.flush()
            Books.create_batch(batch_size)
            session.commit()
        seconds = time.perf_counter() - start
    engine.dispose()
    return seconds


def _polyfactory(dsn: str, books: int, batch_size: int) -> float:
    """By ``create_batch_async``: one commit a batch, and each object is read again."""
    return asyncio.run(_with_polyfactory(dsn, books, batch_size, is_persisting=True))


def _polyfactory_builds(dsn: str, books: int, batch_size: int) -> float:
    """By ``batch``, and the application adds the objects to its session; one commit a batch."""
    return asyncio.run(_with_polyfactory(dsn, books, batch_size, is_persisting=False))


async def _with_polyfactory(dsn: str, books: int, batch_size: int, *, is_persisting: bool) -> float:
    stream = random.Random(1)
    engine = create_async_engine(_DRIVER, connect_args=conninfo_to_dict(dsn))
    async with AsyncSession(engine, expire_on_commit=False) as session:
        tenants: list[_Tenant] = []
        authors: list[_Author] = []
        tenant_of: dict[int, int] = {}

        class Tenants(SQLAlchemyFactory[_Tenant]):
            __async_session__ = session
            tenant_id = Ignore()
            name = "Tenant"

        class Authors(SQLAlchemyFactory[_Author]):
            __async_session__ = session
            author_id = Ignore()
            tenant_id = Use(lambda: stream.choice(tenants).tenant_id)
            name = "Jane Austen"

        class Books(SQLAlchemyFactory[_Book]):
            __async_session__ = session
            book_id = Ignore()
            author_id = Use(lambda: stream.choice(authors).author_id)
            tenant_id = PostGenerated(lambda name, values: tenant_of[values["author_id"]])
            title = "Emma"

        async def stored(maker: type[SQLAlchemyFactory[Any]], size: int) -> list[Any]:
            if is_persisting:
                return await maker.create_batch_async(size)
            made = maker.batch(size)
            session.add_all(made)
            await session.commit()
            return made

        await session.connection()
        start = time.perf_counter()
        tenants += await stored(Tenants, books // BOOKS_PER_TENANT)
        authors += await stored(Authors, books // BOOKS_PER_AUTHOR)
        tenant_of.update((author.author_id, author.tenant_id) for author in authors)
        for _ in range(0, books, batch_size):
            await stored(Books, batch_size)
        seconds = time.perf_counter() - start
    await engine.dispose()
    return seconds


PEERS: dict[str, Callable[[str, int, int], float]] = {
    "factory_boy, SQLAlchemy's session, batches of 500": _factory_boy,
    "polyfactory, create_batch_async(500)": _polyfactory,
    "polyfactory, batch(500) and session.add_all": _polyfactory_builds,
}
"""Name → (connection string, books, batch size) → seconds."""

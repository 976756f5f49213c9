"""Sessions and repositories over SQLAlchemy keep the contracts, on each driver."""

import dataclasses
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import BigInteger, Column, Identity, Integer, MetaData, Table, Text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, composite, mapped_column, registry

from ascetic_ddd.faker.domain.errors import FakerError
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.session.pg_session import InternalPgSessionPool
from ascetic_ddd.faker.infrastructure.sqlalchemy.repository import SqlAlchemyRepository
from ascetic_ddd.faker.infrastructure.sqlalchemy.session import SqlAlchemySessionPool, async_session_of
from ascetic_ddd.faker.testing.bulk_repository_contract import BulkRepositoryContract
from ascetic_ddd.faker.testing.composite_contract import CompositeContract
from ascetic_ddd.faker.testing.repository_contract import (
    ExternalRepositoryContract,
    InternalRepositoryContract,
    RepositoryContract,
)
from ascetic_ddd.faker.testing.session_contract import SessionContract
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.conftest import Pool

_numbers = count(1)
DRIVERS = ("psycopg", "asyncpg", "aiosqlite")
Key = BigInteger().with_variant(Integer, "sqlite")  # the only type that SQLite numbers


class Base(DeclarativeBase):
    pass


class Tenant(Base):
    __tablename__ = "tenants"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Text)


@dataclasses.dataclass(frozen=True)
class BookId:
    tenant_id: int
    book_id: int | None


class Book:
    """A domain's own class, which knows nothing of SQLAlchemy."""

    def __init__(self, id: BookId, title: str) -> None:
        self._id = id
        self.title = title

    def export(self) -> dict[str, Any]:
        return {"id": {"tenant_id": self._id.tenant_id, "book_id": self._id.book_id}, "title": self.title}


mapping = registry(metadata=MetaData())
BOOKS = Table(
    "books",
    mapping.metadata,
    Column("tenant_id", BigInteger, primary_key=True),
    Column("book_id", BigInteger, Identity(), primary_key=True),
    Column("title", Text, nullable=False),
)
mapping.map_imperatively(
    Book,
    BOOKS,
    properties={
        "_tenant": BOOKS.c.tenant_id,
        "_book": BOOKS.c.book_id,
        "_id": composite(BookId, BOOKS.c.tenant_id, BOOKS.c.book_id),
    },
)


def url_of(driver: str, dsn: str, folder: Path) -> tuple[str, dict[str, Any]]:
    if driver == "aiosqlite":
        return f"sqlite+aiosqlite:///{folder / 'application.db'}", {}
    place = psycopg.conninfo.conninfo_to_dict(dsn)
    if driver == "psycopg":
        return "postgresql+psycopg://", {"connect_args": place}
    names = {"dbname": "database", "host": "host", "port": "port", "user": "user", "password": "password"}
    return "postgresql+asyncpg://", {"connect_args": {names[name]: value for name, value in place.items() if name in names}}


@pytest.fixture(params=DRIVERS)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    dsn = "" if request.param == "aiosqlite" else request.getfixturevalue("external_dsn")
    url, options = url_of(request.param, dsn, tmp_path)
    engine = create_async_engine(url, **options)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        if request.param != "aiosqlite":  # which numbers no part of a key
            await connection.run_sync(mapping.metadata.create_all)
    yield engine
    await engine.dispose()


class OnAlchemy:
    @pytest.fixture
    def session_pool(self, engine: AsyncEngine) -> ISessionPool:
        return CompositeSessionPool(SqlAlchemySessionPool(engine), InMemorySessionPool())


class OnPostgres:
    @pytest.fixture(params=DRIVERS[:2])
    async def engine(self, request: pytest.FixtureRequest, external_dsn: str, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
        url, options = url_of(request.param, external_dsn, tmp_path)
        engine = create_async_engine(url, **options)
        async with engine.begin() as connection:
            await connection.run_sync(mapping.metadata.create_all)
        yield engine
        await engine.dispose()


class TestSqlAlchemySessions(SessionContract):
    @pytest.fixture
    def session_pool(self, engine: AsyncEngine) -> ISessionPool:
        return SqlAlchemySessionPool(engine)


class TestCompositeSqlAlchemySessions(OnAlchemy, SessionContract):
    """Beside one in memory."""


class TestCompositeSessionsBesidePostgres(SessionContract):
    @pytest.fixture
    def session_pool(self, engine: AsyncEngine, internal_pg_pool: Pool) -> ISessionPool:
        return CompositeSessionPool(SqlAlchemySessionPool(engine), InternalPgSessionPool(internal_pg_pool))


class TenantModel:
    def make_aggregate(self) -> Tenant:
        return Tenant(name=f"Tenant {next(_numbers)}")

    def export(self, agg: Tenant) -> dict[str, Any]:
        return {"id": agg.id, "name": agg.name}

    def change(self, agg: Tenant) -> None:
        agg.name += "!"


class BookModel:
    def make_aggregate(self) -> Book:
        return Book(BookId(7, None), f"Book {next(_numbers)}")

    def export(self, agg: Book) -> dict[str, Any]:
        return agg.export()

    def change(self, agg: Book) -> None:
        agg.title += "!"


class OurBulkContract(BulkRepositoryContract):
    def check_error_of_many(self, error: BaseException, agg: Any) -> None:
        assert isinstance(error, FakerError)


class TestTenants(OnAlchemy, TenantModel, RepositoryContract, OurBulkContract):
    @pytest.fixture
    def repository(self) -> SqlAlchemyRepository[Tenant]:
        return SqlAlchemyRepository(Tenant)


class TestBooks(OnPostgres, OnAlchemy, BookModel, RepositoryContract, OurBulkContract):
    """Mapped imperatively, with a key of two parts in a frozen value object."""

    @pytest.fixture
    def repository(self) -> SqlAlchemyRepository[Book]:
        return SqlAlchemyRepository(Book, agg_exporter=Book.export)


class TestCompositeOfTenants(OnAlchemy, TenantModel, InternalRepositoryContract, OurBulkContract):
    @pytest.fixture
    def repository(self) -> CompositeAutoPkRepository[Tenant]:
        return CompositeAutoPkRepository(
            external_repository=SqlAlchemyRepository(Tenant),
            internal_repository=InMemoryRepository(agg_exporter=lambda tenant: {"id": tenant.id, "name": tenant.name}),
        )


class TestCompositeOfBooksBesidePostgres(OnPostgres, BookModel, InternalRepositoryContract, OurBulkContract):
    @pytest.fixture
    def session_pool(self, engine: AsyncEngine, internal_pg_pool: Pool) -> ISessionPool:
        return CompositeSessionPool(SqlAlchemySessionPool(engine), InternalPgSessionPool(internal_pg_pool))

    @pytest.fixture
    def repository(self) -> CompositeAutoPkRepository[Book]:
        return CompositeAutoPkRepository(
            external_repository=SqlAlchemyRepository(Book, agg_exporter=Book.export),
            internal_repository=InternalPgRepository(table="books", agg_exporter=Book.export),
        )


class OwnTenants:
    """An application's own repository: it is made of an ``AsyncSession``, and knows nothing of us."""

    def __init__(self, async_session: Any) -> None:
        self.async_session = async_session

    async def add(self, tenant: Tenant) -> None:
        self.async_session.add(tenant)
        await self.async_session.flush()


class Adapted:
    """The recipe of docs/sqlalchemy.md."""

    async def insert(self, session: ISession, tenant: Tenant) -> None:
        async with async_session_of(session) as async_session:
            await OwnTenants(async_session).add(tenant)


class TestAnApplicationsOwnRepository(OnAlchemy, TenantModel, ExternalRepositoryContract):
    @pytest.fixture
    def repository(self) -> Adapted:
        return Adapted()

    def make_aggregate(self) -> Tenant:
        number = next(_numbers)
        return Tenant(id=number, name=f"Tenant {number}")

    async def is_stored(self, repository: Any, session: ISession, agg: Any) -> bool:
        return await SqlAlchemyRepository(Tenant).get(session, agg.id) is not None

    @pytest.mark.skip(reason="the same object added twice is nothing to SQLAlchemy")
    async def test_a_taken_id_is_refused(self, repository: Any, session: ISession) -> None: ...


class TestComposites(OnAlchemy, TenantModel, CompositeContract):
    @pytest.fixture
    async def session(self, session_pool: ISessionPool) -> AsyncIterator[ISession]:
        async with session_pool.session() as session:
            yield session

    @pytest.fixture(params=("ours", "own"))
    def sides(self, request: pytest.FixtureRequest) -> tuple[Any, Any]:
        external = SqlAlchemyRepository(Tenant) if request.param == "ours" else Adapted()
        return external, InMemoryRepository[Tenant](agg_exporter=self.export)

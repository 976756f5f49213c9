"""Every repository of ours keeps the contract."""

from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.domain.errors import FakerError, PersistenceError
from ascetic_ddd.faker.domain.repositories import IInternalRepository
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import (
    CompositeAutoPkRepository,
    CompositeRepository,
)
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.repositories.pg_repository import PgRepository
from ascetic_ddd.faker.testing.bulk_repository_contract import BulkRepositoryContract
from ascetic_ddd.faker.testing.numbering_contract import NumberingContract
from ascetic_ddd.faker.testing.repository_contract import InternalRepositoryContract, RepositoryContract
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.contract.library import (
    BOOK_COLUMNS,
    BOOK_TABLE,
    TABLES,
    Book,
    BookModel,
    KeyedTenantModel,
    Tenant,
    TenantModel,
)


class InMemory:
    @pytest.fixture
    def session_pool(self) -> ISessionPool:
        return InMemorySessionPool()


class OnPostgres:
    @pytest.fixture
    def session_pool(self, pg_session_pool: CompositeSessionPool, external_dsn: str) -> ISessionPool:
        with psycopg.connect(external_dsn) as connection:
            connection.execute(TABLES.encode())
        return pg_session_pool


class OurBulkContract(BulkRepositoryContract):
    def check_error_of_many(self, error: BaseException, agg: Any) -> None:
        assert isinstance(error, FakerError)
        assert repr(self.id_of(agg)) in str(error)


def pg_tenants() -> PgRepository[Tenant]:
    return PgRepository(table="tenants", agg_exporter=Tenant.export)


def pg_books() -> PgRepository[Book]:
    return PgRepository(table=("public", BOOK_TABLE), agg_exporter=Book.export, columns=BOOK_COLUMNS)


class TestInMemoryTenants(InMemory, TenantModel, InternalRepositoryContract, OurBulkContract, NumberingContract):
    @pytest.fixture
    def repository(self) -> InMemoryRepository[Tenant]:
        return InMemoryRepository(agg_exporter=Tenant.export)


class TestInMemoryBooks(InMemory, BookModel, InternalRepositoryContract, OurBulkContract):
    @pytest.fixture
    def repository(self) -> InMemoryRepository[Book]:
        return InMemoryRepository(agg_exporter=Book.export)


class TestInMemoryComposite(InMemory, BookModel, InternalRepositoryContract, OurBulkContract, NumberingContract):
    @pytest.fixture
    def repository(self) -> CompositeAutoPkRepository[Book]:
        return CompositeAutoPkRepository(
            external_repository=InMemoryRepository(agg_exporter=Book.export),
            internal_repository=InMemoryRepository(agg_exporter=Book.export),
        )

    async def test_a_repository_is_its_port(self, repository: CompositeAutoPkRepository[Book]) -> None:
        port: IInternalRepository[Book] = repository
        assert port is repository


class TestInternalPgTenants(OnPostgres, KeyedTenantModel, InternalRepositoryContract, OurBulkContract, NumberingContract):
    @pytest.fixture
    def repository(self) -> InternalPgRepository[Tenant]:
        return InternalPgRepository(table='ten"ants %s', agg_exporter=Tenant.export)


class TestPgTenants(OnPostgres, TenantModel, RepositoryContract, OurBulkContract):
    @pytest.fixture
    def repository(self) -> PgRepository[Tenant]:
        return pg_tenants()


class TestPgBooks(OnPostgres, BookModel, RepositoryContract, OurBulkContract):
    @pytest.fixture
    def repository(self) -> PgRepository[Book]:
        return pg_books()


class TestPgComposite(OnPostgres, KeyedTenantModel, InternalRepositoryContract, OurBulkContract, NumberingContract):
    @pytest.fixture
    def repository(self) -> CompositeRepository[Tenant]:
        return CompositeRepository(
            external_repository=pg_tenants(),
            internal_repository=InternalPgRepository(table="tenants", agg_exporter=Tenant.export),
        )


class PlainTenants:
    """A user's own: it inserts one by one."""

    async def insert(self, session: Any, agg: Tenant) -> None:
        try:
            cursor = await session.external_connection.execute(
                "INSERT INTO tenants (id, name) VALUES (coalesce(%s, nextval('tenants_id_seq')), %s) RETURNING id",
                (agg._id.value, agg.name),
            )
        except psycopg.errors.UniqueViolation as error:
            raise PersistenceError(f"There is a tenant {agg._id.value!r}.") from error
        (agg._id.value,) = await cursor.fetchone()

    async def update(self, session: Any, agg: Tenant) -> None:
        """For the rest of the suite."""


class TestPgCompositeOfAPlainRepository(OnPostgres, TenantModel, InternalRepositoryContract, OurBulkContract):
    @pytest.fixture
    def repository(self) -> CompositeAutoPkRepository[Tenant]:
        return CompositeAutoPkRepository(
            external_repository=PlainTenants(),
            internal_repository=InternalPgRepository(table="tenants", agg_exporter=Tenant.export),
        )


class TestPgCompositeAutoPk(OnPostgres, BookModel, InternalRepositoryContract, OurBulkContract):
    @pytest.fixture
    def repository(self) -> CompositeAutoPkRepository[Book]:
        return CompositeAutoPkRepository(
            external_repository=pg_books(),
            internal_repository=InternalPgRepository(table=("public", "Books"), agg_exporter=Book.export),
        )

    async def test_both_stores_have_it(self, repository: Any, session: Any) -> None:
        async with session.atomic():
            await repository.insert(session, self.make_aggregate())
        for connection, statement in (
            (session.external_connection, 'SELECT count(*) FROM "Bo""ok%s"'),
            (session.internal_connection, 'SELECT count(*) FROM "Books"'),
        ):
            cursor = await connection.execute(statement)
            assert await cursor.fetchone() == (1,)


async def test_repositories_share_a_table_of_numbers_and_the_last_one_drops_it(pg_session_pool: CompositeSessionPool) -> None:
    tenants, books = (InternalPgRepository[Any](table=name, agg_exporter=dict) for name in ("tenants", "books"))
    async with pg_session_pool.session() as session:
        for repository, number in ((tenants, 3), (books, 5)):
            await repository.setup(session)
            await repository.reserve(session, {"name": number})
        await tenants.cleanup(session)
        assert await books.reserved(session) == {"name": 5}
        await books.cleanup(session)
        await books.cleanup(session)
        cursor = await session.internal_connection.execute("SELECT to_regclass('ascetic_ddd_numbers')")
        assert await cursor.fetchone() == (None,)

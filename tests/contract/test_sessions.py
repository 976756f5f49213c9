"""Every session pool of ours keeps the contract."""

import pytest

from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.faker.testing.session_contract import SessionContract
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from ascetic_ddd.seedwork.infrastructure.session.pg_session import PgSessionPool
from tests.conftest import Pool


class TestInMemorySessions(SessionContract):
    @pytest.fixture
    def session_pool(self) -> ISessionPool:
        return InMemorySessionPool()


class TestPgSessions(SessionContract):
    @pytest.fixture
    def session_pool(self, external_pg_pool: Pool) -> ISessionPool:
        return PgSessionPool(external_pg_pool)


class TestCompositeInMemorySessions(SessionContract):
    @pytest.fixture
    def session_pool(self) -> ISessionPool:
        return CompositeSessionPool(InMemorySessionPool(), InMemorySessionPool())


class TestCompositePgSessions(SessionContract):
    @pytest.fixture
    def session_pool(self, pg_session_pool: CompositeSessionPool) -> ISessionPool:
        return pg_session_pool


class TestJoinedPgSessions(SessionContract):
    @pytest.fixture
    def session_pool(self, external_pg_pool: Pool) -> ISessionPool:
        return CompositeSessionPool(ExternalPgSessionPool(external_pg_pool), InternalPgSessionPool(external_pg_pool))

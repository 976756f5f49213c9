"""Providers of ours keep the contract: the library, in memory and in two databases, and graphs that keep their parts anyhow."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.testing.provider_contract import ProviderContract
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from benchmarks.construction import in_memory_provider
from examples.library.providers import BookProvider
from examples.library.wiring import create_application_schema, make_book_provider
from tests.contract.graphs import CONTAINERS, Pair, PairProvider, ShelfProvider


class InMemory:
    @pytest.fixture
    def session_pool(self) -> ISessionPool:
        return InMemorySessionPool()


class Library(ProviderContract):
    def inputs(self) -> Sequence[Mapping[str, Any]]:
        return (
            {"title": "Emma"},
            {"title": "Emma", "author_id": {"name": "Jane"}},
            {"id": {"tenant_id": {"name": "Press"}}, "author_id": {"name": "Jane"}},
            {"author_id": {"tenant_id": {"name": "Press"}}, "title": "Emma"},
            {"author_id": {"name": "Ann", "tenant_id": {"name": "Another"}}},
        )

    async def check(self, provider: Any, session: ISession, state: Mapping[str, Any]) -> None:
        assert state["author_id"]["tenant_id"] == state["id"]["tenant_id"]
        authors = provider.author_id.source.aggregate_provider.repository
        assert await authors.get(session, state["author_id"]) is not None


class TestLibraryInMemory(InMemory, Library):
    @pytest.fixture
    def provider(self) -> BookProvider:
        return in_memory_provider()


class TestLibraryOnPostgres(Library):
    @pytest.fixture
    def session_pool(self, pg_session_pool: ISessionPool) -> ISessionPool:
        return pg_session_pool

    @pytest.fixture
    def provider(self, external_dsn: str) -> BookProvider:
        create_application_schema(external_dsn)
        return make_book_provider()


@pytest.mark.parametrize("kept", CONTAINERS)
class TestPartsInContainers(InMemory, ProviderContract):
    """The hook reaches its parts through a list, a tuple, a dict, a set, a method, a partial."""

    @pytest.fixture
    def provider(self, kept: str) -> PairProvider:
        return PairProvider(kept)

    def inputs(self) -> Sequence[Mapping[str, Any]]:
        return {"x": 1_000}, {"y": 1_001}, {"x": 2_000, "y": 2_001}

    async def check(self, provider: Any, session: ISession, state: Mapping[str, Any]) -> None:
        assert state["y"] == state["x"] + 1 or (state["x"] < 1_000 and state["y"] == 1_001)


class TestOneDistributorForTwoReferences(InMemory, ProviderContract):
    """The one may create, the other may not; lanes keep them apart."""

    @pytest.fixture
    def provider(self) -> ShelfProvider:
        return ShelfProvider()

    async def check(self, provider: Any, session: ISession, state: Mapping[str, Any]) -> None:
        tags = provider.owner_id.source.aggregate_provider.repository
        assert await tags.get(session, state["owner_id"]) is not None
        assert await tags.get(session, state["guest_id"]) is not None


@pytest.mark.parametrize("kept", ["closure", "object"])
async def test_parts_that_a_clone_cannot_look_into_are_refused_when_a_lane_uses_them(kept: str) -> None:
    provider = PairProvider(kept)
    pool = InMemorySessionPool()
    async with pool.session() as session, session.atomic():
        assert [(pair.x, pair.y) for pair in await provider.create_batch(session, 2)] == [(0, 1), (1, 2)]
        lane = provider.clone()
        with pytest.raises(ConfigurationError, match=r"PairProvider\.x is of the provider that was cloned"):
            await lane.create(session)


async def test_a_generator_that_is_a_method_is_the_clones_own() -> None:
    class Doubled(AggregateProvider[dict[str, Any], Pair]):
        _id_attr = "id"
        id: ValueProvider[int, int]
        x: ValueProvider[int, int]
        y: ValueProvider[int, int]

        def __init__(self) -> None:
            self.id = ValueProvider()
            self.x = ValueProvider(distributor_factory(sequence=True))
            self.y = ValueProvider(input_generator=self._double)
            super().__init__(InMemoryRepository(agg_exporter=Pair.export), self._make_pair, Pair.export)

        def _double(self) -> int:
            return 2 * (self.x.get() or 0)

        def _make_pair(self, **parts: Any) -> Pair:
            assert self.x.get() == parts["x"]
            return Pair(**parts)

    provider = Doubled()
    lanes = [provider, provider.clone(), provider.clone().clone()]
    async with InMemorySessionPool().session() as session:
        for number, lane in enumerate(lanes * 2):
            lane.reset()
            pair = await lane.create(session)
            assert (pair.x, pair.y) == (number, 2 * number)


def test_a_reference_source_is_shared_by_clones() -> None:
    provider = in_memory_provider()
    clone: Any = provider.clone()
    own: Any = provider
    assert isinstance(clone.author_id, ReferenceProvider)
    assert clone.author_id is not own.author_id
    assert clone.author_id.source is own.author_id.source
    assert clone.author_id.distributor is own.author_id.distributor
    assert clone.repository is own.repository

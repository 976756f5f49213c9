"""What is inserted singly may be written later, all together; nobody who reads notices."""

from contextlib import suppress
from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool


class _LostError(Exception):
    pass


def export(agg: dict[str, Any]) -> dict[str, Any]:
    return dict(agg)


@pytest.fixture
async def repository(pg_session_pool: CompositeSessionPool) -> InternalPgRepository[dict[str, Any]]:
    found = InternalPgRepository[dict[str, Any]](table="deferred", agg_exporter=export)
    async with pg_session_pool.session() as session:
        await found.setup(session)
    return found


async def stored(pool: CompositeSessionPool, repository: InternalPgRepository[dict[str, Any]]) -> list[int]:
    async with pool.session() as session:
        return [state["id"] async for state in repository.find(session)]


async def test_they_are_written_when_settled_in_their_order(
    pg_session_pool: CompositeSessionPool, repository: InternalPgRepository[dict[str, Any]]
) -> None:
    heard: list[int] = []
    repository.subscribe(lambda session, state: heard.append(state["id"]))
    async with pg_session_pool.session() as session, session.atomic() as ts_session:
        repository.defer(ts_session)
        for number in (3, 1, 2):
            await repository.insert(ts_session, {"id": number})
        assert heard == [3, 1, 2]
        await repository.settle(ts_session)
        await repository.insert(ts_session, {"id": 4})
    assert await stored(pg_session_pool, repository) == [3, 1, 2, 4]


async def test_whoever_reads_finds_them(
    pg_session_pool: CompositeSessionPool, repository: InternalPgRepository[dict[str, Any]]
) -> None:
    async with pg_session_pool.session() as session, session.atomic() as ts_session:
        repository.defer(ts_session)
        await repository.insert(ts_session, {"id": 1, "name": "a"})
        assert await repository.get(ts_session, 1) == {"id": 1, "name": "a"}
        await repository.insert(ts_session, {"id": 2, "name": "b"})
        assert await repository.count(ts_session) == 2
        await repository.insert(ts_session, {"id": 3, "name": "c"})
        assert await repository.known(ts_session, [3, 4]) == [True, False]
        await repository.insert(ts_session, {"id": 5, "name": "e"})
        await repository.update(ts_session, {"id": 5, "name": "f"})
        await repository.insert_many(ts_session, [{"id": 6}])
        await repository.settle(ts_session)
    assert await stored(pg_session_pool, repository) == [1, 2, 3, 5, 6]


async def test_a_savepoint_takes_back_what_is_its_own_and_nothing_else(
    pg_session_pool: CompositeSessionPool, repository: InternalPgRepository[dict[str, Any]]
) -> None:
    async with pg_session_pool.session() as session, session.atomic() as ts_session:
        repository.defer(ts_session)
        await repository.insert(ts_session, {"id": 1})
        with suppress(_LostError):
            async with ts_session.atomic():
                await repository.insert(ts_session, {"id": 2})
                raise _LostError
        with suppress(_LostError):
            async with ts_session.atomic():
                await repository.insert(ts_session, {"id": 3})
                assert await repository.count(ts_session) == 2  # writes the first one, too, in what is rolled back
                await repository.insert(ts_session, {"id": 4})
                raise _LostError
        await repository.insert(ts_session, {"id": 5})
        await repository.settle(ts_session)
    assert await stored(pg_session_pool, repository) == [1, 5]


async def test_a_rollback_leaves_nothing_and_the_session_goes_on_as_before(
    pg_session_pool: CompositeSessionPool, repository: InternalPgRepository[dict[str, Any]]
) -> None:
    async with pg_session_pool.session() as session:
        with suppress(_LostError):
            async with session.atomic() as ts_session:
                repository.defer(ts_session)
                await repository.insert(ts_session, {"id": 1})
                raise _LostError
        async with session.atomic() as ts_session:
            await repository.insert(ts_session, {"id": 2})
    assert await stored(pg_session_pool, repository) == [2]


async def test_an_id_that_is_taken_is_refused_when_it_is_written(
    pg_session_pool: CompositeSessionPool, repository: InternalPgRepository[dict[str, Any]]
) -> None:
    with suppress(_LostError):
        async with pg_session_pool.session() as session, session.atomic() as ts_session:
            repository.defer(ts_session)
            await repository.insert(ts_session, {"id": 1})
            await repository.insert(ts_session, {"id": 1})
            with pytest.raises(PersistenceError, match="deferred"):
                await repository.settle(ts_session)
            raise _LostError
    assert await stored(pg_session_pool, repository) == []


async def test_a_composite_defers_its_internal_side_only(
    pg_session_pool: CompositeSessionPool, repository: InternalPgRepository[dict[str, Any]]
) -> None:
    outside = InMemoryRepository[dict[str, Any]](agg_exporter=export)
    both = CompositeRepository(external_repository=outside, internal_repository=repository)
    async with pg_session_pool.session() as session, session.atomic() as ts_session:
        both.defer(ts_session)
        await both.insert(ts_session, {"id": 1})
        assert await outside.count(ts_session) == 1
        await both.settle(ts_session)
    assert await stored(pg_session_pool, repository) == [1]


async def test_outside_a_transaction_nothing_is_put_off(
    pg_session_pool: CompositeSessionPool, repository: InternalPgRepository[dict[str, Any]]
) -> None:
    async with pg_session_pool.session() as session:
        repository.defer(session)
        await repository.insert(session, {"id": 1})
    assert await stored(pg_session_pool, repository) == [1]


async def test_what_a_savepoint_failed_to_write_is_still_to_be_written(
    pg_session_pool: CompositeSessionPool, repository: InternalPgRepository[dict[str, Any]]
) -> None:
    async with pg_session_pool.session() as session, session.atomic() as ts_session:
        repository.defer(ts_session)
        await repository.insert(ts_session, {"id": 1})
        with suppress(PersistenceError):
            async with ts_session.atomic():
                await repository.insert(ts_session, {"id": 1})
                await repository.count(ts_session)  # writes both, and is refused
        await repository.insert(ts_session, {"id": 2})
        await repository.settle(ts_session)
    assert await stored(pg_session_pool, repository) == [1, 2]

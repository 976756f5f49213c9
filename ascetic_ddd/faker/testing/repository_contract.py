"""What every repository must do; subclass it for a repository of your own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import FakerError
from ascetic_ddd.faker.domain.repositories import IObservable, ISetUp, offers
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.predicate import PredicateSpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("ExternalRepositoryContract", "InternalRepositoryContract", "RepositoryContract")


class ExternalRepositoryContract:
    """A pytest suite for a repository that can only ``insert``.

    A subclass overrides the fixtures :meth:`repository` and :meth:`session_pool` and the methods
    :meth:`make_aggregate`, :meth:`export` and :meth:`is_stored`.
    """

    pytestmark = pytest.mark.asyncio

    id_attr = "id"
    """The key the id is exported under."""

    @pytest.fixture
    def session_pool(self) -> ISessionPool:
        """Give an opened pool; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture session_pool")

    @pytest.fixture
    def repository(self) -> Any:
        """Give the repository, empty; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture repository")

    def make_aggregate(self) -> Any:
        """Make a new aggregate, unlike all before; without its id if the database gives it."""
        pytest.fail(f"{type(self).__name__} must override make_aggregate")

    def export(self, agg: Any) -> dict[str, Any]:
        """Give the aggregate's exported state."""
        pytest.fail(f"{type(self).__name__} must override export")

    async def is_stored(self, repository: Any, session: ISession, agg: Any) -> bool:
        """Tell whether the store has an aggregate with this one's id."""
        pytest.fail(f"{type(self).__name__} must override is_stored")

    def id_of(self, agg: Any) -> Any:
        """Give the exported id."""
        return self.export(agg)[self.id_attr]

    @pytest.fixture
    async def session(self, session_pool: ISessionPool, repository: Any) -> AsyncIterator[ISession]:
        """A session in which the repository is set up."""
        async with session_pool.session() as session:
            if offers(repository, ISetUp):
                await repository.setup(session)
            yield session

    async def test_an_inserted_aggregate_has_a_complete_id(self, repository: Any, session: ISession) -> None:
        """The one it had, or the one the database gave, each of its own."""
        aggregates = [self.make_aggregate() for _ in range(3)]
        async with session.atomic():
            for agg in aggregates:
                await repository.insert(session, agg)
        ids = [self.id_of(agg) for agg in aggregates]
        assert not any(map(_has_none, ids))
        assert len({repr(id) for id in ids}) == 3

    async def test_a_committed_aggregate_is_stored(self, repository: Any, session: ISession) -> None:
        """And stays so in a later transaction."""
        agg = self.make_aggregate()
        async with session.atomic():
            await repository.insert(session, agg)
        assert await self.is_stored(repository, session, agg)

    async def test_a_rolled_back_aggregate_is_gone(self, repository: Any, session: ISession) -> None:
        """With the transaction, or with its savepoint alone."""
        kept, undone, gone = self.make_aggregate(), self.make_aggregate(), self.make_aggregate()
        async with session.atomic():
            await repository.insert(session, kept)
            await _in_vain(session, repository.insert, undone)
        await _in_vain(session, repository.insert, gone)
        assert await self.is_stored(repository, session, kept)
        assert not await self.is_stored(repository, session, undone)
        assert not await self.is_stored(repository, session, gone)

    async def test_a_taken_id_is_refused(self, repository: Any, session: ISession) -> None:
        """With an error; what was stored before in the transaction stays, if a savepoint is around the attempt."""
        agg, other = self.make_aggregate(), self.make_aggregate()
        async with session.atomic():
            await repository.insert(session, other)
            await repository.insert(session, agg)
            with pytest.raises(Exception) as caught:  # noqa: PT011 - a user's repository has errors of its own
                async with session.atomic():
                    await repository.insert(session, agg)
        self.check_error(caught.value, agg)
        assert await self.is_stored(repository, session, other)

    def check_error(self, error: BaseException, agg: Any) -> None:
        """Check an error of the store about this aggregate."""


class RepositoryContract(ExternalRepositoryContract):
    """The suite for a repository that can also ``update``, ``get`` and ``find``, and tells what it stored.

    A subclass overrides :meth:`change` too.
    """

    def change(self, agg: Any) -> None:
        """Change something in the aggregate, not its id."""
        pytest.fail(f"{type(self).__name__} must override change")

    async def is_stored(self, repository: Any, session: ISession, agg: Any) -> bool:
        """Ask the repository itself."""
        return await repository.get(session, self.id_of(agg)) is not None

    def check_error(self, error: BaseException, agg: Any) -> None:
        """Ours are of our tree and name the id."""
        assert isinstance(error, FakerError)
        assert repr(self.id_of(agg)) in str(error)

    async def test_get_gives_the_exported_state(self, repository: Any, session: ISession) -> None:
        """Equal to what the exporter gives, and a copy."""
        agg = self.make_aggregate()
        async with session.atomic():
            await repository.insert(session, agg)
        state = await repository.get(session, self.id_of(agg))
        assert state == self.export(agg)
        state.clear()
        assert await repository.get(session, self.id_of(agg)) == self.export(agg)

    async def test_get_of_an_unknown_id_is_none(self, repository: Any, session: ISession) -> None:
        """No error."""
        agg = self.make_aggregate()
        await _in_vain(session, repository.insert, agg)
        assert await repository.get(session, self.id_of(agg)) is None

    async def test_update_replaces_the_state_and_follows_rollback(self, repository: Any, session: ISession) -> None:
        """A rolled back update leaves the state as it was."""
        agg = self.make_aggregate()
        async with session.atomic():
            await repository.insert(session, agg)
            self.change(agg)
            await repository.update(session, agg)
        changed = self.export(agg)
        assert await repository.get(session, self.id_of(agg)) == changed
        self.change(agg)
        await _in_vain(session, repository.update, agg)
        assert self.export(agg) != changed
        assert await repository.get(session, self.id_of(agg)) == changed

    async def test_others_see_what_is_committed(self, repository: Any, session: ISession, session_pool: ISessionPool) -> None:
        """Neither an insert nor an update of an open transaction is found or got by another session."""
        agg = self.make_aggregate()
        async with session_pool.session() as other:
            async with session.atomic():
                await repository.insert(session, agg)
                assert await repository.get(other, self.id_of(agg)) is None
                assert [state async for state in repository.find(other)] == []
            before = self.export(agg)
            assert await repository.get(other, self.id_of(agg)) == before
            async with session.atomic():
                self.change(agg)
                await repository.update(session, agg)
                assert await repository.get(session, self.id_of(agg)) == self.export(agg)
                assert await repository.get(other, self.id_of(agg)) == before
                assert [state async for state in repository.find(other)] == [before]
            assert await repository.get(other, self.id_of(agg)) == self.export(agg)

    async def test_update_of_what_is_not_stored_is_refused(self, repository: Any, session: ISession) -> None:
        """With an error that names the id."""
        agg = self.make_aggregate()
        await _in_vain(session, repository.insert, agg)
        with pytest.raises(FakerError) as caught:
            async with session.atomic():
                await repository.update(session, agg)
        self.check_error(caught.value, agg)

    async def test_find_gives_all_in_order_of_insertion(self, repository: Any, session: ISession) -> None:
        """Inside and outside a transaction."""
        aggregates = [self.make_aggregate() for _ in range(5)]
        expected = []
        async with session.atomic():
            for agg in aggregates:
                await repository.insert(session, agg)
                expected.append(self.export(agg))
            assert [state async for state in repository.find(session)] == expected
        assert [state async for state in repository.find(session)] == expected

    async def test_find_gives_what_satisfies_the_specification(self, repository: Any, session: ISession) -> None:
        """The same by equality of the whole state, of the id alone, and by predicate."""
        aggregates = [self.make_aggregate() for _ in range(3)]
        async with session.atomic():
            for agg in aggregates:
                await repository.insert(session, agg)
            self.change(aggregates[1])
            await repository.update(session, aggregates[1])
        wanted = self.export(aggregates[1])
        for specification in (
            EqualSpecification(wanted),
            EqualSpecification({self.id_attr: wanted[self.id_attr]}),
            PredicateSpecification(lambda state: state[self.id_attr] == wanted[self.id_attr]),
        ):
            assert [state async for state in repository.find(session, specification)] == [wanted]

    async def test_find_may_be_interleaved_with_inserts(self, repository: Any, session: ISession) -> None:
        """It gives what was there at its start."""
        async with session.atomic():
            for _ in range(3):
                await repository.insert(session, self.make_aggregate())
            found = 0
            async for _ in repository.find(session):
                found += 1
                await repository.insert(session, self.make_aggregate())
        assert found == 3

    async def test_listeners_hear_once_of_each_insert_and_update(self, repository: Any, session: ISession) -> None:
        """With the session and the complete exported state, inside the transaction."""
        heard: list[tuple[ISession, bool, dict[str, Any]]] = []

        def listener(session: ISession, state: Mapping[str, Any]) -> None:
            heard.append((session, session.is_atomic, dict(state)))

        observable: IObservable = repository
        assert offers(observable, IObservable)
        repository.subscribe(listener)
        repository.subscribe(listener)
        agg = self.make_aggregate()
        async with session.atomic():
            await repository.insert(session, agg)
            inserted = self.export(agg)
            self.change(agg)
            await repository.update(session, agg)
            with pytest.raises(FakerError):
                async with session.atomic():
                    await repository.insert(session, agg)
        assert heard == [(session, True, inserted), (session, True, self.export(agg))]


class InternalRepositoryContract(RepositoryContract):
    """The suite for a store of generated aggregates: it also creates and drops what it needs."""

    async def test_setup_may_be_repeated(self, repository: Any, session: ISession) -> None:
        """And loses nothing."""
        agg = self.make_aggregate()
        async with session.atomic():
            await repository.insert(session, agg)
        await repository.setup(session)
        assert await self.is_stored(repository, session, agg)

    async def test_cleanup_forgets_everything_and_may_be_repeated(self, repository: Any, session: ISession) -> None:
        """After the next setup the store is empty."""
        async with session.atomic():
            await repository.insert(session, self.make_aggregate())
        await repository.cleanup(session)
        await repository.cleanup(session)
        await repository.setup(session)
        assert [state async for state in repository.find(session)] == []

    async def test_a_rolled_back_cleanup_forgets_nothing(self, repository: Any, session: ISession) -> None:
        """It is part of the transaction."""
        agg = self.make_aggregate()
        async with session.atomic():
            await repository.insert(session, agg)
        await _in_vain(session, repository.cleanup)
        assert await self.is_stored(repository, session, agg)


async def _in_vain(session: ISession, action: Callable[..., Awaitable[None]], *args: Any) -> None:
    """Act in a transaction, or a savepoint, that rolls back."""
    with suppress(ZeroDivisionError):
        async with session.atomic():
            await action(session, *args)
            raise ZeroDivisionError


def _has_none(id: Any) -> bool:
    return any(map(_has_none, id.values())) if isinstance(id, Mapping) else id is None

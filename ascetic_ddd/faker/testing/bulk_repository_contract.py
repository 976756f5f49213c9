"""What a repository must do that offers ``insert_many``; add it to the suite of a repository of your own."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from ascetic_ddd.faker.domain.repositories import IBulkRepository, ILookup, IObservable, IReadable, offers
from ascetic_ddd.faker.testing.repository_contract import ExternalRepositoryContract
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("BulkRepositoryContract",)


class BulkRepositoryContract(ExternalRepositoryContract):
    """A pytest suite beside one of those in :mod:`~ascetic_ddd.faker.testing.repository_contract`, on the same hooks.

    Example::

        class TestMyRepository(ExternalRepositoryContract, BulkRepositoryContract): ...
    """

    many = 5_000
    """How many aggregates are inserted where it is about many."""

    takes_told_ids = True
    """Whether an aggregate may come with an id that the database would give."""

    async def test_it_is_a_bulk_repository(self, repository: Any) -> None:
        """Providers ask for the protocol."""
        assert offers(repository, IBulkRepository)

    async def test_many_are_stored_as_one_by_one(self, repository: Any, session: ISession) -> None:
        """Each with an id of its own, given in their order, and its own state under it."""
        aggregates = self.make(self.many)
        were_told = not self.is_transient(aggregates[0])
        async with session.atomic():
            await repository.insert_many(session, aggregates)
        ids = [self.id_of(agg) for agg in aggregates]
        assert not any(map(self.is_transient, aggregates))
        assert len(set(map(repr, ids))) == self.many
        if not were_told and all(isinstance(id, int) for id in ids):
            assert ids == sorted(ids)
        if offers(repository, ILookup):
            for agg in (aggregates[0], aggregates[self.many // 2], aggregates[-1]):
                assert await repository.get(session, self.id_of(agg)) == self.export(agg)
        if offers(repository, IReadable):
            assert [state async for state in repository.find(session)] == [self.export(agg) for agg in aggregates]

    async def test_many_and_single_inserts_may_alternate(self, repository: Any, session: ISession) -> None:
        """Their ids do not meet."""
        aggregates = self.make(9)
        async with session.atomic():
            await repository.insert(session, aggregates[0])
            await repository.insert_many(session, aggregates[1:4])
            await repository.insert(session, aggregates[4])
            await repository.insert_many(session, tuple(aggregates[5:]))
        assert len({repr(self.id_of(agg)) for agg in aggregates}) == 9
        for agg in aggregates:
            assert await self.is_stored(repository, session, agg)

    async def test_no_aggregates_are_nothing(self, repository: Any, session: ISession) -> None:
        """Inside and outside a transaction."""
        await repository.insert_many(session, [])
        async with session.atomic():
            await repository.insert_many(session, ())

    async def test_many_that_are_rolled_back_are_gone(self, repository: Any, session: ISession) -> None:
        """With the transaction, or with its savepoint alone."""
        kept, undone, gone = self.make(3), self.make(3), self.make(3)
        async with session.atomic():
            await repository.insert_many(session, kept)
            await self.insert_in_vain(repository, session, undone)
        await self.insert_in_vain(repository, session, gone)
        for agg in kept:
            assert await self.is_stored(repository, session, agg)
        for agg in (*undone, *gone):
            assert not await self.is_stored(repository, session, agg)

    async def test_told_ids_are_kept(self, repository: Any, session: ISession) -> None:
        """Alone, and among others that have none yet."""
        told, others = self.make(5), self.make(4)
        with suppress(ZeroDivisionError):  # now they have ids, and are not stored
            async with session.atomic():
                for agg in told:
                    await repository.insert(session, agg)
                raise ZeroDivisionError
        if not self.takes_told_ids or any(map(self.is_transient, told)):
            return
        ids = [self.id_of(agg) for agg in told]
        mixed = [told[0], others[0], told[1], told[2], others[1], others[2]]
        async with session.atomic():
            await repository.insert_many(session, told[3:])
            await repository.insert_many(session, mixed)
        assert [self.id_of(agg) for agg in told] == ids
        for agg in (*mixed, *told[3:]):
            assert not self.is_transient(agg)
            assert await self.is_stored(repository, session, agg)

    async def test_one_that_is_refused_leaves_nothing_of_many(self, repository: Any, session: ISession) -> None:
        """With a savepoint around the attempt the session goes on."""
        before, taken, after = self.make_aggregate(), self.make_aggregate(), self.make_aggregate()
        async with session.atomic():
            await repository.insert(session, taken)
            with pytest.raises(Exception) as caught:  # noqa: PT011 - a user's repository has errors of its own
                async with session.atomic():
                    await repository.insert_many(session, [before, taken, after])
            last = self.make_aggregate()
            await repository.insert_many(session, [last])
        self.check_error_of_many(caught.value, taken)
        await self.check_only(repository, session, [taken, last], [before, after])

    async def test_without_a_transaction_it_is_all_or_none_too(self, repository: Any, session: ISession) -> None:
        """It opens one of its own."""
        before, taken, after = self.make_aggregate(), self.make_aggregate(), self.make_aggregate()
        await repository.insert_many(session, [taken])
        with pytest.raises(Exception) as caught:  # noqa: PT011 - a user's repository has errors of its own
            await repository.insert_many(session, [before, taken, after])
        self.check_error_of_many(caught.value, taken)
        assert not session.is_atomic
        await self.check_only(repository, session, [taken], [before, after])

    async def test_listeners_hear_of_each_in_order(self, repository: Any, session: ISession) -> None:
        """With its complete state, inside the transaction, and of none if one is refused."""
        is_observable: bool = offers(repository, IObservable)
        if not is_observable:
            pytest.skip("it tells nobody")
        heard: list[tuple[bool, dict[str, Any]]] = []

        def listener(session: ISession, state: Mapping[str, Any]) -> None:
            heard.append((session.is_atomic, dict(state)))

        repository.subscribe(listener)
        aggregates = self.make(5)
        async with session.atomic():
            await repository.insert_many(session, [])
            await repository.insert_many(session, aggregates)
            with suppress(Exception):
                async with session.atomic():
                    await repository.insert_many(session, [*self.make(2), aggregates[0]])
        assert heard == [(True, self.export(agg)) for agg in aggregates]

    def make(self, number: int) -> list[Any]:
        """Make several new aggregates."""
        return [self.make_aggregate() for _ in range(number)]

    def is_transient(self, agg: Any) -> bool:
        """Tell whether the aggregate lacks its id or a part of it."""
        return _has_none(self.id_of(agg))

    def check_error_of_many(self, error: BaseException, agg: Any) -> None:
        """Check an error of the store about this one of many."""

    async def insert_in_vain(self, repository: Any, session: ISession, aggregates: list[Any]) -> None:
        """Insert in a transaction, or a savepoint, that rolls back."""
        with suppress(ZeroDivisionError):
            async with session.atomic():
                await repository.insert_many(session, aggregates)
                raise ZeroDivisionError

    async def check_only(self, repository: Any, session: ISession, stored: list[Any], absent: list[Any]) -> None:
        """Check that the store has these and not those."""
        for agg in stored:
            assert await self.is_stored(repository, session, agg)
        for agg in absent:
            assert self.is_transient(agg) or not await self.is_stored(repository, session, agg)
        if offers(repository, IReadable):
            states = [state async for state in repository.find(session)]
            assert states == [self.export(agg) for agg in stored]


def _has_none(id: Any) -> bool:
    return any(map(_has_none, id.values())) if isinstance(id, Mapping) else id is None

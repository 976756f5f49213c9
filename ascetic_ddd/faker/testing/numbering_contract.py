"""What a repository must do that reserves running numbers; add it to the suite of a repository of your own."""

from typing import Any

import pytest

from ascetic_ddd.faker.domain.repositories import INumbering, offers
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("NumberingContract",)


class NumberingContract:
    """A pytest suite beside one of those in :mod:`~ascetic_ddd.faker.testing.repository_contract`, on the same fixtures.

    Example::

        class TestMyRepository(InternalRepositoryContract, NumberingContract): ...
    """

    async def test_it_can_reserve_numbers(self, repository: Any) -> None:
        """Runs ask for the protocol."""
        assert offers(repository, INumbering)

    async def test_nothing_is_reserved_at_first(self, repository: Any, session: ISession) -> None:
        """A fresh store."""
        assert await repository.reserved(session) == {}

    async def test_what_is_reserved_is_known_to_others_at_once(
        self, repository: Any, session: ISession, session_pool: ISessionPool
    ) -> None:
        """Whatever becomes of the transaction that follows; the last word counts, also a lower one."""
        await repository.reserve(session, {"Users.email": 40, "Users.id.number": 2**40})
        with pytest.raises(ZeroDivisionError):
            async with session.atomic():
                raise ZeroDivisionError
        async with session_pool.session() as other:
            assert await repository.reserved(other) == {"Users.email": 40, "Users.id.number": 2**40}
        await repository.reserve(session, {"Users.email": 7, "%s \"ünï'": 1})
        assert await repository.reserved(session) == {"Users.email": 7, "Users.id.number": 2**40, "%s \"ünï'": 1}

    async def test_setting_up_again_keeps_the_numbers_and_cleaning_up_forgets_them(
        self, repository: Any, session: ISession
    ) -> None:
        """As it is with everything that is remembered."""
        await repository.reserve(session, {"Users.email": 40})
        await repository.setup(session)
        assert await repository.reserved(session) == {"Users.email": 40}
        await repository.cleanup(session)
        await repository.setup(session)
        assert await repository.reserved(session) == {}

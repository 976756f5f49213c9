"""What every session pool must do; subclass it for a pool of your own."""

from collections.abc import Iterator
from typing import Any

import pytest

from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("SessionContract",)


class SessionContract:
    """A pytest suite; a subclass overrides the fixture :meth:`session_pool`.

    Example::

        class TestMySessionPool(SessionContract):
            @pytest.fixture
            def session_pool(self):
                return MySessionPool(...)
    """

    pytestmark = pytest.mark.asyncio

    @pytest.fixture
    def session_pool(self) -> Iterator[ISessionPool]:
        """Give an opened pool; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture session_pool")

    async def test_atomic_yields_the_same_session(self, session_pool: ISessionPool) -> None:
        """Both names of ``session.atomic() as ts_session`` are one object."""
        async with session_pool.session() as session, session.atomic() as ts_session:
            assert ts_session is session
            async with ts_session.atomic() as inner:
                assert inner is session

    async def test_is_atomic_from_entering_to_leaving_the_outermost(self, session_pool: ISessionPool) -> None:
        """Savepoints do not end it."""
        async with session_pool.session() as session:
            assert not session.is_atomic
            async with session.atomic():
                async with session.atomic():
                    assert session.is_atomic
                assert session.is_atomic
            assert not session.is_atomic

    async def test_commit_callbacks_run_after_the_outermost_commit_in_order(self, session_pool: ISessionPool) -> None:
        """Those of savepoints too."""
        calls: list[Any] = []
        async with session_pool.session() as session:
            async with session.atomic():
                session.on_commit(calls.append, 1)
                async with session.atomic():
                    session.on_commit(calls.append, 2)
                session.on_commit(lambda: calls.append(session.is_atomic))
                session.on_rollback(calls.append, "rolled back")
                assert calls == []
            assert calls == [1, 2, False]

    async def test_rollback_callbacks_run_newest_first(self, session_pool: ISessionPool) -> None:
        """Those of savepoints that were left normally too; commit callbacks are forgotten."""
        calls: list[Any] = []
        async with session_pool.session() as session:
            with pytest.raises(ZeroDivisionError):
                await _fail_after(session, calls)
            assert calls == [3, 2, 1]
            async with session.atomic():
                pass
            assert calls == [3, 2, 1]

    async def test_a_rolled_back_savepoint_leaves_the_transaction_around_it(self, session_pool: ISessionPool) -> None:
        """Only the savepoint's own callbacks run, and its commit callbacks are forgotten."""
        calls: list[Any] = []
        async with session_pool.session() as session:
            async with session.atomic():
                session.on_rollback(calls.append, "outer undone")
                session.on_commit(calls.append, "outer")
                with pytest.raises(ZeroDivisionError):
                    await _fail_after(session, calls)
                assert calls == [3, 2, 1]
                assert session.is_atomic
            assert calls == [3, 2, 1, "outer"]

    async def test_outside_a_transaction_commit_is_now_and_rollback_never(self, session_pool: ISessionPool) -> None:
        """There is nothing to wait for and nothing to undo."""
        calls: list[Any] = []
        async with session_pool.session() as session:
            session.on_commit(calls.append, "now")
            session.on_rollback(calls.append, "never")
            assert calls == ["now"]
            with pytest.raises(ZeroDivisionError):
                async with session.atomic():
                    raise ZeroDivisionError
            assert calls == ["now"]

    async def test_the_error_of_the_body_travels_unchanged(self, session_pool: ISessionPool) -> None:
        """The very object, also when a rollback callback raises."""
        error = ZeroDivisionError("the body's")
        calls: list[Any] = []

        async def fail(session: ISession) -> None:
            async with session.atomic(), session.atomic():
                session.on_rollback(calls.append, "still called")
                session.on_rollback(int, "no number")
                raise error

        async with session_pool.session() as session:
            with pytest.raises(ZeroDivisionError) as caught:
                await fail(session)
            assert caught.value is error
            assert error.__cause__ is None
            assert any("no number" in note for note in error.__notes__)
            assert calls == ["still called"]

    async def test_a_session_serves_one_transaction_after_another(self, session_pool: ISessionPool) -> None:
        """Whatever happened to those before."""
        calls: list[Any] = []
        async with session_pool.session() as session:
            for number in range(3):
                with pytest.raises(ZeroDivisionError):
                    await _fail_after(session, calls)
                async with session.atomic():
                    session.on_commit(calls.append, number)
        assert calls == [3, 2, 1, 0, 3, 2, 1, 1, 3, 2, 1, 2]


async def _fail_after(session: ISession, calls: list[Any]) -> None:
    async with session.atomic():
        session.on_rollback(calls.append, 1)
        async with session.atomic():
            session.on_rollback(calls.append, 2)
            session.on_commit(calls.append, "committed")
        session.on_rollback(calls.append, 3)
        raise ZeroDivisionError

"""Sessions without any store: for tests and runs that need no database."""

from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Generic, Self, TypeVar

from ascetic_ddd.seedwork.infrastructure.session.transaction_log import LoggedSession, TransactionLog

__all__ = ("InMemorySession", "InMemorySessionPool")

S = TypeVar("S", bound="InMemorySession")


class InMemorySession(LoggedSession):
    """Transactions made of nothing but their hooks: in-memory stores follow commit and rollback through them."""

    __slots__ = ()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Nothing has to be given back."""

    def atomic(self) -> AbstractAsyncContextManager[Self]:
        """Open a transaction; inside another one, a savepoint. Yields this same session."""
        return _Atomic(self, self._log)


class InMemorySessionPool:
    """Hands out in-memory sessions; needs neither opening nor closing.

    Example:
        >>> import asyncio
        >>> async def main() -> None:
        ...     async with InMemorySessionPool().session() as session, session.atomic() as ts_session:
        ...         ts_session.on_commit(print, "committed")
        >>> asyncio.run(main())
        committed
    """

    def session(self) -> AbstractAsyncContextManager[InMemorySession]:
        """Take a session; leaving the block gives it back."""
        return InMemorySession()


class _Atomic(Generic[S]):
    """A class, not a generator: it is entered once per generated object, and this takes a third of the time."""

    __slots__ = ("_log", "_session")

    def __init__(self, session: S, log: TransactionLog) -> None:
        self._session = session
        self._log = log

    async def __aenter__(self) -> S:
        self._log.begin()
        return self._session

    async def __aexit__(
        self, exc_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._log.commit()
        else:
            self._log.rollback(error)

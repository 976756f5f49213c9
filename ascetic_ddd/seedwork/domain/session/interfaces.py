"""The session ports: a session with transactions in it, the pool that hands sessions out, and what a session may know."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import ParamSpec, Protocol, Self, runtime_checkable

__all__ = ("IJudge", "ISession", "ISessionPool", "is_fault_of_the_store")

P = ParamSpec("P")


class ISession(Protocol):
    """One unit of work's connection to the stores. Used by one task at a time."""

    @property
    def is_atomic(self) -> bool:
        """True between entering and leaving the outermost :meth:`atomic`."""
        ...

    def atomic(self) -> AbstractAsyncContextManager[Self]:
        """Open a transaction; inside another one, a savepoint.

        Yields this same session. Leaving normally commits, leaving by an exception rolls back and lets that exception
        travel on unchanged. If the commit itself fails, everything is rolled back and the commit's error travels.
        """
        ...

    def on_commit(self, callback: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call ``callback`` once the outermost transaction has committed; at once when none is open.

        Callbacks run in the order they were registered. A callback registered under a savepoint that rolls back
        is forgotten. Callbacks are synchronous and must not raise.
        """
        ...

    def on_rollback(self, callback: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call ``callback`` if the innermost open transaction, or any around it, rolls back.

        Callbacks run newest first, so each sees the state its registration saw. With no transaction open there is
        nothing to roll back and the callback is dropped. Callbacks are synchronous and must not raise.
        """
        ...


class ISessionPool(Protocol):
    """Hands out sessions."""

    def session(self) -> AbstractAsyncContextManager[ISession]:
        """Take a session; leaving the block gives it back."""
        ...


@runtime_checkable
class IJudge(Protocol):
    """A session that knows its driver's errors; a session need not."""

    def is_fault_of_the_store(self, error: BaseException) -> bool:
        """Tell whether an error leaves nothing to go on with: the connection is lost, or the store gone, or full."""
        ...


def is_fault_of_the_store(session: ISession, error: BaseException) -> bool:
    """Tell whether an error says that the session's store is lost; False of a session that does not know."""
    return isinstance(session, IJudge) and session.is_fault_of_the_store(error)

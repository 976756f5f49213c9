"""The session ports: a session with transactions in it, and the pool that hands sessions out."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import ParamSpec, Protocol, Self, runtime_checkable

__all__ = ("ISession", "ISessionPool", "ITwoStoreSession", "is_half_stored")

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
        travel on unchanged. If the commit itself fails, everything is rolled back and the commit's error travels. A task
        that is cancelled while the commit is under way waits for its end; the callbacks follow what the store did, and the
        cancellation travels on.
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


@runtime_checkable
class ITwoStoreSession(Protocol):
    """A session of two stores, which commit one after the other."""

    @property
    def is_half_stored(self) -> bool:
        """True while the rollback callbacks of a transaction run that the first store has committed, and the second has not."""
        ...


def is_half_stored(session: ISession) -> bool:
    """Tell, in a rollback callback, whether what is undone stays in the application's store all the same."""
    return isinstance(session, ITwoStoreSession) and session.is_half_stored


class ISessionPool(Protocol):
    """Hands out sessions."""

    def session(self) -> AbstractAsyncContextManager[ISession]:
        """Take a session; leaving the block gives it back."""
        ...

"""Two sessions as one: the application's store outside, our own store inside."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

from ascetic_ddd.seedwork.domain.errors import SessionError, add_note
from ascetic_ddd.seedwork.domain.session.faults import Fault, fault_of
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.transaction_log import LoggedSession
from ascetic_ddd.seedwork.infrastructure.session.uninterrupted import uninterrupted

if TYPE_CHECKING:
    from psycopg import AsyncConnection

__all__ = ("CompositeSession", "CompositeSessionPool", "IJoinablePool", "IPreparable")


@runtime_checkable
class IJoinablePool(Protocol):
    """A session pool that may share its connections with another."""

    def joined(self, other: ISessionPool) -> ISessionPool | None:
        """Give the pool whose one session serves as a session of both, or None if they do not share connections."""
        ...


@runtime_checkable
class IPreparable(Protocol):
    """A session that can tell before its commit that it is lost."""

    async def prepare(self) -> None:
        """Raise if the open transaction cannot be committed."""
        ...


class CompositeSession(LoggedSession):
    """A session of two parts that begin together and end one after the other.

    Args:
        external: the session of the application's store.
        internal: the session of our own store; the same object if one connection serves both.
    """

    __slots__ = ("external", "internal", "is_half_stored")

    def __init__(self, external: ISession, internal: ISession) -> None:
        super().__init__()
        self.external = external
        self.internal = internal
        self.is_half_stored = False

    @property
    def has_two_connections(self) -> bool:
        """Tell whether both parts can be used at the same time: each has a connection of its own."""
        external = getattr(self.external, "external_connection", None)
        internal = getattr(self.internal, "internal_connection", None)
        return external is not None and internal is not None and external is not internal

    @property
    def external_connection(self) -> "AsyncConnection[Any]":
        """The connection to the application's database.

        Raises:
            SessionError: the external part has none.
        """
        return _connection_of(self.external, "external")

    @property
    def internal_connection(self) -> "AsyncConnection[Any]":
        """The connection to the internal database.

        Raises:
            SessionError: the internal part has none.
        """
        return _connection_of(self.internal, "internal")

    def fault_of(self, error: BaseException) -> Fault:
        """Tell whose fault an error is; the part that thinks worse of it counts."""
        return max(fault_of(self.external, error), fault_of(self.internal, error))

    @asynccontextmanager
    async def atomic(self) -> AsyncIterator[Self]:
        """Open a transaction in both parts; inside another one, a savepoint in both. Yields this same session.

        On leaving, the external transaction commits first, then the internal one: what is remembered exists. If the
        body or the external commit fails, both roll back. If the internal commit fails after the external one, the
        rollback callbacks run, ``is_half_stored`` meanwhile, and the error travels, with ``is_half_stored`` if it is a
        SessionError: what exists outside and is not remembered is merely unused. A task that is cancelled waits for both.
        """
        is_outermost = not self.is_atomic
        self._log.begin()
        transactions: list[AbstractAsyncContextManager[ISession]] = []
        try:
            for part in (self.external,) if self.internal is self.external else (self.internal, self.external):
                transaction = part.atomic()
                await transaction.__aenter__()
                transactions.append(transaction)
            yield self
            if is_outermost and len(transactions) > 1 and isinstance(self.internal, IPreparable):
                await self.internal.prepare()  # a loss is better noticed before the external commit than after it
        except BaseException as error:
            await uninterrupted(self._roll_back(transactions, error))
            raise
        await uninterrupted(self._commit(transactions, is_outermost))

    async def _commit(self, transactions: list[AbstractAsyncContextManager[ISession]], is_outermost: bool) -> None:
        try:
            while transactions:
                await transactions.pop().__aexit__(None, None, None)
                self.is_half_stored = is_outermost
        except BaseException as error:
            if isinstance(error, SessionError):
                error.is_half_stored = self.is_half_stored
            await self._roll_back(transactions, error)
            raise
        finally:
            self.is_half_stored = False
        self._log.commit()

    async def _roll_back(self, transactions: list[AbstractAsyncContextManager[ISession]], cause: BaseException) -> None:
        """Roll back all of them; the first error travels, others become its notes."""
        try:
            while transactions:
                try:
                    await transactions.pop().__aexit__(type(cause), cause, cause.__traceback__)
                except BaseException as error:  # noqa: BLE001  # most often the cause itself
                    if error is not cause:
                        add_note(cause, f"Rolling back failed too: {error!r}.")
        finally:
            self._log.rollback(cause)


class CompositeSessionPool:
    """Hands out composite sessions. Two pools on one and the same connection pool share one connection and transaction.

    Args:
        external: sessions of the application's store.
        internal: sessions of our own store.
    """

    def __init__(self, external: ISessionPool, internal: ISessionPool) -> None:
        self._external = external
        self._internal = internal
        self._joined = external.joined(internal) if isinstance(external, IJoinablePool) else None

    def fault_of(self, error: BaseException) -> Fault:
        """Tell whose fault it is that there is no session."""
        return max(fault_of(self._external, error), fault_of(self._internal, error))

    @asynccontextmanager
    async def session(self) -> AsyncIterator[CompositeSession]:
        """Take a session of both; leaving the block gives both back."""
        if self._joined is not None:
            async with self._joined.session() as session:
                yield CompositeSession(session, session)
        else:
            async with self._external.session() as external, self._internal.session() as internal:
                yield CompositeSession(external, internal)


def _connection_of(session: ISession, role: str) -> "AsyncConnection[Any]":
    connection: AsyncConnection[Any] | None = getattr(session, f"{role}_connection", None)
    if connection is None:
        raise SessionError(
            f"The {role} part of this CompositeSession is a {type(session).__name__} and has no {role}_connection; "
            f"give CompositeSessionPool(external, internal) an {role.capitalize()}PgSessionPool for this part."
        )
    return connection

"""Two sessions as one: the application's store outside, our own store inside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

from ascetic_ddd.seedwork.domain.errors import SessionError
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool, is_fault_of_the_store
from ascetic_ddd.seedwork.infrastructure.session.transaction_log import LoggedSession

if TYPE_CHECKING:
    from psycopg import AsyncConnection

__all__ = ("CompositeSession", "CompositeSessionPool", "IJoinablePool")


@runtime_checkable
class IJoinablePool(Protocol):
    """A session pool that may share its connections with another."""

    def joined(self, other: ISessionPool) -> ISessionPool | None:
        """Give the pool whose one session serves as a session of both, or None if they do not share connections."""
        ...


class CompositeSession(LoggedSession):
    """A session of two parts that begin together and end one after the other.

    Args:
        external: the session of the application's store.
        internal: the session of our own store; the same object if one connection serves both.
    """

    __slots__ = ("external", "internal")

    def __init__(self, external: ISession, internal: ISession) -> None:
        super().__init__()
        self.external = external
        self.internal = internal

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

    def is_fault_of_the_store(self, error: BaseException) -> bool:
        """Tell whether an error leaves nothing to go on with in one of the parts."""
        return is_fault_of_the_store(self.external, error) or is_fault_of_the_store(self.internal, error)

    @asynccontextmanager
    async def atomic(self) -> AsyncIterator[Self]:
        """Open a transaction in both parts; inside another one, a savepoint in both. Yields this same session.

        On leaving, the external transaction commits first, then the internal one: what is remembered exists. If the
        body or the external commit fails, both roll back. If the internal commit fails after the external one, the
        rollback callbacks run and the error travels: what exists outside and is not remembered is merely unused.
        """
        self._log.begin()
        try:
            if self.internal is self.external:
                async with self.external.atomic():
                    yield self
            else:
                async with self.internal.atomic(), self.external.atomic():
                    yield self
        except BaseException as error:
            self._log.rollback(error)
            raise
        self._log.commit()


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

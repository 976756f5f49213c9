"""The two PostgreSQL session pools of the faker: the application's database and our own."""

from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar

from psycopg import AsyncConnection

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.seedwork.domain.errors import SessionError
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool
from ascetic_ddd.seedwork.infrastructure.session.pg_session import PgSession, PgSessionPool

__all__ = (
    "ExternalPgSession",
    "ExternalPgSessionPool",
    "InternalPgSession",
    "InternalPgSessionPool",
    "JoinedPgSession",
    "JoinedPgSessionPool",
)


class ExternalPgSession(PgSession):
    """A session on the application's database."""

    __slots__ = ()
    error_class: ClassVar[type[SessionError]] = PersistenceError

    @property
    def external_connection(self) -> AsyncConnection[Any]:
        """The connection to the application's database."""
        return self.connection


class InternalPgSession(PgSession):
    """A session on the database that remembers what was generated."""

    __slots__ = ()
    error_class: ClassVar[type[SessionError]] = PersistenceError

    @property
    def internal_connection(self) -> AsyncConnection[Any]:
        """The connection to the internal database."""
        return self.connection


class JoinedPgSession(ExternalPgSession, InternalPgSession):
    """A session on one database that is both: one connection, and one transaction covers everything."""

    __slots__ = ()


class InternalPgSessionPool(PgSessionPool):
    """Hands out sessions on the internal database.

    Args:
        pool: an opened ``psycopg_pool.AsyncConnectionPool``; the caller closes it.
        patience_s, on_begin: as for :class:`PgSessionPool`.
    """

    error_class: ClassVar[type[SessionError]] = PersistenceError

    def session(self) -> AbstractAsyncContextManager[InternalPgSession]:
        """Take a session; leaving the block gives its connection back to the pool."""
        return self._take(InternalPgSession)


class ExternalPgSessionPool(PgSessionPool):
    """Hands out sessions on the application's database.

    Args:
        pool: an opened ``psycopg_pool.AsyncConnectionPool``; the caller closes it.
        patience_s, on_begin: as for :class:`PgSessionPool`.
    """

    error_class: ClassVar[type[SessionError]] = PersistenceError

    def session(self) -> AbstractAsyncContextManager[ExternalPgSession]:
        """Take a session; leaving the block gives its connection back to the pool."""
        return self._take(ExternalPgSession)

    def joined(self, other: ISessionPool) -> ISessionPool | None:
        """Give the pool of joined sessions if ``other`` is internal and on the same connection pool, else None."""
        if isinstance(other, InternalPgSessionPool) and other.pool is self.pool:
            return JoinedPgSessionPool(self.pool, patience_s=self.patience_s, on_begin=other.on_begin or self.on_begin)
        return None


class JoinedPgSessionPool(PgSessionPool):
    """Hands out sessions that are external and internal at once: application and internal tables in one database."""

    error_class: ClassVar[type[SessionError]] = PersistenceError

    def session(self) -> AbstractAsyncContextManager[JoinedPgSession]:
        """Take a session; leaving the block gives its connection back to the pool."""
        return self._take(JoinedPgSession)

"""The databases of a test run: made once as templates, and copied for each process that runs tests."""

import asyncio
import os
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from psycopg import AsyncConnection

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSession, InternalPgSession
from ascetic_ddd.faker.testing.background import KeptBackground
from ascetic_ddd.faker.testing.rolled_back import (
    EndedInsideError,
    LastingConnection,
    RolledBackSession,
    rolled_back_savepoint,
    rolled_back_session,
)
from ascetic_ddd.faker.testing.seeds import listed
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSession

if TYPE_CHECKING:
    from ascetic_ddd.faker.testing.sqlalchemy import RolledBackAlchemySession

__all__ = ("Databases", "Templates", "prepared_databases")

S = TypeVar("S", bound=RolledBackSession)
_SIDES = ("external", "internal")


class Databases:
    """One process's copies of both databases.

    Attributes:
        external_dsn: connection string of the application's database.
        internal_dsn: connection string of the database that remembers.
    """

    def __init__(self, server: PgServer, templates: dict[str, str], name: str) -> None:
        self._server = server
        self._templates = templates
        self._name = name
        self._copies = 0
        self.external_dsn, self.internal_dsn = self._copied(name)
        self._external = LastingConnection(self.external_dsn)
        self._internal = LastingConnection(self.internal_dsn)
        self._background: KeptBackground | None = None
        self._is_in_use = False
        self._feature = ExitStack()  # the transaction of the background that is kept

    def rolled_back_session(self) -> AbstractContextManager[RolledBackSession]:
        """A session in a transaction of both databases that is rolled back in the end; one at a time.

        Raises:
            EndedInsideError: in the end, the transaction was not there any more. The next session finds new copies.
        """
        return self._rolled_back(RolledBackSession)

    def rolled_back_sqlalchemy_session(self) -> "AbstractContextManager[RolledBackAlchemySession]":
        """The same for an application on SQLAlchemy, with psycopg as the driver."""
        from ascetic_ddd.faker.testing.sqlalchemy import RolledBackAlchemySession  # which needs the extra

        return self._rolled_back(RolledBackAlchemySession)

    @contextmanager
    def _rolled_back(self, session_class: type[S]) -> Iterator[S]:
        with self._one_at_a_time(), self._copied_anew_if_spoilt():
            self._forget_background()
            with rolled_back_session(self._external, self._internal, session_class) as session:
                yield session

    @contextmanager
    def scenario(self, key: Hashable, feature_seed: int, seed: int) -> Iterator[KeptBackground]:
        """One scenario after the other of a feature whose background is made once: they share a session, while the key stays.

        Args:
            key: of the background.
            feature_seed: of what it draws.
            seed: of what the scenario draws.

        Raises:
            EndedInsideError: in the end, the transaction was not there any more. The next session finds new copies.
        """
        with self._one_at_a_time():
            yield from self._scenario(key, feature_seed, seed)

    def _scenario(self, key: Hashable, feature_seed: int, seed: int) -> Iterator[KeptBackground]:
        kept = self._background
        if kept is None or kept.key != key:
            self._forget_background()
            both = (self._external, self._internal)
            session = self._feature.enter_context(rolled_back_session(*both, RolledBackSession))
            kept = self._background = KeptBackground(key, session, partial(rolled_back_savepoint, session, *both), feature_seed)
        try:
            with self._copied_anew_if_spoilt():
                try:
                    if kept.is_closed:
                        kept.begin(seed)
                    yield kept
                finally:
                    kept.end()
        finally:
            if not (kept.is_closed and self._external.is_open and self._internal.is_open):
                self._forget_background()

    def _forget_background(self) -> None:
        self._background = None
        self._feature.close()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if self._is_in_use:
            raise ConfigurationError(
                "a session of these databases is open already, and there is one at a time; use the same fixture, or make another "
                "store by fixtures.databases()"
            )
        self._is_in_use = True
        try:
            yield
        finally:
            self._is_in_use = False

    @contextmanager
    def _copied_anew_if_spoilt(self) -> Iterator[None]:
        try:
            yield
        except EndedInsideError:
            self.close()
            self._copied(self._name)
            raise

    @contextmanager
    def fresh(self) -> Iterator[tuple[str, str]]:
        """Copy both databases for what has to commit, an application in another process, say; dropped in the end.

        Gives the connection strings, the external one first.
        """
        self._copies += 1
        name = f"{self._name}_{self._copies}"
        try:
            yield self._copied(name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Close the connections and drop the copies."""
        self._forget_background()
        self._external.close()
        self._internal.close()
        self._drop(self._name)

    def _copied(self, name: str) -> tuple[str, str]:
        with self._server.exclusively():  # a template that is being copied is in use
            external, internal = (self._server.create_database(f"{name}_{side}", self._templates[side]) for side in _SIDES)
        return external, internal

    def _drop(self, name: str) -> None:
        for side in _SIDES:
            self._server.drop_database(f"{name}_{side}")


class Templates:
    """What every copy begins with.

    Args:
        create_schema: creates the application's tables in an empty database, given its connection string; None: none.
        providers: makes the provider graphs whose memory is to be there, a provider or several; None: none.
    """

    def __init__(self, create_schema: Callable[[str], object] | None, providers: Callable[[], Any] | None) -> None:
        self._create_schema = create_schema
        self._providers = providers

    def made(self, server: PgServer, name: str) -> dict[str, str]:
        """Make the templates, unless another process has. Returns their names by side."""
        names = {side: f"{name}_{side}" for side in _SIDES}
        with server.exclusively():
            if not server.has_database(names["internal"]):  # which is renamed last
                for side in _SIDES:
                    server.drop_database(names[side])
                    server.drop_database(f"{names[side]}_new")
                dsns = [server.create_database(f"{names[side]}_new") for side in _SIDES]
                self._fill(*dsns)
                for side in _SIDES:
                    server.rename_database(f"{names[side]}_new", names[side])
        return names

    def _fill(self, external_dsn: str, internal_dsn: str) -> None:
        if self._create_schema is not None:
            self._create_schema(external_dsn)
        if self._providers is not None:
            graphs = self._providers()
            with ThreadPoolExecutor(1) as executor:  # whether or not this thread has a loop that runs
                executor.submit(asyncio.run, _set_up(graphs, external_dsn, internal_dsn)).result()


async def _set_up(graphs: Any, external_dsn: str, internal_dsn: str) -> None:
    async with (
        await AsyncConnection.connect(external_dsn, autocommit=True) as external,
        await AsyncConnection.connect(internal_dsn, autocommit=True) as internal,
    ):
        session = CompositeSession(ExternalPgSession(external), InternalPgSession(internal))
        async with session.atomic():
            for provider in listed(graphs):
                await provider.setup(session)


@contextmanager
def prepared_databases(
    templates: Templates, *, name: str, run: str, worker: str | None, folder: Path, server_dsn: str | None
) -> Iterator[Databases]:
    """Give one process its databases; other processes of the run share the server and the templates.

    Args:
        templates: what they begin with.
        name: of the templates; letters, digits and underscores.
        run: tells this run from others on the same server.
        worker: tells this process from others of the run; None: there are no others.
        folder: where the processes of the run share an embedded server.
        server_dsn: a server that runs already, with the right to create databases; None: the embedded one.
    """
    with _server(server_dsn, None if worker is None else folder) as server:
        prefix = f"ascetic_ddd_{run}_{name}"
        databases = Databases(server, templates.made(server, prefix), f"{prefix}_{worker or os.getpid()}")
        try:
            yield databases
        finally:
            databases.close()
            if server_dsn is not None:
                with server.exclusively():
                    _drop_if_last(server, prefix)


@contextmanager
def _server(dsn: str | None, folder: Path | None) -> Iterator[PgServer]:
    if dsn is not None:
        yield PgServer(dsn)
    else:
        with embedded_postgres(folder, durable=False) as server:
            yield server


def _drop_if_last(server: PgServer, prefix: str) -> None:
    """Drop the templates if nobody has a copy any more; who comes later makes them anew."""
    names = {f"{prefix}_{side}" for side in _SIDES}
    if set(server.databases(prefix)) <= names:
        for name in names:
            server.drop_database(name)

"""Fixtures for the tests of an application, to be named in its ``conftest.py``; nothing is there that nobody asked for.

Example::

    from ascetic_ddd.faker.testing import fixtures

    store = fixtures.databases(create_schema=create_application_schema, providers=make_providers)
    session = fixtures.rolled_back_session()
    shop = fixtures.provider(make_providers)

    async def test_an_order_is_paid(session, shop):
        order = await shop.orders.create(session)

The fixtures are synchronous: they go with any plugin for asynchronous tests, and with any scope of its event loops.
"""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from ascetic_ddd.faker.testing.seeds import seed_graphs, seed_of_test
from ascetic_ddd.faker.testing.tracing import note_graphs, scene_of

if TYPE_CHECKING:
    from ascetic_ddd.faker.testing.databases import Databases
    from ascetic_ddd.faker.testing.rolled_back import RolledBackSession
    from ascetic_ddd.faker.testing.sqlalchemy import RolledBackAlchemySession

__all__ = ("databases", "provider", "rolled_back_session", "rolled_back_sqlalchemy_session")

G = TypeVar("G")


def databases(
    *,
    create_schema: Callable[[str], object] | None = None,
    providers: Callable[[], Any] | None = None,
    server_dsn: str | None = None,
) -> Any:
    """A fixture of the session: both databases, as copies of templates that the run makes once.

    The fixture's value is a :class:`~ascetic_ddd.faker.testing.databases.Databases`. Under pytest-xdist, the workers share an
    embedded server, and each has copies of its own.

    Args:
        create_schema: creates the application's tables in an empty database, given its connection string.
        providers: makes the provider graphs whose memory is to be set up beforehand.
        server_dsn: connection string of a server of yours, with the right to create databases; None: the embedded one.
    """

    @pytest.fixture(scope="session")
    def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Databases]":
        from ascetic_ddd.faker.testing.databases import Templates, prepared_databases

        worker = os.environ.get("PYTEST_XDIST_WORKER")
        with prepared_databases(
            Templates(create_schema, providers),
            name=request.fixturename or "store",
            run=os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12],
            worker=worker,
            folder=tmp_path_factory.getbasetemp().parent / f"ascetic_ddd_{request.fixturename}",
            server_dsn=server_dsn,
        ) as found:
            yield found

    return prepared


def rolled_back_session(*, store: str = "store", background_once: bool = False) -> Any:
    """A fixture of the function: a session in a transaction of both databases, rolled back when the test is over.

    The fixture's value is a :class:`~ascetic_ddd.faker.testing.rolled_back.RolledBackSession`. The code under test is given
    ``session.connections`` in the place of its connection pool: what it commits is gone, too, when the test is over.

    Args:
        store: name of the fixture made by :func:`databases`.
        background_once: the scenarios of a feature of pytest-bdd share a session, each in a savepoint, and the sentences of the
            vocabulary with which the background begins are made once for all of them. The graphs are to be the feature's, too:
            ``provider(make, session="session")``.
    """

    @pytest.fixture
    def session(request: pytest.FixtureRequest) -> "Iterator[RolledBackSession]":
        prepared: Databases = request.getfixturevalue(store)
        scene = scene_of(request.node) if background_once else None
        if scene is None or not scene.has_background:
            with prepared.rolled_back_session() as found:
                yield found
        else:
            with scene.inside(prepared.scenario) as kept:
                yield kept.session

    return session


def rolled_back_sqlalchemy_session(*, store: str = "store") -> Any:
    """A fixture of the function: the same for an application on SQLAlchemy, with psycopg as the driver.

    The fixture's value is a :class:`~ascetic_ddd.faker.testing.sqlalchemy.RolledBackAlchemySession`. The code under test is given
    ``session.sessions`` in the place of its ``async_sessionmaker``. For another driver, or SQLite, see
    :func:`ascetic_ddd.faker.testing.sqlalchemy.rolled_back_session`.

    Args:
        store: name of the fixture made by :func:`databases`.
    """

    @pytest.fixture
    def session(request: pytest.FixtureRequest) -> "Iterator[RolledBackAlchemySession]":
        prepared: Databases = request.getfixturevalue(store)
        with prepared.rolled_back_sqlalchemy_session() as found:
            yield found

    return session


def provider(make: Callable[[], G], *, session: str | None = None) -> Any:
    """A fixture of the function: provider graphs of the test's own, seeded by the run's seed and the test's name.

    Args:
        make: makes a wired aggregate provider, or a tuple, list or dict of such. It is called for each test.
        session: name of the fixture of a session whose background is made once: it is called for each feature.
    """

    @pytest.fixture
    def seeded(request: pytest.FixtureRequest) -> G:
        if session is not None:
            request.getfixturevalue(session)
            scene = scene_of(request.node)
            if scene is not None and scene.kept is not None:
                kept: G = scene.kept.graphs(request.fixturename or "", make)
                note_graphs(request.node, [kept])
                return kept
        graphs = make()
        note_graphs(request.node, seed_graphs(graphs, seed_of_test(request.node)))
        return graphs

    return seeded

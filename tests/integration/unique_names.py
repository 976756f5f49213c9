"""A target whose application takes each e-mail address and number once, and whose repositories can only insert.

With ``DIES_AT=n`` in the environment the process is killed between the two commits of its n-th batch; with ``BREAKS`` too, only
that commit fails.
"""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.internal_pg_repository import InternalPgRepository
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSession
from tests.unit.faker.domain.providers.models import Agg

__all__ = ("target",)

MEAN = 10


class Inserts:
    """The application's repository: it cannot be read."""

    def __init__(self, statement: str, *names: str) -> None:
        self._statement = f"{statement} RETURNING id".encode()
        self._names = names

    async def insert(self, session: Any, agg: Agg) -> None:
        values = [getattr(agg, name) for name in self._names]
        cursor = await session.external_connection.execute(self._statement, values)
        (agg.id,) = await cursor.fetchone()


class Users(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    email: ValueProvider[str, str]

    def __init__(self) -> None:
        self.id = ValueProvider[int, int]()
        self.email = ValueProvider[str, str](input_generator=lambda session, position: f"user-{position}@example.org")
        super().__init__(
            CompositeAutoPkRepository[Agg](
                external_repository=Inserts("INSERT INTO users (email) VALUES (%s)", "email"),
                internal_repository=InternalPgRepository[Agg](table="users", agg_exporter=Agg.export),
            ),
            Agg,
            Agg.export,
        )


class Orders(AggregateProvider[dict[str, Any], Agg]):
    _id_attr = "id"
    id: ValueProvider[int, int]
    user_id: ReferenceProvider[int, Agg, int]
    number: ValueProvider[int, int]

    def __init__(self) -> None:
        self.id = ValueProvider[int, int]()
        self.user_id = ReferenceProvider(distributor_factory(skew=2, mean=MEAN), Users())
        self.number = ValueProvider[int, int](distributor_factory(sequence=True))
        super().__init__(
            CompositeAutoPkRepository[Agg](
                external_repository=Inserts("INSERT INTO orders (user_id, number) VALUES (%s, %s)", "user_id", "number"),
                internal_repository=InternalPgRepository[Agg](table="orders", agg_exporter=Agg.export),
            ),
            Agg,
            Agg.export,
        )


def die_between_the_commits(batch: int) -> None:
    """Let the process end when the application's database has committed that batch, and ours has not."""
    atomic: Any = ExternalPgSession.atomic
    commits = -2  # setting up, and taking up what is remembered

    @asynccontextmanager
    async def deadly(session: ExternalPgSession) -> AsyncIterator[ExternalPgSession]:
        nonlocal commits
        is_outermost = not session.is_atomic
        async with atomic(session):
            yield session
        commits += is_outermost
        if is_outermost and commits == batch:
            if "BREAKS" in os.environ:
                raise RuntimeError("broken between the two commits")
            os.kill(os.getpid(), signal.SIGKILL)

    ExternalPgSession.atomic = deadly  # type: ignore[assignment]  # in this process only


def create_schema(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE users (id bigserial PRIMARY KEY, email text UNIQUE NOT NULL)")
        connection.execute(
            "CREATE TABLE orders (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, "
            "number bigint UNIQUE NOT NULL)"
        )


def target() -> Target:
    """What the command is told."""
    if "DIES_AT" in os.environ:
        die_between_the_commits(int(os.environ["DIES_AT"]))
    return Target(Orders(), create_schema=create_schema)

"""The library on two databases, and troubles for it: what the tests of a night's run share."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.progress import Repetition
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from examples.library.measured import broken_promises, count_of
from examples.library.providers import BOOKS_PER_AUTHOR, BOOKS_PER_TENANT, BookProvider
from examples.library.wiring import create_application_schema, make_book_provider

__all__ = ("LONG", "Library", "Pool", "Struck")

LONG = int(os.environ.get("ASCETIC_DDD_CHAOS", "0"))
"""How many times longer than in `make test` everything is tried."""

Pool = AsyncConnectionPool[AsyncConnection[Any]]


@dataclass
class Library:
    """Runs of books, and what came of them.

    Attributes:
        external_dsn, internal_dsn: the databases.
        connection_class: of the connections in the pools.
        kwargs: of these connections.
    """

    external_dsn: str
    internal_dsn: str
    connection_class: type[AsyncConnection[Any]] = AsyncConnection
    kwargs: dict[str, Any] = field(default_factory=dict)
    provider: BookProvider = field(default_factory=make_book_provider)
    repetitions: list[Repetition] = field(default_factory=list)
    is_checked: bool = True

    @asynccontextmanager
    async def pools(self, size: int) -> AsyncIterator[tuple[Pool, Pool]]:
        pools = [
            AsyncConnectionPool(
                dsn,
                connection_class=self.connection_class,
                kwargs=self.kwargs,
                min_size=size,
                max_size=size,
                check=AsyncConnectionPool.check_connection if self.is_checked else None,
                open=False,
            )
            for dsn in (self.external_dsn, self.internal_dsn)
        ]
        async with pools[0], pools[1]:
            for pool in pools:
                await pool.wait()
            yield pools[0], pools[1]

    async def setup(self) -> None:
        await asyncio.to_thread(create_application_schema, self.external_dsn)
        async with self.pools(1) as pools:
            await self.setup_on(pools)

    async def setup_on(self, pools: tuple[Pool, Pool]) -> None:
        async with self.sessions(pools).session() as session, session.atomic():
            await self.provider.setup(session)

    def sessions(self, pools: tuple[Pool, Pool]) -> CompositeSessionPool:
        return CompositeSessionPool(ExternalPgSessionPool(pools[0]), InternalPgSessionPool(pools[1]))

    async def run(self, count: int, pools: tuple[Pool, Pool], *, lanes: int = 1, batch_size: int = 50, seed: int = 3) -> None:
        made = generate(
            self.provider,
            self.sessions(pools),
            count,
            lanes=lanes,
            batch_size=batch_size,
            seed=seed,
            retries=20,
            on_repeat=self.repetitions.append,
        )
        assert len([book async for book in made]) == count

    def check(self, count: int, lanes: int) -> None:
        """Exactly so many are remembered, nothing dangles, and the figures are as asked, but for a few values a lane."""
        self.check_references()
        with psycopg.connect(self.internal_dsn) as internal:
            assert count_of(internal, "books") == count
            authors, tenants = count_of(internal, "authors"), count_of(internal, "tenants")
        slack = 1 if lanes == 1 else 2 * lanes  # what one lane is making, the others may not use yet
        for kind, number, each in (("authors", authors, BOOKS_PER_AUTHOR), ("tenants", tenants, BOOKS_PER_TENANT)):
            due = count / each
            assert abs(number - due) <= max(slack, 0.02 * due), f"{number} {kind} where {due:.0f} are due"

    def check_references(self) -> None:
        """What is remembered exists, and what is referred to is remembered."""
        with psycopg.connect(self.external_dsn) as external, psycopg.connect(self.internal_dsn) as internal:
            broken = broken_promises(external, internal)
            for table in ("tenants", "authors", "books"):
                assert broken[f"{table} remembered but not stored"] == 0
            assert broken["books by an author of another tenant"] == 0
            dangling = internal.execute(
                "SELECT count(*) FROM books b WHERE NOT EXISTS (SELECT FROM authors a WHERE a.id = b.state->'author_id') "
                "OR NOT EXISTS (SELECT FROM tenants t WHERE t.id = b.id->'tenant_id')"
            ).fetchone()
            assert dangling == (0,)

    def rows(self) -> list[tuple[Any, ...]]:
        """The books that are remembered, with ids by their ranks: a sequence leaves gaps behind."""
        with psycopg.connect(self.internal_dsn) as internal:
            return internal.execute(
                "SELECT rank() OVER (ORDER BY id->'book_id'), dense_rank() OVER (ORDER BY id->'tenant_id'), "
                "dense_rank() OVER (ORDER BY state->'author_id'->'author_id'), state->>'title' FROM books ORDER BY 1"
            ).fetchall()

    def outside(self) -> int:
        """Books that the application has."""
        with psycopg.connect(self.external_dsn) as external:
            return count_of(external, "books")

    def truncate(self) -> None:
        """Begin anew."""
        for dsn in (self.external_dsn, self.internal_dsn):
            with psycopg.connect(dsn) as connection:
                connection.execute("TRUNCATE books, authors, tenants RESTART IDENTITY CASCADE")
        self.provider = make_book_provider()
        self.repetitions.clear()


class Struck(AsyncConnection[TupleRow]):
    """A connection to which something happens at certain exchanges with the server, which all such connections count.

    Attributes:
        strikes: by the number of the exchange: "before", the way is cut off before the request is sent; "after", before the
            answer comes; "terminated", the server ends the connection; "rival", somebody else begins to work.
        rival: what somebody else does.
        cancels: called at "cancel".
        exchanges: so far; None while nothing is counted.
    """

    strikes: ClassVar[Mapping[int, str]] = {}
    exchanges: ClassVar[int | None] = None
    rival: ClassVar[Callable[[], Coroutine[Any, Any, None]]]
    cancels: ClassVar[Callable[[], object]]
    rivals: ClassVar[set[asyncio.Task[None]]] = set()

    @classmethod
    @contextmanager
    def struck(cls, strikes: Mapping[int, str]) -> Iterator[None]:
        cls.strikes, cls.exchanges = strikes, 0
        try:
            yield
        finally:
            cls.exchanges = None

    async def wait(self, gen: Any, *arguments: Any, **more: Any) -> Any:
        if Struck.exchanges is None:
            return await super().wait(gen, *arguments, **more)
        Struck.exchanges += 1
        strike = Struck.strikes.get(Struck.exchanges)
        if strike == "before":
            self._cut()
        elif strike == "terminated":
            async with await AsyncConnection.connect(self.info.dsn, autocommit=True) as connection:
                await connection.execute("SELECT pg_terminate_backend(%s)", (self.info.backend_pid,))
        elif strike == "cancel":
            asyncio.get_running_loop().call_soon(Struck.cancels)
        elif strike == "rival":
            task = asyncio.create_task(Struck.rival())
            Struck.rivals.add(task)
            task.add_done_callback(Struck.rivals.discard)
        answer = await super().wait(gen, *arguments, **more)
        if strike == "after":
            self._cut()
            self.pgconn.finish()
            raise psycopg.OperationalError("the answer was lost")
        return answer

    def _cut(self) -> None:
        with socket.socket(fileno=os.dup(self.pgconn.socket)) as wire:
            wire.shutdown(socket.SHUT_RDWR)

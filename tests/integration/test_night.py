"""What a night brings, and that a run survives it: deadlocks, lost connections, lost answers, restarts, cancellations.

A little of it by default. All of it, many times::

    ASCETIC_DDD_CHAOS=20 make test ARGS=tests/integration/test_night.py
"""

import asyncio
import os
import shlex
import signal
import subprocess
import time
from contextlib import AsyncExitStack, suppress
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.errors import GenerationError
from ascetic_ddd.faker.infrastructure.embedded import embedded_postgres
from ascetic_ddd.faker.infrastructure.session.pg_session import ExternalPgSessionPool, InternalPgSessionPool
from ascetic_ddd.seedwork.domain.errors import CommitUnknownError
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from tests.integration.night import LONG, Library, Pool, Struck

PARTS = (ExternalPgSessionPool, InternalPgSessionPool)
COUNT = 5_000 if LONG else 600
LANES = [1, 4] if LONG else [4]


# Where the connection is lost, psycopg cannot close a server-side cursor, and warns when it is collected.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in.*ServerCursorMixin:pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def library(external_dsn: str, internal_dsn: str) -> Library:
    return Library(external_dsn, internal_dsn)


def now_and_then(moments: Random, every: int, kinds: list[str]) -> dict[int, str]:
    """Strikes at random exchanges, one in so many."""
    gaps = (moments.randrange(every // 2, every + every // 2) for _ in range(2 * COUNT // every + 100))
    return {moment: moments.choice(kinds) for moment in accumulate(gaps, initial=20)}


@pytest.mark.parametrize("kinds", [["terminated"], ["before", "after"]], ids=["terminated", "cut off"])
@pytest.mark.parametrize("lanes", [1, 4])
async def test_connections_that_are_lost_at_random_moments(library: Library, lanes: int, kinds: list[str]) -> None:
    library.connection_class = Struck
    await library.setup()
    for turn in range(max(1, LONG)):
        async with library.pools(lanes) as pools:
            with Struck.struck(now_and_then(Random(100 * turn + lanes), 80, kinds)):
                await library.run(COUNT, pools, lanes=lanes, batch_size=20)
        assert sum(each.is_reconnect for each in library.repetitions) > 2
        library.check(COUNT, lanes)
        library.truncate()


async def run_beside(library: Library, rival: Any, *, lanes: int, options: str) -> None:
    """Run while somebody else comes by now and then."""
    Struck.rival = rival
    library.connection_class, library.kwargs = Struck, {"options": options}
    await library.setup()
    async with library.pools(lanes) as pools:
        with Struck.struck(now_and_then(Random(lanes), 90, ["rival"])):
            await library.run(COUNT, pools, lanes=lanes, batch_size=20)
        await asyncio.gather(*Struck.rivals, return_exceptions=True)
    assert library.repetitions
    assert library.outside() == COUNT
    library.check(COUNT, lanes)


@pytest.mark.parametrize("lanes", LANES)
async def test_others_that_lock_in_the_opposite_order(library: Library, lanes: int) -> None:
    async def rival() -> None:
        with suppress(psycopg.errors.DeadlockDetected):
            async with await psycopg.AsyncConnection.connect(library.external_dsn) as connection:
                await connection.execute("LOCK TABLE books IN SHARE MODE")
                await connection.execute("LOCK TABLE authors IN EXCLUSIVE MODE")

    await run_beside(library, rival, lanes=lanes, options="-c deadlock_timeout=10ms")
    assert any("deadlock" in str(each.cause) for each in library.repetitions)


async def test_others_that_hold_a_lock_longer_than_we_wait(library: Library) -> None:
    async def rival() -> None:
        async with await psycopg.AsyncConnection.connect(library.external_dsn) as connection:
            await connection.execute("LOCK TABLE books IN SHARE MODE")
            await connection.execute("SELECT pg_sleep(0.03)")

    await run_beside(library, rival, lanes=2, options="-c lock_timeout=5ms")
    assert any("lock timeout" in str(each.cause) for each in library.repetitions)


@pytest.mark.parametrize("lanes", LANES)
async def test_others_under_serializable(library: Library, lanes: int) -> None:
    """Lanes refer to what others have stored since their snapshots; that must not pass for a fault of the data."""
    options = "-c default_transaction_isolation=serializable"

    async def rival() -> None:
        with suppress(psycopg.errors.SerializationFailure):
            connecting = psycopg.AsyncConnection.connect(library.external_dsn, options=options)
            async with AsyncExitStack() as stack:
                connection = await connecting
                stack.push_async_callback(connection.close)  # a COMMIT that is refused leaves it open
                await stack.enter_async_context(connection)
                await connection.execute("SELECT count(*) FROM books")
                await connection.execute("UPDATE tenants SET name = name")

    await run_beside(library, rival, lanes=lanes, options=options)


@pytest.mark.parametrize("kind", ["before", "after", "terminated"])
async def test_a_connection_lost_at_any_exchange_gives_the_rows_of_a_run_without(library: Library, kind: str) -> None:
    count, batch = 12, 6
    library.connection_class = Struck
    await library.setup()
    async with library.pools(2) as pools:  # two: nobody waits for the pool to replace what was lost
        with Struck.struck({}):
            await library.run(count, pools, batch_size=batch)
            exchanges = Struck.exchanges or 0
        expected = library.rows()
        half_stored = 0
        for exchange in range(2 + "bat".index(kind[0]), exchanges + 1, 1 if LONG else 7):
            library.truncate()
            with Struck.struck({exchange: kind}):
                await library.run(count, pools, batch_size=batch)
            if library.outside() > count:  # lost between the two commits: stored, and not remembered, so not made once more
                half_stored += 1
                assert library.outside() == count + batch
                assert len(library.rows()) == count
            else:
                assert library.rows() == expected, f"{kind} at exchange {exchange}"
            library.check_references()
    assert half_stored <= (0 if kind == "after" else 2), "only the commit of what is remembered, and none of which it is known"


async def test_a_commit_of_which_nothing_can_be_known_ends_the_run_and_says_what_to_do(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*arguments: Any) -> None:
        raise psycopg.OperationalError("the server does not come back")

    monkeypatch.setattr("ascetic_ddd.seedwork.infrastructure.session.pg_outcome._ask", silent)
    library.connection_class = Struck
    await library.setup()
    told: list[GenerationError] = []
    async with library.pools(1) as pools:
        with Struck.struck({}):
            await library.run(5, pools)
            exchanges = Struck.exchanges or 0
        for exchange in range(exchanges // 2, exchanges + 1):
            library.truncate()
            external, internal = (make(pool, patience_s=0.0) for make, pool in zip(PARTS, pools, strict=True))
            made = generate(library.provider, CompositeSessionPool(external, internal), 5, seed=3)
            with Struck.struck({exchange: "after"}):
                try:
                    _ = [book async for book in made]
                except GenerationError as error:
                    told.append(error)
                    library.check_references()
    assert len(told) == 2, "COMMIT outside, COMMIT inside"
    assert all(isinstance(error.__cause__, CommitUnknownError) for error in told)
    assert all("ascetic-ddd reconcile" in str(error) for error in told)


class Memory:
    """What the provider believes that there is."""

    def __init__(self, provider: Any) -> None:
        self.authors = provider.author_id.source.population
        self.tenants = provider.id.tenant_id.source.population

    def check(self, library: Library) -> None:
        with psycopg.connect(library.external_dsn) as external, psycopg.connect(library.internal_dsn) as internal:
            authors = {state["id"]["author_id"] for state in self.authors.states if state}
            tenants = {state["id"] for state in self.tenants.states if state}
            assert authors == {id for (id,) in external.execute("SELECT author_id FROM authors")}
            assert authors == {id for (id,) in internal.execute("SELECT (id->'author_id')::int FROM authors")}
            assert tenants == {id for (id,) in external.execute("SELECT tenant_id FROM tenants")}
            assert tenants == {id for (id,) in internal.execute("SELECT id::int FROM tenants")}
            counts = [each.execute("SELECT count(*) FROM books").fetchone() for each in (external, internal)]
        assert counts[0] == counts[1], "what is stored is remembered"
        assert not self.authors.in_flight


@pytest.mark.parametrize("lanes", [1, 4])
async def test_a_run_that_is_cancelled_at_any_exchange_knows_what_is_stored(library: Library, lanes: int) -> None:
    moments = Random(lanes)
    library.connection_class = Struck
    await library.setup()
    memory = Memory(library.provider)
    async with library.pools(lanes) as pools:
        for turn in range(500 if LONG else 15):
            task = asyncio.create_task(library.run(100_000, pools, lanes=lanes, batch_size=10, seed=turn))
            Struck.cancels = task.cancel
            strikes = {moments.randrange(1, 120): "cancel"}
            if turn % 3 == 0:  # and once more, soon after
                strikes[max(strikes) + moments.randrange(1, 4)] = "cancel"
            with Struck.struck(strikes), pytest.raises(asyncio.CancelledError):
                await task
            memory.check(library)
            for pool in pools:
                stats = pool.get_stats()
                assert stats.get("requests_waiting", 0) == 0
        for pool in pools:
            await all_connections_of(pool, lanes)


@pytest.mark.parametrize("how", ["timeout", "group"])
async def test_a_time_limit_and_a_task_group_cancel_as_well(library: Library, how: str) -> None:
    library.connection_class = Struck
    await library.setup()
    memory = Memory(library.provider)

    async def limited(pools: tuple[Pool, Pool]) -> None:
        if how == "timeout":
            async with asyncio.timeout(3600) as limit:
                Struck.cancels = lambda: limit.reschedule(0.0)
                await library.run(100_000, pools, batch_size=10)
        else:
            async with asyncio.TaskGroup() as group:
                failing = asyncio.Event()

                async def fail() -> None:
                    await failing.wait()
                    raise ZeroDivisionError

                group.create_task(library.run(100_000, pools, batch_size=10))
                group.create_task(fail())
                Struck.cancels = failing.set

    async with library.pools(1) as pools:
        for exchange in range(40, 70, 1 if LONG else 7):
            with Struck.struck({exchange: "cancel"}), pytest.raises((TimeoutError, ExceptionGroup)):
                await limited(pools)
            memory.check(library)


async def all_connections_of(pool: Pool, number: int) -> None:
    """Take them all at once: none is missing, and each works."""
    async with AsyncExitStack() as stack:
        for _ in range(number):
            connection = await stack.enter_async_context(pool.connection())
            await connection.execute("SELECT 1")


def restart(folder: Path) -> None:
    """Stop the server and start it again, as it was started."""
    postmaster = int((folder / "postmaster.pid").read_text().split()[0])
    command = shlex.split((folder / "postmaster.opts").read_text())
    os.kill(postmaster, signal.SIGINT)
    while (folder / "postmaster.pid").exists():
        time.sleep(0.05)
    with (folder / "log").open("ab") as log:
        owner = folder.stat().st_uid if os.getuid() == 0 else None
        in_background = ["sh", "-c", '"$@" &', "sh", *command]
        subprocess.run(in_background, cwd=folder, user=owner, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)


@pytest.mark.parametrize("lanes", LANES)
async def test_a_server_that_is_restarted_in_the_middle(tmp_path: Path, lanes: int) -> None:
    with embedded_postgres(tmp_path / "data", durable=False) as server:
        library = Library(server.create_database("outside"), server.create_database("inside"), connection_class=Struck)
        await library.setup()
        loop = asyncio.get_running_loop()

        async def rival() -> None:
            await loop.run_in_executor(None, restart, tmp_path / "data")

        Struck.rival = rival
        async with library.pools(lanes) as pools:
            with Struck.struck({100: "rival"}):
                await library.run(COUNT, pools, lanes=lanes, batch_size=20)
            await asyncio.gather(*Struck.rivals, return_exceptions=True)
        assert any(each.is_reconnect for each in library.repetitions)
        library.check(COUNT, lanes)


@pytest.mark.parametrize(("count", "batch_size"), [(600, 50), (2_000, 500)])
async def test_lanes_of_a_short_run_make_no_parents_of_their_own(library: Library, count: int, batch_size: int) -> None:
    """With nothing in the way: 18 authors where 12 are due, and 4 tenants for 1, came of lanes that began together."""
    await library.setup()
    async with library.pools(4) as pools:
        await library.run(count, pools, lanes=4, batch_size=batch_size)
    library.check(count, lanes=1)

"""PostgreSQL, whole runs of books with their parents: 10,000 in each of five rounds, beside loops by hand and other tools.

The yardstick of the bulk path is the copying of the same rows, ready as text, into the same tables of both databases at the same
time: what no program that writes these rows could be faster than.
"""

import asyncio
import json
import statistics
import time

import psycopg

from ascetic_ddd.faker.infrastructure.embedded import PgServer, embedded_postgres
from benchmarks.library import INSERT_BOOK, bulk_provider, fresh_databases, grow, plain_provider, tied_bulk_provider
from benchmarks.tied_library import BookProvider as TiedBookProvider
from examples.library.providers import BookProvider
from examples.library.wiring import create_application_schema

try:
    from benchmarks.peers import PEERS
except ImportError:  # the extra "bench" is not installed
    PEERS = {}

__all__ = ("run",)

_ROUNDS, _BOOKS, _SINGLE, _PEER_BOOKS = 5, 10_000, 500, 5_000
_BATCHES = (500, 1_000, 5_000)
_REMEMBER = "INSERT INTO books (id, state) VALUES (%s, %s)"
_LOOP, _BOTH = "by hand, a loop of INSERT … RETURNING (the floor)", "by hand, the same loop and the insert into the memory"
_PLAIN, _SINGLY = "plain user repository, batches of 1,000", "bulk repositories, one transaction a book"
_BULK = "bulk repositories, batches of {:,}"
_TIED = "bulk repositories, the tie declared, batches of {:,}"
_READY = "by hand, ready payloads copied into both databases at once"
_BARS = {_PLAIN: 0.4, _BULK.format(1_000): 3.0, _TIED.format(1_000): 3.0}
_OF_READY = 0.6  # the bar of the bulk path beside the ready payloads

Book = tuple[int, int, int, str]


def run() -> None:
    """Print rows a second and ratios to the floor, medians; in each round every way runs beside the floor of that round."""
    rates: dict[str, list[float]] = {}
    with embedded_postgres() as server:
        books = _drawn(server)
        for _ in range(_ROUNDS):
            rates.setdefault(_LOOP, []).append(_by_hand(server, books, is_remembered=False))
            rates.setdefault(_READY, []).append(_ready(server, books, 1_000))
            for size in _BATCHES:
                rates.setdefault(_BULK.format(size), []).append(_rate(server, bulk_provider(), _BOOKS, size))
                rates.setdefault(_TIED.format(size), []).append(_rate(server, tied_bulk_provider(), _BOOKS, size))
            rates.setdefault(_PLAIN, []).append(_rate(server, plain_provider(), _BOOKS, 1_000))
        once = {_BOTH: _by_hand(server, books, is_remembered=True), _SINGLY: _rate(server, bulk_provider(), _SINGLE, 1)}
        once |= _others(server)
    floor = statistics.median(rates[_LOOP])
    print(f"{'':64}   books/s   of the floor")
    in_bulk = [way.format(size) for way in (_BULK, _TIED) for size in _BATCHES]
    for name in (_LOOP, _BOTH, _READY, _PLAIN, *in_bulk, _SINGLY, *PEERS):
        found = rates.get(name) or [once[name]]
        floors = rates[_LOOP] if name in rates else [floor]
        ratio = statistics.median(ours / by_hand for ours, by_hand in zip(found, floors, strict=True))
        bar = f"   (bar: at least {_BARS[name]:.0%})" if name in _BARS else ""
        print(f"{name:64} {statistics.median(found):9,.0f} {ratio:13.0%}{bar}")
    for way in (_BULK, _TIED):
        name = way.format(1_000)
        of_ready = statistics.median(ours / ready for ours, ready in zip(rates[name], rates[_READY], strict=True))
        print(f"{name}, of the ready payloads: {of_ready:.0%} (bar: at least {_OF_READY:.0%})")
    print(f"the floor from {min(rates[_LOOP]):,.0f} to {max(rates[_LOOP]):,.0f}: what differs by less says nothing")
    if not PEERS:
        print("factory_boy and polyfactory are not installed: pip install 'ascetic-ddd[bench]'")


def _drawn(server: PgServer) -> list[Book]:
    """The books of a run, for the loops by hand; their parents stay in a template database."""
    with fresh_databases(server) as dsns:
        asyncio.run(grow(bulk_provider(), dsns, _BOOKS, 1_000))
        template = server.create_database("template_of_loops")
        create_application_schema(template)
        with psycopg.connect(dsns[0]) as source, psycopg.connect(template) as target:
            for table in ("tenants", "authors"):
                rows = source.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - names of this module
                with target.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            return source.execute("SELECT tenant_id, author_id, book_id, title FROM books ORDER BY book_id").fetchall()


def _rate(server: PgServer, provider: BookProvider | TiedBookProvider, count: int, batch_size: int) -> float:
    with fresh_databases(server) as dsns:
        return count / asyncio.run(grow(provider, dsns, count, batch_size))


def _by_hand(server: PgServer, books: list[Book], *, is_remembered: bool) -> float:
    """All books in one transaction; their parents are there already, which is not counted."""
    external = server.create_database("by_hand", template="template_of_loops")
    internal = server.create_database("by_hand_internal")
    try:
        with psycopg.connect(internal, autocommit=True) as connection:
            connection.execute("CREATE TABLE books (id jsonb PRIMARY KEY, state jsonb NOT NULL)")
            connection.execute("CHECKPOINT")
        return len(books) / asyncio.run(_loop_twice(external, internal, books) if is_remembered else _loop(external, books))
    finally:
        server.drop_database("by_hand")
        server.drop_database("by_hand_internal")


async def _loop(dsn: str, books: list[Book]) -> float:
    async with await psycopg.AsyncConnection.connect(dsn) as connection, connection.cursor() as cursor:
        start = time.perf_counter()
        async with connection.transaction():
            for tenant_id, author_id, _, title in books:
                await cursor.execute(INSERT_BOOK, (tenant_id, author_id, title))
                await cursor.fetchone()
        return time.perf_counter() - start


async def _loop_twice(external_dsn: str, internal_dsn: str, books: list[Book]) -> float:
    async with (
        await psycopg.AsyncConnection.connect(external_dsn) as external,
        await psycopg.AsyncConnection.connect(internal_dsn) as internal,
        external.cursor() as cursor,
        internal.cursor() as memory,
    ):
        start = time.perf_counter()
        async with internal.transaction(), external.transaction():
            for tenant_id, author_id, _, title in books:
                await cursor.execute(INSERT_BOOK, (tenant_id, author_id, title))
                row = await cursor.fetchone()
                id = {"tenant_id": tenant_id, "book_id": row[0] if row else None}
                state = {"id": id, "author_id": {"tenant_id": tenant_id, "author_id": author_id}, "title": title}
                await memory.execute(_REMEMBER, (json.dumps(id), json.dumps(state)))
        return time.perf_counter() - start


def _ready(server: PgServer, books: list[Book], batch_size: int) -> float:
    """The same rows copied as text into the application's table and into the memory's, a transaction a batch in both."""
    external = server.create_database("ready", template="template_of_loops")
    internal = server.create_database("ready_internal")
    try:
        with psycopg.connect(internal, autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE books (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                "id jsonb NOT NULL UNIQUE GENERATED ALWAYS AS (state -> 'id') STORED, state jsonb NOT NULL)"
            )
            connection.execute("CHECKPOINT")
        batches = [books[start : start + batch_size] for start in range(0, len(books), batch_size)]
        rows = ["".join(f"{t}\t{b}\t{a}\t{title}\n" for t, a, b, title in batch).encode() for batch in batches]
        states = ["".join(f"{_state(book)}\n" for book in batch).encode() for batch in batches]
        return len(books) / asyncio.run(_copied(external, internal, rows, states))
    finally:
        server.drop_database("ready")
        server.drop_database("ready_internal")


def _state(book: Book) -> str:
    tenant_id, author_id, book_id, title = book
    author = {"tenant_id": tenant_id, "author_id": author_id}
    return json.dumps({"id": {"tenant_id": tenant_id, "book_id": book_id}, "author_id": author, "title": title})


async def _copied(external_dsn: str, internal_dsn: str, rows: list[bytes], states: list[bytes]) -> float:
    async def copy(connection: psycopg.AsyncConnection, statement: bytes, payload: bytes) -> None:
        async with connection.cursor() as cursor, cursor.copy(statement) as copying:
            await copying.write(payload)

    async with (
        await psycopg.AsyncConnection.connect(external_dsn, autocommit=True) as external,
        await psycopg.AsyncConnection.connect(internal_dsn, autocommit=True) as internal,
    ):
        start = time.perf_counter()
        for of_table, of_memory in zip(rows, states, strict=True):
            async with internal.transaction(), external.transaction():
                await asyncio.gather(
                    copy(external, b"COPY books (tenant_id, book_id, author_id, title) FROM STDIN", of_table),
                    copy(internal, b"COPY books (state) FROM STDIN", of_memory),
                )
        return time.perf_counter() - start


def _others(server: PgServer) -> dict[str, float]:
    rates: dict[str, float] = {}
    for name, seconds in PEERS.items():
        with fresh_databases(server) as (external, _):
            rates[name] = _PEER_BOOKS / seconds(external, _PEER_BOOKS, 500)
    return rates


if __name__ == "__main__":
    run()

"""Others at work on the application's database: they lock, wait, and change what a run has read."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from ascetic_ddd.faker.infrastructure.embedded import PgServer
from tests.chaos.place import wait_until

__all__ = ("hold_a_lock_too_long", "lock_in_opposite_order", "write_under_serializable")

Connection = psycopg.Connection[Any]

_WAITS = b"SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'books'::regclass AND NOT granted)"
_WAITS_WITH_A_LOCK = b"""
SELECT EXISTS (SELECT FROM pg_locks a JOIN pg_locks b USING (pid) WHERE a.relation = 'books'::regclass AND NOT a.granted
               AND b.relation IN ('authors'::regclass, 'tenants'::regclass) AND b.granted)
"""
_LOCK_S = 2.0
_TRIES = 100
_RIVALRY_S = 1.0


def lock_in_opposite_order(server: PgServer) -> None:
    """Lock books, then, when the run waits for them, what the run has locked already; the run is the one to give way."""
    with _settings(server, deadlock_timeout=("300ms", "1s")), _connected(server) as rival, _connected(server) as observer:
        rival.execute("SET deadlock_timeout = '1min'")
        for _ in range(_TRIES):  # a batch without a new author has locked nothing yet
            with rival.transaction():
                rival.execute("LOCK TABLE books IN ACCESS EXCLUSIVE MODE")
                if not _comes(observer, _WAITS):
                    return
                if _is(observer, _WAITS_WITH_A_LOCK):
                    rival.execute("LOCK TABLE authors, tenants IN ACCESS EXCLUSIVE MODE")
                    return


def hold_a_lock_too_long(server: PgServer) -> None:
    """Lock books for longer than the run's ``lock_timeout``."""
    with _settings(server, lock_timeout=("50ms", "0")), _connected(server) as rival, _connected(server) as observer:
        rival.execute("SET lock_timeout = 0")
        with rival.transaction():
            rival.execute("LOCK TABLE books IN ACCESS EXCLUSIVE MODE")
            if _comes(observer, _WAITS):
                time.sleep(0.3)


def write_under_serializable(server: PgServer) -> None:
    """Read what the run writes and write what it reads, all transactions being serializable."""
    with _settings(server, default_transaction_isolation=("serializable", "read committed")), _connected(server) as rival:
        end = time.monotonic() + _RIVALRY_S
        while time.monotonic() < end:
            try:
                with rival.transaction():
                    rival.execute("SELECT count(*) FROM books")
                    rival.execute("UPDATE authors SET name = name WHERE author_id > (SELECT max(author_id) - 20 FROM authors)")
            except psycopg.errors.SerializationFailure:
                continue


@contextmanager
def _settings(server: PgServer, **values: tuple[str, str]) -> Iterator[None]:
    """Let the server's settings be the first of each pair for a while, then the second."""
    server.configure({name: during for name, (during, _) in values.items()})
    try:
        yield
    finally:
        server.configure({name: after for name, (_, after) in values.items()})


@contextmanager
def _connected(server: PgServer) -> Iterator[Connection]:
    with psycopg.connect(server.dsn("application"), autocommit=True) as connection:
        yield connection


def _comes(observer: Connection, query: bytes) -> bool:
    try:
        wait_until(lambda: _is(observer, query), _LOCK_S)
    except TimeoutError:
        return False
    return True


def _is(observer: Connection, query: bytes) -> bool:
    row = observer.execute(query).fetchone()
    return bool(row and row[0])

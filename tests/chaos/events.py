"""What can befall a run: each event, and how a run may end by it."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from random import Random
from signal import SIGCONT, SIGINT, SIGKILL, SIGQUIT, SIGSTOP, SIGTERM

import psycopg

from ascetic_ddd.faker.cli.exits import Exit
from ascetic_ddd.faker.infrastructure.embedded import PgServer
from tests.chaos.disk import filled_disk, has_limits, has_small_disks, limited_files
from tests.chaos.place import Place, wait_until
from tests.chaos.rivals import hold_a_lock_too_long, lock_in_opposite_order, write_under_serializable
from tests.chaos.run import Run

__all__ = ("EVENTS", "Event")

_WITHOUT_ROOM_S = 3.0  # a server that is stopped then, waits for room


@dataclass(frozen=True)
class Event:
    """Something that befalls a run.

    Attributes:
        name: what it is called in the plan.
        strike: does it.
        codes: exit codes that the run may have then, beside those of a run that reached its count. None: it must reach it.
        needs_tables: whether there have to be tables.
        is_possible: tells whether it can be brought about here.
        fills_the_disk: whether the data has to be on a small one.
    """

    name: str
    strike: Callable[[Run, Place, Random], None]
    codes: frozenset[int] = frozenset()
    needs_tables: bool = False
    is_possible: Callable[[], bool] = lambda: True
    fills_the_disk: bool = False

    @property
    def ends_the_run(self) -> bool:
        """Tell whether the run may end by it."""
        return bool(self.codes)


def _signalled(program: signal.Signals | None, server: signal.Signals | None) -> Callable[[Run, Place, Random], None]:
    def strike(run: Run, place: Place, random: Random) -> None:
        if server is not None:
            wait_until(lambda: run.is_over or place.postmaster is not None)  # it may only just be started
            place.signal_server(server)
        if program is not None:
            run.signal(program)

    return strike


def _kill_backend(run: Run, place: Place, random: Random) -> None:
    with place.server() as server:
        _kill(random.sample(backends, 1) if (backends := _backends(server)) else [], SIGKILL)


def _terminate_backends(run: Run, place: Place, random: Random) -> None:
    with place.server() as server, psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        for _ in range(random.randint(1, 4)):
            for pid in random.sample(backends := _backends(server), min(len(backends), random.randint(1, 2))):
                connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
            time.sleep(random.uniform(0.0, 0.1))


def _restart_server(run: Run, place: Place, random: Random) -> None:
    place.signal_server(random.choice((SIGINT, SIGQUIT)))
    wait_until(lambda: place.postmaster is None)
    with place.server():
        pass


def _freeze_program(run: Run, place: Place, random: Random) -> None:
    run.signal(SIGSTOP)
    time.sleep(random.uniform(0.1, 1.5))
    run.signal(SIGCONT)


def _freeze_server(run: Run, place: Place, random: Random) -> None:
    processes = place.processes()
    _kill(processes, SIGSTOP)
    time.sleep(random.uniform(0.1, 1.5))
    _kill(reversed(processes), SIGCONT)


def _freeze_both(run: Run, place: Place, random: Random) -> None:
    processes = place.processes()
    run.signal(SIGSTOP)
    _kill(processes, SIGSTOP)
    time.sleep(random.uniform(0.1, 1.0))
    run.signal(SIGCONT)
    time.sleep(random.uniform(0.0, 0.5))
    _kill(reversed(processes), SIGCONT)


def _kill_frozen(run: Run, place: Place, random: Random) -> None:
    run.signal(SIGSTOP)
    time.sleep(random.uniform(0.1, 0.5))
    run.signal(SIGKILL)


def _without_room(
    lasting: Callable[[Place, Random], AbstractContextManager[None]],
) -> Callable[[Run, Place, Random], None]:
    def strike(run: Run, place: Place, random: Random) -> None:
        with lasting(place, random), suppress(TimeoutError):
            wait_until(lambda: run.is_over, _WITHOUT_ROOM_S)

    return strike


def _by_a_rival(rivalry: Callable[[PgServer], None]) -> Callable[[Run, Place, Random], None]:
    def strike(run: Run, place: Place, random: Random) -> None:
        with place.server() as server:
            rivalry(server)

    return strike


def _backends(server: PgServer) -> list[int]:
    """The server's processes that serve the run."""
    with psycopg.connect(server.dsn("postgres")) as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname IN ('application', 'internal')").fetchall()
    return [pid for (pid,) in rows]


def _kill(processes: Iterable[int], number: signal.Signals) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


_KILLED = frozenset({-SIGKILL})
_LOST = frozenset({int(Exit.DATABASE)})
_STOPPED = frozenset({int(Exit.STOPPED)})  # PostgreSQL tells a file that may not grow as an error of its own
_TERMINATED = frozenset({int(Exit.TERMINATED), -SIGTERM})  # by the signal itself: before the command heard of signals
_INTERRUPTED = frozenset({int(Exit.INTERRUPTED), -SIGINT})

EVENTS = {
    event.name: event
    for event in (
        Event("kill program", _signalled(SIGKILL, None), _KILLED),
        Event("kill server", _signalled(None, SIGKILL), _LOST),
        Event("kill both", _signalled(SIGKILL, SIGKILL), _KILLED),
        Event("kill frozen program", _kill_frozen, _KILLED),
        Event("terminate program", _signalled(SIGTERM, None), _TERMINATED),
        Event("interrupt program", _signalled(SIGINT, None), _INTERRUPTED),
        Event("stop server, fast", _signalled(None, SIGINT), _LOST),
        Event("stop server, immediate", _signalled(None, SIGQUIT), _LOST),
        Event("stop server, smart", _signalled(None, SIGTERM), _LOST),
        Event("terminate both", _signalled(SIGTERM, SIGINT), _TERMINATED | _LOST),
        Event("fill disk", _without_room(filled_disk), _LOST, True, has_small_disks, fills_the_disk=True),
        Event("limit files", _without_room(limited_files), _LOST | _STOPPED, True, has_limits),
        Event("freeze program", _freeze_program),
        Event("freeze server", _freeze_server, needs_tables=True),
        Event("freeze both", _freeze_both, needs_tables=True),
        Event("kill backend", _kill_backend, needs_tables=True),
        Event("terminate backends", _terminate_backends, needs_tables=True),
        Event("restart server", _restart_server, needs_tables=True),
        Event("deadlock", _by_a_rival(lock_in_opposite_order), needs_tables=True),
        Event("lock timeout", _by_a_rival(hold_a_lock_too_long), needs_tables=True),
        Event("serializable rival", _by_a_rival(write_under_serializable), needs_tables=True),
    )
}
"""By name."""

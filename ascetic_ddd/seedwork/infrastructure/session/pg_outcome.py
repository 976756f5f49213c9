"""Whether a transaction committed whose COMMIT got no answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.pq import PipelineStatus
from psycopg.rows import tuple_row

from ascetic_ddd.seedwork.domain.errors import CommitUnknownError, SessionError

__all__ = ("TransactionMark", "ask", "find_outcome", "mark_of")

_LEAST_VERSION = 130_000  # has pg_current_xact_id
_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 1.0

_MARK = b"SELECT pg_current_xact_id_if_assigned()::text, pg_postmaster_start_time()::text"
_OUTCOME = b"SELECT pg_xact_status(%s::text::xid8), pg_postmaster_start_time()::text"
# After a crash a number whose records never reached the disk is given again: then the status is a stranger's. The first
# checkpoint of the restarted server knows which numbers it found.
_SURVIVED = b"""
SELECT split_part(next_xid, ':', 1)::numeric * 4294967296 + split_part(next_xid, ':', 2)::numeric > %s::text::numeric
FROM pg_control_checkpoint()
"""


@dataclass(frozen=True)
class TransactionMark:
    """By what a transaction is known afterwards.

    Attributes:
        number: the server's number of it; None if it has written nothing.
        server: when the server was started.
    """

    number: str | None
    server: str


async def mark_of(connection: AsyncConnection[Any]) -> TransactionMark | None:
    """Ask for the mark of the open transaction; None if the server cannot tell, or the connection is in pipeline mode."""
    if connection.info.server_version < _LEAST_VERSION or connection.pgconn.pipeline_status != PipelineStatus.OFF:
        return None
    row = await ask(connection, _MARK)
    return TransactionMark(row[0], row[1])


async def find_outcome(
    mark: TransactionMark | None,
    connection: Callable[[], Awaitable[AsyncConnection[Any]]],
    patience_s: float,
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Tell whether the transaction committed.

    Args:
        mark: of the transaction.
        connection: gives a connection that works, or raises.
        patience_s: how long to try, in seconds.
        sleep: waits so many seconds.
        clock: seconds that pass.

    Raises:
        CommitUnknownError: that cannot be found out, or not in time.
    """
    if mark is not None and mark.number is None:
        return False
    end, pause, last = clock() + patience_s, _PAUSE_S, "the server does not tell"
    while mark is not None:
        try:
            committed = await _ask(await connection(), mark)
        except (psycopg.Error, SessionError) as error:
            last = str(error)
        else:
            if committed is not None:
                return committed
            last = "the server has not ended it yet"
        if clock() >= end:
            break
        await sleep(pause)
        pause = min(2.0 * pause, _LONGEST_PAUSE_S)
    raise CommitUnknownError(
        f"The connection was lost during COMMIT, and whether the server committed could not be found out ({last}). Nothing of "
        "it is remembered here; once the server is back, count what exists and is not remembered, as by `ascetic-ddd reconcile`, "
        "then go on."
    )


async def _ask(connection: AsyncConnection[Any], mark: TransactionMark) -> bool | None:
    try:
        status, server = await ask(connection, _OUTCOME, (mark.number,))
    except psycopg.errors.InvalidParameterValue:  # a number that the server has not given yet: lost in a crash
        return False
    if status == "committed" and server != mark.server:
        (survived,) = await ask(connection, _SURVIVED, (mark.number,))
        return bool(survived)
    return {"committed": True, "aborted": False}.get(status)


async def ask(connection: AsyncConnection[Any], statement: bytes, parameters: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """Give the one row of a statement that gives one."""
    cursor = AsyncCursor(connection, row_factory=tuple_row)  # our own: the pool may have been given others
    await cursor.execute(statement, parameters, prepare=False)
    row = await cursor.fetchone()
    assert row is not None
    return row

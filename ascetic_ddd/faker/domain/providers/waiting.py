"""Waiting for another session's transaction, where its outcome decides."""

import asyncio

from ascetic_ddd.faker.domain.errors import DeadlockError, UnsatisfiableError
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("until_resolved", "until_settled")

_WAITING: dict[ISession, ISession] = {}  # who waits for whom; empty whenever nobody waits


async def until_settled(owner: ISession, session: ISession, *, task: "asyncio.Task[object] | None", what: str) -> None:
    """Wait until the transaction of ``owner`` commits or rolls back, or one of its savepoints does.

    Args:
        owner: the session that decides.
        session: the one that waits.
        task: the task in which ``owner`` is used, if it is known.
        what: is waited for, in words.

    Raises:
        DeadlockError: the other one waits for this one.
        UnsatisfiableError: the other one is open in this very task, so it would never end.
    """
    if not owner.is_atomic:
        await asyncio.sleep(0)  # its statement is under way
        return
    if task is asyncio.current_task():
        raise UnsatisfiableError(f"{what} is made in another transaction of this very task, still open; commit that one first")
    blocker: ISession | None = owner
    while blocker is not None:
        if blocker is session:
            raise DeadlockError(
                f"{what} is made in a transaction that waits for this one; roll this one back and repeat it", owner
            )
        blocker = _WAITING.get(blocker)
    _WAITING[session] = owner
    try:
        await _end_of(owner)
    finally:
        del _WAITING[session]


async def until_resolved(deadlock: DeadlockError) -> None:
    """After the rollback, holding nothing: wait until the other transaction ends, so that it is not met again."""
    if deadlock.other.is_atomic:
        await _end_of(deadlock.other)


async def _end_of(owner: ISession) -> None:
    future = asyncio.get_running_loop().create_future()

    def wake() -> None:
        if not future.done():
            future.set_result(None)

    owner.on_commit(wake)
    owner.on_rollback(wake)
    await future

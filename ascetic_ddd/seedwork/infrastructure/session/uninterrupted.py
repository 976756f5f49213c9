"""Work that is not left half done when somebody cancels the task that waits for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ("uninterrupted",)

T = TypeVar("T")


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Await the work to its end in a task of its own; a cancellation of the task that waits travels on afterwards.

    Unlike ``asyncio.shield`` it does not leave the work behind: when this is left, the work has ended.

    Raises:
        CancelledError: the waiting task was cancelled meanwhile; what the work itself raised is the cause.
    """
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled from (None if task.cancelled() else task.exception())
    return task.result()

"""Lanes of a run stay together, so that what one of them holds uncommitted is not missed for long by the others."""

import asyncio

__all__ = ("Pace",)

_AHEAD = 2


class Pace:
    """Lets no lane begin a batch while it has made two more than another one that is under way.

    The first batch of a lane makes most of the parents, one by one, and until its commit nobody else may use them. Lanes that
    went on meanwhile, batch after batch, would use up all other parents and make new ones, beyond the plan.
    """

    def __init__(self) -> None:
        self._made: dict[object, int] = {}  # batches, by lane
        self._changed = asyncio.Event()

    def enter(self) -> object:
        """One more lane is under way; what is given stands for it."""
        lane = object()
        self._made[lane] = 0
        return lane

    def leave(self, lane: object) -> None:
        """A lane has ended, whatever the reason."""
        del self._made[lane]
        self._changed.set()

    async def begin(self, lane: object) -> None:
        """Wait until the lane may begin a batch."""
        while self._made[lane] >= min(self._made.values()) + _AHEAD:
            self._changed.clear()
            await self._changed.wait()

    def end(self, lane: object) -> None:
        """The lane has made a batch."""
        self._made[lane] += 1
        self._changed.set()

"""Lanes of a run stay together, so that what one of them holds uncommitted is not missed for long by the others."""

import asyncio

__all__ = ("Pace",)

_AHEAD = 2


class Pace:
    """Lets one lane make the first batch of all alone; then no lane begins one while it has made two more than another.

    The first batch of a lane makes most of the parents, one by one, and until its commit nobody else may use them. Lanes that
    went on meanwhile, batch after batch, would use up all other parents and make new ones, beyond the plan. At the very beginning
    there are no others: each lane would make parents of its own, of which a short run needs fewer than it has lanes.
    """

    def __init__(self) -> None:
        self._made: dict[object, int] = {}  # batches, by lane
        self._first: object | None = None  # the lane that makes the first batch
        self._has_begun = False  # that batch is made
        self._changed = asyncio.Event()

    def enter(self) -> object:
        """One more lane is under way; what is given stands for it."""
        lane = object()
        self._made[lane] = 0
        return lane

    def leave(self, lane: object) -> None:
        """A lane has ended, whatever the reason."""
        del self._made[lane]
        if self._first is lane:
            self._first = None
        self._changed.set()

    async def begin(self, lane: object) -> None:
        """Wait until the lane may begin a batch."""
        while not self._may_begin(lane):
            self._changed.clear()
            await self._changed.wait()

    def _may_begin(self, lane: object) -> bool:
        if not self._has_begun:
            self._first = self._first or lane
            return self._first is lane
        return self._made[lane] < min(self._made.values()) + _AHEAD

    def end(self, lane: object) -> None:
        """The lane has made a batch."""
        self._made[lane] += 1
        self._has_begun = True
        self._changed.set()

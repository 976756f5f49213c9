"""A lane: a task of its own with a session and clones of the providers, which does one thing at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from tests.fuzz.faults import BoomError

__all__ = ("Lane",)


class Lane:
    """Works in its own task, so that it can wait for others while these go on.

    Attributes:
        error: what the last thing it did ended with.
        at_hand: the kind of the object that was populated and not created yet, and what was told of it.
        depth_at_hand: the depth at which it was populated.
        is_lost: something was rolled back since.
        excuse: why what it does may fail.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, pool: Any, providers: dict[str, Any]) -> None:
        self._loop, self._pool = loop, pool
        self._providers = providers
        self._clones: dict[str, Any] = {}
        self._work: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._atomics: list[AbstractAsyncContextManager[Any]] = []
        self.session: Any = None
        self.is_busy = False
        self.error: BaseException | None = None
        self.excuse = ""
        self.at_hand: tuple[str, dict[str, Any]] | None = None
        self.depth_at_hand = 0
        self.is_lost = False
        self.task = loop.create_task(self._live())

    @property
    def depth(self) -> int:
        """Open transactions and savepoints."""
        return len(self._atomics)

    @property
    def is_nested(self) -> bool:
        """True if the object at hand was drawn outside the innermost savepoint; it is not given up in there."""
        return self.at_hand is not None and self.depth > self.depth_at_hand

    def give_up(self) -> None:
        """Reset the provider of the object at hand."""
        if self.at_hand is not None:
            self.provider(self.at_hand[0]).reset()
            self.at_hand = None

    def provider(self, kind: str) -> Any:
        """The lane's own clone."""
        if kind not in self._clones:
            self._clones[kind] = self._providers[kind].clone()
        return self._clones[kind]

    def renew(self, kind: str) -> None:
        """Go on with a clone of the clone."""
        self._clones[kind] = self.provider(kind).clone()

    def submit(self, work: Callable[[], Awaitable[None]]) -> None:
        """Let it do something; it is begun when the loop runs."""
        assert not self.is_busy
        self.is_busy, self.error = True, None
        self._work.put_nowait(work)

    async def begin(self) -> None:
        """Open a transaction, or a savepoint."""
        if self.session is None:
            self._given = self._pool.session()
            self.session = await self._given.__aenter__()
        atomic = self.session.atomic()
        await atomic.__aenter__()
        self._atomics.append(atomic)

    async def commit(self) -> None:
        """Leave the innermost one."""
        atomic = self._atomics.pop()
        try:
            await atomic.__aexit__(None, None, None)
        except BaseException:
            self.is_lost = True
            raise
        finally:
            await self._leave()

    async def rollback(self, error: BaseException | None = None) -> None:
        """Leave the innermost one by an error."""
        error = error or BoomError("rollback")
        self.is_lost = True
        atomic = self._atomics.pop()
        try:
            await atomic.__aexit__(type(error), error, error.__traceback__)
        except BaseException as raised:
            if raised is not error:  # a session lets the very error travel on
                raise
        finally:
            await self._leave()

    async def end(self) -> None:
        """Roll all back, and forget the object at hand."""
        while self._atomics:
            await self.rollback()

    async def _leave(self) -> None:
        if not self._atomics:
            given, self.session = self._given, None
            await given.__aexit__(None, None, None)

    async def _live(self) -> None:
        while True:
            work = await self._work.get()
            try:
                await work()
            except asyncio.CancelledError as error:
                self.task.uncancel()
                self.error = error
            except BaseException as error:  # noqa: BLE001  # the world judges it
                self.error = error
            finally:
                self.is_busy = False

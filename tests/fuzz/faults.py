"""What goes wrong on purpose: at the n-th place that is passed, an error, or the cancellation of the task."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from tests.fuzz.model import Ledger

__all__ = ("BoomError", "BulkStore", "EndlessError", "Fault", "Store", "Switch")

_ENDLESS = 50_000


class BoomError(Exception):
    """What fails on purpose."""


class EndlessError(BaseException):
    """One step does more than a step can have to do. Nobody may catch it and go on."""


@dataclass(frozen=True)
class Fault:
    """Something goes wrong once so many places have been passed."""

    after: int
    effect: Literal["error", "cancellation"] = "error"


class Switch:
    """Stands wherever a user's own code is called."""

    def __init__(self) -> None:
        self._fault: Fault | None = None
        self._left = 0
        self._passed = 0
        self.tripped: list[str] = []  # since the fault was armed

    def arm(self, fault: Fault | None) -> None:
        self._passed = 0
        self._fault = fault
        self._left = fault.after if fault is not None else 0
        self.tripped = []

    def pass_by(self, place: str) -> None:
        """A place where nobody waits: only an error can happen."""
        self._count(place)
        if self._fault is not None and self._fault.effect == "error" and self._is_hit(place):
            raise BoomError(place)

    async def wait(self, place: str) -> None:
        """A place where somebody waits, so that others go on."""
        self._count(place)
        if self._fault is not None and self._is_hit(place):
            if self._fault.effect == "error":
                raise BoomError(place)
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
        await asyncio.sleep(0)

    def _count(self, place: str) -> None:
        self._passed += 1
        if self._passed > _ENDLESS:
            raise EndlessError(f"{place} was passed as one of {_ENDLESS:,} in one step")

    def _is_hit(self, place: str) -> bool:
        if self.tripped:
            return False
        self._left -= 1
        if self._left >= 0:
            return False
        self.tripped.append(place)
        return True


class Store:
    """A repository behind the switch, which fails before or after it has stored; the ledger hears what it did.

    Args:
        inner: the repository.
        kind: the name of what it stores.
        switch: where it fails.
        ledger: the account of what it stored.
        part: the part of a composite session on which it works, if it is the application's own.
    """

    def __init__(self, inner: Any, kind: str, switch: Switch, ledger: Ledger, part: str = "") -> None:
        self.inner, self.kind, self.switch, self.ledger, self.part = inner, kind, switch, ledger, part

    def subscribe(self, listener: Any) -> None:
        self.inner.subscribe(listener)

    def find(self, session: Any, specification: Any = None) -> Any:
        return self.inner.find(self._own(session), specification)

    async def get(self, session: Any, id: Any) -> Any:
        return await self.inner.get(self._own(session), id)

    async def setup(self, session: Any) -> None:
        await self.inner.setup(session)

    async def cleanup(self, session: Any) -> None:
        await self.inner.cleanup(session)

    async def reserved(self, session: Any) -> Any:
        return await self.inner.reserved(session)

    async def reserve(self, session: Any, numbers: Any) -> None:
        await self.inner.reserve(session, numbers)

    async def insert(self, session: Any, agg: Any) -> None:
        await self.switch.wait(f"before {self.part or 'the'} insert of {self.kind}")
        await self.inner.insert(self._own(session), agg)
        self.ledger.stored(self._known(session), self.kind, agg.state())
        await self.switch.wait(f"after {self.part or 'the'} insert of {self.kind}")

    async def update(self, session: Any, agg: Any) -> None:
        await self.inner.update(self._own(session), agg)
        self.ledger.stored(self._known(session), self.kind, agg.state())

    def _own(self, session: Any) -> Any:
        """The application's store knows nothing of ours: its session is a part of the composite one."""
        return getattr(session, self.part) if self.part else session

    def _known(self, session: Any) -> Any:
        """The session of which the ledger hears."""
        return getattr(session, self.part or "internal", session)


class BulkStore(Store):
    """One that stores many at once."""

    async def insert_many(self, session: Any, aggs: Any) -> None:
        await self.switch.wait(f"before {self.part or 'the'} insert of many {self.kind}")
        await self.inner.insert_many(self._own(session), aggs)
        for agg in aggs:
            self.ledger.stored(self._known(session), self.kind, agg.state())
        await self.switch.wait(f"after {self.part or 'the'} insert of many {self.kind}")

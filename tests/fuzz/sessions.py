"""Sessions in memory of which the ledger hears, and whose commits can fail."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession
from tests.fuzz.faults import BoomError, Switch
from tests.fuzz.model import Ledger

__all__ = ("WatchedPool",)


class _Session(InMemorySession):
    __slots__ = ("ledger", "switch")

    def __init__(self, ledger: Ledger, switch: Switch) -> None:
        super().__init__()
        self.ledger, self.switch = ledger, switch

    def atomic(self) -> AbstractAsyncContextManager[Any]:
        return _Atomic(self, super().atomic())


class _Atomic:
    def __init__(self, session: _Session, inner: AbstractAsyncContextManager[Any]) -> None:
        self._session, self._inner = session, inner

    async def __aenter__(self) -> Any:
        self._session.ledger.begin(self._session)
        return await self._inner.__aenter__()

    async def __aexit__(self, kind: Any, error: Any, traceback: Any) -> None:
        ledger = self._session.ledger
        if error is None:
            try:
                self._session.switch.pass_by("the commit")
            except BoomError as refusal:
                ledger.rollback(self._session)
                await self._inner.__aexit__(BoomError, refusal, None)
                raise
            ledger.commit(self._session)  # before those are woken who wait for it
        else:
            ledger.rollback(self._session)
        await self._inner.__aexit__(kind, error, traceback)


class WatchedPool:
    """Hands out such sessions."""

    def __init__(self, ledger: Ledger, switch: Switch) -> None:
        self._ledger, self._switch = ledger, switch

    def session(self) -> AbstractAsyncContextManager[Any]:
        return _Session(self._ledger, self._switch)

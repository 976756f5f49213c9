"""The application's commands, called in process, as the external repository of drafts."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft, Receipt
from ascetic_ddd.faker.infrastructure.transports.errors import CommandError
from ascetic_ddd.faker.infrastructure.transports.leftovers import Leftovers
from ascetic_ddd.seedwork.domain.session.faults import Fault, fault_of
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.pg_faults import fault_in
from ascetic_ddd.seedwork.infrastructure.session.uninterrupted import uninterrupted

__all__ = ("CommandRepository",)

C = TypeVar("C")

Dispatch = Callable[[Any], Any]
_SCALARS = (str, int)  # and what has `hex`, a UUID
_MISTAKES_OF_CODE = (TypeError, AttributeError, NameError, ImportError, NotImplementedError, SyntaxError)
_PASSING = (ConnectionError, TimeoutError)


class CommandRepository(Generic[C]):
    """Has each draft's command handled by the application, and puts into the draft what it answered.

    Unless the handler joins our transaction, the application commits command by command, and a rollback of ours does not reach
    it: what was done is kept and taken up if the batch is repeated, and counted in :attr:`orphans` if not.

    Args:
        dispatch: the application's bus, mediator, or handler: command → reply, or an awaitable of it.
        scope: instead of it, session → an async context manager that gives a ``dispatch`` for one command: a unit of work, a
            scope of dependency injection. Leaving it normally is the application's commit; what it raises then counts, too.
        receipt: reply → :class:`Receipt`. By default a reply is a receipt, an id (a number, a text, a UUID), something with the
            key or attribute ``id_attr``, or of no interest where the command told the id.
        id_attr: the name of the part that is the id.
        blocks: call ``dispatch`` in a thread, since it is synchronous and waits; one command at a time and session.
        joins: the handler writes in our transaction, on a connection that ``scope`` has taken from the session.
        judge: the handler's error → whose fault it is, None for the rule: mistakes in code (TypeError, …) end the run,
            lost connections and time limits are repeated, what the driver says counts, and all else is the data's.
        find: session → the exported states of what the application has; for ``reconcile``.

    Raises:
        ConfigurationError: neither or both of ``dispatch`` and ``scope`` are given.
    """

    find: Callable[[ISession], AsyncIterator[dict[str, Any]]] | None

    def __init__(
        self,
        dispatch: Dispatch | None = None,
        *,
        scope: Callable[[ISession], AbstractAsyncContextManager[Dispatch]] | None = None,
        receipt: Callable[[Any], Receipt] | None = None,
        id_attr: str = "id",
        blocks: bool = False,
        joins: bool = False,
        judge: Callable[[Exception], Fault | None] | None = None,
        find: Callable[[ISession], AsyncIterator[dict[str, Any]]] | None = None,
    ) -> None:
        if (dispatch is None) == (scope is None):
            raise ConfigurationError("CommandRepository needs either dispatch=, or scope=, which gives one for each command")
        if joins and scope is None:
            raise ConfigurationError("joins=True needs scope=: how else would a handler come by our transaction?")
        self._dispatch = dispatch
        self._scope = scope
        self._receipt = receipt
        self._id_attr = id_attr
        self._blocks = blocks
        self._joins = joins
        self._judge = judge
        self._leftovers = Leftovers()
        self.find = find

    @property
    def orphans(self) -> int:
        """How many commands were done outside and are not remembered: rolled back here, and not repeated."""
        return len(self._leftovers)

    async def insert(self, session: ISession, draft: Draft[C]) -> None:
        """Have the command handled, and the draft take the answer.

        Raises:
            CommandError: the handler raised.
            PersistenceError: there is no id, neither told nor answered.
        """
        await self._done(session, draft)
        for step in draft.steps:
            draft.command = step(draft)
            await self._done(session, draft, is_further=True)

    async def update(self, session: ISession, draft: Draft[C]) -> None:
        """Have a further command handled that was put into the draft; an id in its reply is something else's.

        Raises:
            CommandError: the handler raised.
        """
        await self._done(session, draft, is_further=True)

    async def _done(self, session: ISession, draft: Draft[C], *, is_further: bool = False) -> None:
        receipt: Receipt | None = self._leftovers.take(draft)
        if receipt is None:
            receipt = await self._handled(session, draft.command)
            if is_further:
                receipt = receipt._replace(id=None)
        if not self._joins:
            self._leftovers.watch(session, draft, receipt)
        draft.take(session, receipt, self._id_attr)

    async def _handled(self, session: ISession, command: Any) -> Receipt:
        try:
            if self._scope is None:
                reply = await self._called(self._dispatch, command)
            else:
                async with self._scope(session) as dispatch:
                    reply = await self._called(dispatch, command)
        except Exception as error:
            raise self._failure(session, command, error) from error
        return self._receipt_of(command, reply)

    async def _called(self, dispatch: Dispatch | None, command: Any) -> Any:
        if not callable(dispatch):
            raise ConfigurationError(f"{dispatch!r} is nothing that a {type(command).__name__} could be dispatched to")
        # A thread cannot be stopped: who is cancelled waits for it, so that no command is under way that nobody knows of.
        reply = await uninterrupted(asyncio.to_thread(dispatch, command)) if self._blocks else dispatch(command)
        return await reply if inspect.isawaitable(reply) else reply

    def _receipt_of(self, command: Any, reply: Any) -> Receipt:
        if self._receipt is not None:
            reply = self._receipt(reply)
        if isinstance(reply, Receipt):
            return reply
        if self._receipt is not None:
            raise PersistenceError(f"receipt= gave {reply!r} for {type(command).__name__}; expected a Receipt")
        if isinstance(reply, Mapping):
            return Receipt(reply.get(self._id_attr))
        if (isinstance(reply, _SCALARS) and not isinstance(reply, bool)) or hasattr(reply, "hex"):
            return Receipt(reply)
        return Receipt(getattr(reply, self._id_attr, None))

    def _failure(self, session: ISession, command: Any, error: Exception) -> CommandError:
        fault = self._judge(error) if self._judge is not None else None
        if fault is None:
            fault = _fault(session, error)
        name, words = type(command).__name__, " ".join(str(error).split()) or "without words"
        if fault is Fault.DATA:
            return CommandError(f"{name} was refused, {type(error).__name__}: {words}", fault)
        return CommandError(f"{name} could not be handled, and not for what it says, {type(error).__name__}: {words}", fault)


def _fault(session: ISession, error: Exception) -> Fault:
    said = max(fault_of(session, error), fault_in(error))
    if said is not Fault.DATA:
        return said
    if isinstance(error, (*_MISTAKES_OF_CODE, ConfigurationError)):
        return Fault.STORE
    return Fault.TRANSIENT if isinstance(error, _PASSING) else Fault.DATA

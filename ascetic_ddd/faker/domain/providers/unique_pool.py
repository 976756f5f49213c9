"""The inputs of a part whose values are all different, whoever gave them."""

import asyncio
from collections.abc import Hashable
from typing import Any

from ascetic_ddd.faker.domain.errors import PersistenceError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.repositories import reads_the_application, stored_values
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.domain.stock.value_pool import ValuePool
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, is_half_stored

__all__ = ("UniquePool",)


class UniquePool(ValuePool):
    """A value in it is given once: drawn, told, or stored before anybody listened.

    What was told is kept. What a sequence drew is kept while its transaction is open, since its numbers do not come again; from
    the first value told on it is kept for good, and what was drawn before is looked up in the store.

    Args:
        looks: look at the store before the first draw, for what was made elsewhere.
        keeps: all that is drawn is appended, as what a law reuses.
    """

    def __init__(self, *, looks: bool = True, keeps: bool = False) -> None:
        super().__init__()
        self._looks = looks
        self._keeps = keeps
        self.is_late = looks  # the store may have values that are not known here
        self.is_watched = keeps  # no value that is drawn is forgotten
        self.reserved: dict[Hashable, ISession] = {}  # references are making aggregates with these
        self.tasks: dict[ISession, asyncio.Task[Any] | None] = {}  # of the open transactions that gave some of them
        self._stored: set[Hashable] = set()
        self._half_stored: set[Hashable] = set()  # the application has them, and our own store could not remember it
        self._drawn: dict[ISession, list[Any]] = {}  # by sequences, in open transactions
        self._looking = asyncio.Lock()

    def __contains__(self, input: Any) -> bool:
        """Tell whether a generator may not give this value. What a sequence drew is left out: it does not draw it again."""
        if not (self._numbers or self._stored or self.reserved or self._half_stored):
            return False
        key = freeze(input)
        return key in self._numbers or key in self._stored or key in self.reserved or key in self._half_stored

    def is_taken(self, input: Any) -> bool:
        """Tell whether the value has been given, by whatever way, committed or not."""
        key = freeze(input)
        return key in self._numbers or key in self._stored or key in self._half_stored or self._drawer(key) is not None

    def owner(self, input: Any) -> ISession | None:
        """The session in whose open transaction the value is being given; None if it is settled, or free."""
        key = freeze(input)
        number = self._numbers.get(key)
        owner = self.reserved.get(key) if number is None else self.in_flight.get(number)
        return self._drawer(key) if owner is None else owner

    def append(self, session: ISession | None, input: Any) -> int:
        if session is not None:
            self.note(session)
        return super().append(session, input)

    def note(self, session: ISession) -> None:
        """Remember which task's transaction it is that gives a value."""
        if session.is_atomic and session not in self.tasks:
            self.tasks[session] = asyncio.current_task()
            session.on_rollback(self.tasks.pop, session, None)
            session.on_commit(self.tasks.pop, session, None)

    def drew(self, session: ISession, input: Any) -> None:
        """A sequence gave a value."""
        if session.is_atomic:
            drawn = self._drawn.get(session)
            if drawn is None:
                drawn = self._drawn[session] = []
                session.on_rollback(self._drawn.pop, session, None)
                session.on_commit(self._settle_drawn, session)
                self.note(session)
            drawn.append(input)
            session.on_rollback(self._undraw, session, drawn)
        elif self.is_watched:
            self._stored.add(freeze(input))

    def claim(self, session: ISession, input: Any, *, by: Provider[Any, Any]) -> int:
        """Take in a value that was told; returns its number.

        Raises:
            UnsatisfiableError: it has been given, or another session is giving it.
        """
        owner = self.owner(input)
        is_open = owner is not None and owner is not session
        if is_open or self.is_taken(input):
            why = "another transaction, still open, gives it" if is_open else "it has been given, or is stored, already"
            raise UnsatisfiableError(
                f"{by.path} was told {input!r}, but {why}, and no value comes twice here; tell another one, or tell a reference "
                f"{{{by.path.rpartition('.')[2]!r}: {input!r}}}, which finds the one that has it; what somebody else stored is "
                "known after `ascetic-ddd reconcile --adopt`"
            )
        return self.append(session, input)

    def release(self, number: int) -> None:
        """A value that was told is not used after all."""
        self._crash(number)

    def knows_enough(self, *, is_told: bool) -> bool:
        """Tell whether the next draw, or the next value told, can be judged without a look at the store."""
        return not self.is_late and (self.is_watched or not is_told)

    async def look(self, session: ISession, repository: Any, path: tuple[str, ...], *, is_told: bool) -> None:
        """Look at what the store has; if the session rolls back, it is looked at again.

        Args:
            session: where to look.
            repository: the store; None if there is none.
            path: of the part in the exported state.
            is_told: a value has been told, so all drawn ones have to be known from now on.
        """
        async with self._looking:
            if self.knows_enough(is_told=is_told):
                return
            self.is_watched = self.is_watched or is_told
            if reads_the_application(repository):
                try:
                    async with session.atomic():  # it may refuse, and the transaction goes on
                        await self._read(session, repository, path)
                except PersistenceError:
                    self.is_watched = True
            else:
                await self._read(session, repository, path)
            self.is_late = False

    async def _read(self, session: ISession, repository: Any, path: tuple[str, ...]) -> None:
        found = stored_values(repository, session, path)
        if found is None:
            self.is_watched = True  # nobody else knows what was drawn
        else:
            self._stored |= {key async for value in found if (key := freeze(value)) not in self._numbers}
        session.on_rollback(self._look_again)

    def forget(self) -> None:
        super().forget()
        self._stored.clear()
        self._half_stored.clear()
        self._drawn.clear()
        self.is_late, self.is_watched = self._looks, self._keeps

    def _look_again(self) -> None:
        self._stored.clear()
        self.is_late = True

    def _drawer(self, key: Hashable) -> ISession | None:
        return next((session for session, drawn in self._drawn.items() if any(freeze(each) == key for each in drawn)), None)

    def _crash(self, number: int) -> None:
        owner = self.in_flight.get(number)
        if owner is not None and is_half_stored(owner):
            self._half_stored.add(freeze(self.inputs[number]))
        super()._crash(number)

    def _undraw(self, session: ISession, drawn: list[Any]) -> None:
        input = drawn.pop()
        if is_half_stored(session):
            self._half_stored.add(freeze(input))

    def _settle_drawn(self, session: ISession) -> None:
        drawn = self._drawn.pop(session, ())
        if self.is_watched:
            self._stored.update(map(freeze, drawn))

"""What the clones of one aggregate provider share: the aggregates that references may reuse."""

import asyncio
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from ascetic_ddd.faker.domain.repositories import IObservable, IReadable, offers
from ascetic_ddd.faker.domain.stock.combinations import Combinations, Path
from ascetic_ddd.faker.domain.stock.population import Population
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("AggregateStock",)


class AggregateStock:
    """Keeps a population once a reference asks for one; an aggregate that nothing refers to costs no memory.

    Args:
        repository: where the aggregates are stored; if it is observable, it tells of everything that is stored in it.
        id_attr: the key of the id in the exported state.
    """

    def __init__(self, repository: Any, id_attr: str) -> None:
        self._repository = repository
        self._id_attr = id_attr
        self._population: Population | None = None
        self._is_told = offers(repository, IObservable)
        self.is_behind = False  # something was stored that the population has not heard of
        self.is_seeded = False
        self._marked = 0
        self.made = 0  # aggregates the providers have stored, rolled back or not
        self.reserved: dict[Hashable, ISession] = {}  # by id, the sessions in which references are making them
        self._combinations: dict[tuple[tuple[Path, ...], bool], Combinations] = {}
        self._catching_up = asyncio.Lock()
        self._watchers: tuple[Callable[[ISession], None], ...] = ()
        self._latest: ISession | None = None  # that stored something nobody has heard of
        self._storing: dict[ISession, None] = {}  # others that did so, and whose transactions are open
        self._fell_behind = False

    @property
    def has_readers(self) -> bool:
        """True once some reference wants to know the aggregates."""
        return self._population is not None

    @property
    def population(self) -> Population:
        """The aggregates that may be referred to."""
        if self._population is None:
            self._population = Population(self._id_attr)
            if self._is_told:
                self._repository.subscribe(self._population.stored)
        return self._population

    @property
    def needs_states(self) -> bool:
        """True if the provider has to tell what it stored, because the repository does not."""
        return self._population is not None and not self._is_told

    def combinations(self, paths: tuple[Path, ...], *, is_unordered: bool) -> Combinations:
        """Those of the parts at these paths that were given."""
        key = (paths, is_unordered)
        if key not in self._combinations:
            self._combinations[key] = Combinations(paths, is_unordered=is_unordered)
        return self._combinations[key]

    def created(self, session: ISession, state: Mapping[str, Any] | None, *, was_asked: bool = True) -> None:
        """The provider has stored an aggregate; with its state, if that is needed.

        ``was_asked`` tells whether somebody had asked before it was stored: who asks while it is may not have heard of it.
        """
        self.made += 1
        for watcher in self._watchers:
            watcher(session)
        if self._population is None or not (was_asked or state is not None):
            self._miss(session)
        elif state is not None and not self._is_told:
            self._population.stored(session, state)

    def created_together(self, session: ISession, number: int) -> None:
        """The provider has stored so many aggregates that nobody asks for; who asks from now on has to catch up."""
        self.made += number
        self._miss(session)

    def _miss(self, session: ISession) -> None:
        """Whoever asks from now on has to look up what the session stored."""
        self.is_behind = True
        before = self._latest
        if session is not before:
            self._latest = session
            if before is not None and before.is_atomic:
                self._storing = {other: None for other in (*self._storing, before) if other.is_atomic}

    def _fall_behind(self) -> None:
        """A transaction that was open when the others were looked up has ended."""
        self.is_behind = self._fell_behind = True

    def watch(self, watcher: Callable[[ISession], None]) -> None:
        """Call ``watcher`` with the session for each aggregate that is stored singly, whoever asked for it."""
        self._watchers += (watcher,)

    def unwatch(self, watcher: Callable[[ISession], None]) -> None:
        """Call it no more."""
        self._watchers = tuple(other for other in self._watchers if other != watcher)

    async def catch_up(self, session: ISession) -> None:
        """Take in what was stored before anybody asked; if the session rolls back, it is taken in again.

        What others have stored and not committed is not seen, and taken in after their commit. Lanes that come meanwhile wait
        until it is done.
        """
        async with self._catching_up:
            if not self.is_behind:
                return
            self._fell_behind = False
            for other in (*self._storing, self._latest):
                if other is not None and other.is_atomic and other is not session:
                    other.on_commit(self._fall_behind)
                    other.on_rollback(self._fall_behind)  # of a savepoint perhaps, and the rest is committed
            if offers(self._repository, IReadable):
                population = self.population
                async for state in self._repository.find(session):
                    if population.number_of(state[self._id_attr]) is None:
                        population.stored(session, state)
            self.is_behind = self._fell_behind
            session.on_rollback(setattr, self, "is_behind", True)

    def mark(self) -> None:
        self._marked = self.made

    def rewind(self) -> None:
        self.made = self._marked

    def unmark(self) -> None:
        """A mark costs nothing."""

    def forget(self) -> None:
        """The repository has been emptied."""
        self.made = 0
        self.is_behind = False
        for combinations in self._combinations.values():
            combinations.forget()
        if self._population is not None:
            self._population.clear()

"""The combinations of some parts of an aggregate that were given, each once."""

import asyncio
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from ascetic_ddd.faker.domain.errors import PersistenceError
from ascetic_ddd.faker.domain.repositories import stored_states
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, is_half_stored

__all__ = ("Combinations", "Key", "Path", "value_at")

Path: TypeAlias = tuple[str, ...]

Key: TypeAlias = tuple[Hashable, ...] | frozenset[Hashable]
"""A combination, hashable."""


class Combinations:
    """Knows which combinations were given: drawn, told, or stored before anybody listened.

    What is given in a transaction that rolls back is free again. Memory: some 110 bytes a combination.

    Args:
        paths: of the parts in the exported state.
        is_unordered: the same values in another order are the same combination, and none may come twice in it.

    Attributes:
        reserved: by combination, the sessions in which references are making aggregates with it.
        tasks: in which the open transactions are that gave some.
    """

    def __init__(self, paths: tuple[Path, ...], *, is_unordered: bool = False) -> None:
        self.paths = paths
        self.is_unordered = is_unordered
        self.is_late = True  # the store may have some that are not known here
        self.reserved: dict[Hashable, ISession] = {}
        self.tasks: dict[ISession, asyncio.Task[Any] | None] = {}
        self._given: set[Key] = set()
        self._open: dict[ISession, set[Key]] = {}  # those of open transactions
        self._looking = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._given)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._given)

    def key(self, values: Sequence[Hashable]) -> Key | None:
        """The combination of frozen values, in the order of the paths; None where one is null, as in a unique constraint."""
        if None in values:
            return None
        return frozenset(values) if self.is_unordered else tuple(values)

    def key_of(self, inputs: Iterable[Any]) -> Key | None:
        """As :meth:`key`, of plain data."""
        return self.key([freeze(input) for input in inputs])

    def words(self, values: Sequence[Any]) -> str:
        """A combination of plain data, for messages."""
        return ", ".join(f"{'.'.join(path)}={value!r}" for path, value in zip(self.paths, values, strict=True))

    def is_free(self, key: Key | None) -> bool:
        """Tell whether a combination may be drawn."""
        return key is None or not (key in self._given or key in self.reserved or len(key) < len(self.paths))

    def is_ungiven(self, key: Key) -> bool:
        """Tell whether no aggregate has it, though a reference may be making one."""
        return key not in self._given

    def is_taken(self, value: Any) -> bool:
        """Tell whether a combination of plain data has been given, committed or not."""
        return self.key_of(value) in self._given

    def owner(self, value: Any) -> ISession | None:
        """The session in whose open transaction it is being given; None if it is settled, or free."""
        key = self.key_of(value)
        if key is None:
            return None
        return self.reserved.get(key) or next((session for session, given in self._open.items() if key in given), None)

    def claim(self, session: ISession, key: Key) -> None:
        """Give a combination that is free; who calls sees to a rollback, by :meth:`release`."""
        self._given.add(key)
        if session.is_atomic:
            self._of(session).add(key)

    def take(self, key: Key) -> bool:
        """Give a combination if it is free; returns whether it was. Who calls tells of it by :meth:`took`."""
        if key in self._given or key in self.reserved:
            return False
        self._given.add(key)
        return True

    def took(self, session: ISession, keys: Sequence[Key]) -> None:
        """These were given one by one; all are released if the session rolls back."""
        if session.is_atomic:
            self._of(session).update(keys)
        session.on_rollback(self._release_all, session, keys)

    def _release_all(self, session: ISession, keys: Sequence[Key]) -> None:
        for key in keys:
            self.release(session, key)

    def release(self, session: ISession, key: Key) -> None:
        """It is not used after all; what the application has committed, and our own store could not remember, stays given."""
        if not is_half_stored(session):
            self._given.discard(key)
        if session in self._open:
            self._open[session].discard(key)

    def _of(self, session: ISession) -> set[Key]:
        """What an open transaction gave."""
        given = self._open.get(session)
        if given is None:
            given = self._open[session] = set()
            session.on_rollback(self._open.pop, session, None)
            session.on_commit(self._open.pop, session, None)
            self.note(session)
        return given

    def note(self, session: ISession) -> None:
        """Remember which task's transaction it is that gives some."""
        if session.is_atomic and session not in self.tasks:
            self.tasks[session] = asyncio.current_task()
            session.on_rollback(self.tasks.pop, session, None)
            session.on_commit(self.tasks.pop, session, None)

    def knows_enough(self, *, is_told: bool) -> bool:
        """Tell whether the store has been looked at."""
        return not self.is_late

    async def look(self, session: ISession, repository: Any, path: Path = (), *, is_told: bool = False) -> None:
        """Look at what the store has, once; if the session rolls back, it is looked at again.

        Args:
            session: where to look.
            repository: the store.
            path: makes no difference.
            is_told: makes no difference.
        """
        async with self._looking:
            if not self.is_late:
                return
            found: list[Key] = []
            for states in stored_states(repository, session):
                try:
                    async with session.atomic():  # the application's table may not be ours to read
                        found += [key async for state in states if (key := self._key_in(state)) not in self._given and key]
                    break
                except PersistenceError:
                    continue
            self._given.update(found)
            session.on_rollback(self._look_again, found)
            self.is_late = False

    def forget(self) -> None:
        """The repository has been emptied."""
        self._given.clear()
        self._open.clear()

    def _key_in(self, state: Mapping[str, Any]) -> Key | None:
        return self.key_of(value_at(state, path) for path in self.paths)

    def _look_again(self, found: list[Key]) -> None:
        self._given.difference_update(found)
        self.is_late = True


def value_at(state: Any, path: Path) -> Any:
    """What plain data have at a path; None where that ends before."""
    for name in path:
        if not isinstance(state, Mapping):
            return None
        state = state.get(name)
    return state

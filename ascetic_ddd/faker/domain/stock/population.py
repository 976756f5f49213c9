"""The aggregates that exist and may be referred to, and the scopes among them."""

from collections.abc import Hashable, Mapping
from typing import Any

from ascetic_ddd.faker.domain.specification.equality import EqualSpecification, freeze
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.faker.domain.stock.specified_scopes import EqualityIndex, EqualScope, LazyScope, Path, StatePool, key_of, leaves
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Population",)


class Population(StatePool):
    """Remembers the id and the exported state of each aggregate of one kind, for all references to it.

    Appending costs the same however many scopes there are: equality patterns over the same fields share one index; other
    specifications are looked at when they are asked for.

    Args:
        id_attr: the key of the id in the exported state.
    """

    def __init__(self, id_attr: str) -> None:
        super().__init__()
        self._id_attr = id_attr
        self._version = 0
        self._is_missed = False
        self._numbers: dict[Hashable, int] = {}
        self._indexes: dict[tuple[Path, ...], EqualityIndex] = {}
        self._lazy: dict[Hashable, LazyScope] = {}
        self._changing: dict[int, tuple[ISession, Mapping[str, Any] | None]] = {}  # who changes a value, and its state before

    def __len__(self) -> int:
        return len(self._numbers)

    def version(self) -> int:
        """Changes whenever the state of a value that was here before changes."""
        return self._version

    def id_of(self, number: int) -> Any:
        """The exported id of a value. Not to be changed by the caller."""
        state = self.states[number]
        return state[self._id_attr] if state is not None else None

    def number_of(self, id: Any) -> int | None:
        """The number of the value with this exported id."""
        return self._numbers.get(id if type(id) is int else freeze(id))

    def state_of(self, id: Any) -> Mapping[str, Any] | None:
        """The exported state of the value with this exported id, if it is known."""
        number = self.number_of(id)
        if number is None:
            self._is_missed = True  # who asked has to ask again when it comes
            return None
        return self.states[number]

    def stored(self, session: ISession, state: Mapping[str, Any]) -> None:
        """An aggregate was inserted or updated: remember its state until the session rolls back."""
        key = freeze(state[self._id_attr])
        number = self._numbers.get(key)
        if number is None:
            number = len(self.states)
            self.states.append(None)
            self._numbers[key] = number
            self._take_off(session, number)
            self._restate(number, state)
        else:
            before = self.states[number]
            session.on_rollback(self._restate, number, before)
            self._restate(number, state)
            if session.is_atomic and number not in self.in_flight:
                self._change(session, number, before)

    def scope(self, specification: ISpecification | None = None) -> Scope:
        """The scope of a specification; equal specifications share one."""
        if specification is None:
            return self.everything
        if isinstance(specification, EqualSpecification):
            parts = leaves(specification.pattern)
            paths = tuple(sorted(parts))
            return self._index(paths).scope(tuple(parts[path] for path in paths)) if paths else self.everything
        key = key_of(specification)
        scope = self._lazy.get(key)
        if scope is None:
            scope = self._lazy[key] = LazyScope(self, specification)
            for number in self._changing:
                self._withhold(number)
        return scope

    def drop(self, scope: Scope) -> None:
        if isinstance(scope, LazyScope):
            del self._lazy[scope.key]
            if not self._lazy:
                self.journal.clear()
        elif isinstance(scope, EqualScope) and not scope.members:
            scope.family.drop(scope.key)

    def _index(self, paths: tuple[Path, ...]) -> EqualityIndex:
        index = self._indexes.get(paths)
        if index is None:
            index = self._indexes[paths] = EqualityIndex(self, paths)
            for number in self.everything.members:
                state = self.states[number]
                if state is not None:
                    index.scope_of(state).enter(number)
            for number in self._changing:
                self._withhold(number)
        return index

    def _change(self, session: ISession, number: int, before: Mapping[str, Any] | None) -> None:
        """An open transaction changes a value."""
        if number not in self._changing:
            self._changing[number] = (session, before)
            session.on_commit(self._changed, number)
            session.on_rollback(self._changed, number)
        self._withhold(number)

    def _withhold(self, number: int) -> None:
        """Until the commit, a value that moves between scopes is offered to the session alone that moves it."""
        session, before = self._changing[number]
        now = self.states[number]
        if self._lazy or any(
            before is not None and now is not None and index.scope_of(before) is not index.scope_of(now)
            for index in self._indexes.values()
        ):
            self.in_flight.setdefault(number, session)

    def _changed(self, number: int) -> None:
        del self._changing[number]
        self._settle(number)

    def _restate(self, number: int, state: Mapping[str, Any] | None) -> None:
        """Replace the state of a value, and move it between scopes accordingly; None takes it away."""
        before = self.states[number]
        self.states[number] = state
        if before is not None or self._is_missed:
            self._version += 1
            self._is_missed = False
        for index in self._indexes.values():
            old = index.scope_of(before) if before is not None else None
            new = index.scope_of(state) if state is not None else None
            if old is not new:
                if old is not None:
                    old.leave(number)
                    if not old.members and old.is_idle:
                        self.drop(old)
                if new is not None:
                    new.enter(number)
        if before is None:
            self.everything.enter(number)
        elif state is None:
            self.everything.leave(number)
        if self._lazy:
            self.journal.append(number)

    def _remove(self, number: int) -> None:
        state = self.states[number]
        if state is not None:
            del self._numbers[freeze(state[self._id_attr])]
            self._restate(number, None)

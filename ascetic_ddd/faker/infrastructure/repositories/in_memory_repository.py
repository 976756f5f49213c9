"""A repository in memory: for tests and runs without a database, and to try a model out."""

from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError, DuplicateError, PersistenceError
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.infrastructure.repositories.bulk import has_own_insert, insert_each
from ascetic_ddd.faker.infrastructure.repositories.exported_id import (
    Identities,
    Path,
    exported_id,
    is_incomplete,
    missing_parts,
)
from ascetic_ddd.faker.infrastructure.repositories.id_assignment import IdAssigner
from ascetic_ddd.faker.infrastructure.repositories.listeners import Observable
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("InMemoryRepository",)

T = TypeVar("T")


class InMemoryRepository(Observable, Generic[T]):
    """Remembers exported state by id, and follows commit and rollback of the session.

    Missing parts of an id are numbered 1, 2, … and put into the aggregate, as a database's identity columns would; a
    number that was rolled back is not given again.

    Args:
        agg_exporter: aggregate → fresh plain data; what it gives is kept as it is, not copied.
        id_attr: the key the id is exported under.
        set_id: puts a numbered id into the aggregate, where the default (see ``IdAssigner``) cannot.
    """

    def __init__(
        self,
        *,
        agg_exporter: Callable[[T], dict[str, Any]],
        id_attr: str = "id",
        set_id: Callable[[T, Any], object] | None = None,
    ) -> None:
        super().__init__()
        if not callable(agg_exporter):
            raise ConfigurationError(f"agg_exporter={agg_exporter!r} is no function; expected aggregate → dict.")
        self._exporter = agg_exporter
        self._id_attr = id_attr
        self._ids = IdAssigner[T](set_id)
        self._identities = Identities()
        self._states: dict[Hashable, dict[str, Any]] = {}
        self._last_numbers: dict[Path, int] = {}
        self._usually_missing: Path | None = None
        self._reserved: dict[str, int] = {}
        self._before: dict[ISession, dict[Hashable, dict[str, Any] | None]] = {}  # by open transaction, what it has changed

    async def setup(self, session: ISession) -> None:
        """Nothing to create."""

    async def cleanup(self, session: ISession) -> None:
        """Forget everything, the numbering too."""
        session.on_rollback(self._restore, self._states, self._last_numbers)
        session.on_rollback(setattr, self, "_reserved", self._reserved)
        self._states, self._last_numbers, self._reserved = {}, {}, {}

    async def insert(self, session: ISession, agg: T) -> None:
        """Remember a new aggregate; an id it does not have yet is numbered and put into it.

        Raises:
            PersistenceError: an aggregate with this id is remembered already; nothing changed.
        """
        (state,) = self._store(session, (agg,))
        if self._listeners:
            self._announce(session, state)

    async def insert_many(self, session: ISession, aggs: Sequence[T]) -> None:
        """Remember new aggregates, all or none, whether or not a transaction is open.

        Raises:
            PersistenceError: an aggregate with one of the ids is remembered already; nothing changed.
        """
        if has_own_insert(self):
            await insert_each(self, session, aggs)
            return
        async with session.atomic():
            states = self._store(session, aggs)
            if self._listeners:
                for state in states:
                    self._announce(session, state)

    async def count(self, session: ISession) -> int:
        """Give how many aggregates are remembered."""
        hidden = sum(state is None and identity in self._states for identity, state in self._seen_by(session).items())
        return len(self._states) - hidden

    async def known(self, session: ISession, ids: Sequence[Any]) -> list[bool]:
        """Tell of each exported id whether it is remembered, in order."""
        hidden = self._seen_by(session)
        identities = [self._identities.of(id) for id in ids]
        return [hidden.get(identity, self._states.get(identity)) is not None for identity in identities]

    async def remember(self, session: ISession, states: Sequence[Mapping[str, Any]]) -> None:
        """Remember copies of exported states, all or none.

        Raises:
            PersistenceError: an id is taken or incomplete; nothing changed.
        """
        async with session.atomic():
            copies = [_copy(dict(state)) for state in states]
            for state in copies:
                id = exported_id(state, self._id_attr, state)
                if is_incomplete(id):
                    raise PersistenceError(f"Cannot remember a state: its id {id!r} is not complete.")
                identity = self._identities.of(id)
                self._keep(identity, state, id, "a state")
                session.on_rollback(self._forget, session, [identity])
                self._hide(session, [identity])
            if self._listeners:
                for state in copies:
                    self._announce(session, state)

    async def reserved(self, session: ISession) -> dict[str, int]:
        """Give by name the numbers below which all may have been given out."""
        return dict(self._reserved)

    async def reserve(self, session: ISession, numbers: Mapping[str, int]) -> None:
        """Remember such numbers by name."""
        self._reserved.update(numbers)

    async def update(self, session: ISession, agg: T) -> None:
        """Remember the changed state of an aggregate that was inserted before.

        Raises:
            PersistenceError: no aggregate with this id is remembered; nothing changed.
        """
        state = self._exporter(agg)
        id = exported_id(state, self._id_attr, agg)
        identity = self._identities.of(id)
        previous = self._states.get(identity)
        if previous is None:
            raise PersistenceError(f"Cannot update {type(agg).__name__} with id {id!r}: it is not stored; `insert` it first.")
        self._states[identity] = state
        session.on_rollback(self._states.__setitem__, identity, previous)
        if session.is_atomic:
            before = self._before.get(session)
            if before is None:
                before = self._begin(session)
            if identity not in before:
                before[identity] = previous
                session.on_rollback(self._unchange, session, identity)
        if self._listeners:
            self._announce(session, state)

    async def get(self, session: ISession, id: Any) -> dict[str, Any] | None:
        """Give the exported state remembered under this exported id, or None. The dict is the caller's own copy."""
        identity = self._identities.of(id)
        state = self._seen_by(session).get(identity, self._states.get(identity))
        return None if state is None else _copy(state)

    async def find(self, session: ISession, specification: ISpecification | None = None) -> AsyncIterator[dict[str, Any]]:
        """Iterate over copies of the states that satisfy the specification, in order of insertion.

        What is inserted while iterating, or by others and not committed, is not met.
        """
        hidden = self._seen_by(session)
        for identity, now in list(self._states.items()):
            state = hidden.get(identity, now) if hidden else now
            if state is None:
                continue
            if specification is None or specification.is_satisfied_by(state):
                yield _copy(state)

    def _store(self, session: ISession, aggs: Sequence[T]) -> list[dict[str, Any]]:
        """Number and keep, with one entry for the rollback of all; give the states in order."""
        kept: list[Hashable] = []
        session.on_rollback(self._forget, session, kept)
        exporter, usual_identity, states, id_attr = self._exporter, self._identities.of_usual, self._states, self._id_attr
        exported = []
        for agg in aggs:
            if self._usually_missing is not None and self._fill(agg, self._usually_missing):
                state = exporter(agg)  # most ids lack the same part: numbered at once, they need one export only
                id = exported_id(state, id_attr, agg)
                identity = usual_identity(id)
                if identity is None:
                    state, identity = self._identified(agg)
                elif identity in states:  # the number was told to another one before
                    state, identity = self._number(agg, [self._usually_missing])
            else:
                state, identity = self._identified(agg)
                id = state[id_attr]
            self._keep(identity, state, id, type(agg).__name__)
            kept.append(identity)
            exported.append(state)
        self._hide(session, kept)
        return exported

    def _fill(self, agg: T, usual: Path) -> bool:
        number = self._last_numbers.get(usual, 0) + 1
        if self._ids.fill(agg, usual, number):
            self._last_numbers[usual] = number
            return True
        return False

    def _identified(self, agg: T) -> tuple[dict[str, Any], Hashable]:
        """The state of an aggregate whose id is complete, or has been numbered."""
        state = self._exporter(agg)
        id = exported_id(state, self._id_attr, agg)
        identity = self._identities.of_usual(id)
        if identity is not None:
            return state, identity
        if missing := missing_parts(id, (self._id_attr,)):
            self._usually_missing = missing[0] if len(missing) == 1 else None
            return self._number(agg, missing)
        return state, self._identities.of(id)

    def _keep(self, identity: Hashable, state: dict[str, Any], id: Any, what: str) -> None:
        if identity in self._states:
            raise DuplicateError(
                f"Cannot insert {what} with id {id!r}: the id is taken; "
                "give each aggregate an id of its own, or `update` the stored one."
            )
        self._states[identity] = state

    def _number(self, agg: T, missing: list[Path]) -> tuple[dict[str, Any], Hashable]:
        """Give the missing parts their next numbers; skip ids that were told explicitly."""
        while True:
            for path in missing:
                number = self._last_numbers[path] = self._last_numbers.get(path, 0) + 1
                self._ids.assign(agg, path, number)
            state = self._exporter(agg)  # again: other attributes may follow from the id
            id = exported_id(state, self._id_attr, agg)
            identity = self._identities.of_usual(id)
            if identity is None:
                if is_incomplete(id):
                    raise ConfigurationError(
                        f"{type(agg).__name__} was given the id it lacked but still exports {id!r}; "
                        "check set_id and agg_exporter."
                    )
                identity = self._identities.of(id)
            if identity not in self._states:
                return state, identity

    def _hide(self, session: ISession, identities: Sequence[Hashable]) -> None:
        """What an open transaction has inserted is not there for others."""
        if session.is_atomic:
            before = self._before.get(session)
            if before is None:
                before = self._begin(session)
            for identity in identities:  # most often it is one
                before[identity] = None

    def _begin(self, session: ISession) -> dict[Hashable, dict[str, Any] | None]:
        """An open transaction changes something for the first time, here or in the savepoint at hand."""
        before = self._before[session] = {}
        session.on_commit(self._before.pop, session)
        return before

    def _seen_by(self, session: ISession) -> dict[Hashable, dict[str, Any] | None]:
        """What others have changed and not committed, as this session sees it; None is not there yet."""
        others = [before for other, before in self._before.items() if other is not session]
        return {identity: state for before in others for identity, state in before.items()}

    def _forget(self, session: ISession, identities: Sequence[Hashable]) -> None:
        for identity in identities:
            self._states.pop(identity, None)
            self._unchange(session, identity)

    def _unchange(self, session: ISession, identity: Hashable) -> None:
        """A rollback undoes a change; the last one to be undone ends the account, as its beginning is rolled back, too."""
        before = self._before.get(session)
        if before is not None:
            before.pop(identity, None)
            if not before:
                del self._before[session]

    def _restore(self, states: dict[Hashable, dict[str, Any]], last_numbers: dict[Path, int]) -> None:
        self._states, self._last_numbers = states, last_numbers


def _copy(value: Any) -> Any:
    """Copy plain data: containers are new, leaves are shared."""
    if type(value) is dict:
        return {key: _copy(part) for key, part in value.items()}
    if type(value) is list:
        return [_copy(part) for part in value]
    return value

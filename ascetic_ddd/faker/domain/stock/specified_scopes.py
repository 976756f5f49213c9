"""Scopes of values whose states are known: by equality of some parts, or by any other specification."""

from collections.abc import Hashable, Mapping
from typing import Any

from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.stock.scope import Pool, Scope
from ascetic_ddd.seedwork.domain.errors import add_note

__all__ = ("EqualScope", "EqualityIndex", "LazyScope", "Path", "StatePool", "key_of", "leaves")

Path = tuple[str, ...]


class _Missing:
    """Stands for a part that a state does not have; equal to nothing that could be asked for."""

    def __repr__(self) -> str:
        return "missing"


_MISSING = _Missing()


def leaves(pattern: Mapping[str, Any], prefix: Path = ()) -> dict[Path, Hashable]:
    """The pattern's plain parts by path."""
    found: dict[Path, Hashable] = {}
    for key, part in pattern.items():
        if isinstance(part, Mapping) and part:
            found.update(leaves(part, (*prefix, key)))
        else:
            found[(*prefix, key)] = freeze(part)
    return found


def _part(state: Any, path: Path) -> Hashable:
    for key in path:
        if not isinstance(state, Mapping) or key not in state:
            return _MISSING
        state = state[key]
    return freeze(state)


def key_of(specification: ISpecification) -> Hashable:
    """What a specification is known by: equal ones are one, if they are hashable."""
    return specification if isinstance(specification, Hashable) else id(specification)


class StatePool(Pool):
    """A pool that knows the exported state of each value.

    Attributes:
        states: by number; None where a value is gone.
        journal: numbers of values whose states have changed, for the scopes that look at them when they are asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.states: list[Mapping[str, Any] | None] = []
        self.journal: list[int] = []


class EqualityIndex:
    """Scopes of equality patterns over the same fields, found by hash of the fields' values."""

    def __init__(self, pool: StatePool, paths: tuple[Path, ...]) -> None:
        self._pool = pool
        self._paths = paths
        self._scopes: dict[Hashable, Scope] = {}

    def scope_of(self, state: Mapping[str, Any]) -> Scope:
        return self.scope(tuple(_part(state, path) for path in self._paths))

    def scope(self, key: tuple[Hashable, ...]) -> Scope:
        scope = self._scopes.get(key)
        if scope is None:
            scope = self._scopes[key] = EqualScope(self._pool, self, key)
        return scope

    def drop(self, key: tuple[Hashable, ...]) -> None:
        del self._scopes[key]

    def describe(self, key: tuple[Hashable, ...]) -> str:
        asked = ", ".join(f"{'.'.join(path)}={part!r}" for path, part in zip(self._paths, key, strict=True))
        return f"those with {asked}"


class EqualScope(Scope):
    """The scope of an equality pattern."""

    __slots__ = ("key",)

    family: EqualityIndex

    def __init__(self, pool: StatePool, index: EqualityIndex, key: tuple[Hashable, ...]) -> None:
        super().__init__(pool, index)
        self.key = key

    @property
    def description(self) -> str:
        return self.family.describe(self.key)


class LazyScope(Scope):
    """The scope of any other specification: evaluated when it is asked for, once per value and change."""

    __slots__ = ("_seen", "_specification", "_version")  # its family are all such scopes of the population

    is_lazy = True
    pool: StatePool

    def __init__(self, pool: StatePool, specification: ISpecification) -> None:
        super().__init__(pool, pool)
        self._specification = specification
        self._seen = len(pool.journal)
        self._version = self._current_version()
        for number in pool.everything.members:
            self._check(number)

    @property
    def description(self) -> str:
        return f"those that satisfy {self._specification!r}"

    @property
    def key(self) -> Hashable:
        return key_of(self._specification)

    def refresh(self) -> None:
        pool, journal, version = self.pool, self.pool.journal, self._current_version()
        if version != self._version:  # what the specification looks at elsewhere has changed
            self._version = version
            self._seen = len(journal)
            for number in [*pool.everything.members, *self.members]:  # the latter may have been rolled back
                self._check(number)
        while self._seen < len(journal):
            number = journal[self._seen]
            self._seen += 1
            self._check(number)

    def _current_version(self) -> int:
        version = getattr(self._specification, "version", None)
        return version() if version is not None else 0

    def _check(self, number: int) -> None:
        state = self.pool.states[number]
        try:
            matches = state is not None and self._specification.is_satisfied_by(state)
        except Exception as error:
            add_note(error, f"while {self._specification!r} was held against {state!r}")
            raise
        if matches != (number in self.members):
            (self.enter if matches else self.leave)(number)

"""Paths to what other parts have: to parts of the same object, and through references to the state of what they refer to."""

from collections.abc import Mapping
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.composed import Composed
from ascetic_ddd.faker.domain.providers.kinds import source_of
from ascetic_ddd.faker.domain.providers.plain import is_awaitable
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.values.names import there_is
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("PartPath",)

_Any = Provider[Any, Any]


class PartPath:
    """A path that begins in the object of a part, or in an object around it, and what it leads to.

    The first name is looked for beside the part, then in what that is a part of, and so on: a line finds the parts of its order,
    by the name of its own part, too.
    From a reference on, names are those of the exported state of what it refers to, and so on through references of that.

    Args:
        asker: the part that asks.
        path: names, joined by dots.

    Raises:
        ConfigurationError: there is no such part, or the database gives it.
    """

    __slots__ = ("_asker", "_name", "_rest", "_source", "part")

    def __init__(self, asker: _Any, path: str) -> None:
        self._asker = asker
        names = path.split(".")
        self.part: _Any = _beginning(asker, names[0], path)
        used = 1
        while used < len(names) and isinstance(self.part, Composed):
            parts = self.part.parts()
            if names[used] not in parts:
                there = there_is(names[used], parts)
                raise ConfigurationError(
                    f"{asker.path} needs {path!r}, but {self.part.path} has no part {names[used]!r}; {there}"
                )
            self.part = parts[names[used]]
            used += 1
        if isinstance(self.part, ValueProvider) and self.part.is_given:
            raise ConfigurationError(
                f"{asker.path} needs {path!r}, which is given when the object is stored, and not known before"
            )
        self._rest = tuple(names[used:])
        self._name = self._rest[0] if len(self._rest) == 1 else None
        self._source = source_of(self.part)
        if self._rest and self._source is None:
            raise ConfigurationError(f"{asker.path} needs {path!r}, but {self.part.path} has no parts; read them in the function")
        if self._rest:
            _ = self._source.population  # the states are kept from now on

    def read(self, session: ISession) -> Any:
        """What it leads to, or an awaitable of that; the part is complete."""
        if not self._rest:
            return self.part._known()
        if self._name is not None:
            state = self._source.known_state(self.part._slot.input)
            if state is not None and self._name in state:
                return state[self._name]
        return self._followed(session, self._source, self.part._slot.input, self._rest)

    def _followed(self, session: ISession, source: Any, id: Any, names: tuple[str, ...]) -> Any:
        if id is None:
            return None
        state = source.known_state(id)
        if state is None:
            return self._looked_up(session, source, id, names)
        return self._within(session, source, state, names)

    async def _looked_up(self, session: ISession, source: Any, id: Any, names: tuple[str, ...]) -> Any:
        found = self._within(session, source, await source.state(session, id, self._asker), names)
        return await found if is_awaitable(found) else found

    def _within(self, session: ISession, source: Any, state: Any, names: tuple[str, ...]) -> Any:
        """What a state has at the end of the names."""
        target = source.aggregate_provider
        provider: Any = target
        for place, name in enumerate(names):
            parts = provider.parts() if provider is not None else {}
            if provider is target and name not in state and name in target.id_provider.parts():
                state, parts = state[target._id_attr], target.id_provider.parts()
            if not isinstance(state, Mapping) or name not in state:
                known = state if isinstance(state, Mapping) else ()
                raise ConfigurationError(
                    f"{self._asker.path} needs {'.'.join(names)!r} of {target.path}, but its exported state has no {name!r}; "
                    f"{there_is(name, known)}"
                )
            state, provider = state[name], parts.get(name)
            inner, rest = source_of(provider), names[place + 1 :]
            if inner is not None and rest:
                return self._followed(session, inner, state, rest)
        return state


def _beginning(asker: _Any, name: str, path: str) -> _Any:
    """The part that a path begins with."""
    known: list[str] = []
    owner = asker._owner
    while owner is not None:
        parts = owner.parts() if isinstance(owner, Composed) else {}
        found: _Any | None = parts.get(name)
        if found is not None and found is not asker:  # no part needs itself: a line's currency is that of its order
            return found
        known += [each for each in parts if parts[each] is not asker]
        owner = owner._owner
    raise ConfigurationError(f"{asker.path} needs {path!r}, but there is no such part; {there_is(name, known)}")

"""What one aggregate at most can have: a whole id, or a value of a part whose values are all different."""

import asyncio
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import partial
from itertools import permutations
from typing import Any

from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.entity_provider import EntityProvider
from ascetic_ddd.faker.domain.providers.kinds import is_full_id
from ascetic_ddd.faker.domain.providers.plain import nested
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.unique_pool import UniquePool
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.providers.waiting import until_settled
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification, freeze
from ascetic_ddd.faker.domain.stock.combinations import Combinations, value_at
from ascetic_ddd.faker.domain.stock.population import Population
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Identity", "find", "find_or_wait", "identities_of")


class Identity:
    """One such value, told in a pattern.

    Args:
        path: where it stands in the exported state.
        value: as it was told.
        find: gives the number of the aggregate that has it, if one is known.
        reserved: by value, the sessions that are making an aggregate with it.
        pool: the values of the part, or combinations of parts; None for an id of several parts, or one that the database gives.
        repository: where aggregates with it are stored.
        words: for messages; None: path and value.
        is_all: nothing else is told, so the one that has it is it, whatever stands where in it.
    """

    def __init__(
        self,
        path: tuple[str, ...],
        value: Any,
        find: Callable[[], int | None],
        reserved: dict[Hashable, ISession],
        pool: UniquePool | Combinations | None,
        repository: Any,
        words: str | None = None,
        is_all: bool = False,
    ) -> None:
        self._path = path
        self._words = words
        self.is_all = is_all
        self._repository = repository
        self._value = value
        self._key = pool.key_of(value) if isinstance(pool, Combinations) else freeze(value)
        self._reserved = reserved
        self._pool = pool
        self.number = find

    @property
    def owner(self) -> ISession | None:
        """The session in whose open transaction an aggregate with it is being made."""
        owner = self._reserved.get(self._key)
        return self._pool.owner(self._value) if owner is None and self._pool is not None else owner

    @property
    def is_taken(self) -> bool:
        """True if it was given, though perhaps to nothing that is stored yet."""
        return self._key in self._reserved or (self._pool is not None and self._pool.is_taken(self._value))

    @property
    def task(self) -> "asyncio.Task[Any] | None":
        """The task in which that session is used, if it is known."""
        return None if self._pool is None or self.owner is None else self._pool.tasks.get(self.owner)

    async def look(self, session: ISession) -> None:
        """Have the part know the values that are stored."""
        if self._pool is not None and not self._pool.knows_enough(is_told=True):
            await self._pool.look(session, self._repository, self._path, is_told=True)

    def reserve(self, session: ISession) -> None:
        """Keep others from making another one until :meth:`release`."""
        self._reserved[self._key] = session
        if self._pool is not None:
            self._pool.note(session)

    def release(self) -> None:
        """It is made, or it is not."""
        self._reserved.pop(self._key, None)

    def __str__(self) -> str:
        return self._words or f"{'.'.join(self._path)}={self._value!r}"


def identities_of(
    target: EntityProvider[Any, Any],
    placed: Mapping[str, Any],
    population: Population,
    reserved: dict[Hashable, ISession],
    repository: Any,
) -> tuple[Identity, ...]:
    """The identities that a placed pattern tells.

    Args:
        target: the provider of the wanted aggregate.
        placed: the pattern, put where its parts belong.
        population: the aggregates that exist.
        reserved: ids with which aggregates are being made.
        repository: where they are stored.
    """
    found = []
    id = placed.get(target._id_attr)
    if is_full_id(target.id_provider, id) and not (
        isinstance(target.id_provider, ValueProvider) and target.id_provider.is_unique
    ):
        found.append(Identity((target._id_attr,), id, lambda: population.number_of(id), reserved, None, repository))
    found += _combined(target, placed, population, repository)
    for path, part, value in _unique_values(target, placed):
        scope = population.scope(EqualSpecification(nested(path, value)))
        found.append(Identity(path, value, partial(_first, scope), part.pool.reserved, part.pool, repository))
    return tuple(found)


def _combined(
    target: EntityProvider[Any, Any], placed: Mapping[str, Any], population: Population, repository: Any
) -> Iterator[Identity]:
    """The combinations that are told whole."""
    target.parts()  # else nobody knows what is unique together
    for together in target._togethers if isinstance(target, AggregateProvider) else ():
        given = together.given
        values = tuple(value_at(placed, path) for path in given.paths)
        if given.key(tuple(map(freeze, values))) is None or not all(map(is_full_id, together.parts, values)):
            continue
        orders = permutations(values) if given.is_unordered else [values]
        scopes = [population.scope(EqualSpecification(_joined(given.paths, order))) for order in orders]
        find = partial(_first_of, scopes)
        is_all = given.is_unordered and _joined(given.paths, values) == placed
        yield Identity((), values, find, given.reserved, given, repository, given.words(values), is_all)


def _joined(paths: Sequence[tuple[str, ...]], values: Sequence[Any]) -> dict[str, Any]:
    """A pattern of values at paths."""
    pattern: dict[str, Any] = {}
    for path, value in zip(paths, values, strict=True):
        inner = pattern
        for name in path[:-1]:
            inner = inner.setdefault(name, {})
        inner[path[-1]] = value
    return pattern


def find(
    identities: tuple[Identity, ...], scope: Scope, target: AggregateProvider[Any, Any], asker: Provider[Any, Any]
) -> int | None:
    """The number of the aggregate that has what was told; None if none is known.

    Args:
        identities: what was told.
        scope: those that match the whole of what was told.
        target: provides the aggregates.
        asker: the reference, for messages.

    Raises:
        UnsatisfiableError: there is one, but it contradicts the rest of what was told.
    """
    for identity in identities:
        number = identity.number()
        if number is not None:
            if scope.is_lazy:
                scope.refresh()
            if number not in scope.members and not identity.is_all:
                raise UnsatisfiableError(
                    f"{asker.path} was told {asker.get()!r}, but the {target.path} with {identity} is "
                    f"{target.memory.population.states[number]!r}; tell parts that agree, or leave out what contradicts"
                )
            return number
    return None


async def find_or_wait(
    identities: tuple[Identity, ...],
    scope: Scope,
    target: AggregateProvider[Any, Any],
    session: ISession,
    asker: Provider[Any, Any],
) -> int | None:
    """As :func:`find`, but looks at the store, too, and waits while another session is making it. None: it is to be made.

    Between the answer and the caller's next await nobody else can begin to make it.

    Raises:
        DeadlockError: the other session waits for this one.
        UnsatisfiableError: as for :func:`find`; or what was told has been given to an aggregate that is not known.
    """
    has_caught_up = False
    while True:
        for identity in identities:
            await identity.look(session)
        number = find(identities, scope, target, asker)
        told = next((each for each in identities if each.is_taken), identities[0])
        owner = told.owner if number is None else target.memory.population.in_flight.get(number)
        if owner is not None and owner is not session:
            await until_settled(owner, session, task=told.task, what=f"{asker.path}: the {target.path} with {told}")
        elif number is not None or not told.is_taken:
            return number
        elif has_caught_up or owner is session:
            raise UnsatisfiableError(
                f"{asker.path} was told {asker.get()!r}, and {told} has been given, but to no {target.path} that is known: it is "
                "still in the making, or was stored elsewhere; make it before, or let the memory know it "
                "(`ascetic-ddd reconcile --adopt`)"
            )
        else:
            has_caught_up = target.memory.is_behind = True
            await target.memory.catch_up(session)


def _first(scope: Scope) -> int | None:
    return next(iter(scope.members), None)


def _first_of(scopes: Sequence[Scope]) -> int | None:
    return next((number for scope in scopes for number in scope.members), None)


def _unique_values(
    provider: Provider[Any, Any], pattern: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    for name, value in pattern.items():
        part = provider.parts().get(name)
        if isinstance(part, ValueProvider):
            if part.is_unique and value is not None:
                yield (*above, name), part, value
        elif isinstance(part, CompositeValueProvider) and isinstance(value, Mapping):
            yield from _unique_values(part, value, (*above, name))

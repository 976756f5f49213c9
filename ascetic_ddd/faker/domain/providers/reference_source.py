"""What stands behind a reference: the aggregate provider, the aggregates that exist, and what was told of the wanted one."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.identities import Identity, identities_of
from ascetic_ddd.faker.domain.providers.kinds import is_full_id
from ascetic_ddd.faker.domain.providers.patterns import check_depth, place, specify, tells_given_part, with_ids
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.repositories import lookup_of
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.specification.reference import AndSpecification
from ascetic_ddd.faker.domain.stock.aggregate_stock import AggregateStock
from ascetic_ddd.faker.domain.stock.population import Population
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ReferenceSource", "Wanted")

_PATTERNS, _VALUES = 4_096, 16  # that many patterns, or one for so many values, are kept, and as many that were told before them
_VOUCHED = 10_000  # ids kept, so that each is looked up once


class Wanted:
    """A told pattern, understood: the scope to choose from, and the input for an aggregate that is made to match."""

    __slots__ = ("identities", "input", "is_tied", "scope", "specification", "tells_given")

    def __init__(
        self,
        scope: Scope,
        input: Mapping[str, Any] | None,
        specification: ISpecification | None,
        identities: tuple[Identity, ...] = (),
        tells_given: bool = False,
    ) -> None:
        self.scope = scope
        self.identities = identities  # if there are any, one aggregate at most is wanted
        self.input = input
        self.tells_given = tells_given  # a part of the id that the database gives: where one matches, it is that one
        self.specification = specification
        self.is_tied = specification is not None  # looked at whether another reference tells how often it will be wanted

    @property
    def is_usual(self) -> bool:
        """True if any aggregate of the scope will do, however often, and it has been looked how often it will be wanted."""
        return self.is_tied and not (self.identities or self.tells_given)


class ReferenceSource:
    """What the clones of one reference share: the aggregate provider behind it, and lanes of it to make new ones with."""

    def __init__(self, aggregate_provider: Any) -> None:
        self._given = aggregate_provider
        self._provider: AggregateProvider[Any, Any] | None = None
        self._id_provider: Provider[Any, Any] | None = None
        self._id_parts: int | None = None
        self._make_id: Callable[[Any], Any] | None = None
        self.memory: AggregateStock | None = None
        self.ahead: Counter[Hashable] = Counter()  # by id, draws for rows of batches whose turn has not come
        self._idle: list[AggregateProvider[Any, Any]] = []
        self._wanted: dict[Any, Wanted] = {}  # by what was told lately
        self._before: dict[Any, Wanted] = {}  # and before that
        self._vouched: set[Hashable] = set()  # ids that were looked up, and exist
        if isinstance(aggregate_provider, AggregateProvider):
            self._provider = aggregate_provider
        elif not callable(aggregate_provider):
            raise ConfigurationError(
                f"aggregate_provider={aggregate_provider!r}: expected an AggregateProvider, or a callable that returns one"
            )

    @property
    def aggregate_provider(self) -> AggregateProvider[Any, Any]:
        """The provider of the referenced aggregate; a callable is called when it is first needed."""
        if self._provider is None:
            found = self._given()
            if not isinstance(found, AggregateProvider):
                raise ConfigurationError(f"the aggregate_provider callable returned {found!r}, no AggregateProvider")
            self._provider = found
            if not found.memory.has_readers:
                found.memory.is_behind = True  # what was stored before anybody listened has to be looked up
        self.memory = self._provider.memory
        return self._provider

    @property
    def id_provider(self) -> Provider[Any, Any]:
        """The provider of the referenced aggregate's id."""
        if self._id_provider is None:
            self._id_provider = self.aggregate_provider.id_provider
        return self._id_provider

    @property
    def id_parts(self) -> int:
        """Of how many parts the id is; 0 if it is one value."""
        if self._id_parts is None:
            self._id_parts = len(self.id_provider.parts())
        return self._id_parts

    @property
    def make_id(self) -> Callable[[Any], Any]:
        """Makes a fresh id object of a whole id."""
        if self._make_id is None:
            self._make_id = self.id_provider._maker()
        return self._make_id

    def as_plain(self, input: Any) -> Any:
        """An id object as its plain data; anything else as it is."""
        if isinstance(input, (int, str, dict)):
            return input
        id_provider: Any = self.id_provider
        id_class = id_provider.output_class
        return id_provider.export(input) if id_class is not None and isinstance(input, id_class) else input

    def is_full_id(self, input: Any) -> bool:
        """Tell whether plain data is a whole id of the aggregate, with no part left open."""
        return is_full_id(self.id_provider, input)

    @property
    def population(self) -> Population:
        """The aggregates that exist."""
        return self.aggregate_provider.memory.population

    def wanted(self, pattern: Mapping[str, Any] | None, specification: ISpecification | None, asker: Any) -> Wanted:
        """Understand what was told; the same telling is understood once, unless it was not heard for long.

        Raises:
            ConfigurationError: the aggregate has no such parts.
        """
        told: Any = specification
        if specification is not None and not isinstance(specification, Hashable):
            told = id(specification)  # kept below, so its id stays
        try:
            key: Any = (tuple(pattern.items()) if pattern is not None else None, told)
            found = self._wanted.get(key)
        except TypeError:  # nested patterns are not hashable as they are
            check_depth(pattern or {}, asker)
            key = (freeze(pattern), told)
            found = self._wanted.get(key)
        if found is None:
            if key in self._before:
                found = self._before.pop(key)
            else:
                found = self._understood(pattern, specification, asker)
            self._wanted[key] = found
            if len(self._wanted) > _PATTERNS and len(self._wanted) > len(self.population) // _VALUES:
                self._age(asker.distributor)
        return found

    def _understood(self, pattern: Mapping[str, Any] | None, specification: ISpecification | None, asker: Any) -> Wanted:
        target = self.aggregate_provider
        placed = None if pattern is None else place(target, pattern, asker)
        parts = [] if placed is None else [specify(target, placed, asker)]
        if specification is not None:
            parts.append(specification)
        whole = parts[0] if len(parts) == 1 else AndSpecification(*parts)
        identities: tuple[Identity, ...] = ()
        if placed:
            told = with_ids(target, placed, asker)
            identities = identities_of(target, told, self.population, target.memory.reserved, target.repository)
        scope = self.population.scope(whole)
        scope.hold()
        tells_given = placed is not None and tells_given_part(target.id_provider, placed.get(target._id_attr))
        return Wanted(scope, placed, specification, identities, tells_given)

    def _age(self, distributor: IM2ODistributor) -> None:
        """Forget what was not told since the last time."""
        forgotten, self._before, self._wanted = self._before, self._wanted, {}
        for key, wanted in forgotten.items():
            if distributor.forget(wanted.scope):
                wanted.scope.let_go()
            else:
                self._wanted[key] = wanted

    def placed(self, pattern: Mapping[str, Any], asker: Provider[Any, Any]) -> dict[str, Any]:
        """A pattern with its parts where they belong in the aggregate."""
        return place(self.aggregate_provider, pattern, asker)

    def number_of(self, id: Any) -> int | None:
        """The number of an aggregate that references may reuse; None if nobody asked for any, or it is not known."""
        memory = self.aggregate_provider.memory
        return memory.population.number_of(id) if memory.has_readers else None

    def known_state(self, id: Any) -> Mapping[str, Any] | None:
        """The exported state of an aggregate, as far as it is known without asking the repository."""
        number = self.number_of(id)
        return None if number is None else self.population.states[number]

    async def state(self, session: ISession, id: Any, asker: Any) -> Mapping[str, Any]:
        """The exported state of an aggregate that is referred to, known here or looked up. Not to be changed by the caller.

        Raises:
            UnsatisfiableError: nobody knows it.
        """
        memory = self.aggregate_provider.memory
        _ = memory.population  # what is stored from now on is heard of
        if memory.is_behind:
            await memory.catch_up(session)
        state = self.known_state(id)
        if state is None:
            state = await self.look_up(session, id, anew=True)
        if not isinstance(state, Mapping):
            raise UnsatisfiableError(
                f"{asker.path} needs the state of {self.aggregate_provider.path} {id!r}, which nobody here knows, and its "
                "repository cannot look up: give it a get(session, id) and a find(session), or store by the provider"
            )
        return state

    async def look_up(self, session: ISession, id: Any, *, anew: bool = False) -> Any:
        """What the repository gives for an exported id: None if it has none.

        Args:
            session: the session to look in.
            id: the exported id.
            anew: also if it is known that there is one.

        Returns:
            True where that is known already, or nobody can look.
        """
        if not anew and freeze(id) in self._vouched:
            return True
        repository = lookup_of(self.aggregate_provider.repository)
        if repository is None:
            return True
        state = await repository.get(session, id)
        if state is not None:
            self.vouch(session, id)
        return state

    def vouch(self, session: ISession, id: Any) -> None:
        """An aggregate exists, until the session rolls back."""
        if self.number_of(id) is None:
            if len(self._vouched) >= _VOUCHED:
                self._vouched.clear()
            self._vouched.add(freeze(id))
            session.on_rollback(self._vouched.discard, freeze(id))

    def borrow(self) -> AggregateProvider[Any, Any]:
        """A clone of the aggregate provider that nobody is using."""
        return self._idle.pop() if self._idle else self.aggregate_provider.clone()

    def return_(self, lane: AggregateProvider[Any, Any]) -> None:
        """The clone is free again; what it took for an aggregate that it did not make is, too."""
        lane._settle_kept()
        lane._making = ()
        self._idle.append(lane)

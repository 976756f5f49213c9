"""Provides the id of another aggregate: one that exists, or a new one (M:1)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar, cast

from ascetic_ddd.faker.domain.distributors.m2o.births import carry_out
from ascetic_ddd.faker.domain.distributors.m2o.factory import checked_distributor, distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IBirth, IM2ODistributor
from ascetic_ddd.faker.domain.distributors.m2o.scope import Pool, Scope
from ascetic_ddd.faker.domain.errors import ConfigurationError, CycleError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.identities import find, find_or_wait
from ascetic_ddd.faker.domain.providers.memory import Memory
from ascetic_ddd.faker.domain.providers.patterns import DEEPEST, check_depth, is_specification
from ascetic_ddd.faker.domain.providers.provider import NOTHING, Provider, copied, placed
from ascetic_ddd.faker.domain.providers.reference_source import ReferenceSource, Wanted
from ascetic_ddd.faker.domain.providers.ties import tied_uses
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ReferenceProvider",)

I = TypeVar("I")  # noqa: E741
A = TypeVar("A")
O = TypeVar("O")  # noqa: E741


class ReferenceProvider(Provider[I, O], Generic[I, A, O]):
    """Provides the id of another aggregate.

    Nothing told: the distributor decides reuse or create among all that exist. A full id told: that id. A part told, as a
    pattern (``{"tenant_id": 7}``, ``{"tenant_id": {"status": "active"}}``) or as a specification: one that matches, by the law
    among those that match, else a new one made with those parts. The decision comes before anything is built.

    What only one aggregate can have (a unique part's value such as ``{"email": "boss@x"}``, or a whole id) finds that one, or
    makes it once, whatever the law; a lane waits for another that is making it. If the rest of the pattern contradicts, that is
    an error.

    A nullable reference may come out null also when a pattern was told, so that ties in ``do_populate`` keep the null share;
    told a full id or such a value, or with a distributor without ``null_weight``, it never does.

    Each output is a fresh id object, made of the remembered plain id, so nobody else can change it.

    Args:
        distributor: reuse or create, and null; by default each reference creates a new aggregate.
        aggregate_provider: the provider of the referenced aggregate, or a callable that returns it, for cycles.
        create: False never creates: only what exists is referred to (reference data, an aggregate generated before).

    Raises:
        ConfigurationError: ``aggregate_provider`` is neither.
    """

    def __init__(
        self,
        distributor: IM2ODistributor | None = None,
        aggregate_provider: "AggregateProvider[Any, A] | Callable[[], AggregateProvider[Any, A]] | None" = None,
        *,
        create: bool = True,
    ) -> None:
        super().__init__()
        self.distributor: IM2ODistributor = distributor_factory() if distributor is None else checked_distributor(distributor)
        self.source = ReferenceSource(aggregate_provider)
        self._is_nullable = self.distributor.is_nullable
        self.may_create = create
        is_ready = hasattr(aggregate_provider, "memory")  # not yet, if an aggregate provider refers to itself
        if isinstance(aggregate_provider, AggregateProvider) and self.distributor.keeps_values and is_ready:
            _ = aggregate_provider.memory.population  # listen from the start
        self._nobody = Pool().everything
        self._is_told = False
        self._input: Any = None
        self._pattern: dict[str, Any] | None = None
        self._specification: ISpecification | None = None
        self._wanted: Wanted | None = None
        self._drawn: tuple[ISession, Scope, int | None] | None = None  # for the object at hand
        self._used: tuple[ISession, Scope, int] | None = None  # by it, as it was told

    def reset(self) -> None:
        self._drawn = self._used = None
        self._input = None
        self._done = False
        self._is_told = False
        self._pattern = None
        self._specification = None
        self._wanted = None
        self._output = NOTHING

    def set(self, input: I | None) -> None:
        """Tell the full id, or a pattern, or a specification; None makes the reference null."""
        if self._drawn is not None or self._used is not None:
            self._give_back()
        self._output = NOTHING
        self._input = None
        self._is_told = False
        self._done = input is None
        if input is None:
            return
        source = self.source
        told: Any = input
        if type(told) is dict and len(told) != source.id_parts:  # what ties in do_populate tell a million times
            self._tell(told)
            return
        if isinstance(input, EqualSpecification):
            input = cast(I, input.pattern)
        input = source.as_plain(input)
        if source.is_full_id(input):
            self._input = copied(input)
            self._is_told = True  # and done when it has been counted as a use
            self._done = not self.distributor.keeps_values
        elif isinstance(input, Mapping):
            self._tell(input)
        elif is_specification(input):
            self._specification = cast(ISpecification, input)
            self._wanted = self.source.wanted(self._pattern, self._specification, self)
        else:
            raise ConfigurationError(
                f"{self.path} was told {input!r}; expected an id of {self.source.aggregate_provider.path} "
                f"({self.source.id_provider!r}), a dict of its attributes, a specification, or None"
            )

    def _tell(self, pattern: Mapping[str, Any]) -> None:
        """Add to the pattern; it is kept longer than the caller may leave it as it is."""
        try:
            told = {key: part if isinstance(part, (int, str)) else copied(part) for key, part in pattern.items()}
        except RecursionError:
            check_depth(pattern, self)
            raise
        self._pattern = {**self._pattern, **told} if self._pattern else told
        self._wanted = self.source.wanted(self._pattern, self._specification, self)

    def get(self) -> I | None:
        if self._done or self._is_told:
            if isinstance(self._input, (int, str)):
                return cast(I, self._input)
            return cast("I | None", copied(self._input))
        return cast("I | None", copied(self._pattern))

    def is_complete(self) -> bool:
        return self._done or self._is_told

    def is_transient(self) -> bool:
        return False

    def number_of(self, session: ISession, input: Any) -> int | None:
        """The number under which the distributor knows an aggregate, by its exported id; None if it is not known."""
        return self.source.population.number_of(input)

    def leads_to(self) -> tuple[Provider[Any, Any], ...]:
        return (self.source.aggregate_provider,)

    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Choose the referenced aggregate, or create it.

        Raises:
            UnsatisfiableError: nothing matches and nothing may be created, or what was created does not match.
            CycleError: making it would need, again and again, another of its kind.
        """
        if self._done:
            return
        if specification is not None:
            self.set(cast(I, specification))
        pending = ReferenceProvider._begin(self, session)
        if pending is not None:
            await pending

    def _begin(self, session: ISession) -> Awaitable[None] | None:
        if self._done:
            return None
        source = self.source
        memory = source.memory or source.aggregate_provider.memory
        wanted = self._wanted
        if memory.is_late or self._is_told or (wanted is not None and wanted.identities):
            return self._begin_seldom(session, memory)
        if wanted is not None:
            scope = wanted.scope
            if not wanted.is_tied:
                self._tie(wanted)
        elif self.distributor.keeps_values:
            scope = memory.population.everything
        else:
            scope = self._nobody
        try:
            is_closed = not self.may_create or (self._is_nullable and self._is_of_its_kind(memory))
            choice = self.distributor.draw(session, scope, is_closed=is_closed)
        except UnsatisfiableError as error:
            if not self._is_nullable or not self._is_of_its_kind(memory):
                raise UnsatisfiableError(f"{self.path}: {error}") from None
            choice = None  # the first of all
        if choice is None:
            self._input = None
            self._drawn = (session, scope, None)
        elif isinstance(choice, int):
            self._input = memory.population.id_of(choice)
            self._drawn = (session, scope, choice)
        else:
            return self._create_new(session, wanted, scope, choice)
        self._done = True
        return None

    def _tie(self, wanted: Wanted) -> None:
        """Once a pattern: what it is tied to may know how often it will be told."""
        wanted.is_tied = True
        foretell = getattr(self.distributor, "foretell", None)
        uses = tied_uses(self, wanted.input) if foretell is not None else None
        if foretell is not None and uses is not None:
            foretell(wanted.scope, uses)

    def _begin_seldom(self, session: ISession, memory: Memory) -> Awaitable[None] | None:
        """What exists has to be looked up first; or an id was told, which is a use, too, if its value is known."""
        if memory.is_late:
            return self._begin_late(session)
        if self._wanted is not None:
            return self._begin_identified(session, self._wanted)
        number = memory.population.number_of(self._input)
        if number is not None:
            self.distributor.use(session, memory.population.everything, number)
            self._used = (session, memory.population.everything, number)
        self._done = True
        return None

    async def _begin_late(self, session: ISession) -> None:
        await self.source.aggregate_provider.memory.catch_up(session)
        pending = ReferenceProvider._begin(self, session)
        if pending is not None:
            await pending

    async def _create_new(self, session: ISession, wanted: Wanted | None, scope: Scope, birth: IBirth) -> None:
        try:
            may_nest = self._may_nest()
        except CycleError:
            birth.failed()
            raise
        if not may_nest:
            birth.failed()
            self._input, self._done = None, True
            return
        id: Any = None

        async def make(birth: IBirth) -> int | None:
            nonlocal id
            id = await self._create_one(session, wanted)
            return None if scope is self._nobody else self._number_of_new(scope, id)

        choice = await carry_out(session, birth, make)
        self._drawn = (session, scope, birth.position if choice is None else choice)
        self._input = id if choice is None else self.source.population.id_of(choice)
        self._done = True

    def _number_of_new(self, scope: Scope, id: Any) -> int:
        """The number of an aggregate that was made for a scope."""
        number = self.source.population.number_of(id)
        if scope.is_lazy:
            scope.refresh()
        if number is None or number not in scope.members:
            raise self._made_another(id, scope)
        return number

    def _made_another(self, id: Any, scope: Scope) -> UnsatisfiableError:
        return UnsatisfiableError(
            f"{self.path}: {self.source.aggregate_provider.path} was told {self._pattern!r} and made "
            f"{self.source.population.state_of(id)!r}, which is not among {scope.description}; "
            "let its output_exporter give the told parts under their attribute names, unchanged"
        )

    def _begin_identified(self, session: ISession, wanted: Wanted) -> Awaitable[None] | None:
        """What only one aggregate can have was told: that one is referred to however often, or made once."""
        number = find(wanted.identities, wanted.scope, self.source.aggregate_provider, self)
        if number is None or self.source.population.is_foreign(number, session):
            return self._find_or_make(session, wanted)
        self._refer_to(session, number)
        return None

    async def _find_or_make(self, session: ISession, wanted: Wanted) -> None:
        number = await find_or_wait(wanted.identities, wanted.scope, self.source.aggregate_provider, session, self)
        if number is not None:
            self._refer_to(session, number)
        elif not self.may_create:
            raise UnsatisfiableError(
                f"{self.path}: no value to use among {wanted.scope.description}, and none may be created; "
                "create or load one that matches, or allow the reference to create"
            )
        elif self._may_nest():
            await self._make_identified(session, wanted)
        else:
            self._done = True

    async def _make_identified(self, session: ISession, wanted: Wanted) -> None:
        for each in wanted.identities:
            each.reserve(session)
        try:
            id = await self._create_one(session, wanted)
        finally:
            for each in wanted.identities:
                each.release()
        number = find(wanted.identities, wanted.scope, self.source.aggregate_provider, self)
        if number is None or number != self.source.population.number_of(id):
            raise self._made_another(id, wanted.scope)
        self._refer_to(session, number)

    def _refer_to(self, session: ISession, number: int) -> None:
        population = self.source.population
        self.distributor.use(session, population.everything, number)
        self._used = (session, population.everything, number)
        self._input = population.id_of(number)
        self._done = True

    async def _create_one(self, session: ISession, wanted: Wanted | None) -> Any:
        """Create one aggregate as wanted, on a lane of its own. Returns its exported id."""
        source = self.source
        root: Any = self._root()
        making = getattr(root, "_making", ())
        if len(making) >= DEEPEST:
            way = " → ".join(reference.path for reference, _ in making[:5])
            raise ConfigurationError(
                f"{way} → … → {self.path}: {len(making) + 1} references lead to one another, and {DEEPEST} can be followed; "
                "create the last of these aggregates beforehand"
            )
        lane = source.take_lane()
        try:
            lane.reset()
            lane._making = (*making, (self, root))
            if wanted is not None and wanted.input is not None:
                lane.set(wanted.input)
            await lane.populate(session, wanted.specification if wanted is not None else None)
            await lane.create(session)
            return lane.exported_id
        except Exception as error:
            placed(error, lane)
            raise
        finally:
            source.give_back(lane)

    def _is_of_its_kind(self, memory: Memory) -> bool:
        """Tell whether this refers to the kind that is being made: if it is nullable, it chooses among those made so far."""
        root = self._root()
        return self._wanted is None and isinstance(root, AggregateProvider) and root.memory is memory

    def _may_nest(self) -> bool:
        """Tell whether to create, or to end a circle of creations by null; a circle that cannot end is an error."""
        root: Any = self._root()
        making: tuple[tuple[ReferenceProvider[Any, Any, Any], Any], ...] = getattr(root, "_making", ())
        target = self.source.aggregate_provider.memory
        in_the_making = [provider.memory for _, provider in making if isinstance(provider, AggregateProvider)]
        if isinstance(root, AggregateProvider):
            in_the_making.append(root.memory)
        if not any(memory is target for memory in in_the_making):
            return True
        has_come_round = any(reference.source is self.source for reference, _ in making)
        if self.distributor.is_nullable and (has_come_round or self._wanted is None):
            return False
        if has_come_round:
            raise CycleError(
                f"{' → '.join([*(reference.path for reference, _ in making), self.path])}: making one needs another one, "
                "without end; give one of these references a null_weight, tell it an id, or create the first ones beforehand"
            )
        return True

    def _build(self) -> Any:
        if self._output is NOTHING:
            self._output = None if self._input is None else (self.source.maker or self.source.make_id)(self._input)
        return self._output

    def _give_back(self) -> None:
        drawn, used, self._drawn, self._used = self._drawn, self._used, None, None
        if drawn is not None and self._root()._is_in_the_making:
            self.distributor.undraw(*drawn)
        if used is not None and self._root()._is_in_the_making:
            self.distributor.unuse(*used)

    def _make(self, input: Any) -> Any:
        return None if input is None else self.source.make_id(input)

    def _adopt(self, input: Any) -> None:
        self._input = input
        self._done = True

"""Provides the id of another aggregate: one that exists, or a new one (M:1)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar, cast

from ascetic_ddd.faker.domain.distributors.m2o.factory import checked_distributor, distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision, IM2ODistributor, IReservation
from ascetic_ddd.faker.domain.distributors.m2o.reservation import carry_out
from ascetic_ddd.faker.domain.errors import ConfigurationError, CycleError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.identities import find, find_or_wait
from ascetic_ddd.faker.domain.providers.kinds import Referring, is_specification, source_of
from ascetic_ddd.faker.domain.providers.patterns import DEEPEST, check_depth
from ascetic_ddd.faker.domain.providers.provider import NOTHING, Provider, copied, placed
from ascetic_ddd.faker.domain.providers.reference_source import ReferenceSource, Wanted
from ascetic_ddd.faker.domain.providers.telling import CALLER, overrules, told_by
from ascetic_ddd.faker.domain.providers.ties import tied_uses
from ascetic_ddd.faker.domain.providers.use import at_work, refuse_original
from ascetic_ddd.faker.domain.providers.wishes import Telling, add_up, held_against
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.stock.aggregate_stock import AggregateStock
from ascetic_ddd.faker.domain.stock.scope import Pool, Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ReferenceProvider",)

I = TypeVar("I")  # noqa: E741
A = TypeVar("A")
O = TypeVar("O")  # noqa: E741


class ReferenceProvider(Referring[I, O], Generic[I, A, O]):
    """Provides the id of another aggregate.

    Nothing told: the distributor decides reuse or create among all that exist. A full id told: that id. A part told, as a
    pattern (``{"tenant_id": 7}``, ``{"tenant_id": {"status": "active"}}``) or as a specification: one that matches, by the law
    among those that match, else a new one made with those parts. The decision comes before anything is built.

    What only one aggregate can have (a unique part's value such as ``{"email": "boss@x"}``, or a whole id) finds that one, or
    makes it once, whatever the law; a lane waits for another that is making it. If the rest of the pattern contradicts, that is
    an error.
    What is told adds up until :meth:`reset`: an id stays when a pattern is told after it, if it satisfies the pattern; else that
    is an error which names both. Told None it is null, whatever pattern a hook tells of it.

    A nullable reference that only hooks told a pattern may come out null, so that ties in ``do_populate`` keep the null share;
    told a pattern by the caller, or a full id or such a value by anybody, it never does.

    Each output is a fresh id object, made of the remembered plain id, so nobody else can change it.

    Args:
        distributor: reuse or create, and null; by default each reference creates a new aggregate.
        aggregate_provider: the provider of the referenced aggregate, or a callable that returns it, for cycles.
        create: False never creates: only what exists is referred to (reference data, an aggregate generated before).
        strict: a full id told that is not known here is looked up, once, where the repository can look (it has ``get`` and
            ``find``; of a composite repository the external one is asked); one that does not exist is an error. False takes it
            as it is.

    Raises:
        ConfigurationError: ``aggregate_provider`` is neither.
    """

    source: ReferenceSource

    def __init__(
        self,
        distributor: IM2ODistributor | None = None,
        aggregate_provider: "AggregateProvider[Any, A] | Callable[[], AggregateProvider[Any, A]] | None" = None,
        *,
        create: bool = True,
        strict: bool = True,
    ) -> None:
        super().__init__()
        self.distributor: IM2ODistributor = distributor_factory() if distributor is None else checked_distributor(distributor)
        self.source = ReferenceSource(aggregate_provider)
        self._is_nullable = self.distributor.is_nullable
        self.may_create = create
        if (
            isinstance(aggregate_provider, AggregateProvider)
            and self.distributor.keeps_values
            and "memory" in vars(aggregate_provider)
        ):
            _ = aggregate_provider.memory.population  # listen from the start
        self._nobody = Pool().everything
        self._strict = strict
        self._tellings: list[Telling] = []
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
        if self._tellings:
            self._tellings = []

    def set(self, input: I | None) -> None:
        """Tell the full id, or a pattern, or a specification; None makes the reference null. What is told adds up.

        Raises:
            ConfigurationError: it is none of these, or names a part that the aggregate does not have.
            ContradictionError: it contradicts what was told since :meth:`reset`. A pattern that a hook tells of a reference that
                was told to be null does not matter.
        """
        if at_work.get():
            refuse_original(self)
        owner = self._owner
        teller = owner if owner is not None and owner._is_hooking else told_by(self)
        if type(input) is dict and not self._tellings and len(input) != self.source.id_parts:
            # what ties in do_populate tell a million times; it is kept longer than the caller may leave it as it is
            try:
                told = {key: part if isinstance(part, (int, str)) else copied(part) for key, part in input.items()}
            except RecursionError:
                check_depth(input, self)
                raise
            self._wanted = self.source.wanted(told, None, self)
            if self._drawn is not None or self._used is not None:
                self._give_back()
            self._tellings = [(teller, told)]
            self._output = NOTHING
            self._input = None
            self._done = False
            self._pattern = told
        else:
            self._take((teller, self._understood(input)))

    def _understood(self, input: Any) -> Any:
        """What was told, as plain data of ours: an id, a pattern, a specification, or None."""
        source = self.source
        if isinstance(input, EqualSpecification):
            input = input.pattern
        input = source.as_plain(input)
        if isinstance(input, Mapping):
            check_depth(input, self)
        if input is None or isinstance(input, Mapping) or source.is_full_id(input):
            return copied(input)
        if is_specification(input):
            return input
        raise ConfigurationError(
            f"{self.path} was told {input!r}; expected an id of {source.aggregate_provider.path} "
            f"({source.id_provider!r}), a dict of its attributes, a specification, or None"
        )

    def _take(self, telling: Telling) -> None:
        """Let a telling add to the others."""
        wish, self._tellings = add_up(self, self._tellings, telling)
        if self._drawn is not None or self._used is not None:
            self._give_back()
        is_open = wish.pattern is not None or wish.specification is not None
        self._wanted = self.source.wanted(wish.pattern, wish.specification, self) if is_open else None
        self._pattern, self._specification = wish.pattern, wish.specification
        self._input = wish.id
        self._is_told = wish.id is not None  # and done when it has been counted as a use
        self._done = wish.is_null
        self._output = NOTHING

    def _yields(self, teller: Provider[Any, Any] | None) -> bool:
        return all(overrules(teller, other) for other, _ in self._tellings)

    def _was_drawn(self) -> bool:
        return self._done and not self._is_told and self._input is not None

    def _redraw(self, teller: Provider[Any, Any] | None) -> None:
        kept = [telling for telling in self._tellings if not overrules(teller, telling[0])]
        self.reset()
        for telling in kept:
            self._take(telling)

    def _known(self) -> I | None:
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
        if at_work.get():
            refuse_original(self)
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
        if memory.is_behind or self._is_told or (wanted is not None and wanted.identities):
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
            if wanted is not None and (self._is_nullable or wanted.tells_given):
                choice = self._draw_told(session, wanted, is_closed)
            else:
                choice = self.distributor.draw(session, scope, is_closed=is_closed)
        except UnsatisfiableError as error:
            self._expect_first(error, memory)
            choice = None
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

    def _expect_first(self, error: UnsatisfiableError, memory: AggregateStock) -> None:
        """Raise the error, unless this is the first of its kind, which may refer to nobody."""
        if not self._is_nullable or not self._is_of_its_kind(memory):
            raise UnsatisfiableError(f"{self.path}: {error}") from None

    def _draw_told(self, session: ISession, wanted: Wanted, is_closed: bool) -> Decision:
        """Draw where a pattern forbids some answers: a null, or a second one with a number that the database gave."""
        scope = wanted.scope
        if wanted.tells_given:
            scope.refresh()
            is_closed = is_closed or bool(scope.members)
        return self.distributor.draw(session, scope, is_closed=is_closed, may_be_null=not self._must_match())

    def _must_match(self) -> bool:
        """Tell whether somebody else than a hook told what it shall be like: what a caller tells is no null."""
        return any(teller is CALLER for teller, _ in self._tellings)

    def _tie(self, wanted: Wanted) -> None:
        """Once a pattern: what it is tied to may know how often it will be told."""
        wanted.is_tied = True
        foretell = getattr(self.distributor, "foretell", None)
        uses = tied_uses(self, wanted.input) if foretell is not None else None
        if foretell is not None and uses is not None:
            foretell(wanted.scope, uses)

    def _begin_seldom(self, session: ISession, memory: AggregateStock) -> Awaitable[None] | None:
        """What exists has to be looked up first; or an id was told, which is a use, too, if its value is known."""
        if memory.is_behind:
            return self._begin_late(session)
        if not self._is_told and self._wanted is not None:
            return self._begin_identified(session, self._wanted)
        if not self.distributor.keeps_values and not (self._strict or self._wanted):
            self._done = True
            return None
        number = self.source.number_of(self._input)
        if number is None and (self._strict or self._wanted):
            return self._begin_unknown(session)
        if self._wanted is not None:
            held_against(self, self.source.known_state(self._input))
        if number is not None:
            self.distributor.use(session, memory.population.everything, number)
            self._used = (session, memory.population.everything, number)
        self._done = True
        return None

    async def _begin_unknown(self, session: ISession) -> None:
        """An id was told that nobody here knows: look it up, if somebody can."""
        state = await self.source.look_up(session, self._input, anew=self._wanted is not None)
        if state is None and self._strict:
            raise UnsatisfiableError(
                f"{self.path} was told {self._input!r}, but there is no such {self.source.aggregate_provider.path} in its "
                "repository; tell one that exists, or a pattern, or give the reference strict=False"
            )
        held_against(self, state if isinstance(state, Mapping) else None)
        self._done = True

    async def _begin_late(self, session: ISession) -> None:
        await self.source.aggregate_provider.memory.catch_up(session)
        pending = ReferenceProvider._begin(self, session)
        if pending is not None:
            await pending

    async def _create_new(self, session: ISession, wanted: Wanted | None, scope: Scope, reservation: IReservation) -> None:
        try:
            may_nest = self._may_nest()
        except CycleError:
            reservation.cancel()
            raise
        if not may_nest:
            reservation.cancel()
            self._input, self._done = None, True
            return
        id: Any = None

        async def make(reservation: IReservation) -> int | None:
            nonlocal id
            id = await self._create_one(session, wanted)
            return None if scope is self._nobody else self._number_of_new(scope, id)

        choice = await carry_out(session, reservation, make)
        self._drawn = (session, scope, reservation.position if choice is None else choice)
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
        making = root._making
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
            root._failure = lane._failure
            raise
        finally:
            source.give_back(lane)

    def _is_of_its_kind(self, memory: AggregateStock) -> bool:
        """Tell whether this refers to the kind that is being made: if it is nullable, it chooses among those made so far."""
        root = self._root()
        return self._wanted is None and isinstance(root, AggregateProvider) and root.memory is memory

    def _may_nest(self) -> bool:
        """Tell whether to create, or to end a circle of creations by null; a circle that cannot end is an error."""
        root: Any = self._root()
        making: tuple[tuple[Provider[Any, Any], Any], ...] = root._making
        target = self.source.aggregate_provider.memory
        in_the_making = [provider.memory for _, provider in making if isinstance(provider, AggregateProvider)]
        if isinstance(root, AggregateProvider):
            in_the_making.append(root.memory)
        if not any(memory is target for memory in in_the_making):
            return True
        has_come_round = any(source_of(asker) is self.source for asker, _ in making)  # children ask, too
        if self.distributor.is_nullable and (self._wanted is None or (has_come_round and not self._must_match())):
            return False
        if has_come_round:
            raise CycleError(
                f"{' → '.join([*(asker.path for asker, _ in making), self.path])}: making one needs another one, "
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

    def _taken(self) -> Any:
        return None if self._drawn is None and self._used is None else (self._drawn, self._used)

    def _make(self, input: Any) -> Any:
        return None if input is None else self.source.make_id(input)

    def _adopt(self, input: Any) -> None:
        self._input = input
        self._done = True

"""How a reference makes the aggregate that it refers to: on a lane of its own, as far as circles of references allow."""

from collections.abc import Mapping
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor, IReservation
from ascetic_ddd.faker.domain.distributors.m2o.reservation import carry_out
from ascetic_ddd.faker.domain.errors import ConfigurationError, CycleError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.failures import placed
from ascetic_ddd.faker.domain.providers.identities import find, find_or_wait
from ascetic_ddd.faker.domain.providers.kinds import Referring, source_of
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.patterns import DEEPEST
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_source import ReferenceSource, Wanted
from ascetic_ddd.faker.domain.providers.telling import CALLER
from ascetic_ddd.faker.domain.providers.wishes import Telling
from ascetic_ddd.faker.domain.stock.aggregate_stock import AggregateStock
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("MadeReference",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class MadeReference(Referring[I, O]):
    """The part of a reference provider that makes what does not exist yet."""

    source: ReferenceSource
    distributor: IM2ODistributor
    _nobody: Scope  # where nothing is kept
    _tellings: list[Telling]
    _pattern: Mapping[str, Any] | None
    _wanted: Wanted | None
    _is_leaf = True
    _used: tuple[ISession, Scope, int] | None  # by it, as it was told

    async def _create_new(self, session: ISession, wanted: Wanted | None, scope: Scope, reservation: IReservation) -> None:
        try:
            may_nest = self._may_nest()
        except CycleError:
            reservation.cancel()
            raise
        if not may_nest:
            reservation.cancel()
            self._slot.input, self._slot.is_done = None, True
            return
        id: Any = None

        async def make(reservation: IReservation) -> int | None:
            nonlocal id
            id = await self._create_one(session, wanted)
            return None if scope is self._nobody else self._number_of_new(scope, id)

        choice = await carry_out(session, reservation, make)
        self._slot.drawn = (session, scope, reservation.position if choice is None else choice)
        self._slot.input = id if choice is None else self.source.population.id_of(choice)
        self._slot.is_done = True

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

    def _find_identified(self, session: ISession, wanted: Wanted) -> Pending:
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
            self._slot.is_done = True

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
        self._slot.input = population.id_of(number)
        self._slot.is_done = True

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
        lane = source.borrow()
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
            source.return_(lane)

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

    def _must_match(self) -> bool:
        """Tell whether somebody else than a hook told what it shall be like: what a caller tells is no null."""
        return any(teller is CALLER for teller, _ in self._tellings)

    def _give_back(self) -> None:
        drawn, used, self._slot.drawn, self._used = self._slot.drawn, self._used, None, None
        if drawn is not None and self._root()._is_in_the_making:
            self.distributor.undraw(*drawn)
        if used is not None and self._root()._is_in_the_making:
            self.distributor.unuse(*used)

    def _taken(self) -> Any:
        return None if self._slot.drawn is None and self._used is None else (self._slot.drawn, self._used)

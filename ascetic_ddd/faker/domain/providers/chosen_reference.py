"""How a reference chooses among the aggregates that exist, or decides to make one."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision
from ascetic_ddd.faker.domain.distributors.m2o.selecting import draw_free
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.providers.made_reference import MadeReference
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.reference_source import Wanted
from ascetic_ddd.faker.domain.providers.ties import tied_uses
from ascetic_ddd.faker.domain.providers.together import beside_of, free_for
from ascetic_ddd.faker.domain.providers.wishes import held_against
from ascetic_ddd.faker.domain.stock.aggregate_stock import AggregateStock
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ChosenReference",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class ChosenReference(MadeReference[I, O]):
    """The part of a reference provider that draws."""

    _is_nullable: bool
    _is_told: bool  # a whole id
    _strict: bool

    def _step(self, session: ISession) -> Pending:
        if self._slot.is_done:
            return None
        source = self.source
        memory = source.memory or source.aggregate_provider.memory
        wanted = self._wanted
        if memory.is_behind or self._is_told or (wanted is not None and wanted.identities):
            return self._resolve_told_or_behind(session, memory)
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
            is_free = free_for(self) if self._together and self.distributor.keeps_values else None
            if is_free is not None:
                choice = self._draw_free(session, wanted, scope, is_free, is_closed)
            elif wanted is not None and (self._is_nullable or wanted.tells_given):
                choice = self._draw_told(session, wanted, is_closed)
            else:
                choice = self.distributor.draw(session, scope, is_closed=is_closed)
        except UnsatisfiableError as error:
            self._expect_first(error, memory)
            choice = None
        return self._decided(session, wanted, scope, choice)

    def _decided(self, session: ISession, wanted: Wanted | None, scope: Scope, choice: Decision) -> Pending:
        """Do what was decided."""
        slot = self._slot
        if isinstance(choice, int):
            slot.input = self.source.population.id_of(choice)
        elif choice is None:
            slot.input = None
        else:
            return self._create_new(session, wanted, scope, choice)
        slot.drawn = (session, scope, choice)
        slot.is_done = True
        return None

    def _fast_step(self) -> Callable[[ISession], Pending]:
        """Most references: not nullable, free to create, and told nothing, or what a hook tells in each row."""
        if self._overrides_populate or not self._is_usual:
            return self._step
        slot, source = self._slot, self.source

        def step(session: ISession) -> Pending:
            memory = source.memory
            if memory is None or memory.is_behind:
                return self._step(session)
            wanted = None
            if slot.is_told:
                wanted = self._wanted
                if self._is_told or wanted is None or not wanted.is_usual:
                    return self._step(session)
                scope = wanted.scope
            else:
                scope = memory.population.everything
            return self._decided(session, wanted, scope, self.distributor.draw(session, scope))

        return step

    @property
    def _is_usual(self) -> bool:
        """True if all that is to be decided is decided by the distributor."""
        return self.may_create and not self._is_nullable and self.distributor.keeps_values and not self._together

    def _choose(self, session: ISession, wanted: Wanted) -> Pending:
        """Choose among those that match a pattern, or make one."""
        memory = self.source.memory
        if memory is None or memory.is_behind or not (self._is_usual and wanted.is_usual):
            return ChosenReference._step(self, session)
        return self._decided(session, wanted, wanted.scope, self.distributor.draw(session, wanted.scope))

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

    def _draw_free(
        self, session: ISession, wanted: Wanted | None, scope: Scope, is_free: Callable[[Any], bool], is_closed: bool
    ) -> Decision:
        """Draw what the parts that it is unique together with have not had; if there is none, one that they have had."""
        population = self.source.population
        if wanted is not None and wanted.tells_given:
            scope.refresh()
            is_closed = is_closed or bool(scope.members)
        may_be_null = wanted is None or not self._must_match()

        def will_do(number: int) -> bool:
            return is_free(population.id_of(number))

        try:
            beside = beside_of(self, scope)
            return draw_free(
                self.distributor, session, scope, will_do, is_closed=is_closed, may_be_null=may_be_null, beside=beside
            )
        except UnsatisfiableError:  # another part may give way
            return self.distributor.draw(session, scope, is_closed=is_closed, may_be_null=may_be_null)

    def _chosen_from(self) -> Scope | None:
        """What was chosen from, where that follows from what the object is told; None if somebody told something else."""
        return None if self._tellings or self._is_told else self.source.population.everything

    def _tie(self, wanted: Wanted) -> None:
        """Once a pattern: what it is tied to may know how often it will be told."""
        wanted.is_tied = True
        foretell = getattr(self.distributor, "foretell", None)
        uses = tied_uses(self, wanted.input) if foretell is not None else None
        if foretell is not None and uses is not None:
            foretell(wanted.scope, uses)

    def _resolve_told_or_behind(self, session: ISession, memory: AggregateStock) -> Pending:
        """What exists has to be looked up first; or an id was told, which is a use, too, if its value is known."""
        if memory.is_behind:
            return self._catch_up(session)
        if not self._is_told and self._wanted is not None:
            return self._find_identified(session, self._wanted)
        if not self.distributor.keeps_values and not (self._strict or self._wanted):
            self._slot.is_done = True
            return None
        number = self.source.number_of(self._slot.input)
        if number is None and (self._strict or self._wanted):
            return self._look_up(session)
        if self._wanted is not None:
            held_against(self, self.source.known_state(self._slot.input))
        if number is not None:
            self._count_told(session, memory.population.everything, number)
        self._slot.is_done = True
        return None

    def _count_told(self, session: ISession, scope: Scope, number: int) -> None:
        self.distributor.use(session, scope, number)
        self._used = (session, scope, number)

    async def _look_up(self, session: ISession) -> None:
        """An id was told that nobody here knows: look it up, if somebody can."""
        state = await self.source.look_up(session, self._slot.input, anew=self._wanted is not None)
        if state is None and self._strict:
            raise UnsatisfiableError(
                f"{self.path} was told {self._slot.input!r}, but there is no such {self.source.aggregate_provider.path} in its "
                "repository; tell one that exists, or a pattern, or give the reference strict=False"
            )
        held_against(self, state if isinstance(state, Mapping) else None)
        self._slot.is_done = True

    async def _catch_up(self, session: ISession) -> None:
        await self.source.aggregate_provider.memory.catch_up(session)
        pending = ChosenReference._step(self, session)
        if pending is not None:
            await pending

    def _draws_from(self) -> tuple[Any, ...]:
        return (
            (self.distributor, *self.distributor.draws_like)
            if isinstance(self.distributor, LawDistributor)
            else (self.distributor,)
        )

    def _draws_alone(self) -> bool:
        if self.may_create or self._overrides_populate or self._overrides_create:
            return False
        memory = self.source.aggregate_provider.memory
        return (
            not memory.is_behind
            and not self._is_of_its_kind(memory)
            and isinstance(self.distributor, LawDistributor)
            and self.distributor.is_steady
        )

    async def _draw_column(self, session: ISession, inputs: list[Any], size: int, plan: Plan | None) -> None:
        distributor, memory = self.distributor, self.source.aggregate_provider.memory
        if not isinstance(distributor, LawDistributor) or not distributor.is_steady or self._is_of_its_kind(memory):
            await super()._draw_column(session, inputs, size, plan)
            return
        if memory.is_behind:
            await memory.catch_up(session)
        population = memory.population
        while len(inputs) < size:
            left = size - len(inputs)
            for choice in distributor.draw_many(session, population.everything, left, is_closed=not self.may_create):
                if choice is None or isinstance(choice, int):
                    inputs.append(None if choice is None else population.id_of(choice))
                else:
                    await self._create_new(session, None, population.everything, choice)
                    inputs.append(self._slot.input)

    def _draw_many(self, session: ISession, count: int) -> tuple[list[Any], list[Any] | None]:
        population, distributor = self.source.population, cast(LawDistributor, self.distributor)
        try:
            choices = distributor.draw_many(session, population.everything, count, is_closed=True, behind=count - 1)
        except UnsatisfiableError as error:
            raise UnsatisfiableError(f"{self.path}: {error}") from None
        numbers = cast("list[int | None]", choices)  # nothing is made
        return [None if number is None else population.id_of(number) for number in numbers], numbers

    def _took(self, session: ISession, choice: Any) -> None:
        self._slot.drawn = (session, self.source.population.everything, choice)

    def _is_open(self) -> bool:
        return bool(self._tellings)

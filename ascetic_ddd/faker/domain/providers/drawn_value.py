"""How a value is drawn: made anew by a generator, or chosen by a distributor among those that were made before."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.distributors.m2o.facts import positions
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision, IM2ODistributor, IReservation
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.distributors.m2o.reservation import carry_out
from ascetic_ddd.faker.domain.distributors.m2o.selecting import draw_free
from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import ExhaustedError, UnsatisfiableError
from ascetic_ddd.faker.domain.generators.input_generators import IInputGenerator, takes_position
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.plain import copied, is_awaitable
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.together import free_for
from ascetic_ddd.faker.domain.stock.value_pool import ValuePool
from ascetic_ddd.seedwork.domain.errors import add_note
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("DrawnValue",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741

_TRIES = 1_000  # draws of a generator before we say that it has no new value
_FREE_TRIES = 100  # draws of a generator before another part gives way


class DrawnValue(Provider[I, O]):
    """The part of a value provider that draws. Its subclass says what it draws from, and what is told instead."""

    distributor: IM2ODistributor
    _generator: IInputGenerator | None
    _pool: ValuePool
    _is_leaf = True
    _always_new: NewDistributor | None  # most values: nothing to decide, nothing to give back
    _is_unique: bool

    @property
    def input_generator(self) -> IInputGenerator | None:
        """The generator in its one shape; None for a fixed list and for values that the database gives."""
        return self._generator

    @property
    def pool(self) -> ValuePool:
        """The inputs that may be given again."""
        return self._pool

    def number_of(self, session: ISession, input: Any) -> int | None:
        """The number under which the distributor knows an input; one that a generator could have drawn is taken in.

        None: a fixed list does not have it.
        """
        number = self._pool.number_of(input)
        if number is None and self._generator is not None:
            number = self._pool.append(session, input)
        return number

    def _step(self, session: ISession) -> Pending:
        if self._slot.is_done:
            return None
        if self._together and (is_free := free_for(self)) is not None:
            return self._draw_free(session, is_free)
        return self._draw_any(session)

    def _draw_any(self, session: ISession) -> Pending:
        return self._draw(session) if self._always_new is None else self._draw_fresh(session)

    def _fast_step(self) -> Callable[[ISession], Pending]:
        is_usual = self._always_new is not None and not self._overrides_populate and not self._together
        return self._draw_fresh if is_usual else self._step

    def _draw_fresh(self, session: ISession) -> Pending:
        """Draw a new value, of which nothing has to be decided."""
        drawn = self._generate(session, self._always_new.take_position())  # type: ignore[union-attr]  # callers have looked
        if is_awaitable(drawn):
            return self._await(drawn)
        slot = self._slot
        slot.input = drawn
        slot.is_done = True
        return None

    def _draw(self, session: ISession) -> Pending:
        """Draw what takes a decision."""
        return self._decided(session, self.distributor.draw(session, self._pool.everything))

    def _draw_free(self, session: ISession, is_free: Callable[[Any], bool]) -> Pending:
        """Draw what the parts that it is unique together with have not had; if there is none, one that they have had."""
        if not self.distributor.keeps_values:
            pending = self._draw_any(session)
            if pending is None and (self._slot.input is None or is_free(self._slot.input)):
                return None
            return self._draw_until(session, pending, is_free)
        inputs = self._pool.inputs
        try:
            choice = draw_free(self.distributor, session, self._pool.everything, lambda number: is_free(inputs[number]))
        except UnsatisfiableError:  # another part may give way
            return self._draw_any(session)
        return self._decided(session, choice)

    async def _draw_until(self, session: ISession, pending: Pending, is_free: Callable[[Any], bool]) -> None:
        if pending is not None:
            await pending
        numbers = positions(self.distributor)
        for _ in range(_FREE_TRIES):
            if numbers is None or self._slot.input is None or is_free(self._slot.input):
                return
            drawn = self._generate(session, numbers.take())
            self._slot.input = await drawn if is_awaitable(drawn) else drawn

    def _decided(self, session: ISession, choice: Decision) -> Pending:
        """Do what was decided."""
        if choice is None:
            self._slot.input = None
            self._slot.drawn = (session, None)
        elif isinstance(choice, int):
            self._slot.input = copied(self._pool.inputs[choice])
            self._slot.drawn = (session, choice)
        elif self.distributor.keeps_values:
            return self._make_new(session, choice)
        else:
            return self._make_once(session, choice)
        self._slot.is_done = True
        return None

    def _make_once(self, session: ISession, reservation: IReservation) -> Pending:
        """Make a value that nobody keeps."""
        try:
            drawn = self._generate(session, reservation.position)
        except BaseException:
            reservation.cancel()
            raise
        if is_awaitable(drawn):
            return self._make_later(session, reservation, drawn)
        reservation.fulfil(session)
        self._slot.input = drawn
        self._slot.drawn = (session, reservation.position)
        self._slot.is_done = True
        return None

    async def _await(self, drawn: Awaitable[I]) -> None:
        self._slot.input = await drawn
        self._slot.is_done = True

    async def _make_later(self, session: ISession, reservation: IReservation, drawn: Awaitable[I]) -> None:
        try:
            self._slot.input = await drawn
        except BaseException:
            reservation.cancel()
            raise
        reservation.fulfil(session)
        self._slot.drawn = (session, reservation.position)
        self._slot.is_done = True

    async def _make_new(self, session: ISession, reservation: IReservation) -> None:
        """Draw until the input is one that is not in the pool."""

        async def make(reservation: IReservation) -> int:
            return self._pool.append(session, await self._unknown(session, reservation))

        choice = await carry_out(session, reservation, make)
        self._slot.input = None if choice is None else copied(self._pool.inputs[choice])
        self._slot.drawn = (session, choice)
        self._slot.is_done = True

    async def _unknown(self, session: ISession, reservation: IReservation) -> Any:
        position = reservation.position
        is_numbered = self._is_unique or takes_position(self._generator)  # type: ignore[arg-type]  # there is one
        for _ in range(_TRIES):
            drawn = self._generate(session, position)
            if is_awaitable(drawn):
                drawn = await drawn
            if drawn not in self._pool:
                return drawn
            if is_numbered:  # the value of the number may have been told, or given before a restart
                position = reservation.retry()
        raise ExhaustedError(
            f"{self.path}: input_generator gave no new value in {_TRIES:,} tries; {len(self._pool):,} different values were "
            f"reached, {max(reservation.population, len(self._pool) + 1):,} are wanted by {self.distributor!r}; "
            "give a generator with more values, or a distributor with a larger mean"
        )

    def _draws_from(self) -> tuple[Any, ...]:
        return (self.distributor, *(() if self._generator is None else (self._generator,)))

    def _draws_alone(self) -> bool:
        if self._is_unique or self._overrides_populate or self._overrides_create:
            return False
        if isinstance(self.distributor, SharesDistributor):
            return self._generator is None
        return isinstance(self.distributor, NewDistributor) and getattr(self._generator, "is_apart", False)

    def _draw_many(self, session: ISession, count: int) -> tuple[list[Any], list[Any] | None]:
        distributor = self.distributor
        if self._always_new is not None:
            return [self._generate(session, position) for position in self._always_new.take_positions(count)], None
        if isinstance(distributor, NewDistributor):
            nulls = distributor.draw_nulls(session, count)
            positions = iter(distributor.take_positions(nulls.count(False)))
            choices: list[Any] = [None if is_null else next(positions) for is_null in nulls]
            return [None if choice is None else self._generate(session, choice) for choice in choices], choices
        choices = list(distributor.draw_many(session, self._pool.everything, count))
        inputs = self._pool.inputs
        return [None if choice is None else copied(inputs[choice]) for choice in choices], choices

    async def _draw_column(self, session: ISession, inputs: list[Any], size: int, plan: Plan | None) -> None:
        if self._draws_alone():
            inputs += self._draw_many(session, size)[0]
        elif self._always_new is not None and not self._is_done_by_itself:
            for position in self._always_new.take_positions(size):
                drawn = self._generate(session, position)
                inputs.append(await drawn if is_awaitable(drawn) else drawn)
        else:
            await super()._draw_column(session, inputs, size, plan)

    def _took(self, session: ISession, choice: Any) -> None:
        self._slot.drawn = (session, choice)

    def _generate(self, session: ISession, position: int) -> Any:
        try:
            return self._generator(session, position)  # type: ignore[misc]  # nothing is drawn where there is none
        except ExhaustedError as error:
            raise ExhaustedError(f"{self.path}: {error}") from None
        except Exception as error:
            add_note(error, f"while {self.path} drew input number {position}")
            raise

    def _taken(self) -> Any:
        return self._slot.drawn

    def _give_back(self) -> None:
        drawn, self._slot.drawn = self._slot.drawn, None
        if drawn is not None and self._root()._is_in_the_making:
            session, choice = drawn
            self.distributor.undraw(session, self._pool.everything, choice)

    def _forget(self) -> None:
        self._pool.forget()
        super()._forget()

"""Provides one value: drawn, reused, told, or left to the database."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar, cast

from ascetic_ddd.faker.domain.distributors.counts import UniformCounts
from ascetic_ddd.faker.domain.distributors.m2o.distributors import LawDistributor, NewDistributor
from ascetic_ddd.faker.domain.distributors.m2o.factory import checked_distributor, distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor, IReservation
from ascetic_ddd.faker.domain.distributors.m2o.reservation import carry_out
from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError, ExhaustedError
from ascetic_ddd.faker.domain.generators.input_generators import IInputGenerator, make_input_generator, takes_position
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.provider import NOTHING, Provider, copied, is_awaitable, noted
from ascetic_ddd.faker.domain.providers.telling import NOBODY, contradict, overrules, same, told_by
from ascetic_ddd.faker.domain.providers.unique_pool import UniquePool
from ascetic_ddd.faker.domain.providers.use import at_work, refuse_original
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.stock.value_pool import ValuePool
from ascetic_ddd.seedwork.domain.errors import add_note
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ValueProvider",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741

_TRIES = 1_000  # draws of a generator before we say that it has no new value


class ValueProvider(Provider[I, O]):
    """Provides one value object, or a plain value.

    Without ``input_generator`` and ``values`` the value is given by the database: the output is made of None now, and the
    input is known after the insert. (With ``sequence=True`` the position itself is the input.)

    A distributor with a mean, a skew or weights reuses values: 200 cities for 10,000 rows. Its values are different from
    each other; ``mean=1`` makes every value unique, and so does ``sequence=True``. A unique value is given once, drawn or told:
    one that is told is not drawn again, and one that was given, or is stored already, is refused when it is told.

    Args:
        distributor: reuse or new, and null; by default always new.
        output_factory: makes the output of the input; by default the class named by the second type parameter, if it is one of
            yours, else the input is the output. It is not called for None, unless the database gives the value.
        output_exporter: gives the input back from an output.
        input_generator: draws an input: a callable with 0, 1 (session) or 2 (session, position) parameters, sync or async, an
            iterable, or a Faker method. Positions count from 0.
        values: a fixed list of inputs, instead of a generator.
        weights: their shares, in the same order; by default as the distributor says, or equal.

    Raises:
        ConfigurationError: the generator has another shape, or the arguments contradict each other.

    Example:
        >>> status = ValueProvider[str, str](values=["active", "blocked"], weights=[0.9, 0.1])
    """

    def __init__(
        self,
        distributor: IM2ODistributor | None = None,
        output_factory: Callable[[Any], O] | None = None,
        output_exporter: Callable[[O], I] | None = None,
        input_generator: Any = None,
        *,
        values: Sequence[I] | None = None,
        weights: Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        self.distributor: IM2ODistributor = distributor_factory() if distributor is None else checked_distributor(distributor)
        self._output_factory = output_factory
        self._output_exporter = output_exporter
        self._generator: IInputGenerator | None = None
        self._is_unique = getattr(self.distributor, "is_unique", False) and values is None
        self._pool = ValuePool()
        if self._is_unique:
            looks = getattr(self.distributor, "start", None) is None
            self._pool = UniquePool(looks=looks, keeps=self.distributor.keeps_values)
        self._is_given = False
        if values is not None:
            self._list(values, weights, input_generator)
        elif weights is not None:
            raise ConfigurationError("weights are the shares of values; give values, or give weights to the distributor")
        elif input_generator is not None:
            self._generator = make_input_generator(input_generator)
        elif isinstance(distributor, NewDistributor) and distributor.is_sequence:
            self._generator = _position
        elif self.distributor.keeps_values or self.distributor.is_nullable:
            raise ConfigurationError(
                f"{distributor!r} has nothing to distribute: give input_generator or values, "
                "or leave the distributor out if the database gives the value"
            )
        else:
            self._is_given = True
            self._done = True
        always_new: NewDistributor | None = (
            self.distributor if isinstance(self.distributor, NewDistributor) and not self.distributor.is_nullable else None
        )
        self._always_new = None if self._is_unique else always_new
        self._sequence = always_new if self._is_unique else None
        self._input: Any = None
        self._drawn: tuple[ISession, int | None] | None = None
        self._teller: Any = NOBODY
        self._generated_by = input_generator

    @property
    def input_generator(self) -> IInputGenerator | None:
        """The generator in its one shape; None for a fixed list and for values that the database gives."""
        return self._generator

    @property
    def pool(self) -> ValuePool:
        """The inputs that may be given again."""
        return self._pool

    @property
    def is_given(self) -> bool:
        """True if the database gives the value."""
        return self._is_given

    @property
    def is_unique(self) -> bool:
        """True if no value is given twice, drawn or told."""
        return self._is_unique

    def reset(self) -> None:
        self._drawn = None
        self._input = None
        self._teller = NOBODY
        self._done = self._is_given
        self._output = NOTHING

    def set(self, input: I | None) -> None:
        """Tell the input; None for a value that the database gives tells nothing.

        Raises:
            ContradictionError: another one was told since :meth:`reset`.
        """
        if at_work.get():
            refuse_original(self)
        if input is None and self._is_given:
            if self._teller is NOBODY:
                self._input, self._output = None, NOTHING
            return
        teller = told_by(self, is_whole=not self._is_unique)
        if overrules(teller, self._teller):
            self._teller = teller
        elif same(self._input, input):
            return
        else:
            contradict(self, self._input, input, teller)
        if self._drawn is not None:
            self._give_back()
        self._input = input
        self._done = True
        self._output = NOTHING
        if self._is_unique and input is not None:
            self._done = False  # until it has been taken into the pool

    def _was_drawn(self) -> bool:
        return self._teller is NOBODY and self._input is not None

    def _yields(self, teller: Provider[Any, Any] | None) -> bool:
        return overrules(teller, self._teller)

    def _redraw(self, teller: Provider[Any, Any] | None) -> None:
        if overrules(teller, self._teller):
            self.reset()
        elif self._is_unique and self._input is not None:
            self._done = False  # it is taken into the pool anew
        self._output = NOTHING

    def _known(self) -> I | None:
        if self._input is None and self._is_given:
            self._ask_root()
        return self._input  # type: ignore[no-any-return]

    def is_complete(self) -> bool:
        return self._done or self._input is not None

    def is_transient(self) -> bool:
        if self._is_given and self._input is None:
            self._ask_root()
        return self._is_given and self._input is None

    def _ask_root(self) -> None:
        """The database may have given the value already, and nobody looked."""
        self._root()._learn_id()

    def export(self, output: O) -> I:
        """The input of a given output.

        Raises:
            ConfigurationError: the outputs are objects of a class, and there is no exporter to read them.
        """
        if self._output_exporter is not None:
            return self._output_exporter(output)
        if self.output_class is not None and isinstance(output, self.output_class):
            raise ConfigurationError(
                f"{self.path} was told {output!r}; tell its plain value, or give an output_exporter to read it"
            )
        return output  # type: ignore[return-value]  # made without a factory, it is its input

    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        if at_work.get():
            refuse_original(self)
        pending = ValueProvider._begin(self, session)  # a subclass that overrides this one has another _begin
        if pending is not None:
            await pending

    def number_of(self, session: ISession, input: Any) -> int | None:
        """The number under which the distributor knows an input; one that a generator could have drawn is taken in.

        None: a fixed list does not have it.
        """
        number = self._pool.number_of(input)
        if number is None and self._generator is not None:
            number = self._pool.append(session, input)
        return number

    def _begin(self, session: ISession) -> Awaitable[None] | None:
        if self._done:
            return None
        if self._always_new is not None:  # most values: nothing to decide, nothing to give back
            drawn = self._generate(session, self._always_new.take_position())
            if is_awaitable(drawn):
                return self._await(drawn)
            self._input = drawn
            self._done = True
            return None
        if self._is_unique:
            if self._input is not None or self._pool.is_late:  # type: ignore[attr-defined]  # a unique one
                return self._begin_seldom(session)
            if self._sequence is not None:
                return self._draw_next(session, self._sequence.take_position())
        choice = self.distributor.draw(session, self._pool.everything)
        if choice is None:
            self._input = None
            self._drawn = (session, None)
        elif isinstance(choice, int):
            self._input = copied(self._pool.inputs[choice])
            self._drawn = (session, choice)
        elif self.distributor.keeps_values:
            return self._draw_new(session, choice)
        else:
            return self._draw(session, choice)
        self._done = True
        return None

    def _begin_seldom(self, session: ISession) -> Awaitable[None] | None:
        """Take in a value that was told, or first look at what the store has."""
        pool = cast(UniquePool, self._pool)
        if not pool.knows_enough(is_told=self._input is not None):
            return self._begin_late(session, pool)
        number = pool.claim(session, copied(self._input), by=self)
        self.distributor.use(session, pool.everything, number)
        self._root()._give_back_unless_made(pool.release, number)
        self._done = True
        return None

    async def _begin_late(self, session: ISession, pool: UniquePool) -> None:
        root, path = self._place()
        await pool.look(session, root._stores_in(), path, is_told=self._input is not None)
        pending = ValueProvider._begin(self, session)
        if pending is not None:
            await pending

    def _draw_next(self, session: ISession, position: int) -> Awaitable[None] | None:
        """Draw the next value of a sequence."""
        drawn = self._generate(session, position)
        pool = cast(UniquePool, self._pool)
        if is_awaitable(drawn) or drawn in pool:
            return self._draw_behind(session, drawn, pool)
        pool.drew(session, drawn)
        self._input = drawn
        self._done = True
        return None

    async def _draw_behind(self, session: ISession, drawn: Any, pool: UniquePool) -> None:
        """Leave out the numbers whose values were told, or stored by somebody else."""
        if is_awaitable(drawn):
            drawn = await drawn
        met: set[Hashable] = set()
        while drawn in pool:
            if freeze(drawn) in met:
                raise ExhaustedError(
                    f"{self.path}: the sequence gives {drawn!r} again, which is stored or was told already; give each number a "
                    "value of its own, or leave sequence=True out if values may repeat: a generator is given the position anyway"
                )
            met.add(freeze(drawn))
            drawn = self._generate(session, self.distributor.positions.take())  # type: ignore[attr-defined]  # a sequence has them
            if is_awaitable(drawn):
                drawn = await drawn
        pool.drew(session, drawn)
        self._input = drawn
        self._done = True

    def _place(self) -> tuple[Provider[Any, Any], tuple[str, ...]]:
        """The aggregate this is a part of, or whatever else is at the top, and the path from there in the exported state."""
        provider: Provider[Any, Any] = self
        path: list[str] = []
        while provider._owner is not None:
            if not isinstance(provider._owner, DependentProvider):  # what a list holds has no name in it
                path.append(provider._name)
            provider = provider._owner
        return provider, tuple(reversed(path))

    def _draw(self, session: ISession, reservation: IReservation) -> Awaitable[None] | None:
        if self._is_unique:
            return self._draw_next(session, reservation.position)
        try:
            drawn = self._generate(session, reservation.position)
        except BaseException:
            reservation.cancel()
            raise
        if is_awaitable(drawn):
            return self._draw_later(session, reservation, drawn)
        reservation.fulfil(session)
        self._input = drawn
        self._drawn = (session, reservation.position)
        self._done = True
        return None

    async def _await(self, drawn: Awaitable[I]) -> None:
        self._input = await drawn
        self._done = True

    async def _draw_later(self, session: ISession, reservation: IReservation, drawn: Awaitable[I]) -> None:
        try:
            self._input = await drawn
        except BaseException:
            reservation.cancel()
            raise
        reservation.fulfil(session)
        self._drawn = (session, reservation.position)
        self._done = True

    async def _draw_new(self, session: ISession, reservation: IReservation) -> None:
        """Draw until the input is one that is not in the pool."""

        async def make(reservation: IReservation) -> int:
            return self._pool.append(session, await self._unknown(session, reservation))

        choice = await carry_out(session, reservation, make)
        self._input = None if choice is None else copied(self._pool.inputs[choice])
        self._drawn = (session, choice)
        self._done = True

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

    def _generate(self, session: ISession, position: int) -> Any:
        try:
            return self._generator(session, position)  # type: ignore[misc]  # _begin left when there is none
        except ExhaustedError as error:
            raise ExhaustedError(f"{self.path}: {error}") from None
        except Exception as error:
            add_note(error, f"while {self.path} drew input number {position}")
            raise

    def _taken(self) -> Any:
        return self._drawn

    def _give_back(self) -> None:
        drawn, self._drawn = self._drawn, None
        if drawn is not None and self._root()._is_in_the_making:
            session, choice = drawn
            self.distributor.undraw(session, self._pool.everything, choice)

    def _build(self) -> Any:
        output = self._output
        if output is NOTHING:
            if self._output_factory is not None and (self._input is not None or self._is_given):
                try:
                    output = self._output = self._output_factory(self._input)
                except Exception as error:
                    noted(error, self, self._input)
                    raise
            else:
                output = self._output = self._make(self._input)
        return output

    def _make(self, input: Any) -> Any:
        if input is None and not self._is_given:
            return None
        factory = self._output_factory
        if factory is None:
            factory = self._output_factory = self._inferred_factory() or _same
        try:
            return factory(input)
        except Exception as error:
            noted(error, self, input)
            raise

    def _maker(self) -> Callable[[Any], Any]:
        return (self._output_factory if self._is_given else None) or self._make

    def _forget(self) -> None:
        self._pool.forget()
        super()._forget()

    def _attach(self) -> None:
        original: Any = self._original
        if self._generated_by is not original._generated_by:  # of a provider that was copied; streams are shared
            self._generator = make_input_generator(self._generated_by)

    def _adopt(self, input: Any) -> None:
        self._input = input
        self._done = True

    def _list(self, values: Sequence[I], weights: Sequence[float] | None, input_generator: Any) -> None:
        if input_generator is not None:
            raise ConfigurationError("values and input_generator are two sources of the same input; give one of them")
        if isinstance(values, (str, bytes)) or not hasattr(values, "__getitem__") or not len(values):
            raise ConfigurationError(f"values={values!r}: expected a non-empty list of inputs, in an order that stays")
        given = list(values)
        before = self.distributor
        counts = before.counts if isinstance(before, LawDistributor) else None
        if isinstance(counts, UniformCounts) or (isinstance(before, NewDistributor) and before.is_sequence):
            raise ConfigurationError(
                f"{before!r} has no shares for a fixed list: a list is reused as often as there are rows; "
                "give weights, or a distributor with a skew or weights, or none"
            )
        null_weight = getattr(before, "null_weight", 0.0)
        self.distributor = SharesDistributor.of(len(given), weights, counts, null_weight)
        for input in given:
            self._pool.append(None, input)
        self._pool.is_fixed = True


def _position(session: ISession, position: int) -> int:
    return position


def _same(input: Any) -> Any:
    return input

"""Provides one value: drawn, reused, told, or left to the database."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.blueprint.nodes import Node, Value
from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.distributors.joint.given import Given
from ascetic_ddd.faker.domain.distributors.m2o.factory import checked_distributor, distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.input_generators import IInputGenerator, make_input_generator
from ascetic_ddd.faker.domain.providers.failures import noted
from ascetic_ddd.faker.domain.providers.following import checked_given
from ascetic_ddd.faker.domain.providers.following_value import FollowingValue
from ascetic_ddd.faker.domain.providers.listed_values import listed
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.telling import NOBODY, contradict, overrules, same, told_by
from ascetic_ddd.faker.domain.providers.unique_pool import UniquePool
from ascetic_ddd.faker.domain.providers.use import at_work, refuse_original
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.stock.value_pool import ValuePool
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ValueProvider",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class ValueProvider(FollowingValue[I, O]):
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
        given: parts of the same object that this one follows: by a function or a table, which say the values by themselves, or by
            a captured deck, which deals those of the list or of the distributor. What is told of the value stays.

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
        given: Given | None = None,
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
        self._following = checked_given(given)
        if values is not None:
            self.distributor = listed(self.distributor, self._pool, values, weights, input_generator)
        elif weights is not None:
            raise ConfigurationError("weights are the shares of values; give values, or give weights to the distributor")
        elif input_generator is not None:
            self._generator = make_input_generator(input_generator)
        elif isinstance(distributor, NewDistributor) and distributor.is_sequence:
            self._generator = _position
        elif self._following is not None and distributor is None:
            pass  # it says the values
        elif self.distributor.keeps_values or self.distributor.is_nullable:
            raise ConfigurationError(
                f"{distributor!r} has nothing to distribute: give input_generator or values, "
                "or leave the distributor out if the database gives the value"
            )
        else:
            self._is_given = True
            self._slot.is_done = self._is_done_by_itself = True
        always_new: NewDistributor | None = (
            self.distributor if isinstance(self.distributor, NewDistributor) and not self.distributor.is_nullable else None
        )
        self._check_following(values, input_generator, distributor)
        self._always_new = None if self._is_unique or self._following is not None else always_new
        self._sequence = always_new if self._is_unique else None
        self._teller: Any = NOBODY
        self._generated_by = input_generator

    @property
    def is_given(self) -> bool:
        """True if the database gives the value."""
        return self._is_given

    @property
    def is_unique(self) -> bool:
        """True if no value is given twice, drawn or told."""
        return self._is_unique

    def reset(self) -> None:
        slot = self._slot
        slot.drawn = slot.input = None
        slot.is_told = False
        self._teller = NOBODY
        slot.is_done = self._is_given
        slot.output = NOTHING

    def set(self, input: I | None) -> None:
        """Tell the input; None for a value that the database gives tells nothing.

        Raises:
            ContradictionError: another one was told since :meth:`reset`.
        """
        if at_work.get():
            refuse_original(self)
        if not isinstance(input, (int, str)):
            input = self.as_input(input)
        self._settle()
        self._slot.is_told = True
        if input is None and self._is_given:
            if self._teller is NOBODY:
                self._slot.input, self._slot.output = None, NOTHING
            return
        teller = told_by(self, is_whole=not self._is_unique)
        if overrules(teller, self._teller):
            self._teller = teller
        elif same(self._slot.input, input):
            return
        else:
            contradict(self, self._slot.input, input, teller)
        if self._slot.drawn is not None:
            self._give_back()
        self._slot.input = input
        self._slot.is_done = True
        self._slot.output = NOTHING
        if input is not None and (self._is_unique or self._uses_cards):
            self._slot.is_done = False  # until it has been taken into the pool, or from its deck

    def _was_drawn(self) -> bool:
        self._settle()
        return self._teller is NOBODY and self._slot.input is not None

    def _yields(self, teller: Provider[Any, Any] | None) -> bool:
        return overrules(teller, self._teller)

    def _redraw(self, teller: Provider[Any, Any] | None) -> None:
        self._slot.is_put_off = False
        if overrules(teller, self._teller):
            self.reset()
        elif self._is_unique and self._slot.input is not None:
            self._slot.is_done = False  # it is taken into the pool anew
        self._slot.output = NOTHING

    def _known(self) -> I | None:
        slot = self._slot
        if slot.is_put_off:
            self._settle()
        if slot.input is None and self._is_given:
            self._ask_root()
        return slot.input  # type: ignore[no-any-return]

    def is_complete(self) -> bool:
        return self._slot.is_done or self._slot.input is not None

    def is_transient(self) -> bool:
        if self._is_given and self._slot.input is None:
            self._ask_root()
        return self._is_given and self._slot.input is None

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

    def as_input(self, told: Any) -> Any:
        """What is told, where it is an output and can be read: a member of an enum, a value object. Anything else as it is."""
        if self._output_exporter is None or told is None:
            return told
        made = self.output_class
        return self._output_exporter(told) if made is not None and isinstance(told, made) else told  # type: ignore[arg-type]

    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        if at_work.get():
            refuse_original(self)
        if self._column is not None:
            self._column.draw()  # first for the rows before
        pending = ValueProvider._step(self, session)  # a subclass that overrides this one has another _step
        if pending is not None:
            await pending

    def _node(self) -> Node:
        return Value(self._slot, self._factory(), self._failed, takes_none=self._is_given)

    def _factory(self) -> Callable[[Any], Any] | None:
        return self._output_factory or self._inferred_factory()

    def _failed(self, error: BaseException, input: Any) -> None:
        noted(error, self, input)

    def _attach(self) -> None:
        super()._attach()
        original: Any = self._original
        if self._generated_by is not original._generated_by:  # of a provider that was copied; streams are shared
            self._generator = make_input_generator(self._generated_by)

    def _adopt(self, input: Any) -> None:
        self._slot.input = input
        self._slot.is_done = True


def _position(session: ISession, position: int) -> int:
    return position

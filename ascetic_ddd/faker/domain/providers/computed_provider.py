"""Provides a value that follows from others: from parts of the same object, and from the state of what it refers to."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.computation import Computation
from ascetic_ddd.faker.domain.providers.composed import Composed
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.part_paths import PartPath
from ascetic_ddd.faker.domain.providers.plain import is_awaitable
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.sources import check_circle
from ascetic_ddd.faker.domain.providers.use import at_work, refuse_original
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.errors import add_note
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ComputedProvider",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class ComputedProvider(ValueProvider[I, O]):
    """Provides one value object, or a plain value, that is computed unless it is told.

    The parts that it is computed of are completed first, wherever they are declared.

    Args:
        function: computes the input, sync or async. Its parameters are names of parts: beside this one, or of the object around
            it, so that a line finds the parts of its order. It is given their inputs: plain data, a dict for a composite value, a
            list for children, the id for a reference. A parameter called ``random`` is a stream of random numbers of its own.
        paths: for parameters that are called otherwise, or lead further: ``{"currency": "account_id.currency"}`` is the currency
            in the exported state of the account that is referred to, reused or new.
        output_factory: makes the output of the input.
        output_exporter: gives the input back from an output.

    Raises:
        ConfigurationError: the function has no named parameters. What is not there, and circles, are told when an object is made.

    Example::

        self.total = ComputedProvider[Decimal, Money](lambda lines: sum(line["price"] * line["quantity"] for line in lines))
        self.currency = ComputedProvider[str, str](lambda currency: currency, {"currency": "account_id.currency"})
    """

    _is_computed = True
    _is_leaf = False  # it asks others, so nobody draws it by column
    _asked: Mapping[str, PartPath] | None = None  # found when it is first needed
    _takes_stream = False

    def __init__(
        self,
        function: Callable[..., Any],
        paths: Mapping[str, str] | None = None,
        *,
        output_factory: Callable[[Any], O] | None = None,
        output_exporter: Callable[[O], I] | None = None,
    ) -> None:
        self._computation = Computation(function)
        self._paths = dict(paths or {})
        for name in self._paths:
            if name not in self._computation.names:
                raise ConfigurationError(
                    f"computed({function!r}) has no parameter {name!r}; it has {', '.join(self._computation.names) or 'none'}"
                )
        super().__init__(output_factory=output_factory, output_exporter=output_exporter, input_generator=self._computation)

    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        if at_work.get():
            refuse_original(self)
        pending = ComputedProvider._step(self, session)
        if pending is not None:
            await pending

    def _step(self, session: ISession) -> Pending:
        slot = self._slot
        if slot.is_done:
            return None
        sources = self._asked
        if sources is None:
            sources = self._resolved()
        for source in sources.values():
            part = source.part
            if not part._slot.is_done:
                pending = part._step(session)
                if pending is not None:
                    return self._step_later(session, pending)
        values = {}
        is_known = True
        for name, source in sources.items():
            values[name] = value = source.read(session)
            is_known = is_known and not is_awaitable(value)
        if not is_known:
            return self._compute_later(values)
        computed = self._compute(values)
        if is_awaitable(computed):
            return self._await(computed)
        slot.input, slot.is_done = computed, True
        return None

    async def _step_later(self, session: ISession, pending: Pending) -> None:
        while pending is not None:
            await pending
            pending = self._step(session)

    async def _compute_later(self, values: dict[str, Any]) -> None:
        computed = self._compute({name: await value if is_awaitable(value) else value for name, value in values.items()})
        self._slot.input = await computed if is_awaitable(computed) else computed
        self._slot.is_done = True

    def _compute(self, values: dict[str, Any]) -> Any:
        try:
            return self._computation.of(values, with_stream=self._takes_stream)
        except Exception as error:
            add_note(error, f"while {self.path} was computed of {values!r}")
            raise

    def _fast_step(self) -> Callable[[ISession], Pending]:
        return self._step

    def _draws_alone(self) -> bool:
        return False

    def follows(self) -> tuple[Provider[Any, Any], ...]:
        asked = self._resolved() if self._asked is None else self._asked
        return tuple(source.part for source in asked.values())

    def _resolved(self) -> Mapping[str, PartPath]:
        self._takes_stream = self._computation.takes_stream(self._paths) and not _is_there(self, "random")
        names = {name for name in self._computation.needed if not (self._takes_stream and name == "random")} | self._paths.keys()
        sources = {name: PartPath(self, self._paths.get(name, name)) for name in self._computation.names if name in names}
        self._asked = sources
        try:
            check_circle(self)
        except ConfigurationError:
            self._asked = None
            raise
        return sources

    def _detach(self) -> None:
        super()._detach()
        self._asked = None


def _is_there(provider: Provider[Any, Any], name: str) -> bool:
    owner = provider._owner
    while owner is not None:
        if isinstance(owner, Composed) and name in owner.parts():
            return True
        owner = owner._owner
    return False

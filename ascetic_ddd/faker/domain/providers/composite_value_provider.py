"""Provides a value object of several parts."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.distributors.validation import number_fault
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers import tied_back
from ascetic_ddd.faker.domain.providers.composed import Composed
from ascetic_ddd.faker.domain.providers.failures import noted
from ascetic_ddd.faker.domain.providers.part import Pending
from ascetic_ddd.faker.domain.providers.parts import as_mapping, place_parts
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.telling import NOBODY, contradict, is_outside, overrules, told_by
from ascetic_ddd.faker.domain.providers.use import at_work, refuse_original
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("CompositeValueProvider",)

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741

_NO_SCOPE = Pool().everything  # nothing is reused


class CompositeValueProvider(Composed[I, O]):
    """Provides a value object whose parts have providers of their own.

    Subclass it, annotate the parts as public attributes of the class, and set them in ``__init__``. The output factory is
    called with the parts' outputs by name.

    Args:
        output_factory: makes the output; by default the class named by the second type parameter.
        output_exporter: gives the input back from an output.
        null_weight: probability that the whole value is None, where nothing was told of it: an optional value object, whose
            columns are null together.
        unique: no combination of its parts comes twice among the aggregates, drawn or told: an enrolment is of a student and a
            course. References keep their laws, see docs/combinations.md. One that is null does not count.
        unordered: where it is unique, the same values in another order are the same combination, and none comes twice in it.

    Raises:
        ConfigurationError: ``null_weight`` is no probability; ``unordered`` without ``unique``.
    """

    distributor: NewDistributor | None = None  # decides on null
    _is_root = False
    _teller: Any = NOBODY  # who told it to be None

    def __init__(
        self,
        output_factory: Callable[..., O] | None = None,
        output_exporter: Callable[[O], I] | None = None,
        *,
        null_weight: float = 0.0,
        unique: bool = False,
        unordered: bool = False,
    ) -> None:
        super().__init__()
        if faults := number_fault("null_weight", null_weight, 0.0, 1.0, "a probability of null"):
            raise ConfigurationError(f"{type(self).__name__}: {faults[0]}")
        if null_weight:
            self.distributor = NewDistributor(null_weight)
            self._asks_once = False
        if unordered and not unique:
            raise ConfigurationError(f"{type(self).__name__}: unordered=True tells what is unique; give unique=True, too")
        self._is_unique, self._is_unordered = bool(unique), bool(unordered)
        self._output_factory = output_factory
        self._output_exporter = output_exporter
        self._is_decided = False  # null or not
        self._drawn_by: ISession | None = None
        place_parts(self)

    def _clear_own(self) -> None:
        super()._clear_own()
        self._is_decided = self._may_clash = self._slot.is_told = False
        self._teller = NOBODY
        self._drawn_by = None

    def set(self, input: I | None) -> None:
        """Tell the parts named in a dict; None makes the whole value None.

        Raises:
            ContradictionError: a part was told another input since :meth:`reset`; parts were told, and now None, or the reverse.
                What a hook tells of the parts of a value that was told to be None does not matter.
        """
        if at_work.get():
            refuse_original(self)
        if input is None:
            self._tell_null()
            return
        parts = self.parts()
        told = as_mapping(self, input, parts)
        self._slot.output = NOTHING
        self._slot.is_done = False
        if self._slot.is_null or self._teller is not NOBODY:
            teller = told_by(self)
            if not overrules(teller, self._teller):
                if is_outside(self._teller, teller):
                    return
                contradict(self, None, input, teller)
        self._teller = NOBODY
        self._slot.is_null = False
        self._is_decided = self._slot.is_told = True
        for name, value in told.items():
            parts[name].set(value)

    def _tell_null(self) -> None:
        teller = told_by(self)
        if not overrules(teller, self._teller):
            return
        for part in self.parts().values():
            if not part._yields(teller):
                contradict(self, self._known(), None, teller)
        self._teller = teller
        self._slot.output = NOTHING
        self._slot.is_done = False
        self._slot.is_null = self._is_decided = self._slot.is_told = True

    def _hear(self, is_whole: bool) -> bool:
        self._slot.is_told = self._is_decided = True
        self._may_clash = self._may_clash or not is_whole
        self._slot.is_done = self._slot.is_done and is_whole
        self._slot.output = NOTHING
        if self._slot.is_null and self._teller is NOBODY:  # it was drawn
            self._slot.is_null = False
        return self._slot.is_null

    def _yields(self, teller: Any) -> bool:
        return overrules(teller, self._teller) and all(part._yields(teller) for part in self.parts().values())

    def _redraw(self, teller: Provider[Any, Any] | None) -> None:
        is_null = not overrules(teller, self._teller)
        self._slot.is_null = self._is_decided = is_null
        self._drawn_by = None
        if not is_null:
            self._teller = NOBODY
        self._slot.is_done = False
        self._slot.output = NOTHING
        for part in self.parts().values():
            part._redraw(teller)
        if not is_null and not all(part._yields(teller) for part in self.parts().values()):
            self._is_decided = True

    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        if self._slot.is_done or self._slot.is_null:
            return
        if specification is None and not (self._overrides_populate or self._is_root or self._may_clash or at_work.get()):
            pending = CompositeValueProvider._step(self, session)
            if pending is not None:
                await pending
            return
        before = self._enter()
        try:
            if self._prepare(session, specification) or (self.distributor is not None and self._draws_null(session)):
                return
            if specification is None and not self._has_hook:
                pending = self._complete(session)
                if pending is not None:
                    await pending
            else:
                await self._populate_parts(session, specification)
        finally:
            self._leave(before)

    @property
    def _has_hook(self) -> bool:
        """True if something tells parts what others have: the user's hook, or ties that may have to be followed back."""
        return self._overrides_populate or (self._may_clash and self._is_tied)

    async def _populate_parts(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Run the hook, and complete what it left open."""
        if specification is not None or self._has_hook:
            if isinstance(specification, EqualSpecification):
                self._tell(specification.pattern)
            try:
                if self._may_clash and self._has_hook:
                    await tied_back.follow(self, session, specification)
                else:
                    self._is_hooking = True
                    await self.do_populate(session, specification)
            except Exception as error:
                noted(error, self, self._known())
                raise
            finally:
                self._is_hooking = False
        pending = CompositeValueProvider._step(self, session)  # all, or what a do_populate without super() left open
        if pending is not None:
            await pending

    def _enter(self) -> Any:
        """Begin to make an object, or refuse to. Returns what :meth:`_leave` takes."""
        before = at_work.get()
        if before:
            refuse_original(self)
        if self._original is None:
            return None
        at_work.set((*before, self))
        return before

    def _leave(self, before: Any) -> None:
        if before is not None:
            at_work.set(before)

    def _draws_null(self, session: ISession) -> bool:
        """Decide once whether the whole value is None."""
        if not self._is_decided and self.distributor is not None:
            self._is_decided = True
            self._slot.is_null = self.distributor.draw(session, _NO_SCOPE) is None
            self._drawn_by = session
        return self._slot.is_null

    def _prepare(self, session: ISession, specification: ISpecification | None) -> bool:
        """What has to be done before the parts are populated. Returns True if they shall be populated later."""
        return False

    def _give_back(self) -> None:
        session, self._drawn_by = self._drawn_by, None
        if session is not None and self.distributor is not None and self._root()._is_in_the_making:
            self.distributor.undraw(session, _NO_SCOPE, None if self._slot.is_null else 0)
        super()._give_back()

    def _tell(self, pattern: Mapping[str, Any]) -> None:
        """Take the parts that an equality names."""
        self.set(pattern)  # type: ignore[arg-type]  # a dict of parts, as set takes it

    def _step(self, session: ISession) -> Pending:
        slot = self._slot
        if slot.is_done or slot.is_null or (self.distributor is not None and self._draws_null(session)):
            return None
        return self._complete(session)

    def _step_by_populate(self, session: ISession) -> Pending:
        if self._is_taken_by_its_word or self._is_root:
            return super()._step_by_populate(session)
        slot = self._slot
        if slot.is_done or slot.is_null or (self.distributor is not None and self._draws_null(session)):
            return None
        return self._populate_parts(session)

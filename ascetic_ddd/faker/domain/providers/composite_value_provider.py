"""Provides a value object of several parts."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, TypeVar

from ascetic_ddd.faker.domain.distributors.m2o.distributors import NewDistributor
from ascetic_ddd.faker.domain.distributors.validation import number_fault
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers import tied_back
from ascetic_ddd.faker.domain.providers.provider import NOTHING, Provider, as_mapping, is_ours, noted
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


class CompositeValueProvider(Provider[I, O]):
    """Provides a value object whose parts have providers of their own.

    Subclass it, annotate the parts as public attributes of the class, and set them in ``__init__``. The output factory is
    called with the parts' outputs by name.

    Args:
        output_factory: makes the output; by default the class named by the second type parameter.
        output_exporter: gives the input back from an output.
        null_weight: probability that the whole value is None, where nothing was told of it: an optional value object, whose
            columns are null together.

    Raises:
        ConfigurationError: ``null_weight`` is no probability.
    """

    distributor: NewDistributor | None = None  # decides on null
    _teller: Any = NOBODY  # who told it to be None
    _is_told = False  # by whoever is not its own hook
    _may_clash = False  # a reference is told, and the hook may tell it something else
    _parts: dict[str, Provider[Any, Any]] | None = None
    _named: tuple[tuple[str, Provider[Any, Any]], ...] = ()
    _unnamed: tuple[Provider[Any, Any], ...] = ()
    _part_names: ClassVar[tuple[str, ...] | None] = None

    def __init__(
        self,
        output_factory: Callable[..., O] | None = None,
        output_exporter: Callable[[O], I] | None = None,
        *,
        null_weight: float = 0.0,
    ) -> None:
        super().__init__()
        if faults := number_fault("null_weight", null_weight, 0.0, 1.0, "a probability of null"):
            raise ConfigurationError(f"{type(self).__name__}: {faults[0]}")
        if null_weight:
            self.distributor = NewDistributor(null_weight)
            self._asks_once = False
        self._output_factory = output_factory
        self._output_exporter = output_exporter
        self._plain = False
        self._is_null = False
        self._is_decided = False  # null or not
        self._drawn_by: ISession | None = None
        for name in _names_of(type(self)):  # a part that is set by now knows its place from the start
            part = getattr(self, name, None)
            if isinstance(part, Provider):
                part._owner, part._name = self, name

    def parts(self) -> dict[str, Provider[Any, Any]]:
        parts = self._parts
        if parts is None:
            if not hasattr(self, "_output"):
                raise ConfigurationError(f"{type(self).__name__}.__init__ did not call super().__init__(…)")
            parts = {}
            for name in _names_of(type(self)):
                part = getattr(self, name, NOTHING)
                if part is NOTHING:
                    raise ConfigurationError(
                        f"{self.path} declares {name!r}, but has no such attribute; set self.{name} in __init__"
                    )
                if isinstance(part, Provider):
                    parts[name] = part
                    part._owner, part._name = self, name
            self._parts = parts
            self._named, self._unnamed = tuple(parts.items()), tuple(parts.values())
            self._plain = all(part._is_plain for part in self._unnamed)
            self._parts_found(parts)
        return parts

    def reset(self) -> None:
        self._is_null = self._is_decided = self._done = False
        if self._is_told:
            self._is_told = self._may_clash = False
            self._teller = NOBODY
        self._output = NOTHING
        self._drawn_by = None
        if self._parts is None:
            self.parts()
        for name, part in self._named:
            if getattr(self, name) is not part:  # another provider was put in its place
                self._parts = None
                self.reset()
                return
            part.reset()

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
        self._output = NOTHING
        self._done = False
        if self._is_null or self._teller is not NOBODY:
            teller = told_by(self)
            if not overrules(teller, self._teller):
                if is_outside(self._teller, teller):
                    return
                contradict(self, None, input, teller)
        self._teller = NOBODY
        self._is_null = False
        self._is_decided = True
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
        self._output = NOTHING
        self._done = False
        self._is_null = self._is_decided = self._is_told = True

    def _hear(self, is_whole: bool) -> bool:
        self._is_told = self._is_decided = True
        self._may_clash = self._may_clash or not is_whole
        self._done = self._done and is_whole
        self._output = NOTHING
        if self._is_null and self._teller is NOBODY:  # it was drawn
            self._is_null = False
        return self._is_null

    def _yields(self, teller: Any) -> bool:
        return overrules(teller, self._teller) and all(part._yields(teller) for part in self.parts().values())

    def _redraw(self, teller: Provider[Any, Any] | None) -> None:
        is_null = not overrules(teller, self._teller)
        self._is_null = self._is_decided = is_null
        self._drawn_by = None
        if not is_null:
            self._teller = NOBODY
        self._done = False
        self._output = NOTHING
        for part in self.parts().values():
            part._redraw(teller)
        if not is_null and not all(part._yields(teller) for part in self.parts().values()):
            self._is_decided = True

    def _known(self) -> I | None:
        if self._is_null:
            return None
        return {name: part._known() for name, part in self._named or self.parts().items()}  # type: ignore[return-value]

    def is_complete(self) -> bool:
        return self._done or self._is_null or all(part.is_complete() for part in self.parts().values())

    def is_transient(self) -> bool:
        if not self._is_null:
            for part in self._unnamed or self.parts().values():
                if part.is_transient():
                    return True
        return False

    def export(self, output: O) -> I:
        """The input of a given output."""
        if self._output_exporter is None:
            raise ConfigurationError(f"{self.path} has no output_exporter; give one to read {output!r} back")
        return self._output_exporter(output)

    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        if self._done or self._is_null:
            return
        before = self._enter()
        try:
            if self._prepare(session, specification) or (self.distributor is not None and self._draws_null(session)):
                return
            if specification is not None or self._overrides_populate:
                if isinstance(specification, EqualSpecification):
                    self._tell(specification.pattern)
                try:
                    if self._may_clash and self._overrides_populate:
                        await tied_back.follow(self, session, specification)
                    else:
                        self._is_hooking = True
                        await self.do_populate(session, specification)
                except Exception as error:
                    noted(error, self, self._known())
                    raise
                finally:
                    self._is_hooking = False
            pending = CompositeValueProvider._begin(self, session)  # all, or what a do_populate without super() left open
            if pending is not None:
                await pending
        finally:
            self._leave(before)

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
            self._is_null = self.distributor.draw(session, _NO_SCOPE) is None
            self._drawn_by = session
        return self._is_null

    def _prepare(self, session: ISession, specification: ISpecification | None) -> bool:
        """What has to be done before the parts are populated. Returns True if they shall be populated later."""
        return False

    def _give_back(self) -> None:
        session, self._drawn_by = self._drawn_by, None
        if session is not None and self.distributor is not None and self._root()._is_in_the_making:
            self.distributor.undraw(session, _NO_SCOPE, None if self._is_null else 0)
        super()._give_back()

    def _tell(self, pattern: Mapping[str, Any]) -> None:
        """Take the parts that an equality names."""
        self.set(pattern)  # type: ignore[arg-type]  # a dict of parts, as set takes it

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Complete the parts, in order of declaration. Override it to tie parts together, and call it at the end."""
        for part in self._unnamed or self.parts().values():
            if not part._done:
                pending = part._begin(session)
                if pending is not None:
                    await pending

    async def create(self, session: ISession) -> O:
        if self._output is NOTHING:
            if not self._done:
                await self.populate(session)
            if self._is_null:
                self._output = None
            else:
                self._output = self._call_factory(self._plain_outputs() if self._plain else await self._outputs(session))
        return self._output  # type: ignore[no-any-return]

    def _begin(self, session: ISession) -> Awaitable[None] | None:
        if self._done or self._is_null or (self.distributor is not None and self._draws_null(session)):
            return None
        for part in self._unnamed or self.parts().values():
            if not part._done:
                pending = part._begin(session)
                if pending is not None:
                    return self._go_on(session, pending)
        self._done = True
        return None

    async def _go_on(self, session: ISession, pending: Awaitable[None]) -> None:
        await pending
        for part in self._unnamed:
            if not part._done:
                later = part._begin(session)
                if later is not None:
                    await later
        self._done = True

    async def _outputs(self, session: ISession) -> dict[str, Any]:
        """The parts' outputs by name, as the factory takes them."""
        outputs = {}
        for name, part in self._named:
            outputs[name] = part._build() if part._is_plain else await part.create(session)
        return outputs

    def _plain_outputs(self) -> dict[str, Any]:
        outputs = {}
        for name, part in self._named or self.parts().items():
            outputs[name] = part._build()
        return outputs

    def _build(self) -> Any:
        output = self._output
        if output is NOTHING:
            if self._is_null:
                output = None
            else:
                output = self._call_factory(self._plain_outputs())
            self._output = output
        return output

    def _make(self, input: Any) -> Any:
        if input is None:
            return None
        return self._call_factory({name: part._make(input.get(name)) for name, part in self._named or self.parts().items()})

    def _maker(self) -> Callable[[Any], Any]:
        makers = [(name, part._maker()) for name, part in self.parts().items()]
        factory = self._output_factory or self._inferred_factory()

        def make(input: Any) -> Any:
            if input is None:
                return None
            outputs = {}
            try:
                for name, maker in makers:
                    outputs[name] = maker(input.get(name))
                return factory(**outputs)  # type: ignore[misc]  # if there is none, the slow way says so
            except Exception:  # noqa: BLE001  # it is raised again, by the way that tells the place
                return self._make(input)

        return make

    def _call_factory(self, outputs: dict[str, Any]) -> Any:
        factory = self._output_factory
        if factory is None:
            factory = self._output_factory = self._inferred_factory()
            if factory is None:
                raise ConfigurationError(f"{self.path} has no output_factory; give the class or function that makes the object")
        try:
            return factory(**outputs)
        except Exception as error:
            noted(error, self, self._known())
            raise

    def _adopt(self, input: Any) -> None:
        if type(input) is dict or isinstance(input, Mapping):
            for name, part in self._named:
                if name in input:
                    part._adopt(input[name])
        self._done = True

    @property
    def _is_plain(self) -> bool:
        self.parts()
        return self._plain and not self._overrides_create

    def _parts_found(self, parts: dict[str, Provider[Any, Any]]) -> None:
        """Compute once what follows from the parts."""


def _names_of(cls: type[CompositeValueProvider[Any, Any]]) -> tuple[str, ...]:
    """The public annotated attributes of a class and its ancestors, base first; found once per class.

    Raises:
        ConfigurationError: one has a name that the library's own classes use.
    """
    names = cls.__dict__.get("_part_names")
    if names is None:
        found: dict[str, None] = {}
        ours: set[str] = set()
        for ancestor in reversed(cls.__mro__):
            if is_ours(ancestor):
                ours |= vars(ancestor).keys() | inspect.get_annotations(ancestor).keys()
            elif issubclass(ancestor, Provider):
                for name, annotation in inspect.get_annotations(ancestor).items():
                    is_constant = str(annotation).startswith(("ClassVar", "typing.ClassVar"))
                    if not name.startswith("_") and not is_constant:
                        found[name] = None
        for name in found.keys() & ours:
            raise ConfigurationError(
                f"{cls.__name__} declares a part {name!r}, but that is the name of an attribute of the provider itself; "
                "give the part another name, and let output_factory and output_exporter take it under that"
            )
        names = cls._part_names = tuple(found)
    return names

"""What all providers share: their place in the graph, and the life of one object."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import wraps
from typing import Any, Generic, Self, TypeAlias, TypeVar

from ascetic_ddd.faker.domain.blueprint.construction import Build, Make, written_build, written_make
from ascetic_ddd.faker.domain.blueprint.nodes import Node
from ascetic_ddd.faker.domain.blueprint.rows import Column, Rows
from ascetic_ddd.faker.domain.blueprint.slot import NOTHING, Slot
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers import cloning, output_class
from ascetic_ddd.faker.domain.providers.use import at_work, refuse_original
from ascetic_ddd.faker.domain.repositories import ICleanUp, ISetUp, offers
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Pending", "Provider", "as_mapping", "is_ours")

I = TypeVar("I")  # noqa: E741  # input
O = TypeVar("O")  # noqa: E741  # output

Pending: TypeAlias = "Awaitable[None] | None"
"""What a step leaves to be awaited; None if it is done."""

_OURS = __name__.rpartition(".")[0]


class Provider(ABC, Generic[I, O]):
    """Base of the providers of this package.

    Millions of values are drawn and made, and most have nothing to wait for. So the work is done by two functions that are not
    coroutines: ``_step`` completes the input at once, or returns what has to be awaited; ``_build``, compiled of the factories,
    makes the output. ``populate`` and ``create`` are what users call. A subclass that overrides one of them is taken by its
    word: for it only the coroutine is called.
    """

    _owner: "Provider[Any, Any] | None" = None
    _name: str = ""
    _overrides_populate = False
    _overrides_create = False
    _overrides_reset = False
    _is_done_by_itself = False  # the database gives it
    _is_leaf = False  # has no parts; what is not told of it is all in its slot
    _is_tied = False  # it, or a part of it, is told by another part of the same object
    _is_taken_by_its_word = False  # populate itself is the user's
    _asks_once = True  # each part is populated once per object of this one
    _holds_objects = False  # its parts are objects of their own: what they are told is not told to this one
    _is_hooking = False  # do_populate is under way
    _original: "Provider[Any, Any] | None" = None  # of a clone
    _build: Build  # makes the output of the complete input, once
    _making: tuple[tuple[Any, Any], ...] = ()  # of a root: what asked for it, and for whom, outermost first
    _failure: tuple[BaseException, str, Any] | None = None  # of a root: the last error, and where it came up first
    _shared: frozenset[str] = frozenset()  # attributes whose providers a clone shares
    _output_factory: Any = None
    _column: Column | None = None  # of a batch, where it is drawn by column
    _rows: Rows | None = None  # of a root, in a batch
    distributor: Any = None

    def __init__(self) -> None:
        self._slot = Slot()
        self._compile()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls) and not is_ours(cls):
            cls.__init__ = _complete(cls.__init__)  # type: ignore[method-assign]  # it does as before
        users = [ancestor for ancestor in cls.__mro__ if not is_ours(ancestor)]
        own = {name for ancestor in users if issubclass(ancestor, Provider) for name in vars(ancestor)}
        cls._overrides_create = "create" in own
        cls._overrides_reset = "reset" in own
        cls._is_taken_by_its_word = "populate" in own
        cls._overrides_populate = not own.isdisjoint({"populate", "do_populate"})
        if cls._overrides_populate:
            cls._step = cls._step_by_populate  # type: ignore[method-assign]  # taken by its word

    @property
    def path(self) -> str:
        """Where the provider stands in its graph, e.g. ``BookProvider.id.tenant_id``."""
        if self._owner is not None:
            return f"{self._owner.path}.{self._name}"
        return self._name or type(self).__name__

    @abstractmethod
    def reset(self) -> None:
        """Forget the object at hand, told input included."""

    @abstractmethod
    def set(self, input: I | None) -> None:
        """Tell the input, or a part of it; what is told stays, the rest is drawn."""

    def get(self) -> I | None:
        """The input as far as it is known."""
        if at_work.get():
            refuse_original(self)
        return self._known()

    @abstractmethod
    def _known(self) -> I | None:
        """What :meth:`get` gives, whoever asks."""

    @abstractmethod
    def is_complete(self) -> bool:
        """True if nothing is left to draw."""

    @abstractmethod
    def is_transient(self) -> bool:
        """True while (a part of) the id is still to be given by the database."""

    @abstractmethod
    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Complete the input: draw what was not told. Does nothing if it is complete."""
        # Each kind calls its own _step, by its class: in a subclass that overrides populate, self._step leads back to it.

    async def create(self, session: ISession) -> O:
        """Make the output; a second call returns the same object. Populates first if that has not been done."""
        if self._slot.output is NOTHING:
            if not self._slot.is_done:
                await self.populate(session)
            rows = self._root()._rows
            if rows is not None:
                rows.make_at_once()
            self._build()
        return self._slot.output  # type: ignore[no-any-return]  # what the factory of O made

    def clone(self) -> Self:
        """Another lane: an empty provider of its own that shares distributors, generators and repositories.

        Whatever attribute leads to a provider leads to the lane's own one: directly, in lists, tuples, sets and dicts, by
        bound methods and partials. What else holds a provider (a closure, an object of yours) still leads to the original:
        using that while the lane is at work is an error.
        """
        twin = cloning.cloned(self, Provider)
        twin._owner = None
        twin.reset()
        return twin

    async def setup(self, session: ISession) -> None:
        """Set up the repositories of the graph below, each once."""
        for repository in self.repositories():
            if offers(repository, ISetUp):
                await repository.setup(session)

    async def cleanup(self, session: ISession) -> None:
        """Clean up the repositories of the graph below, each once; the last set up goes first.

        What the graph remembered is forgotten with it, also if the session rolls back.
        """
        for repository in reversed(self.repositories()):
            if offers(repository, ICleanUp):
                await repository.cleanup(session)
        for provider in self.walk():
            provider._forget()

    def parts(self) -> dict[str, "Provider[Any, Any]"]:
        """The sub-providers by attribute name, in order of declaration."""
        return {}

    def leads_to(self) -> "tuple[Provider[Any, Any], ...]":
        """The providers of other aggregates that this one asks, not counting its parts."""
        return ()

    def walk(self) -> "Iterator[Provider[Any, Any]]":
        """Give this provider and all below, parts first, then over the references; each once."""
        seen: set[int] = set()
        waiting: list[Provider[Any, Any]] = [self]
        while waiting:
            provider = waiting.pop(0)
            if id(provider) not in seen:
                seen.add(id(provider))
                yield provider
                waiting[:0] = provider.parts().values()
                waiting.extend(provider.leads_to())

    @property
    def _is_plain(self) -> bool:
        """True if ``_build`` does all that ``create`` does."""
        return not self._overrides_create

    def _fast_step(self) -> Callable[[ISession], Pending]:
        """What does the same as ``_step``, if it is not done, with what does not change looked up beforehand."""
        return self._step

    @abstractmethod
    def _step(self, session: ISession) -> Pending:
        """Complete the input; what cannot be done without waiting is returned, to be awaited once."""

    def _step_by_populate(self, session: ISession) -> Pending:
        return None if self._slot.is_done else self.populate(session)

    def _compile(self) -> None:
        """Put off the writing of ``_build`` until it is needed: by then the type parameters are known."""

        def build() -> Any:
            self._build = written_build(self._node(), keeps=True)
            return self._build()

        self._build = build

    @abstractmethod
    def _node(self) -> Node:
        """What the output is made of."""

    def _maker(self) -> Make:
        """A function that makes a fresh output of any complete input; the object at hand is not touched."""
        return written_make(self._node())

    def _draws_from(self) -> tuple[Any, ...]:
        """What is drawn from: whoever shares it draws in turns."""
        return ()

    def _draws_alone(self) -> bool:
        """Tell whether draws ask neither a store nor the user's code, so that many may be drawn at once."""
        return False

    def _draw_many(self, session: ISession, count: int) -> tuple[list[Any], list[Any] | None]:
        """Draw so many inputs, where :meth:`_draws_alone`. Gives them, and what :meth:`_took` takes for each."""
        raise NotImplementedError

    def _took(self, session: ISession, choice: Any) -> None:
        """The object at hand has this of what :meth:`_draw_many` chose."""

    async def _draw_column(self, session: ISession, inputs: list[Any], size: int, plan: Plan | None) -> None:
        """Draw for so many rows, one after the other, of which the plan has counted none yet."""
        slot, done = self._slot, 0 if plan is None else plan.done
        for row in range(size):
            slot.input, slot.is_done = None, self._is_done_by_itself
            if plan is not None:
                plan.done = done + row
            pending = None if slot.is_done else self._step(session)
            if pending is not None:
                await pending
            inputs.append(slot.input)

    def _is_open(self) -> bool:
        """Tell whether it was told something, and something is left to draw."""
        return False

    def _settle(self) -> None:
        """Draw what was put off to the end of the batch: somebody asks."""
        if self._slot.is_put_off and self._column is not None:
            self._column.settle()

    def _forget(self) -> None:
        """The repositories have been emptied: forget what was made."""
        if self.distributor is not None and hasattr(self.distributor, "restore"):
            self.distributor.restore({}, 0)

    def _give_back_unless_made(self, give_back: Callable[..., object], *args: Any) -> None:
        """Something was taken for the object at hand; called if the object is given up before it is made."""

    def _taken(self) -> Any:
        """What :meth:`_give_back` would give back of this provider itself; None if there is nothing."""
        return None

    def _give_back(self) -> None:
        """What was drawn for the object at hand is not used after all."""
        for part in self.parts().values():
            part._give_back()

    def _adopt(self, input: Any) -> None:
        """Take over the input that the repository completed."""

    def _detach(self) -> None:
        """In a fresh copy: give up what must not be shared with the original."""
        self._slot = Slot()
        self._slot.is_told = True  # as the original may be: forget that, too
        self._failure = None

    def _attach(self) -> None:
        """In a copy whose attributes lead to copies: renew what was made of them."""
        self._compile()

    def _learn_id(self) -> None:
        """The database may have given the id already, and nobody looked."""

    def _hear(self, is_whole: bool) -> bool:
        """A part is told something. Returns True if this one was told to be null as a whole."""
        return False

    def _was_drawn(self) -> bool:
        """Tell whether the input is known, and was not told as a whole."""
        return False

    @abstractmethod
    def _yields(self, teller: "Provider[Any, Any] | None") -> bool:
        """Tell whether nothing was told of it that ``teller`` may not overrule."""

    @abstractmethod
    def _redraw(self, teller: "Provider[Any, Any] | None") -> None:
        """Forget what was drawn, and what a hook told that ``teller`` overrules; what else was told stays."""

    def _stores_in(self) -> Any:
        """The repository of the provider itself, if it has one."""
        return None

    def repositories(self) -> list[Any]:
        """The repositories of the graph below, each once."""
        found: dict[int, Any] = {}
        for provider in self.walk():
            repository = provider._stores_in()
            if repository is not None:
                found.setdefault(id(repository), repository)
        return list(found.values())

    def _root(self) -> "Provider[Any, Any]":
        provider: Provider[Any, Any] = self
        while provider._owner is not None:
            provider = provider._owner
        return provider

    @property
    def _is_in_the_making(self) -> bool:
        """True of a root while what it has drawn may be given back."""
        return False

    @property
    def output_class(self) -> type | None:
        """The class of the outputs, if the factory is a class of the user's own."""
        factory = self._output_factory or self._inferred_factory()
        return factory if isinstance(factory, type) and output_class.is_users_own(factory) else None

    def _inferred_factory(self) -> Callable[..., Any] | None:
        """The output class as the type parameters tell it, if it is a class of the user's own."""
        return output_class.inferred(self, Provider, is_ours)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path} {self._known()!r}>"


def is_ours(cls: type) -> bool:
    """Tell whether a class is one of this package, not a user's subclass."""
    return cls.__module__ == _OURS or cls.__module__.startswith(f"{_OURS}.")


def as_mapping(provider: Provider[Any, Any], input: Any, known: Any) -> dict[str, Any]:
    """The input of a provider with parts, checked: a mapping that names only parts that exist."""
    if not isinstance(input, Mapping):
        raise ConfigurationError(f"{provider.path} was told {input!r}; expected a dict with any of {', '.join(sorted(known))}")
    unknown = [key for key in input if key not in known]
    if unknown:
        raise ConfigurationError(
            f"{provider.path} was told {unknown[0]!r}={input[unknown[0]]!r}, but has no such attribute; "
            f"it has {', '.join(sorted(known))}"
        )
    return dict(input)


def _complete(init: Callable[..., None]) -> Callable[..., None]:
    """A constructor of a user's class that tells at once if it has left ours out."""

    @wraps(init)
    def checked(self: Provider[Any, Any], *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        if "_slot" not in vars(self):
            raise ConfigurationError(f"{type(self).__name__}.__init__ did not call super().__init__(…)")

    return checked

"""What all providers share: their place in the graph, and the fast way through one object's life."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from copy import copy
from inspect import get_annotations
from typing import Any, Generic, Self, TypeVar, get_args, get_origin

from typing_extensions import get_original_bases

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.repositories import ICleanUp, ISetUp, offers
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("NOTHING", "Provider", "as_mapping", "copied", "is_awaitable", "noted", "placed")

I = TypeVar("I")  # noqa: E741  # input
O = TypeVar("O")  # noqa: E741  # output

NOTHING: Any = object()
"""Stands for an output that has not been made, since None is a possible one."""

_AWAITABLE: dict[type, bool] = {}
_OURS = __name__.rpartition(".")[0]


class Provider(ABC, Generic[I, O]):
    """Base of the providers of this package.

    Millions of values take the way through ``populate`` and ``create``, and most have nothing to wait for. So beside the
    public coroutines each provider has a synchronous twin: ``_begin`` populates at once, or returns what has to be awaited;
    ``_build`` makes the output of a complete input. A subclass that overrides a public coroutine is taken by its word:
    for it only the coroutine is called.
    """

    _owner: "Provider[Any, Any] | None" = None
    _name: str = ""
    _overrides_populate = False
    _overrides_create = False
    _asks_once = True  # each part is populated once per object of this one

    def __init__(self) -> None:
        self._output: Any = NOTHING
        self._done = False  # nothing is left to draw

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        users = [ancestor for ancestor in cls.__mro__ if not ancestor.__module__.startswith(_OURS)]
        own = {name for ancestor in users if issubclass(ancestor, Provider) for name in vars(ancestor)}
        cls._overrides_create = "create" in own
        cls._overrides_populate = not own.isdisjoint({"populate", "do_populate"})
        if cls._overrides_populate:
            cls._begin = cls._begin_by_populate  # type: ignore[method-assign]  # taken by its word

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

    @abstractmethod
    def get(self) -> I | None:
        """The input as far as it is known."""

    @abstractmethod
    def is_complete(self) -> bool:
        """True if nothing is left to draw."""

    @abstractmethod
    def is_transient(self) -> bool:
        """True while (a part of) the id is still to be given by the database."""

    @abstractmethod
    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Complete the input: draw what was not told. Does nothing if it is complete."""
        # Each kind calls its own _begin, by its class: in a subclass that overrides populate, self._begin leads back to it.

    async def create(self, session: ISession) -> O:
        """Make the output; a second call returns the same object. Populates first if that has not been done."""
        if self._output is NOTHING:
            if not self._done:
                await self.populate(session)
            self._build()
        return self._output  # type: ignore[no-any-return]  # what the factory of O made

    def clone(self) -> Self:
        """Another lane: an empty provider of its own that shares distributors, generators and repositories."""
        twins: dict[int, Any] = {}
        twin = self._twin(twins)
        for copied in list(twins.values()):  # whoever knew a provider of the original knows its twin
            for name, known in list(vars(copied).items()):
                if id(known) in twins:
                    setattr(copied, name, twins[id(known)])
        twin._owner = None
        twin.reset()
        return twin

    async def setup(self, session: ISession) -> None:
        """Set up the repositories of the graph below, each once."""
        for repository in self._repositories():
            if offers(repository, ISetUp):
                await repository.setup(session)

    async def cleanup(self, session: ISession) -> None:
        """Clean up the repositories of the graph below, each once; the last set up goes first.

        What the graph remembered is forgotten with it, also if the session rolls back.
        """
        for repository in reversed(self._repositories()):
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

    @abstractmethod
    def _begin(self, session: ISession) -> Awaitable[None] | None:
        """Populate; what cannot be done without waiting is returned, to be awaited once."""

    def _begin_by_populate(self, session: ISession) -> Awaitable[None] | None:
        return None if self._done else self.populate(session)

    @abstractmethod
    def _build(self) -> Any:
        """Make the output of the complete input, once."""

    @abstractmethod
    def _make(self, input: Any) -> Any:
        """A fresh output of the given complete input; the object at hand is not touched."""

    def _maker(self) -> Callable[[Any], Any]:
        """What :meth:`_make` does, with all that does not depend on the input looked up beforehand."""
        return self._make

    def _forget(self) -> None:
        """The repositories have been emptied: forget what was made."""
        distributor: Any = getattr(self, "distributor", None)
        if hasattr(distributor, "restore"):
            distributor.restore({}, 0)

    def _give_back_unless_made(self, give_back: Callable[..., object], *args: Any) -> None:
        """Something was taken for the object at hand; called if the object is given up before it is made."""

    def _give_back(self) -> None:
        """What was drawn for the object at hand is not used after all."""
        for part in self.parts().values():
            part._give_back()

    def _adopt(self, input: Any) -> None:
        """Take over the input that the repository completed."""

    def _twin(self, twins: dict[int, Any]) -> Self:
        """The copy of this provider in a clone; ``twins`` holds the copies by the ids of their originals."""
        twin: Self | None = twins.get(id(self))
        if twin is None:
            twin = twins[id(self)] = copy(self)
            twin._output = NOTHING
            twin._detach(twins)
        return twin

    def _detach(self, twins: dict[int, Any]) -> None:
        """In a fresh copy: give up what must not be shared with the original."""

    def _repositories(self) -> list[Any]:
        found: dict[int, Any] = {}
        for provider in self.walk():
            repository = getattr(provider, "repository", None)
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
        factory = getattr(self, "_output_factory", None) or self._inferred_factory()
        return factory if isinstance(factory, type) and not _is_plain(factory) else None

    def _inferred_factory(self) -> Callable[..., Any] | None:
        """The output class as the type parameters tell it, if it is a class of the user's own."""
        annotated = _annotation(type(self._owner), self._name) if self._owner is not None else None
        for declared in (getattr(self, "__orig_class__", None), *_declared_bases(type(self)), annotated):
            arguments = get_args(declared)
            if len(arguments) >= 2 and isinstance(arguments[1], type) and not _is_plain(arguments[1]):
                return arguments[1]
        return None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path} {self.get()!r}>"


def is_awaitable(value: object) -> bool:
    """Tell whether a value has to be awaited; looked up once per class, as failing look-ups are slow."""
    cls = type(value)
    found = _AWAITABLE.get(cls)
    if found is None:
        found = _AWAITABLE[cls] = hasattr(cls, "__await__")
    return found


def copied(data: Any) -> Any:
    """A copy of plain data that the caller may change."""
    if isinstance(data, (int, str)):
        return data
    if type(data) is dict:  # most often, and told without asking an abstract class
        return {key: part if isinstance(part, (int, str)) else copied(part) for key, part in data.items()}
    if isinstance(data, Mapping):
        return {key: copied(part) for key, part in data.items()}
    return [copied(part) for part in data] if isinstance(data, list) else data


def noted(error: BaseException, provider: Provider[Any, Any], input: Any) -> None:
    """Add the place and the input to an error of the user's own code, which travels on unchanged."""
    note = f"while {provider.path} made an object of {input!r}"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def placed(error: BaseException, provider: Provider[Any, Any]) -> tuple[str, Any]:
    """The path and the input of the provider in whose making an error came up first; ``provider`` if nobody said so before."""
    found: tuple[str, Any] | None = getattr(error, "_made_by", None)
    if found is None:
        found = provider.path, provider.get()
        error._made_by = found  # type: ignore[attr-defined]  # ours
    return found


def as_mapping(provider: Provider[Any, Any], input: Any, known: Any) -> dict[str, Any]:
    """The input of a provider with parts, checked: a mapping that names only parts that exist."""
    if not hasattr(input, "items"):
        raise ConfigurationError(f"{provider.path} was told {input!r}; expected a dict with any of {', '.join(sorted(known))}")
    unknown = [key for key in input if key not in known]
    if unknown:
        raise ConfigurationError(
            f"{provider.path} was told {unknown[0]!r}={input[unknown[0]]!r}, but has no such attribute; "
            f"it has {', '.join(sorted(known))}"
        )
    return dict(input)


def _declared_bases(cls: type) -> Iterator[Any]:
    for ancestor in cls.__mro__:
        if not ancestor.__module__.startswith(_OURS) and issubclass(ancestor, Provider):
            for base in get_original_bases(ancestor):
                origin = get_origin(base)
                if isinstance(origin, type) and issubclass(origin, Provider):
                    yield base


def _annotation(cls: type, name: str) -> Any:
    """What a class, or an ancestor, says of an attribute; None if it says nothing."""
    for ancestor in cls.__mro__:
        annotation = get_annotations(ancestor).get(name)
        if annotation is not None:
            return annotation
    return None


def _is_plain(cls: type) -> bool:
    return cls.__module__ in {"builtins", "datetime", "decimal", "uuid", "typing", "collections.abc", "pathlib"}

"""What all providers share: their place in the graph, and the life of one object."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Generic, Self, TypeVar

from ascetic_ddd.faker.domain.blueprint.slot import NOTHING
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers import cloning, output_class
from ascetic_ddd.faker.domain.providers.part import Part, Pending
from ascetic_ddd.faker.domain.providers.use import at_work, refuse_original
from ascetic_ddd.faker.domain.repositories import ICleanUp, ISetUp, offers
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("Provider", "is_ours")

I = TypeVar("I")  # noqa: E741  # input
O = TypeVar("O")  # noqa: E741  # output

_OURS = __name__.rpartition(".")[0]


class Provider(Part, Generic[I, O]):
    """Base of the providers of this package.

    ``populate`` and ``create`` are what users call. A subclass that overrides one of them is taken by its word: for it only the
    coroutine is called, and not what does the same at once.
    """

    is_hidden = False
    """Other parts see it, and neither the factory nor the exported state has it."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls) and not is_ours(cls):
            cls.__init__ = _checked(cls.__init__)  # type: ignore[method-assign]  # it does as before
        users = [ancestor for ancestor in cls.__mro__ if not is_ours(ancestor)]
        own = {name for ancestor in users if issubclass(ancestor, Provider) for name in vars(ancestor)}
        cls._overrides_create = "create" in own
        cls._overrides_reset = "reset" in own
        cls._is_taken_by_its_word = "populate" in own
        cls._overrides_populate = not own.isdisjoint({"populate", "do_populate"})
        if cls._overrides_populate:
            cls._step = cls._step_by_populate  # type: ignore[method-assign,assignment]  # taken by its word

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

    def repositories(self) -> list[Any]:
        """The repositories of the graph below, each once."""
        found: dict[int, Any] = {}
        for provider in self.walk():
            repository = provider._stores_in()
            if repository is not None:
                found.setdefault(id(repository), repository)
        return list(found.values())

    def _step_by_populate(self, session: ISession) -> Pending:
        return None if self._slot.is_done else self.populate(session)

    def _give_back(self) -> None:
        for part in self.parts().values():
            part._give_back()

    def _forget(self) -> None:
        """The repositories have been emptied: forget what was made."""
        if self.distributor is not None and hasattr(self.distributor, "restore"):
            self.distributor.restore({}, 0)

    def _root(self) -> "Provider[Any, Any]":
        provider: Provider[Any, Any] = self
        while provider._owner is not None:
            provider = provider._owner
        return provider

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


def _checked(init: Callable[..., None]) -> Callable[..., None]:
    """A constructor of a user's class that tells at once if it has left ours out."""

    @wraps(init)
    def checked(self: Provider[Any, Any], *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        if "_slot" not in vars(self):
            raise ConfigurationError(f"{type(self).__name__}.__init__ did not call super().__init__(…)")

    return checked

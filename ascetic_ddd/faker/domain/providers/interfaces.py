"""The provider ports. A provider makes one domain object at a time out of input that it was told or drew."""

from typing import Protocol, Self, TypeVar

from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "IAggregateProvider",
    "ICompositeValueProvider",
    "IDependentProvider",
    "IEntityProvider",
    "IProvider",
    "IReferenceProvider",
    "IValueProvider",
)

I = TypeVar("I")  # noqa: E741  # input, as the type parameters are called throughout
I_any = TypeVar("I_any")
O = TypeVar("O")  # noqa: E741
O_co = TypeVar("O_co", covariant=True)
A_co = TypeVar("A_co", covariant=True)
Id_co = TypeVar("Id_co", covariant=True)


class IProvider(Protocol[I, O_co]):
    """Life of one object: ``reset()``, ``set(input)`` (optional), ``populate(session)``, ``create(session)``."""

    @property
    def path(self) -> str:
        """Where the provider stands in its graph, e.g. ``BookProvider.id.tenant_id``; used in messages and random streams."""
        ...

    def reset(self) -> None:
        """Forget the object at hand, told input included."""
        ...

    def set(self, input: I | None) -> None:
        """Tell the input, or a part of it; what is told adds up until :meth:`reset`, the rest is drawn.

        Raises:
            ConfigurationError: the input names a part that does not exist.
            ContradictionError: it cannot hold together with what was told before.
        """
        ...

    def get(self) -> I | None:
        """The input as far as it is known."""
        ...

    async def populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Complete the input: draw what was not told. Does nothing if it is complete."""
        ...

    async def create(self, session: ISession) -> O_co:
        """Make the output; a second call returns the same object. Populates first if that has not been done."""
        ...

    def is_complete(self) -> bool:
        """True if nothing is left to draw."""
        ...

    def is_transient(self) -> bool:
        """True while (a part of) the id is still to be given by the database."""
        ...

    def clone(self) -> Self:
        """Another lane: an empty provider of its own that shares distributors, generators and repositories."""
        ...

    async def setup(self, session: ISession) -> None:
        """Set up the repositories of the graph below, each once."""
        ...

    async def cleanup(self, session: ISession) -> None:
        """Clean up the repositories of the graph below, each once."""
        ...


class IValueProvider(IProvider[I, O_co], Protocol[I, O_co]):
    """Makes a value object, or a plain value."""


class ICompositeValueProvider(IProvider[I, O_co], Protocol[I, O_co]):
    """Makes a value object of several parts."""


class IEntityProvider(IProvider[I, O_co], Protocol[I, O_co]):
    """Makes an entity that lives inside an aggregate."""


class IAggregateProvider(IEntityProvider[I, O_co], Protocol[I, O_co]):
    """Makes an aggregate and stores it in its repository."""


class IReferenceProvider(IProvider[I, Id_co], Protocol[I, A_co, Id_co]):
    """Gives the id of another aggregate: one that exists, or a new one (M:1)."""


class IDependentProvider(IProvider[list[I_any], list[O]], Protocol[I_any, O]):
    """Makes the many that belong to one (1:M)."""

"""The repository ports: what a provider needs of a store, and the one way to tell which of them a repository keeps."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeGuard, TypeVar, cast, get_origin, runtime_checkable

from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "IAggregateRepository",
    "IAudit",
    "IAuditable",
    "IBulkRepository",
    "ICleanUp",
    "IConstrained",
    "IDeferring",
    "IExternalRepository",
    "IInternalRepository",
    "ILayered",
    "ILookup",
    "IMemory",
    "INumbering",
    "IObservable",
    "IReadable",
    "ISetUp",
    "IStagedBulkRepository",
    "IUpdatable",
    "IValuesReadable",
    "StoredListener",
    "Uses",
    "lookup_of",
    "methods_of",
    "offers",
    "sides_of",
    "stored_values",
    "values_of",
)

P = TypeVar("P")
T_contra = TypeVar("T_contra", contravariant=True)

StoredListener = Callable[[ISession, Mapping[str, Any]], None]
"""Called with the session and the exported state of an aggregate that was just inserted or updated in it.

It is synchronous; a listener that keeps anything registers its undoing with ``session.on_rollback``.
"""


@runtime_checkable
class IExternalRepository(Protocol[T_contra]):
    """The application's own repository. Only ``insert`` is needed to generate data."""

    async def insert(self, session: ISession, agg: T_contra) -> None:
        """Store a new aggregate; an id that the database gives is put into the aggregate, as an ORM does."""
        ...


@runtime_checkable
class IUpdatable(Protocol[T_contra]):
    """A repository whose aggregates may change."""

    async def update(self, session: ISession, agg: T_contra) -> None:
        """Store the changed state of an aggregate that was inserted before.

        Raises:
            PersistenceError: no aggregate with this id is stored; nothing changed.
        """
        ...


class IAggregateRepository(IExternalRepository[T_contra], IUpdatable[T_contra], Protocol[T_contra]):
    """A repository of one kind of aggregate."""


@runtime_checkable
class IBulkRepository(Protocol[T_contra]):
    """A repository that inserts many aggregates faster than one by one."""

    async def insert_many(self, session: ISession, aggs: Sequence[T_contra]) -> None:
        """Store new aggregates, all or none.

        Ids that the database gives are put into the aggregates, and rise in their order. Listeners are told each
        aggregate, in order, once all are stored. Outside a transaction it opens one of its own. No aggregates: nothing
        is done.

        Raises:
            PersistenceError: an id is taken or the store refused one of them. A transaction around it must roll back, or
                a savepoint: leave that to ``session.atomic()``.
        """
        ...


@runtime_checkable
class IStagedBulkRepository(IBulkRepository[T_contra], Protocol[T_contra]):
    """A repository whose ``insert_many`` has two steps, so that another store can work during the second."""

    async def stage_many(self, session: ISession, aggs: Sequence[T_contra]) -> Callable[[], Awaitable[None]]:
        """Put the ids that the database gives into the aggregates. The call of what is returned stores them, all or none,
        and takes the ids out again if that fails; where ids cannot be had beforehand, all is stored before this returns.

        Inside a transaction. Between the two steps, the session's connection is not used for anything else.
        """
        ...


@runtime_checkable
class ISetUp(Protocol):
    """A repository that needs something made before it can store."""

    async def setup(self, session: ISession) -> None:
        """Create what the store needs, if it is not there."""
        ...


@runtime_checkable
class ICleanUp(Protocol):
    """A repository that can drop what it made."""

    async def cleanup(self, session: ISession) -> None:
        """Drop what ``setup`` created, with all that is remembered; does nothing if it is not there."""
        ...


@runtime_checkable
class ILookup(Protocol):
    """A repository that can be asked for one aggregate."""

    async def get(self, session: ISession, id: Any) -> dict[str, Any] | None:
        """Give the exported state remembered under this exported id (``7``, ``{"tenant_id": 1, …}``), or None.

        The dict is the caller's own copy.
        """
        ...


@runtime_checkable
class IReadable(Protocol):
    """A repository that can be read from its beginning to its end."""

    def find(self, session: ISession, specification: ISpecification | None = None) -> AsyncIterator[dict[str, Any]]:
        """Iterate over the exported states that satisfy the specification (None: all), in order of insertion."""
        ...


class IInternalRepository(IAggregateRepository[T_contra], ISetUp, ICleanUp, ILookup, IReadable, Protocol[T_contra]):
    """A store that remembers exported state by id and can be asked for it."""


@runtime_checkable
class IObservable(Protocol):
    """A repository that tells what it stored."""

    def subscribe(self, listener: StoredListener) -> None:
        """Have ``listener`` called after each insert and update, inside the transaction. Twice the same: once."""
        ...


@runtime_checkable
class IDeferring(Protocol):
    """A repository that can write what is inserted singly later, all together: of many round trips it makes one."""

    def defer(self, session: ISession) -> None:
        """From now on put off what is inserted in this session's open transaction; whoever listens hears of it at once."""
        ...

    async def settle(self, session: ISession) -> None:
        """Write what was put off, and put off no more; to be called before the transaction ends.

        Raises:
            PersistenceError: something is refused.
        """
        ...


@runtime_checkable
class IMemory(Protocol):
    """A store of exported state that can be counted, and told of what was made elsewhere."""

    async def count(self, session: ISession) -> int:
        """Give how many aggregates are remembered; reads the whole store once."""
        ...

    async def known(self, session: ISession, ids: Sequence[Any]) -> list[bool]:
        """Tell of each exported id whether it is remembered, in order."""
        ...

    async def remember(self, session: ISession, states: Sequence[Mapping[str, Any]]) -> None:
        """Remember exported states without their aggregates, all or none; otherwise as ``insert_many``.

        Raises:
            PersistenceError: an id is taken or incomplete.
        """
        ...


@runtime_checkable
class INumbering(Protocol):
    """A store that remembers how far running numbers may have been given out, ahead of what is made of them."""

    async def reserved(self, session: ISession) -> dict[str, int]:
        """Give by name the numbers below which all may have been given out."""
        ...

    async def reserve(self, session: ISession, numbers: Mapping[str, int]) -> None:
        """Remember such numbers by name, also lower ones than before. Called outside a transaction; durable when it returns."""
        ...


@runtime_checkable
class IValuesReadable(Protocol):
    """A store that can be asked for one part of everything in it, without reading the rest; rows made elsewhere included."""

    def stored_values(self, session: ISession, path: tuple[str, ...]) -> AsyncIterator[Any]:
        """Iterate over the values at a path of the exported states, in any order; nulls may be left out.

        Raises:
            PersistenceError: they cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Uses:
    """How often the values at one path of the states of a store are used.

    Attributes:
        histogram: uses → number of values that have as many, at least 1.
        nulls: states, or listed parts of them, in which there is null.
    """

    histogram: Mapping[int, int]
    nulls: int


class IAudit(Protocol):
    """Looks over a store of exported state, where it is: what it gives is small, however large the store."""

    async def is_there(self, session: ISession) -> bool:
        """Tell whether the store has been set up."""
        ...

    async def count(self, session: ISession) -> int:
        """Give how many aggregates are remembered."""
        ...

    async def faults(self, session: ISession) -> Mapping[str, int]:
        """Count by words what must not be in the store itself, such as ids that differ from those in the states."""
        ...

    async def id_shapes(self, session: ISession) -> Sequence[tuple[int, Any]]:
        """Give for each shape that exported ids have how many have it, and an example, the commonest first."""
        ...

    async def uses(self, session: ISession, path: Sequence[str]) -> Uses:
        """Count the uses of the values at a path; of lists on the way each item is looked at."""
        ...

    def uses_within(self, session: ISession, path: Sequence[str], keys: Sequence[str]) -> AsyncIterator[Uses]:
        """Count the same apart for each combination of some parts of the values, one after the other; nulls are left out."""
        ...

    async def dangling(self, session: ISession, path: Sequence[str], target: "IAudit") -> tuple[int, Any] | None:
        """Count values at a path that are no ids of the target store, and give one of them; None if it cannot be asked so."""
        ...


@runtime_checkable
class IAuditable(Protocol):
    """A store of exported state that can look itself over."""

    def audit(self) -> IAudit:
        """Give what looks it over."""
        ...


@runtime_checkable
class IConstrained(Protocol):
    """A repository of the application whose references the store itself declares."""

    async def is_there(self, session: ISession) -> bool:
        """Tell whether its place in the store exists."""
        ...

    async def dangling_rows(self, session: ISession) -> Mapping[str, int]:
        """Count by name of the foreign key the rows that refer to nothing, zeros included."""
        ...


class ILayered(Protocol):
    """A repository that stands on others, and has methods that it can serve only as far as those can."""

    def offers(self, port: Callable[..., object]) -> bool:
        """Tell whether what it stands on can serve this port; True for ports that need nothing of it."""
        ...


def offers(repository: object, port: Callable[..., P]) -> TypeGuard[P]:
    """Tell whether a repository keeps a port: it has the methods, and, if it stands on others, those can serve them.

    The one place where this is told. Methods that ``__getattr__`` hands on count; a method that is None does not.

    Args:
        repository: any object.
        port: one of the protocols of this module.

    Example:
        >>> class Plain:
        ...     async def insert(self, session, agg): ...
        >>> offers(Plain(), IExternalRepository), offers(Plain(), IObservable)
        (True, False)
    """
    if not all(callable(getattr(repository, name, None)) for name in methods_of(port)):
        return False
    port = get_origin(port) or port
    asked: Callable[[Callable[..., object]], bool] | None = getattr(repository, "offers", None)
    return asked is None or asked(port)


def sides_of(repository: object) -> tuple[Any, Any]:
    """Give the external and the internal side of a repository; of one that is no composite: None, and itself."""
    external: Any = getattr(repository, "external", None)
    return external, repository if external is None else getattr(repository, "internal", None)


@cache
def methods_of(port: Callable[..., object]) -> tuple[str, ...]:
    """Give the names of the methods that a port asks for."""
    return tuple(
        name
        for cls in cast(type, get_origin(port) or port).__mro__
        for name, member in vars(cls).items()
        if callable(member) and not name.startswith("_")
    )


def stored_values(repository: Any, session: ISession, path: tuple[str, ...]) -> AsyncIterator[Any] | None:
    """The values that all stored aggregates have at a path, those in lists one by one; None if the repository cannot be read.

    Asked by ``find`` are only repositories of this package's ports: an application's own may mean something else by that name.
    """
    if offers(repository, IValuesReadable):
        return repository.stored_values(session, path)
    if offers(repository, IObservable) and offers(repository, IReadable):
        return values_of(repository.find(session), path)
    return None


async def values_of(states: AsyncIterator[Mapping[str, Any]], path: tuple[str, ...]) -> AsyncIterator[Any]:
    """The values that exported states have at a path, those in lists one by one."""
    async for state in states:
        for value in _values_at(state, path):
            yield value


def _values_at(part: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(part, list):
        for item in part:
            yield from _values_at(item, path)
    elif not path:
        if part is not None:
            yield part
    elif isinstance(part, Mapping) and path[0] in part:
        yield from _values_at(part[path[0]], path[1:])


def lookup_of(repository: object) -> ILookup | None:
    """Who can tell whether the application has an aggregate: the repository, of a composite the external one; None if it cannot.

    The internal one cannot: it knows what we made, and not what the application brought. Asked by ``get`` are only repositories
    that also have ``find``: an application's own may mean something else by that name.
    """
    while (external := sides_of(repository)[0]) is not None:
        repository = external
    return repository if offers(repository, IReadable) and offers(repository, ILookup) else None

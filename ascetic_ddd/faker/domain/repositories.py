"""The repository ports: what a provider needs of a store."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "IAggregateRepository",
    "IBulkRepository",
    "IExternalRepository",
    "IInternalRepository",
    "IMemory",
    "INumbering",
    "IObservable",
    "IReadable",
    "IStagedBulkRepository",
    "StoredListener",
    "stored_values",
    "values_of",
)

T_contra = TypeVar("T_contra", contravariant=True)

StoredListener = Callable[[ISession, Mapping[str, Any]], None]
"""Called with the session and the exported state of an aggregate that was just inserted or updated in it.

It is synchronous; a listener that keeps anything registers its undoing with ``session.on_rollback``.
"""


class IExternalRepository(Protocol[T_contra]):
    """The application's own repository. Only ``insert`` is needed to generate data."""

    async def insert(self, session: ISession, agg: T_contra) -> None:
        """Store a new aggregate; an id that the database gives is put into the aggregate, as an ORM does."""
        ...


class IAggregateRepository(IExternalRepository[T_contra], Protocol[T_contra]):
    """A repository of one kind of aggregate."""

    async def update(self, session: ISession, agg: T_contra) -> None:
        """Store the changed state of an aggregate that was inserted before.

        Raises:
            PersistenceError: no aggregate with this id is stored; nothing changed.
        """
        ...


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


class IInternalRepository(IAggregateRepository[T_contra], Protocol[T_contra]):
    """A store that remembers exported state by id and can be asked for it."""

    async def setup(self, session: ISession) -> None:
        """Create what the store needs, if it is not there."""
        ...

    async def cleanup(self, session: ISession) -> None:
        """Drop what :meth:`setup` created, with all that is remembered; does nothing if it is not there."""
        ...

    async def get(self, session: ISession, id: Any) -> dict[str, Any] | None:
        """Give the exported state remembered under this exported id (``7``, ``{"tenant_id": 1, …}``), or None.

        The dict is the caller's own copy.
        """
        ...

    def find(self, session: ISession, specification: ISpecification | None = None) -> AsyncIterator[dict[str, Any]]:
        """Iterate over the exported states that satisfy the specification (None: all), in order of insertion."""
        ...


@runtime_checkable
class IObservable(Protocol):
    """A repository that tells what it stored."""

    def subscribe(self, listener: StoredListener) -> None:
        """Have ``listener`` called after each insert and update, inside the transaction. Twice the same: once."""
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
class IReadable(Protocol):
    """A store that can be asked for one part of everything in it, without reading the rest; rows made elsewhere included."""

    def stored_values(self, session: ISession, path: tuple[str, ...]) -> AsyncIterator[Any]:
        """Iterate over the values at a path of the exported states, in any order; nulls may be left out.

        Raises:
            PersistenceError: they cannot be read.
        """
        ...


def stored_values(repository: Any, session: ISession, path: tuple[str, ...]) -> AsyncIterator[Any] | None:
    """The values that all stored aggregates have at a path, those in lists one by one; None if the repository cannot be read.

    Asked by ``find`` are only repositories of this package's ports: an application's own may mean something else by that name.
    """
    if isinstance(repository, IReadable):
        return repository.stored_values(session, path)
    if isinstance(repository, IObservable) and hasattr(repository, "find"):
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

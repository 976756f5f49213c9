"""What stores aggregates, one by one and many at once, and who is told of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "IAggregateRepository",
    "IBulkRepository",
    "IExternalRepository",
    "IObservable",
    "IStagedBulkRepository",
    "IUpdatable",
    "Staged",
    "StoredListener",
)

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

    async def stage_many(self, session: ISession, aggs: Sequence[T_contra]) -> "Staged":
        """Put the ids that the database gives into the aggregates. The ``store`` of what is returned stores them, all or none,
        and takes the ids out again if that fails; where ids cannot be had beforehand, all is stored before this returns.

        Inside a transaction. Between the two steps, the session's connection is not used for anything else.
        """
        ...


@dataclass(frozen=True)
class Staged:
    """Aggregates that have their ids and are about to be stored.

    Attributes:
        store: stores them.
        exporter: what exported them after they had their ids; None: they were not.
        states: their exported states, in order.
    """

    store: Callable[[], Awaitable[None]]
    exporter: Callable[[Any], Mapping[str, Any]] | None = None
    states: Sequence[Mapping[str, Any]] = ()


@runtime_checkable
class IObservable(Protocol):
    """A repository that tells what it stored."""

    def subscribe(self, listener: StoredListener) -> None:
        """Have ``listener`` called after each insert and update, inside the transaction. Twice the same: once."""
        ...

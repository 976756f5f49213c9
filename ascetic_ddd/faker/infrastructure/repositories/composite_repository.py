"""Two repositories as one: the application's own stores the aggregate, ours remembers it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.repositories import (
    ICleanUp,
    IDeferring,
    IExporting,
    IExternalRepository,
    IInternalRepository,
    ILookup,
    IMemory,
    INumbering,
    IObservable,
    IReadable,
    ISetUp,
    IUpdatable,
    IValuesReadable,
    IWritingBehind,
    Staged,
    StoredListener,
    WritingBehind,
    methods_of,
    offers,
    values_of,
)
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.faker.infrastructure.repositories.bulk import (
    all_or_none,
    at_once,
    has_own_insert,
    insert_all,
    insert_each,
    stages,
)
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("CompositeAutoPkRepository", "CompositeRepository")

P = TypeVar("P")
T = TypeVar("T")

# What a composite can do only where its sides can.
_OF_THE_INTERNAL = (ICleanUp, IDeferring, ILookup, IMemory, INumbering, IObservable, IReadable, ISetUp)
_OF_BOTH = (IUpdatable,)


class CompositeRepository(Generic[T]):
    """Stores in the external repository first, then in the internal one: what is remembered exists.

    Asked, set up and cleaned up is only the internal one; the application owns its tables. What it can do follows from what
    its sides can: :meth:`offers` tells, and what is called all the same says which side lacks what.

    Args:
        external_repository: the application's; only ``insert`` is needed, and ``update`` where it is used.
        internal_repository: ours.
    """

    def __init__(self, *, external_repository: IExternalRepository[T], internal_repository: IInternalRepository[T]) -> None:
        for role, repository in (("external", external_repository), ("internal", internal_repository)):
            if not offers(repository, IExternalRepository):
                raise ConfigurationError(f"{role}_repository={repository!r} is no repository: it has no `insert`.")
        self._external = external_repository
        self._internal = internal_repository

    @property
    def external(self) -> IExternalRepository[T]:
        """The application's repository."""
        return self._external

    @property
    def internal(self) -> IInternalRepository[T]:
        """The repository that remembers."""
        return self._internal

    def offers(self, port: Callable[..., object]) -> bool:
        """Tell whether both sides allow what a port of :mod:`ascetic_ddd.faker.domain.repositories` asks for.

        To be asked by :func:`ascetic_ddd.faker.domain.repositories.offers`, which looks for the methods, too.
        """
        if port is IValuesReadable:
            return any(offers(side, port) for side in (self._external, self._internal)) or offers(self._internal, IReadable)
        if port is IWritingBehind:
            return offers(self._external, port) and not has_own_insert(self)
        if port in _OF_BOTH and not offers(self._external, port):
            return False
        return port not in (*_OF_BOTH, *_OF_THE_INTERNAL) or offers(self._internal, port)

    async def setup(self, session: ISession) -> None:
        """Create what the internal repository needs, if it is not there; nothing if it needs nothing."""
        if offers(self._internal, ISetUp):
            await self._internal.setup(session)

    async def cleanup(self, session: ISession) -> None:
        """Drop what :meth:`setup` created, with all that is remembered."""
        if offers(self._internal, ICleanUp):
            await self._internal.cleanup(session)

    async def insert(self, session: ISession, agg: T) -> None:
        """Store a new aggregate in both; if either refuses, its error travels and the transaction must roll back."""
        await self._external.insert(session, agg)
        await self._internal.insert(session, agg)

    async def insert_many(self, session: ISession, aggs: Sequence[T]) -> None:
        """Store new aggregates, all or none: all in the external repository, then all in the internal one.

        Each does it by its ``insert_many``, or by ``insert`` one after the other where it has no other. If the external one
        gives the ids beforehand (``stage_many``) and each store has a connection of its own, both write at the same time:
        not the order of writing, but that of the commits makes that what is remembered exists.
        """
        if has_own_insert(self):
            await insert_each(self, session, aggs)
        elif aggs:
            async with all_or_none(session):
                if stages(self._external) and getattr(session, "has_two_connections", False):
                    staged = await self._external.stage_many(session, aggs)
                    await at_once(staged.store(), self._remember(session, aggs, staged))
                else:
                    await insert_all(self._external, session, aggs)
                    await insert_all(self._internal, session, aggs)

    async def _remember(self, session: ISession, aggs: Sequence[T], staged: Staged) -> None:
        """Insert into the internal repository, of which one exports as the external one did: then it is done once."""
        internal = self._internal
        if staged.exporter is not None and offers(internal, IExporting) and internal.agg_exporter == staged.exporter:
            await internal.remember(session, staged.states)
        else:
            await insert_all(internal, session, aggs)

    async def update(self, session: ISession, agg: T) -> None:
        """Store the changed state in both.

        Raises:
            ConfigurationError: one of them has no ``update``; nothing changed.
        """
        external: IUpdatable[T] = _able("external", self._external, IUpdatable[T])
        internal: IUpdatable[T] = _able("internal", self._internal, IUpdatable[T])
        await external.update(session, agg)
        await internal.update(session, agg)

    async def get(self, session: ISession, id: Any) -> dict[str, Any] | None:
        """Give the exported state remembered under this exported id, or None.

        Raises:
            ConfigurationError: the internal repository cannot.
        """
        return await _able("internal", self._internal, ILookup).get(session, id)

    def find(self, session: ISession, specification: ISpecification | None = None) -> AsyncIterator[dict[str, Any]]:
        """Iterate over the remembered states that satisfy the specification, in order of insertion.

        Raises:
            ConfigurationError: the internal repository cannot.
        """
        return _able("internal", self._internal, IReadable).find(session, specification)

    def stored_values(self, session: ISession, path: tuple[str, ...]) -> AsyncIterator[Any]:
        """Iterate over the values at a path of what is stored: of the external repository if it can tell, since it has rows made
        elsewhere, too, else of the internal one.

        Raises:
            ConfigurationError: neither can be read.
        """
        for repository in (self._external, self._internal):
            if offers(repository, IValuesReadable):
                return repository.stored_values(session, path)
        return values_of(self.find(session), path)

    async def count(self, session: ISession) -> int:
        """Give how many aggregates the internal repository remembers.

        Raises:
            ConfigurationError: it cannot count.
        """
        return await _able("internal", self._internal, IMemory).count(session)

    async def known(self, session: ISession, ids: Sequence[Any]) -> list[bool]:
        """Tell of each exported id whether the internal repository remembers it, in order.

        Raises:
            ConfigurationError: it cannot.
        """
        return await _able("internal", self._internal, IMemory).known(session, ids)

    async def remember(self, session: ISession, states: Sequence[Mapping[str, Any]]) -> None:
        """Have the internal repository alone remember what exists outside already.

        Raises:
            ConfigurationError: it cannot.
        """
        await _able("internal", self._internal, IMemory).remember(session, states)

    async def reserved(self, session: ISession) -> dict[str, int]:
        """Give the running numbers that the internal repository has reserved; none if it cannot."""
        return await self._internal.reserved(session) if offers(self._internal, INumbering) else {}

    async def reserve(self, session: ISession, numbers: Mapping[str, int]) -> None:
        """Have the internal repository reserve running numbers, if it can."""
        if offers(self._internal, INumbering):
            await self._internal.reserve(session, numbers)

    def defer(self, session: ISession) -> None:
        """Have the internal repository put off what it is told to remember, if it can; the external one gives ids, and cannot."""
        if offers(self._internal, IDeferring) and not has_own_insert(self):
            self._internal.defer(session)

    async def settle(self, session: ISession) -> None:
        """Have the internal repository write what it put off."""
        if offers(self._internal, IDeferring):
            await self._internal.settle(session)

    def write_behind(self, session: ISession, behind: WritingBehind) -> None:
        """Have both sides put off what they are told, as far as they can.

        Raises:
            ConfigurationError: the external one cannot.
        """
        _able("external", self._external, IWritingBehind).write_behind(session, behind)
        self.defer(session)

    async def write_out(self, session: ISession) -> None:
        """Have the external repository write what it put off; the internal one writes when it settles."""
        await _able("external", self._external, IWritingBehind).write_out(session)

    def subscribe(self, listener: StoredListener) -> None:
        """Have ``listener`` called once for each aggregate stored in both.

        Raises:
            ConfigurationError: the internal repository cannot tell.
        """
        _able("internal", self._internal, IObservable).subscribe(listener)


class CompositeAutoPkRepository(CompositeRepository[T]):
    """A composite for aggregates whose id, or a part of it, the application's database gives.

    The external ``insert`` runs first and puts the id into the aggregate, so the internal one finds it complete.
    """


def _able(role: str, repository: object, port: Callable[..., P]) -> P:
    """Give the repository as what the port says.

    Raises:
        ConfigurationError: it does not keep it.
    """
    if not offers(repository, port):
        name = str(getattr(port, "__name__", port))
        lacking = [f"`{method}`" for method in methods_of(port) if not callable(getattr(repository, method, None))]
        raise ConfigurationError(
            f"The {role} repository {type(repository).__name__} has no {', '.join(lacking) or f'side that serves {name}'}; "
            f"give it what ascetic_ddd.faker.domain.repositories.{name} says, or do without."
        )
    return repository

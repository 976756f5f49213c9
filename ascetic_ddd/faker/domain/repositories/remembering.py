"""A store that remembers what was generated."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

from ascetic_ddd.faker.domain.repositories.preparing import ICleanUp, ISetUp
from ascetic_ddd.faker.domain.repositories.reading import ILookup, IReadable
from ascetic_ddd.faker.domain.repositories.storing import IAggregateRepository
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "IDeferring",
    "IExporting",
    "IInternalRepository",
    "IMemory",
    "INumbering",
)

T_contra = TypeVar("T_contra", contravariant=True)


class IInternalRepository(IAggregateRepository[T_contra], ISetUp, ICleanUp, ILookup, IReadable, Protocol[T_contra]):
    """A store that remembers exported state by id and can be asked for it."""


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
class IExporting(IMemory, Protocol):
    """A store whose ``insert_many`` is to export, and to :meth:`remember` what was exported."""

    def agg_exporter(self, agg: Any) -> Mapping[str, Any]:
        """Aggregate → plain data; the function that the store was given, to compare it with another's."""
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

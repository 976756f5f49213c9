"""What a store can be asked for."""

from collections.abc import AsyncIterator
from typing import Any, Protocol, runtime_checkable

from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "ILookup",
    "IReadable",
    "IValuesReadable",
)


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


@runtime_checkable
class IValuesReadable(Protocol):
    """A store that can be asked for one part of everything in it, without reading the rest; rows made elsewhere included."""

    def stored_values(self, session: ISession, path: tuple[str, ...]) -> AsyncIterator[Any]:
        """Iterate over the values at a path of the exported states, in any order; nulls may be left out.

        Raises:
            PersistenceError: they cannot be read.
        """
        ...

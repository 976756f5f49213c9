"""What a store needs made before it can store, and drops afterwards."""

from typing import Protocol, runtime_checkable

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "ICleanUp",
    "ISetUp",
)


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

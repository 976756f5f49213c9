"""The 1:M distributor port: how many children the next parent has."""

from typing import Protocol

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("IO2MDistributor",)


class IO2MDistributor(Protocol):
    """Draws numbers of children. Shared by all clones of a provider."""

    def draw(self, session: ISession) -> int:
        """The number of children of the next parent, at least 0; given back if the session rolls back."""
        ...

    def seed(self, seed: int) -> None:
        """Restart the random stream."""
        ...

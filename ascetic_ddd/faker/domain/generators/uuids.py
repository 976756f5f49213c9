"""Identifiers that a domain makes by chance, from a seeded stream."""

from random import Random
from uuid import UUID

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("UuidGenerator",)


class UuidGenerator:
    """UUIDs of version 4, the same in each run of a seed.

    Example:
        >>> generator = UuidGenerator()
        >>> generator.seed(1)
        >>> generator(None, 0).version
        4
    """

    is_apart = True
    """It draws from a stream of its own."""

    def __init__(self) -> None:
        self.stream = Random(0)
        self._marked = self.stream.getstate()

    def seed(self, seed: int) -> None:
        """Restart the stream."""
        self.stream.seed(seed)

    def mark(self) -> None:
        self._marked = self.stream.getstate()

    def rewind(self) -> None:
        self.stream.setstate(self._marked)

    def unmark(self) -> None:
        """A mark costs nothing."""

    def __call__(self, session: ISession | None, position: int) -> UUID:
        return UUID(int=self.stream.getrandbits(128), version=4)

"""The port of a column that depends on another one of the same object."""

from typing import Protocol

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("IJointDistributor",)


class IJointDistributor(Protocol):
    """Decides the place that one column takes beside a given one: its rank or class, :data:`~.law.NULL` for null.

    Shared by all lanes. What is drawn follows the session: after a rollback it is as if it had not been drawn.
    """

    def draw(self, session: ISession, given: int) -> int:
        """Give the place of the other column beside this one of the given column.

        Args:
            session: the session that the object belongs to.
            given: the place of the given column.

        Raises:
            ConfigurationError: the given column has no such place.
        """
        ...

    def undraw(self, session: ISession, given: int, place: int) -> None:
        """Take a draw back whose object is not made after all. A rollback that undoes the draw, too, undoes it once."""
        ...

    def use(self, session: ISession, given: int, place: int) -> None:
        """Count a combination that was told, not drawn: it is not drawn once more.

        Raises:
            ConfigurationError: one of the columns has no such place.
        """
        ...

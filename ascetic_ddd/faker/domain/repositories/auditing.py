"""What looks over a store, where it is."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "IAudit",
    "IAuditable",
    "IConstrained",
    "Uses",
)


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

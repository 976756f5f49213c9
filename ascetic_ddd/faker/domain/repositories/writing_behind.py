"""Aggregates that are written later than they are told, all of a kind together, parents before children."""

from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("IWritingBehind", "WritingBehind")

_FIRST, _LARGEST = 4, 256


@runtime_checkable
class IWritingBehind(Protocol):
    """A repository that can take ids beforehand and write what is inserted singly later, all together."""

    def write_behind(self, session: ISession, behind: "WritingBehind") -> None:
        """Until this session's open transaction ends, put off what is inserted; the aggregates have their ids at once.

        A repository that cannot put off what it is told, or is asked for something, calls ``behind.write_out`` first.
        """
        ...

    async def write_out(self, session: ISession) -> None:
        """Write what was put off.

        Raises:
            PersistenceError: something is refused.
        """
        ...


class WritingBehind:
    """The repositories of a run that write behind, and the ids they have taken and not used yet.

    For transactions in which nobody else looks at the application's tables. Ids are used in order; those that are left when the
    run ends are a gap, as after a rollback.

    Args:
        repositories: by the path of what provides their aggregates, the parents' before the children's.

    Attributes:
        refused: the path of the one that could not write.
    """

    def __init__(self, repositories: Mapping[str, IWritingBehind]) -> None:
        self._repositories = dict(repositories)
        self.refused: str | None = None
        self._ids: dict[Hashable, deque[Any]] = {}
        self._sizes: dict[Hashable, int] = {}

    def begin(self, session: ISession) -> None:
        """Have all put off what is inserted, until the open transaction ends."""
        for repository in self._repositories.values():
            repository.write_behind(session, self)

    async def write_out(self, session: ISession) -> None:
        """Have all write what they put off, in the order of their kinds; to be called before the transaction ends."""
        self.refused = None
        for path, repository in self._repositories.items():
            try:
                await repository.write_out(session)
            except Exception:
                self.refused = path
                raise

    async def next_id(self, source: Hashable, fetch: Callable[[int], Awaitable[Sequence[Any]]]) -> Any:
        """Give the next id of a source.

        Args:
            source: what gives the ids, e.g. a table and its column.
            fetch: takes so many ids from it; blocks grow as more are needed.
        """
        left = self._ids.setdefault(source, deque())
        while not left:
            size = self._sizes.get(source, _FIRST)
            self._sizes[source] = min(2 * size, _LARGEST)
            left.extend(await fetch(size))
        return left.popleft()

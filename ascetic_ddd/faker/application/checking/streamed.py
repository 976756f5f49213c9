"""A store that cannot look itself over, read from its beginning to its end instead."""

from collections import Counter
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from typing import Any

from ascetic_ddd.faker.application.runs.stored_parts import values_at
from ascetic_ddd.faker.domain.repositories import IAudit, ILookup, IMemory, IReadable, Uses, offers
from ascetic_ddd.faker.domain.specification.equality import freeze
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("StreamedAudit",)

_AT_ONCE = 1000


class StreamedAudit:
    """Looks over any repository that can be read. One state at a time; only :meth:`uses` keeps something of each value.

    Args:
        repository: an internal one.
        id_attr: the key of the id in the exported state.
    """

    def __init__(self, repository: IReadable, id_attr: str) -> None:
        self._repository = repository
        self._id_attr = id_attr

    async def is_there(self, session: ISession) -> bool:
        """Nothing is known of a store that is not there."""
        return True

    async def count(self, session: ISession) -> int:
        """Give how many aggregates are remembered."""
        if offers(self._repository, IMemory):
            return await self._repository.count(session)
        number = 0
        async for _ in self._repository.find(session):
            number += 1
        return number

    async def faults(self, session: ISession) -> Mapping[str, int]:
        """Nothing is known of ids and positions but what the states say."""
        return {}

    async def id_shapes(self, session: ISession) -> Sequence[tuple[int, Any]]:
        """Give for each shape of ids how many have it, and an example."""
        shapes: Counter[Hashable] = Counter()
        examples: dict[Hashable, Any] = {}
        async for state in self._repository.find(session):
            id = state.get(self._id_attr)
            shape = freeze(_shape(id))
            shapes[shape] += 1
            examples.setdefault(shape, id)
        return [(number, examples[shape]) for shape, number in shapes.most_common()]

    async def uses(self, session: ISession, path: Sequence[str]) -> Uses:
        """Count the uses of the values at a path."""
        counts: Counter[Hashable] = Counter()
        async for value in self._values(session, path):
            counts[freeze(value)] += 1
        nulls = counts.pop(freeze(None), 0)
        return Uses(Counter(counts.values()), nulls)

    async def uses_within(self, session: ISession, path: Sequence[str], keys: Sequence[str]) -> AsyncIterator[Uses]:
        """Count the uses apart for each combination of some parts of the values."""
        counts: Counter[tuple[Hashable, Hashable]] = Counter()
        async for value in self._values(session, path):
            if isinstance(value, Mapping):
                counts[freeze([value.get(key) for key in keys]), freeze(value)] += 1
        scopes: dict[Hashable, Counter[int]] = {}
        for (scope, _), number in counts.items():
            scopes.setdefault(scope, Counter())[number] += 1
        for histogram in scopes.values():
            yield Uses(histogram, 0)

    async def dangling(self, session: ISession, path: Sequence[str], target: IAudit) -> tuple[int, Any] | None:
        """Count values that are no ids of the target; None if that cannot be asked for ids."""
        repository = target.repository if isinstance(target, StreamedAudit) else None
        if not offers(repository, IMemory) and not offers(repository, ILookup):
            return None
        number, example, waiting = 0, None, []
        async for value in self._values(session, path):
            if value is not None:
                waiting.append(value)
            if len(waiting) == _AT_ONCE:
                lost = await unknown(repository, session, waiting)
                number, example, waiting = number + len(lost), example or next(iter(lost), None), []
        lost = await unknown(repository, session, waiting)
        return number + len(lost), example or next(iter(lost), None)

    @property
    def repository(self) -> IReadable:
        """What is read."""
        return self._repository

    async def _values(self, session: ISession, path: Sequence[str]) -> AsyncIterator[Any]:
        async for state in self._repository.find(session):
            try:
                for value in values_at(state, tuple(path)):
                    yield value
            except KeyError:
                continue  # told by id_shapes, or by whoever restores


async def unknown(repository: Any, session: ISession, ids: Sequence[Any]) -> list[Any]:
    """Give those of the ids that a repository does not know."""
    if offers(repository, IMemory):
        return [id for id, is_known in zip(ids, await repository.known(session, ids), strict=True) if not is_known]
    return [id for id in ids if await repository.get(session, id) is None]


def _shape(id: Any) -> Any:
    return {key: _shape(part) for key, part in id.items()} if isinstance(id, Mapping) else type(id).__name__

"""Graphs whose hooks reach their parts in every way that Python has."""

import functools
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository

__all__ = ("CONTAINERS", "Pair", "PairProvider", "ShelfProvider")

CONTAINERS = ("self", "list", "tuple", "dict", "set", "nested", "method", "partial")


class Pair:
    def __init__(self, id: int | None, **parts: Any) -> None:
        self._id = id
        vars(self).update(parts)

    x: int
    y: int

    def export(self) -> dict[str, Any]:
        return {name.removeprefix("_"): part for name, part in vars(self).items()}


class _Holder:
    def __init__(self, *parts: Any) -> None:
        self.parts = parts


class PairProvider(AggregateProvider[dict[str, Any], Pair]):
    """``y`` is ``x + 1``, unless it was told."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    x: ValueProvider[int, int]
    y: ValueProvider[int, int]

    def __init__(self, kept: str) -> None:
        self.id = ValueProvider()
        self.x = ValueProvider(input_generator=_number)
        self.y = ValueProvider(input_generator=_number)
        x, y = self.x, self.y
        self._both_parts: Any = {
            "self": None,
            "list": [x, y],
            "tuple": (x, y),
            "dict": {"x": x, "y": y},
            "set": {x, y},
            "nested": [{"both": (x, [y])}],
            "method": (x.populate, x.get, y.is_complete, y.set),
            "partial": functools.partial(_both, x, y=y),
            "closure": lambda: (x, y),
            "object": _Holder(x, y),
        }[kept]
        super().__init__(InMemoryRepository(agg_exporter=Pair.export), Pair, Pair.export)

    async def do_populate(self, session: Any, specification: Any = None) -> None:
        kept = self._both_parts
        if isinstance(kept, tuple) and callable(kept[0]):
            populate, get, is_complete, tell = kept
            await populate(session)
            if not is_complete():
                tell(get() + 1)
        else:
            x, y = self._parts_kept(kept)
            await x.populate(session)
            if not y.is_complete():
                y.set(x.get() + 1)
        await super().do_populate(session, specification)

    def _parts_kept(self, kept: Any) -> Any:
        if kept is None:
            return self.x, self.y
        if callable(kept):
            return kept()
        if isinstance(kept, _Holder):
            return kept.parts
        if isinstance(kept, dict):
            return kept["x"], kept["y"]
        if isinstance(kept, set):
            return sorted(kept, key=lambda part: part.path)
        if len(kept) == 1:
            (x, (y,)) = kept[0]["both"]
            return x, y
        return kept


def _number(session: Any, position: int) -> int:
    return position


def _both(x: Any, *, y: Any) -> Any:
    return x, y


class TagProvider(AggregateProvider[dict[str, Any], Pair]):
    _id_attr = "id"
    id: ValueProvider[int, int]

    def __init__(self) -> None:
        self.id = ValueProvider()
        super().__init__(InMemoryRepository(agg_exporter=Pair.export), Pair, Pair.export)


class ShelfProvider(AggregateProvider[dict[str, Any], Pair]):
    """Two references of one distributor to one aggregate."""

    _id_attr = "id"
    id: ValueProvider[int, int]
    owner_id: ReferenceProvider[int, Pair, int]
    guest_id: ReferenceProvider[int, Pair, int]

    def __init__(self) -> None:
        tags, distributor = TagProvider(), distributor_factory(mean=3)
        self.id = ValueProvider()
        self.owner_id = ReferenceProvider(distributor, tags)
        self.guest_id = ReferenceProvider(distributor, tags, create=False)
        super().__init__(InMemoryRepository(agg_exporter=Pair.export), Pair, Pair.export)

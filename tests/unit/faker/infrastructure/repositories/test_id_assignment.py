"""An id that the store gave gets into aggregates of many shapes."""

import dataclasses
from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.repositories.id_assignment import IdAssigner


@dataclasses.dataclass
class Wrapped:
    value: int | None


@dataclasses.dataclass(frozen=True)
class Frozen:
    value: int | None


@dataclasses.dataclass(frozen=True)
class FrozenComposite:
    tenant_id: int
    book_id: Any


class Private:
    def __init__(self, id: Any) -> None:
        self._id = id

    @property
    def id(self) -> Any:
        return self._id


class Public:
    def __init__(self, id: Any) -> None:
        self.id = id


class Guarded:
    __slots__ = ("_pk",)

    @property
    def id(self) -> None:
        return None


@pytest.mark.parametrize("kind", [Private, Public])
@pytest.mark.parametrize("wrapper", [Wrapped, Frozen, lambda value: value])
def test_a_single_id_is_set(kind: Any, wrapper: Any) -> None:
    assigner = IdAssigner[Any]()
    for value in (5, 6):
        agg = kind(wrapper(None))
        assigner.assign(agg, ("id",), value)
        assert agg.id == wrapper(value)


@pytest.mark.parametrize("wrapper", [Wrapped, Frozen, lambda value: value])
def test_a_part_of_a_frozen_composite_id_is_set(wrapper: Any) -> None:
    assigner = IdAssigner[Any]()
    for value in (5, 6):
        agg = Private(FrozenComposite(1, wrapper(None)))
        assigner.assign(agg, ("id", "book_id"), value)
        assert agg.id == FrozenComposite(1, wrapper(value))


@pytest.mark.parametrize(
    ("agg", "path"),
    [(Guarded(), ("id",)), (Frozen(None), ("value",)), (Private(Frozen(None)), ("id", "nothing")), (object(), ("id",))],
)
def test_where_it_cannot_be_set_the_error_tells_of_set_id(agg: Any, path: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match=r"set_id=lambda agg, value"):
        IdAssigner[Any]().assign(agg, path, 5)


def test_set_id_comes_first() -> None:
    given: list[Any] = []
    agg = Guarded()
    IdAssigner[Any](lambda agg, value: given.append((agg, value))).assign(agg, ("id",), 5)
    assert given == [(agg, 5)]


def test_the_only_field_of_a_dataclass_is_the_value_whatever_its_name() -> None:
    @dataclasses.dataclass
    class Pk:
        pk: int | None

    class Thing:
        def __init__(self) -> None:
            self.id = Pk(None)

    thing = Thing()
    assigner = IdAssigner[Thing]()
    assigner.assign(thing, ("id",), 7)
    assert thing.id == Pk(7)

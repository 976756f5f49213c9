"""An id that the store gave gets into aggregates of many shapes."""

import dataclasses
from typing import Any, NamedTuple

import attrs
import pydantic
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
    [(Guarded(), ("id",)), (Private(Frozen(None)), ("id", "nothing")), (object(), ("id",))],
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


class FrozenModel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True)
    id: int | None = None
    name: str = "a"


class ValidatedModel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(validate_assignment=True)
    id: str | None = None


@dataclasses.dataclass(frozen=True)
class FrozenAggregate:
    id: int | None = None
    name: str = "a"


@dataclasses.dataclass(frozen=True)
class FrozenAround:
    id: Frozen


@attrs.frozen
class AttrsFrozen:
    id: int | None = None
    name: str = "a"


class Row(NamedTuple):
    id: int | None = None
    name: str = "a"


class Immutable:
    """As msgspec's frozen Struct does."""

    id: int | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"immutable type: '{type(self).__name__}'")


@pytest.mark.parametrize("kind", [FrozenAggregate, FrozenModel, AttrsFrozen])
def test_a_frozen_aggregate_is_given_its_id_as_its_constructor_would(kind: Any) -> None:
    assigner = IdAssigner[Any]()
    for _ in range(2):  # the second time by the way that is known
        agg = kind()
        assigner.assign(agg, ("id",), 7)
        assert agg == kind(id=7)


@pytest.mark.parametrize("kind", [FrozenAggregate, AttrsFrozen])
def test_what_is_frozen_on_the_way_is_replaced(kind: Any) -> None:
    agg = kind(id=kind())
    IdAssigner[Any]().assign(agg, ("id", "id"), 7)
    assert agg == kind(id=kind(id=7))


def test_a_frozen_value_object_is_replaced_in_a_frozen_aggregate() -> None:
    deep = FrozenAround(Frozen(None))
    IdAssigner[Any]().assign(deep, ("id",), 8)
    assert deep == FrozenAround(Frozen(8))


@pytest.mark.parametrize("kind", [ValidatedModel, Row, Immutable])
def test_an_aggregate_that_guards_its_id_gets_the_error_that_names_set_id(kind: Any) -> None:
    assigner = IdAssigner[Any]()
    for _ in range(2):  # the second time by the way that is known
        with pytest.raises(ConfigurationError, match=rf"id given by the store into {kind.__name__} at 'id': .*set_id=") as caught:
            assigner.assign(kind(), ("id",), 7)
        assert "\n" not in str(caught.value)
    assert assigner.fill(kind(), ("id",), 7) is False


@pytest.mark.parametrize("kind", [FrozenModel, FrozenAggregate, AttrsFrozen])
def test_what_the_error_advises_works(kind: Any) -> None:
    agg = kind()
    IdAssigner[Any](lambda agg, value: object.__setattr__(agg, "id", value)).assign(agg, ("id",), 7)
    assert agg.id == 7

"""What is asked of every derived provider, whatever library makes the model."""

import enum
from collections.abc import Callable
from types import UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

import pytest
from typing_extensions import is_typeddict

from ascetic_ddd.faker.declaring.classes import Aggregate
from ascetic_ddd.faker.declaring.declaration import declaration_of
from ascetic_ddd.faker.declaring.graph import Providers
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

MANY = 30


class Status(enum.Enum):
    NEW = "new"
    PAID = "paid"


async def derived(model: Any, *, told: dict[str, Any] | None = None, id_attr: str | None = None) -> list[Any]:
    """Objects of a model; each, told its own exported state, is the same once more; the same seed makes the same."""
    cls = Aggregate.of(model, id_attr=id_attr, **(told or {}))
    made = [await _made(cls), await _made(cls)]
    export = declaration_of(cls).state_of
    assert [export(each) for each in made[0]] == [export(each) for each in made[1]]
    again = _provider(cls)
    for each in made[0]:
        again.reset()
        again.set({name: part for name, part in export(each).items() if name in again.parts()})
        assert export(await again.create(InMemorySession())) == export(each)
    return made[0]


def _provider(cls: Any) -> Any:
    key = cls._id_attr
    return Providers(lambda model, exporter: InMemoryRepository(agg_exporter=exporter, id_attr=key))[cls]


async def _made(cls: Any) -> list[Any]:
    provider = _provider(cls)
    provider.seed(7)
    return list(await provider.create_batch(InMemorySession(), MANY))


def check_types(made: list[Any], hints: dict[str, Any], read: Callable[[Any, str], Any] = getattr) -> None:
    """Each value is of its field's type, and not all are the same."""
    for name, hint in hints.items():
        for each in made:
            assert fits(read(each, name), hint), (name, read(each, name), hint)
        assert len({repr(read(each, name)) for each in made}) > 1, name


def fits(value: Any, hint: Any) -> bool:
    """Tell whether a value is of a type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, NewType):
        return fits(value, hint.__supertype__)
    if origin is Annotated:
        return fits(value, arguments[0])
    if origin is Literal:
        return value in arguments
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in arguments)
    if origin is tuple and Ellipsis not in arguments:
        return len(value) == len(arguments) and all(map(fits, value, arguments))
    if origin is dict:
        return all(fits(key, arguments[0]) and fits(item, arguments[1]) for key, item in value.items())
    if origin is not None:
        return isinstance(value, origin) and all(fits(item, arguments[0]) for item in value)
    if is_typeddict(hint):
        return isinstance(value, dict) and all(fits(value[name], each) for name, each in get_type_hints(hint).items())
    return isinstance(value, hint)


def check_refused(model: Any, field: str, kind: str, what_to_do: str, **told: Any) -> None:
    """It is told which field, of which type, and what to do."""
    with pytest.raises(ConfigurationError) as caught:
        Aggregate.of(model, **told)
    message = str(caught.value)
    assert message.startswith(f"{model.__name__}.{field}, of type "), message
    assert kind in message.partition("cannot be derived")[0]
    assert f"What to do: tell it, as Aggregate.of({model.__name__}, {field}=…): " in message
    assert what_to_do in message

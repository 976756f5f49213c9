"""An error of the user's own code travels on unchanged, whatever its class is like."""

from dataclasses import dataclass
from typing import Any

import pytest

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.errors import GenerationError
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.specification.predicate import PredicateSpecification
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.domain.providers.models import Agg, aggregate, made, numbers, reference


@dataclass(frozen=True)
class FrozenError(Exception):
    reason: str


class SlottedError(Exception):
    __slots__ = ("reason",)


def failing(error: Exception) -> Any:
    def make(**parts: Any) -> Agg:
        if parts["no"] % 2:
            raise error
        return Agg(**parts)

    return aggregate(no=numbers(), output_factory=make, class_name="Orders")


@pytest.mark.parametrize("error", [FrozenError("odd"), SlottedError("odd"), ValueError("odd")], ids=type)
async def test_it_is_the_same_object_and_the_run_names_the_place(error: Exception) -> None:
    orders = failing(error)
    session = InMemorySession()
    await made(orders, session)
    with pytest.raises(type(error)) as caught:
        await made(orders, session)
    assert caught.value is error
    notes = aggregate(order_id=reference(orders, mean=1), class_name="Notes")
    failures: list[Any] = []
    async for _ in generate(notes, InMemorySessionPool(), 3, on_error="skip", on_failure=failures.append):
        pass
    assert [failure.cause is error for failure in failures] == [True] * len(failures)
    assert {failure.path for failure in failures} == {"Orders"}
    assert all(failure.input["no"] % 2 for failure in failures)
    assert failures
    with pytest.raises(GenerationError, match=r"Orders"):
        _ = [each async for each in generate(failing(error), InMemorySessionPool(), 3)]


async def test_one_object_raised_again_and_again_has_the_notes_of_the_last_time() -> None:
    error = ValueError("odd")
    orders = failing(error)
    session = InMemorySession()
    for number in range(20):
        try:
            await made(orders, session)
        except ValueError:
            assert error.__notes__ == [f"while Orders made an object of {{'id': None, 'no': {number}}}"]
    assert number == 19


async def test_generators_and_specifications_may_raise_it_too() -> None:
    error = FrozenError("always")

    def fail(*_: Any) -> Any:
        raise error

    session = InMemorySession()
    with pytest.raises(FrozenError) as caught:
        await ValueProvider[int, int](input_generator=fail).create(session)
    assert caught.value is error
    parents = aggregate()
    await parents.create(session)
    child = reference(parents, mean=2)
    with pytest.raises(FrozenError) as caught:
        await made(child, session, PredicateSpecification(fail))
    assert caught.value is error


async def test_an_error_in_a_transaction_that_cannot_be_undone_quietly_is_the_users_still() -> None:
    error = FrozenError("first")
    session = InMemorySession()

    def fail() -> None:
        raise ValueError

    async def work() -> None:
        async with session.atomic():
            session.on_rollback(fail)
            raise error

    with pytest.raises(FrozenError) as caught:
        await work()
    assert caught.value is error

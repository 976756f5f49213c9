"""What the application has committed and our own store could not remember is not given again, where each value comes once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeRepository
from ascetic_ddd.seedwork.domain.errors import SessionError
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSession, CompositeSessionPool
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.domain.providers.models import BoomError, aggregate, made, memory, reference


class _RefusingSession(InMemorySession):
    """Does not commit."""

    __slots__ = ()

    @asynccontextmanager
    async def atomic(self) -> AsyncIterator[Any]:
        is_outermost = not self.is_atomic
        async with super().atomic() as session:
            yield session
            if is_outermost:
                raise SessionError("connection lost")


def by_generator() -> Any:
    return ValueProvider[Any, Any](distributor_factory(mean=1), input_generator=iter(["a", "a", "b", "b", "c", "c", "d"]))


def by_told_sequence() -> Any:
    return ValueProvider[Any, Any](distributor_factory(sequence=True), input_generator=lambda session, position: f"n{position}")


async def half_stored(provider: Any, input: Any = None) -> str:
    session = CompositeSession(InMemorySession(), _RefusingSession())
    with pytest.raises(SessionError, match="lost") as caught:
        async with session.atomic():
            email = (await made(provider, session, input)).email
    assert caught.value.is_half_stored
    assert not session.is_half_stored, "only while callbacks run"
    return str(email)


async def test_a_value_that_is_half_stored_is_not_drawn_again() -> None:
    provider = aggregate(None, "UserProvider", email=by_generator())
    assert await half_stored(provider) == "a"
    session = InMemorySession()
    async with session.atomic():
        assert [(await made(provider, session)).email for _ in range(2)] == ["b", "c"]


async def test_a_value_of_a_transaction_that_is_stored_nowhere_is_free() -> None:
    provider = aggregate(None, "UserProvider", email=by_generator())
    session = CompositeSession(InMemorySession(), InMemorySession())
    with suppress(BoomError):
        async with session.atomic():
            assert (await made(provider, session)).email == "a"
            raise BoomError
    async with session.atomic():
        assert (await made(provider, session)).email == "a"


@pytest.mark.parametrize("part", [by_generator, by_told_sequence])
async def test_a_value_that_is_half_stored_is_refused_when_it_is_told(part: Any) -> None:
    provider = aggregate(None, "UserProvider", email=part())
    email = await half_stored(provider, {"email": "told@x"})
    assert email == "told@x"
    async with CompositeSessionPool(InMemorySessionPool(), InMemorySessionPool()).session() as session, session.atomic():
        with pytest.raises(UnsatisfiableError, match="told@x"):
            await made(provider, session, {"email": "told@x"})


async def test_what_a_sequence_drew_and_is_half_stored_is_refused_when_it_is_told() -> None:
    provider = aggregate(None, "UserProvider", email=by_told_sequence())
    email = await half_stored(provider)
    session = InMemorySession()
    async with session.atomic():
        with pytest.raises(UnsatisfiableError, match=email):
            await made(provider, session, {"email": email})


class _Outside:
    """The application's own repository, of which nothing is taken back."""

    def __init__(self) -> None:
        self.pairs: list[tuple[int, int]] = []

    async def insert(self, session: Any, agg: Any) -> None:
        agg.id = len(self.pairs) + 1
        self.pairs.append((agg.hall_id, agg.show_id))


class _SometimesRefusing:
    """A pool of sessions, of which some do not commit inside."""

    def __init__(self, *refused: int) -> None:
        self._refused = refused
        self._given = 0

    @asynccontextmanager
    async def session(self) -> AsyncIterator[CompositeSession]:
        self._given += 1
        yield CompositeSession(InMemorySession(), _RefusingSession() if self._given in self._refused else InMemorySession())


@pytest.mark.parametrize("is_planned", [True, False])
async def test_a_combination_that_is_half_stored_is_not_given_again(is_planned: bool) -> None:
    halls, shows = aggregate(None, "HallProvider"), aggregate(None, "ShowProvider")
    session = InMemorySession()
    async with session.atomic():
        for _ in range(20):
            await made(halls, session)
            await made(shows, session)
    outside = _Outside()
    seats = aggregate(
        CompositeRepository(external_repository=outside, internal_repository=memory()),
        "SeatProvider",
        hall_id=reference(halls, create=False, mean=10),
        show_id=reference(shows, create=False, mean=10),
    )
    seats.unique_together = ("hall_id", "show_id")
    ends: dict[str, Any] = {"count": 200} if is_planned else {"until": lambda seat: len(outside.pairs) >= 230}
    async for _ in generate(seats, _SometimesRefusing(3, 5, 8), batch_size=20, on_error="skip", seed=3, **ends):
        pass
    assert len(outside.pairs) >= 230, "three batches of 20 are half stored"
    assert len(set(outside.pairs)) == len(outside.pairs)

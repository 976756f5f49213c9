"""A value of a unique part is given once: drawn, told, asked for by a reference, or stored by somebody else."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.o2m.factory import children_factory
from ascetic_ddd.faker.domain.errors import ConfigurationError, DeadlockError, ExhaustedError, GenerationError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.domain.providers.models import (
    Agg,
    BoomError,
    aggregate,
    composite,
    made,
    memory,
    reference,
    rolled_back,
    stored,
    value,
)


def by_sequence(**asked: Any) -> ValueProvider[Any, Any]:
    return ValueProvider(
        distributor_factory(sequence=True, **asked), input_generator=lambda session, position: f"user{position}@x"
    )


def by_mean() -> ValueProvider[Any, Any]:
    return ValueProvider(distributor_factory(mean=1), input_generator=lambda session, position: f"user{position}@x")


async def by_waiting(session: Any, position: int) -> str:
    await asyncio.sleep(0)
    return f"user{position}@x"


def by_waiting_sequence() -> ValueProvider[Any, Any]:
    return ValueProvider(distributor_factory(sequence=True), input_generator=by_waiting)


every_kind = pytest.mark.parametrize("email", [by_sequence, by_mean, by_waiting_sequence], ids=["sequence", "mean", "async"])

Email = Callable[[], ValueProvider[Any, Any]]


def users(email: Email, repository: Any = None, **parts: Any) -> Any:
    return aggregate(repository, "UserProvider", email=email(), **parts)


async def emails(repository: Any) -> list[str]:
    return [state["email"] for state in await stored(repository)]


@every_kind
async def test_a_told_value_is_not_drawn_again(email: Email, session: InMemorySession) -> None:
    repository = memory()
    provider = users(email, repository)
    await made(provider, session, {"email": "user2@x"})
    await provider.create_batch(session, 5)
    assert len(set(await emails(repository))) == 6


@every_kind
@pytest.mark.parametrize("is_atomic", [True, False])
async def test_a_value_that_was_drawn_or_told_is_refused_when_it_is_told(
    email: Email, is_atomic: bool, session: InMemorySession
) -> None:
    provider = users(email)
    if is_atomic:
        async with session.atomic():
            await provider.create_batch(session, 3)
            with pytest.raises(UnsatisfiableError, match=r"UserProvider\.email was told 'user1@x', .* tell another one"):
                await made(provider, session, {"email": "user1@x"})
            await made(provider, session, {"email": "a@x"})
    else:
        await provider.create_batch(session, 3)
        await made(provider, session, {"email": "a@x"})
    for taken in ("user1@x", "a@x"):
        with pytest.raises(UnsatisfiableError, match=f"was told '{taken}'"):
            await made(provider, session, {"email": taken})
    assert len(set(await emails(provider.repository))) == 4


@every_kind
async def test_a_batch_told_one_unique_value_is_refused_at_its_second(email: Email, session: InMemorySession) -> None:
    with pytest.raises(UnsatisfiableError, match="'a@x'"):
        await users(email).create_batch(session, 2, {"email": "a@x"})


@every_kind
async def test_after_a_rollback_a_told_value_is_free_again(email: Email, session: InMemorySession) -> None:
    provider = users(email)
    async with session.atomic():
        async with rolled_back(session):
            await made(provider, session, {"email": "a@x"})
            await provider.create_batch(session, 2)
        for told in ("a@x", "user0@x"):
            assert (await made(provider, session, {"email": told})).email == told
    async with rolled_back(session):
        await made(provider, session, {"email": "b@x"})
    assert (await made(provider, session, {"email": "b@x"})).email == "b@x"
    await provider.create_batch(session, 5)
    assert max(Counter(await emails(provider.repository)).values()) == 1


@every_kind
async def test_what_was_told_and_not_made_is_free_again(email: Email, session: InMemorySession) -> None:
    def refuses(**parts: Any) -> Agg:
        if parts["name"] == "bad":
            raise BoomError
        return Agg(**parts)

    provider = users(email, output_factory=refuses, name=value("bad", "good"))
    with pytest.raises(BoomError):
        await made(provider, session, {"email": "a@x"})
    provider.reset()
    provider.set({"email": "b@x"})
    await provider.populate(session)
    assert (await made(provider, session, {"email": "a@x", "name": "good"})).email == "a@x"
    assert (await made(provider, session, {"email": "b@x", "name": "good"})).email == "b@x"


@every_kind
async def test_a_value_in_flight_in_another_session_is_refused(email: Email) -> None:
    provider = users(email)
    one, other = InMemorySession(), InMemorySession()
    async with one.atomic():
        lane = provider.clone()
        await made(lane, one, {"email": "a@x"})
        await made(lane, one)
        async with other.atomic():
            for taken in ("a@x", "user0@x"):
                with pytest.raises(UnsatisfiableError, match="still open"):
                    await made(provider, other, {"email": taken})
            assert (await made(provider, other)).email == "user1@x"


async def test_a_clone_does_not_give_back_what_the_original_has_taken(session: InMemorySession) -> None:
    provider = users(by_sequence)
    provider.reset()
    provider.set({"email": "a@x"})
    await provider.populate(session)
    lane = provider.clone()
    with pytest.raises(UnsatisfiableError):
        await made(lane, session, {"email": "a@x"})


async def test_null_told_to_a_unique_part_is_no_value(session: InMemorySession) -> None:
    provider = users(lambda: by_sequence(null_weight=0.5))
    made_ones = [await made(provider, session, {"email": None}) for _ in range(3)]
    assert [user.email for user in made_ones] == [None] * 3
    drawn = [(await made(provider, session)).email for _ in range(40)]
    assert 0 < drawn.count(None) < 40
    assert len(set(drawn)) == 41 - drawn.count(None)


@every_kind
async def test_a_value_alone_is_given_once_too(email: Email, session: InMemorySession) -> None:
    provider = email()
    provider.set("user1@x")
    assert provider.is_complete()
    assert await provider.create(session) == "user1@x"
    drawn = [await made(provider, session) for _ in range(3)]
    assert len({*drawn, "user1@x"}) == 4
    with pytest.raises(UnsatisfiableError):
        await made(provider, session, drawn[1])


@every_kind
async def test_told_values_count_after_a_restart(email: Email) -> None:
    repository = memory()
    async with InMemorySessionPool().session() as session:
        provider = users(email, repository)
        await provider.create_batch(session, 3)
        await made(provider, session, {"email": "user5@x"})
        again = users(email, repository)
        await restore(again, session)
        await again.create_batch(session, 5)
        with pytest.raises(UnsatisfiableError):
            await made(again, session, {"email": "user5@x"})
    assert max(Counter(await emails(repository)).values()) == 1
    assert len(await emails(repository)) == 9


@every_kind
async def test_rows_made_elsewhere_are_left_out(email: Email, session: InMemorySession) -> None:
    repository = memory()
    for name in ("user0@x", "user3@x"):
        await repository.insert(session, Agg(None, email=name))
    provider = users(email, repository)
    drawn = [user.email for user in await provider.create_batch(session, 4)]
    assert drawn == ["user1@x", "user2@x", "user4@x", "user5@x"]
    with pytest.raises(UnsatisfiableError, match="is stored"):
        await made(users(email, repository), session, {"email": "user3@x"})


async def test_what_was_looked_up_in_a_transaction_that_rolls_back_is_looked_up_again(session: InMemorySession) -> None:
    repository = memory()
    provider = users(by_sequence, repository)
    async with rolled_back(session):
        await repository.insert(session, Agg(None, email="user1@x"))
        assert (await made(provider, session)).email == "user0@x"
    assert (await made(provider, session)).email == "user1@x"


async def test_cleanup_forgets(session: InMemorySession) -> None:
    provider = users(by_sequence)
    await made(provider, session, {"email": "a@x"})
    await provider.cleanup(session)
    assert (await made(provider, session, {"email": "a@x"})).email == "a@x"
    assert (await made(provider, session)).email == "user0@x"


async def test_a_sequence_starts_where_it_is_told(session: InMemorySession) -> None:
    repository = memory()
    provider = users(lambda: by_sequence(start=300), repository)
    assert [user.email for user in await provider.create_batch(session, 2)] == ["user300@x", "user301@x"]
    again = users(lambda: by_sequence(start=300), repository)
    await restore(again, session)
    assert (await made(again, session)).email == "user302@x"
    for wrong in ({"start": 5}, {"start": -1, "sequence": True}, {"start": True, "sequence": True}):
        with pytest.raises(ConfigurationError, match="start="):
            distributor_factory(**wrong)


async def test_a_sequence_that_repeats_what_is_stored_says_so(session: InMemorySession) -> None:
    repository = memory()

    def pets() -> Any:
        kind = ValueProvider[str, str](distributor_factory(sequence=True), input_generator=lambda s, n: ("cat", "dog")[n % 2])
        return aggregate(repository, kind=kind)

    await pets().create_batch(session, 4)
    with pytest.raises(ExhaustedError, match="leave sequence=True out"):
        await made(pets(), session)


async def test_parts_of_children_are_given_once_too(session: InMemorySession) -> None:
    repository = memory()

    def orders() -> Any:
        line = composite(number=ValueProvider[int, int](distributor_factory(sequence=True)))
        return aggregate(repository, lines=DependentProvider[Any, Any](children_factory(2), line))

    await orders().create_batch(session, 2)
    await orders().create_batch(session, 2)
    numbers = [line["number"] for state in await stored(repository) for line in state["lines"]]
    assert numbers == list(range(8))
    with pytest.raises(UnsatisfiableError):
        await made(orders(), session, {"lines": [{"number": 3}]})


# Told to a reference


def orders_of(target: Any, **asked: Any) -> Any:
    return aggregate(class_name="OrderProvider", user_id=reference(target, **asked))


@every_kind
@pytest.mark.parametrize("asked", [{"mean": 3}, {"skew": 2, "mean": 5}, {}, {"mean": 3, "null_weight": 0.9}], ids=str)
async def test_a_full_value_finds_that_one_or_makes_exactly_one(
    email: Email, asked: dict[str, Any], session: InMemorySession
) -> None:
    target = users(email)
    provider = orders_of(target, **asked)
    ids = {order.user_id for order in await provider.create_batch(session, 12, {"user_id": {"email": "boss@x"}})}
    assert len(ids) == 1
    assert None not in ids
    assert (await emails(target.repository)).count("boss@x") == 1
    with pytest.raises(UnsatisfiableError):
        await made(target, session, {"email": "boss@x"})


@every_kind
async def test_it_finds_one_that_was_drawn_or_told_before(email: Email, session: InMemorySession) -> None:
    target = users(email)
    (first, second) = await target.create_batch(session, 2)
    third = await made(target, session, {"email": "c@x"})
    provider = orders_of(target, mean=2)
    for user in (first, second, third):
        assert (await made(provider, session, {"user_id": {"email": user.email}})).user_id == user.id


async def test_through_references_too(session: InMemorySession) -> None:
    companies = aggregate(class_name="CompanyProvider", number=by_sequence())
    target = aggregate(class_name="UserProvider", company_id=reference(companies, mean=3))
    provider = orders_of(target, mean=2)
    await provider.create_batch(session, 12, {"user_id": {"company_id": {"number": "77"}}})
    assert [state["number"] for state in await stored(companies.repository)] == ["77"]
    assert len(await stored(target.repository)) == 6


async def test_a_whole_id_beside_other_parts_is_of_one_too(session: InMemorySession) -> None:
    target = users(by_sequence, id=composite(shop=value("s", "t"), number=value(1, 2, 3)), name=value("a", "b"))
    provider = orders_of(target, mean=2)
    told = {"shop": "x", "number": 9, "name": "boss"}
    ids = [order.user_id for order in await provider.create_batch(session, 8, {"user_id": told})]
    assert ids == [{"shop": "x", "number": 9}] * 8
    assert len(await stored(target.repository)) == 1
    with pytest.raises(UnsatisfiableError, match=r"'name': 'other'.*'name': 'boss'"):
        await made(provider, session, {"user_id": {**told, "name": "other"}})


async def test_parts_that_contradict_the_one_found_are_an_error_that_names_both(session: InMemorySession) -> None:
    target = users(by_sequence, status=value("active"), login=by_mean())
    await made(target, session, {"email": "boss@x", "login": "boss"})
    await made(target, session, {"login": "other"})
    provider = orders_of(target, mean=2)
    await made(provider, session, {"user_id": {"email": "boss@x", "status": "active", "login": "boss"}})
    with pytest.raises(UnsatisfiableError, match=r"'status': 'blocked'.*email='boss@x'.*'status': 'active'"):
        await made(provider, session, {"user_id": {"email": "boss@x", "status": "blocked"}})
    with pytest.raises(UnsatisfiableError, match="tell parts that agree"):
        await made(provider, session, {"user_id": {"email": "boss@x", "login": "other"}})
    with pytest.raises(UnsatisfiableError, match="login='other'"):
        await made(provider, session, {"user_id": {"email": "new@x", "login": "other"}})
    assert len(await stored(target.repository)) == 2


async def test_a_reference_that_may_not_create_finds_or_says_so(session: InMemorySession) -> None:
    target = users(by_sequence)
    boss = await made(target, session, {"email": "boss@x"})
    provider = orders_of(target, create=False, mean=2)
    assert (await made(provider, session, {"user_id": {"email": "boss@x"}})).user_id == boss.id
    with pytest.raises(UnsatisfiableError, match="none may be created"):
        await made(provider, session, {"user_id": {"email": "nobody@x"}})


async def test_one_that_was_stored_before_anybody_listened_is_found(session: InMemorySession) -> None:
    repository = memory()
    await repository.insert(session, Agg(70, email="boss@x"))
    provider = orders_of(users(by_sequence, repository), mean=2)
    assert (await made(provider, session, {"user_id": {"email": "boss@x"}})).user_id == 70
    assert len(await stored(repository)) == 1


async def test_one_that_cannot_be_found_where_its_value_is_taken_is_an_error(session: InMemorySession) -> None:
    target = users(by_sequence)
    provider = orders_of(target, mean=2)
    target.reset()
    target.set({"email": "boss@x"})
    async with session.atomic():
        await target.populate(session)  # in the making
        with pytest.raises(UnsatisfiableError, match="in the making"):
            await made(provider, session, {"user_id": {"email": "boss@x"}})


async def test_uses_follow_a_rollback_and_the_one_made_is_made_again(session: InMemorySession) -> None:
    target = users(by_sequence)
    provider = orders_of(target, mean=2)
    async with rolled_back(session):
        await made(provider, session, {"user_id": {"email": "boss@x"}})
    assert await emails(target.repository) == []
    await provider.create_batch(session, 3, {"user_id": {"email": "boss@x"}})
    assert await emails(target.repository) == ["boss@x"]


async def test_one_whose_making_failed_is_made_by_the_next(session: InMemorySession) -> None:
    fails = [True]

    def factory(**parts: Any) -> Agg:
        if fails.pop() if fails else False:
            raise BoomError
        return Agg(**parts)

    target = users(by_sequence, output_factory=factory)
    provider = orders_of(target, mean=2)
    async with session.atomic():
        with pytest.raises(BoomError):
            await made(provider, session, {"user_id": {"email": "boss@x"}})
        await made(provider, session, {"user_id": {"email": "boss@x"}})
    assert await emails(target.repository) == ["boss@x"]


# Lanes


class Slow:
    """A repository that lets others go on before and after it stores."""

    def __init__(self) -> None:
        self.inner = memory()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def subscribe(self, listener: Any) -> None:
        self.inner.subscribe(listener)

    async def insert(self, session: Any, agg: Any) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
        await self.inner.insert(session, agg)
        await asyncio.sleep(0)


@every_kind
@pytest.mark.parametrize("lanes", [2, 4])
async def test_lanes_make_it_once(email: Email, lanes: int) -> None:
    repository, told = Slow(), [f"boss{number}@x" for number in (0, 1, 2)]
    target = users(email, repository)
    turn = iter(range(1_000))

    async def tell(provider: Any, session: Any) -> None:
        number = next(turn)
        if number % 2:
            provider.user_id.set({"email": told[number // 10 % 3]})

    provider = aggregate(Slow(), "OrderProvider", do_populate=tell, user_id=reference(target, mean=5))
    made_ones = [order async for order in generate(provider, InMemorySessionPool(), 120, batch_size=10, lanes=lanes)]
    assert len(made_ones) == 120
    found = Counter(await emails(repository))
    assert max(found.values()) == 1
    assert set(told) <= set(found)


@pytest.mark.parametrize("lanes", [2, 4])
async def test_lanes_that_want_what_each_other_makes_go_on(lanes: int) -> None:
    repository, told = Slow(), ["a@x", "b@x", "c@x", "d@x"]
    target = users(by_sequence, repository)
    turn = iter(range(10_000))

    async def tell(provider: Any, session: Any) -> None:
        provider.user_id.set({"email": told[next(turn) * 7 % 4]})

    provider = aggregate(Slow(), "OrderProvider", do_populate=tell, user_id=reference(target, mean=5))
    assert len([order async for order in generate(provider, InMemorySessionPool(), 60, batch_size=6, lanes=lanes)]) == 60
    assert sorted(await emails(repository)) == told


@pytest.mark.parametrize("outcome", ["commit", "rollback"])
async def test_a_lane_waits_for_the_one_that_is_making_it(outcome: str) -> None:
    target = users(by_sequence, Slow())
    provider = orders_of(target, mean=5)
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        session, lane = InMemorySession(), provider.clone()
        async with rolled_back(session) if outcome == "rollback" else session.atomic():
            await made(lane, session, {"user_id": {"email": "boss@x"}})
            begun.set()
            await may_end.wait()

    async def second() -> Any:
        session, lane = InMemorySession(), provider.clone()
        async with session.atomic():
            return await made(lane, session, {"user_id": {"email": "boss@x"}})

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        await begun.wait()
        waiting = group.create_task(second())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not waiting.done()
        may_end.set()
    assert await emails(target.repository) == ["boss@x"]
    assert waiting.result().user_id == (1 if outcome == "commit" else 2)


async def test_two_transactions_that_wait_for_each_other_are_told(session: InMemorySession) -> None:
    target = users(by_sequence)
    provider = orders_of(target, mean=5)
    both = asyncio.Barrier(2)

    async def wants(first: str, then: str) -> None:
        session, lane = InMemorySession(), provider.clone()
        async with session.atomic():
            await made(lane, session, {"user_id": {"email": first}})
            await both.wait()
            await made(lane, session, {"user_id": {"email": then}})

    outcomes = await asyncio.gather(wants("a@x", "b@x"), wants("b@x", "a@x"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [DeadlockError]
    assert sorted(await emails(target.repository)) == ["a@x", "b@x"]


async def test_two_transactions_of_one_task_are_told() -> None:
    target = users(by_sequence)
    provider = orders_of(target, mean=5)
    one, other = InMemorySession(), InMemorySession()
    async with one.atomic():
        await made(provider.clone(), one, {"user_id": {"email": "boss@x"}})
        with pytest.raises(UnsatisfiableError, match="this very task"):
            await made(provider, other, {"user_id": {"email": "boss@x"}})


async def test_a_lane_that_is_cancelled_while_it_waits_leaves_nothing() -> None:
    target = users(by_sequence)
    provider = orders_of(target, mean=5)
    one = InMemorySession()

    async def second() -> None:
        async with (session := InMemorySession()).atomic():
            await made(provider.clone(), session, {"user_id": {"email": "boss@x"}})

    async with one.atomic():
        await asyncio.create_task(_of_its_own(provider, one))
        waiting = asyncio.create_task(second())
        for _ in range(10):
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert (await made(provider, one, {"user_id": {"email": "boss@x"}})).user_id == 1


async def _of_its_own(provider: Any, session: Any) -> None:
    await made(provider.clone(), session, {"user_id": {"email": "boss@x"}})


async def test_a_run_that_tells_one_value_twice_is_refused_by_name() -> None:
    async def tell(provider: Any, session: Any) -> None:
        provider.email.set("a@x")

    provider = aggregate(class_name="UserProvider", do_populate=tell, email=by_sequence())
    with pytest.raises(GenerationError, match=r"UserProvider\.email was told 'a@x'"):
        [user async for user in generate(provider, InMemorySessionPool(), 5)]

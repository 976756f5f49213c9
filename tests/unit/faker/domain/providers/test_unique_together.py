"""Parts that are unique together: no combination comes twice, drawn, told, asked for, or stored by somebody else."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from ascetic_ddd.faker.application.runs.generation import generate, planned_run
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError, UnsatisfiableError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.unique_together import Unordered
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool
from tests.unit.faker.domain.providers.models import (
    Agg,
    BoomError,
    aggregate,
    made,
    memory,
    reference,
    rolled_back,
    stored,
    value,
)

Seats = AggregateProvider[Any, Any]


def unique(together: Any, repository: Any = None, **parts: Any) -> Any:
    """An aggregate whose parts are unique together."""
    provider = aggregate(repository, "SeatProvider", **parts)
    provider.unique_together = together
    return provider


def seats(repository: Any = None, **asked: Any) -> Any:
    """A seat is of a hall and a show, each of them made as the law has it."""
    law = asked or {"mean": 4}
    halls, shows = aggregate(None, "HallProvider"), aggregate(None, "ShowProvider")
    return unique(("hall_id", "show_id"), repository, hall_id=reference(halls, **law), show_id=reference(shows, **law))


def in_id(repository: Any = None, **asked: Any) -> Any:
    """The same, as the id of two references."""
    law = asked or {"mean": 4}

    class SeatId(CompositeValueProvider[Any, Any]):
        hall_id: ReferenceProvider[Any, Any, Any]
        show_id: ReferenceProvider[Any, Any, Any]

        def __init__(self) -> None:
            self.hall_id = reference(aggregate(None, "HallProvider"), **law)
            self.show_id = reference(aggregate(None, "ShowProvider"), **law)
            super().__init__(dict, unique=True)

    return aggregate(repository, "SeatProvider", id=SeatId())


every_form = pytest.mark.parametrize("form", [seats, in_id], ids=["named", "composite"])
Form = Callable[..., Any]


def told(form: Form, hall: int, show: int) -> dict[str, Any]:
    parts = {"hall_id": hall, "show_id": show}
    return {"id": parts} if form is in_id else parts


def pairs_in(states: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """The combinations that are stored."""
    flat = [state["id"] if isinstance(state["id"], dict) else state for state in states]
    return [tuple(state[name] for name in names or ("hall_id", "show_id")) for state in flat]


async def pairs(repository: Any, *names: str) -> list[tuple[Any, ...]]:
    return pairs_in(await stored(repository), *names)


@every_form
@pytest.mark.parametrize("batch_size", [1, 7, 100])
@pytest.mark.parametrize("lanes", [1, 3])
async def test_no_combination_comes_twice(form: Form, lanes: int, batch_size: int) -> None:
    repository = memory()
    provider = form(repository)
    async for _ in generate(provider, InMemorySessionPool(), 60, batch_size=batch_size, lanes=lanes, seed=1):
        pass
    found = await pairs(repository)
    assert len(set(found)) == 60
    assert [len({pair[side] for pair in found}) for side in (0, 1)] == [15, 15]


async def rows_of(provider: Any, count: int, batch_size: int, is_planned: bool, failing: set[int]) -> list[tuple[Any, ...]]:
    """In batches, or (0) one by one; some attempts fail."""
    tries = iter(range(10_000))
    factory = provider._output_factory

    def made_or_refused(**parts: Any) -> Any:
        if next(tries) in failing:
            raise BoomError
        return factory(**parts)

    provider._output_factory = made_or_refused
    pool = InMemorySessionPool()
    if batch_size:
        given: list[Any] = []
        asked: dict[str, Any] = {"count": count} if is_planned else {"until": lambda row: len(given) >= count}
        async for row in generate(provider, pool, batch_size=batch_size, on_error="skip", **asked):
            given.append(row)  # noqa: PERF401  # the run looks at it
    else:
        with planned_run(provider, count) if is_planned else nullcontext():
            for _ in range(count):
                async with pool.session() as session, session.atomic():
                    await made(provider, session)
    return await pairs(provider.repository)


@every_form
@pytest.mark.parametrize("is_planned", [True, False], ids=["planned", "growing"])
@pytest.mark.parametrize("asked", [{"mean": 4}, {"weights": [0.6, 0.4], "mean": 5}, {"histogram": [(0, 1), (2, 2), (5, 1)]}])
async def test_the_rows_are_the_same_in_batches_and_one_by_one(form: Form, is_planned: bool, asked: dict[str, Any]) -> None:
    expected = await rows_of(form(**asked), 60, 0, is_planned, set())
    assert len(set(expected)) == 60
    for batch_size in (1, 4, 20, 60):
        assert await rows_of(form(**asked), 60, batch_size, is_planned, set()) == expected


@every_form
async def test_growing_keeps_the_means(form: Form, session: InMemorySession) -> None:
    """200 rows of mean 4: 50 values, to within two."""
    provider = form()
    async with session.atomic():
        await provider.create_batch(session, 200)
    found = await pairs(provider.repository)
    assert len(set(found)) == 200
    assert all(abs(len({pair[side] for pair in found}) - 50) <= 2 for side in (0, 1))


@every_form
async def test_a_told_combination_is_not_drawn_again(form: Form, session: InMemorySession) -> None:
    provider = form()
    async with session.atomic():
        await provider.create_batch(session, 6)
        known = await pairs_of(provider, session)
        await made(provider, session, told(form, *next((2, show) for show in (1, 2, 3, 4) if (2, show) not in known)))
        await provider.create_batch(session, 60)
    found = await pairs(provider.repository)
    assert len(set(found)) == len(found) == 67


@every_form
async def test_a_second_one_is_refused_when_it_is_told(form: Form, session: InMemorySession) -> None:
    provider = form()
    async with session.atomic():
        await provider.create_batch(session, 3)
        hall, show = (await pairs_of(provider, session))[0]
        with pytest.raises(
            UnsatisfiableError, match=rf"SeatProvider was told .*hall_id={hall}, .*show_id={show}, but it has been"
        ):
            await made(provider, session, told(form, hall, show))


async def pairs_of(provider: Any, session: Any) -> list[tuple[Any, ...]]:
    return pairs_in(await stored(provider.repository, session))


@every_form
async def test_what_is_drawn_beside_a_told_part_is_new_to_it(form: Form, session: InMemorySession) -> None:
    provider = form()
    part = {"hall_id": 1}
    async with session.atomic():
        await provider.create_batch(session, 5)
        for _ in range(12):
            await made(provider, session, {"id": part} if form is in_id else part)
            await made(provider, session, {"id": {"show_id": 1}} if form is in_id else {"show_id": 1})
    found = await pairs(provider.repository)
    assert len(set(found)) == len(found) == 29


@every_form
async def test_asked_through_a_reference_it_is_found_or_made_once(form: Form, session: InMemorySession) -> None:
    provider = form()
    tickets = aggregate(None, "TicketProvider", seat_id=reference(provider, mean=2))
    async with session.atomic():
        await provider.create_batch(session, 5)
        known = await pairs_of(provider, session)
        free = next((hall, show) for hall in (1, 2) for show in (1, 2, 3) if (hall, show) not in known)
        for pair in (known[0], free, free, known[0], free):
            await made(tickets, session, {"seat_id": told(form, *pair)})
        found = await pairs_of(provider, session)
    assert Counter(found) == Counter([*known, free])


@every_form
async def test_a_rollback_frees_what_it_takes_back(form: Form, session: InMemorySession) -> None:
    provider = form()
    async with session.atomic():
        await provider.create_batch(session, 6)
        (hall, show), *_ = await pairs_of(provider, session)
        known = await pairs_of(provider, session)
        free = next((hall, each) for hall in (1, 2) for each in (1, 2, 3, 4) if (hall, each) not in known)
        async with rolled_back(session):
            await provider.create_batch(session, 9)
            if free not in await pairs_of(provider, session):
                await made(provider, session, told(form, *free))
        await made(provider, session, told(form, *free))
        async with rolled_back(session):
            with pytest.raises(UnsatisfiableError, match="it has been given"):
                await made(provider, session, told(form, hall, show))
        await provider.create_batch(session, 9)
    async with rolled_back(session):
        await provider.create_batch(session, 5)
    await provider.create_batch(session, 40)
    found = await pairs(provider.repository)
    assert len(set(found)) == len(found) == 56


async def test_what_was_given_up_is_free_again(session: InMemorySession) -> None:
    halls, shows = aggregate(None, "HallProvider"), aggregate(None, "ShowProvider")
    await halls.create_batch(session, 2)
    await shows.create_batch(session, 1)

    def refuses(**parts: Any) -> Agg:
        if parts["name"] == "bad":
            raise BoomError
        return Agg(**parts)

    provider = aggregate(
        None,
        "SeatProvider",
        output_factory=refuses,
        hall_id=reference(halls, mean=1, create=False),
        show_id=reference(shows, mean=2, create=False),
        name=value("bad", "good", "good"),
    )
    provider.unique_together = ("hall_id", "show_id")
    with pytest.raises(BoomError):
        await made(provider, session, {"hall_id": 1})
    assert (await made(provider, session, {"hall_id": 1})).show_id == 1  # there is no other
    assert (await made(provider, session, {"hall_id": 2})).show_id == 1


@every_form
async def test_what_is_in_flight_in_another_session_is_not_drawn_and_refused_when_told(form: Form) -> None:
    provider = form()
    one, other = InMemorySession(), InMemorySession()
    async with one.atomic():
        await provider.create_batch(one, 4)
    async with one.atomic(), other.atomic():
        lane = provider.clone()
        await lane.create_batch(one, 6)
        await provider.create_batch(other, 6)
        known = await pairs_of(provider, other)
        hall, show = next(pair for pair in await pairs_of(lane, one) if pair not in known and max(pair) < 3)
        with pytest.raises(UnsatisfiableError, match="still open"):
            await made(provider, other, told(form, hall, show))
    found = await pairs(provider.repository)
    assert len(set(found)) == len(found) == 16


async def test_a_lane_waits_for_another_one_that_makes_what_it_is_told() -> None:
    class Slow(type(memory())):  # type: ignore[misc]  # as a database
        async def insert(self, session: Any, agg: Any) -> None:
            await asyncio.sleep(0)
            await super().insert(session, agg)

    halls, shows = aggregate(None, "HallProvider"), aggregate(None, "ShowProvider")
    start = InMemorySession()
    await halls.create_batch(start, 2)
    await shows.create_batch(start, 2)
    provider = unique(
        ("hall_id", "show_id"),
        Slow(agg_exporter=Agg.export),
        hall_id=reference(halls, mean=4, create=False),
        show_id=reference(shows, mean=4, create=False),
    )
    tickets = aggregate(None, "TicketProvider", seat_id=reference(provider, mean=2))

    async def lane() -> Any:
        session, own = InMemorySession(), tickets.clone()
        async with session.atomic():
            agg = await made(own, session, {"seat_id": {"hall_id": 2, "show_id": 1}})
            await asyncio.sleep(0)
        return agg.seat_id

    assert len(set(await asyncio.gather(*(lane() for _ in range(4))))) == 1
    assert await pairs(provider.repository) == [(2, 1)]


@pytest.mark.parametrize("is_restored", [True, False])
async def test_what_is_stored_before_anybody_listened_is_not_drawn(is_restored: bool, session: InMemorySession) -> None:
    from ascetic_ddd.faker.application.runs.restoration import restore

    stores = [memory() for _ in range(3)]

    def fresh() -> Any:
        halls, shows = aggregate(stores[1], "HallProvider"), aggregate(stores[2], "ShowProvider")
        return unique(("hall_id", "show_id"), stores[0], hall_id=reference(halls, mean=4), show_id=reference(shows, mean=4))

    first = fresh()
    await first.create_batch(session, 20)
    second = fresh()
    if is_restored:
        await restore(second, session)
    second.seed(0)
    await second.create_batch(session, 20)
    found = await pairs(stores[0])
    assert len(set(found)) == len(found) == 40


async def test_a_key_of_three_parts(session: InMemorySession) -> None:
    kinds = {name: reference(aggregate(None, f"{name}Provider"), mean=10) for name in ("hall_id", "show_id", "day_id")}
    provider = unique(tuple(kinds), **kinds)
    with planned_run(provider, 60) as plan:
        for _ in range(60):
            await made(provider, session)
            plan.advance()
    found = await pairs(provider.repository, *kinds)
    assert len(set(found)) == 60
    assert [len({row[side] for row in found}) for side in range(3)] == [6, 6, 6]


async def test_a_pair_within_a_tenant_by_a_tie(session: InMemorySession) -> None:
    tenants = aggregate(None, "TenantProvider")

    def of_tenant(name: str) -> Any:
        kind = aggregate(None, f"{name}Provider", tenant_id=reference(tenants, mean=5))
        return ReferenceProvider(distributor_factory(mean=3), kind, tied={"tenant_id": "tenant_id"})

    provider = unique(
        ("tenant_id", "hall_id", "show_id"),
        tenant_id=reference(tenants, mean=30),
        hall_id=of_tenant("Hall"),
        show_id=of_tenant("Show"),
    )
    async for _ in generate(provider, InMemorySessionPool(), 90, seed=3, batch_size=10):
        pass
    found = await pairs(provider.repository, "tenant_id", "hall_id", "show_id")
    assert len(set(found)) == 90
    assert Counter(row[0] for row in found) == {1: 30, 2: 30, 3: 30}
    assert [len({row[side] for row in found}) for side in (1, 2)] == [30, 30]
    assert {max(Counter(row[side] for row in found).values()) for side in (1, 2)} == {3}


async def test_a_value_within_a_tenant_is_drawn_until_it_is_new(session: InMemorySession) -> None:
    provider = unique(
        ("tenant_id", "email"),
        tenant_id=reference(aggregate(None, "TenantProvider"), mean=3),
        email=value("a@x", "a@x", "b@x", "c@x"),
    )
    await provider.create_batch(session, 9)
    found = await pairs(provider.repository, "tenant_id", "email")
    assert len(set(found)) == 9
    assert {email for _, email in found} == {"a@x", "b@x", "c@x"}


async def test_a_line_number_within_an_order_is_one_of_a_list(session: InMemorySession) -> None:
    provider = unique(
        ("order_id", "line"),
        order_id=reference(aggregate(None, "OrderProvider"), mean=4),
        line=ValueProvider(values=[1, 2, 3, 4]),
    )
    await provider.create_batch(session, 40)
    found = await pairs(provider.repository, "order_id", "line")
    assert Counter(found) == Counter((order, line) for order in range(1, 11) for line in (1, 2, 3, 4))


def friends(together: Any, people: int = 0, mean: float = 4) -> Any:
    person = aggregate(None, "PersonProvider")
    return unique(
        together,
        person_id=reference(person, mean=mean, create=not people),
        friend_id=reference(person, mean=mean, create=not people),
    )


@pytest.mark.parametrize("is_planned", [True, False])
async def test_friends_are_no_pair_twice_in_either_order(is_planned: bool, session: InMemorySession) -> None:
    provider = friends(Unordered("person_id", "friend_id"))
    if is_planned:
        async for _ in generate(provider, InMemorySessionPool(), 60, seed=1):
            pass
    else:
        await provider.create_batch(session, 60)
    found = await pairs(provider.repository, "person_id", "friend_id")
    assert len({frozenset(pair) for pair in found}) == 60
    assert all(one != other for one, other in found)
    with pytest.raises(UnsatisfiableError, match=f"person_id={found[0][1]}, friend_id={found[0][0]}, but it has been given"):
        await made(provider, session, {"person_id": found[0][1], "friend_id": found[0][0]})
    ties = aggregate(None, "TieProvider", tie_id=reference(provider, mean=2))
    await made(ties, session, {"tie_id": {"person_id": found[0][1], "friend_id": found[0][0]}})
    assert len(await stored(provider.repository)) == 60


async def test_in_an_order_both_ways_are_two(session: InMemorySession) -> None:
    provider = friends(("person_id", "friend_id"))
    await provider.create_batch(session, 60)
    assert len(set(await pairs(provider.repository, "person_id", "friend_id"))) == 60


async def test_one_to_one(session: InMemorySession) -> None:
    users, rooms = aggregate(None, "UserProvider"), aggregate(None, "RoomProvider")
    provider = unique(("user_id", "room_id"), user_id=reference(users, mean=1), room_id=reference(rooms, mean=1))
    async for _ in generate(provider, InMemorySessionPool(), 20):
        pass
    found = await pairs(provider.repository, "user_id", "room_id")
    assert [len({pair[side] for pair in found}) for side in (0, 1)] == [20, 20]


async def test_what_is_null_does_not_count_as_in_a_unique_constraint(session: InMemorySession) -> None:
    halls = aggregate(None, "HallProvider")
    provider = unique(("hall_id", "row"), hall_id=reference(halls, mean=2, null_weight=0.5), row=ValueProvider(values=["A", "B"]))
    await provider.create_batch(session, 128)
    found = await pairs(provider.repository, "hall_id", "row")
    assert sum(hall is None for hall, _ in found) == 64
    assert len({pair for pair in found if pair[0] is not None}) == 64


async def test_a_hook_may_tell_and_draw_in_any_order(session: InMemorySession) -> None:
    halls, shows = aggregate(None, "HallProvider"), aggregate(None, "ShowProvider")

    async def hook(provider: Any, session: Any) -> None:
        await provider.show_id.populate(session)
        if provider.show_id.get() % 2:
            provider.hall_id.set(1)

    await halls.create_batch(session, 1)
    provider = aggregate(
        None, "SeatProvider", do_populate=hook, hall_id=reference(halls, mean=4), show_id=reference(shows, mean=1.5)
    )
    provider.unique_together = ("hall_id", "show_id")
    async with session.atomic():
        for _ in range(40):
            await made(provider, session)
    found = await pairs(provider.repository)
    assert len(set(found)) == 40
    assert all(hall == 1 for hall, show in found if show % 2)


class Turns:
    """Gives the values that exist in turns; a distributor of a user's own."""

    keeps_values = True
    is_nullable = False

    def __init__(self, inner: IM2ODistributor) -> None:
        self._inner = inner
        self._next = 0

    def draw(self, session: Any, scope: Any, *, is_closed: bool = False, may_be_null: bool = True) -> Any:
        members = list(scope.members)
        self._next += 1
        return members[self._next % len(members)]

    def undraw(self, session: Any, scope: Any, choice: int | None) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name == "draw_free":
            raise AttributeError(name)
        return getattr(self._inner, name)


async def test_a_distributor_of_ones_own_is_asked_again(session: InMemorySession) -> None:
    halls, shows = aggregate(None, "HallProvider"), aggregate(None, "ShowProvider")
    await halls.create_batch(session, 4)
    await shows.create_batch(session, 4)
    turns: Any = Turns(distributor_factory(mean=4))
    provider = unique(
        ("hall_id", "show_id"), hall_id=reference(halls, mean=4, create=False), show_id=ReferenceProvider(turns, shows)
    )
    await provider.create_batch(session, 16)
    assert len(set(await pairs(provider.repository))) == 16


# what cannot be


async def test_when_none_is_left_the_numbers_are_told(session: InMemorySession) -> None:
    halls, shows = aggregate(None, "HallProvider"), aggregate(None, "ShowProvider")
    await halls.create_batch(session, 2)
    await shows.create_batch(session, 3)
    provider = unique(
        ("hall_id", "show_id"),
        hall_id=reference(halls, mean=9, create=False),
        show_id=reference(shows, mean=9, create=False),
    )
    await provider.create_batch(session, 6)
    with pytest.raises(UnsatisfiableError, match=r"no combination of hall_id, show_id is left: 6 have been given"):
        await made(provider, session)
    with pytest.raises(ConfigurationError, match=r"no combination comes twice, but 1 of .*hall_id and 1 of .*show_id make 1"):
        async for _ in generate(provider, InMemorySessionPool(), 1):
            pass


async def test_a_run_that_cannot_be_is_refused_at_its_start(session: InMemorySession) -> None:
    """3,000 rows: 50 students of 60 courses, and 50 courses."""
    students, courses = aggregate(None, "StudentProvider"), aggregate(None, "CourseProvider")
    provider = unique(("student_id", "course_id"), student_id=reference(students, mean=60), course_id=reference(courses, mean=60))
    with pytest.raises(ConfigurationError, match=r"3,000 rows were asked for, .* 50 of .*student_id and 50 of .* make 2,500"):
        async for _ in generate(provider, InMemorySessionPool(), 3_000):
            pass
    assert not await stored(students.repository)


async def test_weights_whose_top_needs_more_than_there_are_are_refused(session: InMemorySession) -> None:
    students, courses = aggregate(None, "StudentProvider"), aggregate(None, "CourseProvider")
    provider = unique(
        ("student_id", "course_id"),
        student_id=reference(students, weights=[0.7, 0.2, 0.07, 0.03], mean=20),
        course_id=reference(courses, mean=50),
    )
    with pytest.raises(
        ConfigurationError,
        match=r"1,000 rows were asked for: 50 values of .*student_id, .* 20 of .*course_id, .* rows are possible",
    ):
        async for _ in generate(provider, InMemorySessionPool(), 1_000):
            pass


def test_a_list_that_is_too_short_is_refused_at_construction() -> None:
    provider = unique(
        ("order_id", "line"),
        order_id=reference(aggregate(None, "OrderProvider"), mean=6),
        line=ValueProvider(values=[1, 2, 3]),
    )
    with pytest.raises(ConfigurationError, match=r"order_id asks for 6 rows a value, but there are 3 different"):
        provider.parts()


@pytest.mark.parametrize(
    ("together", "words"),
    [
        (
            ("hall_id", "shw_id"),
            r"unique_together names 'shw_id', but SeatProvider has no part 'shw_id'.* did you mean 'show_id'",
        ),
        (("hall_id",), "one part has no combination"),
        (("hall_id", "id"), "the database gives SeatProvider.id"),
        ((("hall_id", "hall_id"),), "expected names of parts"),
        ("hall_id", "expected names of parts"),
        (7, "expected names of parts"),
        (Unordered("hall_id", "show_id"), "all parts are of one kind"),
        (("hall_id.x", "show_id"), "has no part 'x'"),
    ],
)
def test_what_cannot_be_unique_together_is_refused(together: Any, words: str) -> None:
    provider = seats()
    provider.unique_together = together
    with pytest.raises(ConfigurationError, match=words):
        provider.clone().parts()


def test_unordered_alone_says_nothing() -> None:
    with pytest.raises(ConfigurationError, match="give unique=True"):
        CompositeValueProvider(dict, unordered=True)


async def test_a_class_says_it_and_its_clones_keep_it(session: InMemorySession) -> None:
    class SeatProvider(AggregateProvider[Any, Any]):
        _id_attr = "id"
        unique_together = ("hall_id", "show_id")
        id: ValueProvider[int, int]
        hall_id: ReferenceProvider[Any, Any, Any]
        show_id: ReferenceProvider[Any, Any, Any]

        def __init__(self) -> None:
            self.id = ValueProvider()
            self.hall_id = reference(aggregate(None, "HallProvider"), mean=3)
            self.show_id = reference(aggregate(None, "ShowProvider"), mean=3)
            super().__init__(memory(), Agg, Agg.export)

    provider = SeatProvider()
    clone = provider.clone()
    for _ in range(20):
        await made(provider, session)
        await made(clone, session)
    assert len(set(await pairs(provider.repository))) == 40


async def test_it_may_be_told_to_the_constructor(session: InMemorySession) -> None:
    class SeatProvider(AggregateProvider[Any, Any]):
        _id_attr = "id"
        id: ValueProvider[int, int]
        hall: ValueProvider[int, int]
        show: ValueProvider[int, int]

        def __init__(self) -> None:
            self.id = ValueProvider()
            self.hall = ValueProvider(values=[1, 2, 3])
            self.show = ValueProvider(values=[1, 2, 3])
            super().__init__(memory(), Agg, Agg.export, unique_together=[("hall", "show")])

    provider = SeatProvider()
    await provider.create_batch(session, 9)
    assert len(set(await pairs(provider.repository, "hall", "show"))) == 9
    with pytest.raises(UnsatisfiableError, match="no combination of hall, show is left: 9 have been given"):
        await made(provider, session)


async def test_a_part_that_is_in_two_combinations(session: InMemorySession) -> None:
    provider = unique(
        (("hall", "show"), ("show", "day")),
        hall=ValueProvider(values=[1, 2, 3]),
        show=ValueProvider(values=[1, 2, 3, 4]),
        day=ValueProvider(values=[1, 2, 3]),
    )
    await provider.create_batch(session, 9)
    for names in (("hall", "show"), ("show", "day")):
        assert len(set(await pairs(provider.repository, *names))) == 9


async def test_rows_that_fail_and_are_skipped_leave_no_trace() -> None:
    """Every tenth row fails, whatever it is combined of."""
    tries = iter(range(10_000))

    def fails(**parts: Any) -> Agg:
        if next(tries) % 10 == 7:
            raise BoomError
        return Agg(**parts)

    halls, shows = aggregate(None, "HallProvider"), aggregate(None, "ShowProvider")
    provider = aggregate(
        None, "SeatProvider", output_factory=fails, hall_id=reference(halls, mean=4), show_id=reference(shows, mean=8)
    )
    provider.unique_together = ("hall_id", "show_id")
    async for _ in generate(provider, InMemorySessionPool(), 160, on_error="skip", batch_size=20):
        pass
    found = await pairs(provider.repository)
    assert len(set(found)) == 160
    assert [Counter(Counter(pair[side] for pair in found).values()) for side in (0, 1)] == [{4: 40}, {8: 20}]


async def test_an_aggregate_is_what_its_uniqueness_says_when_a_run_goes_on() -> None:
    provider = seats()
    pool = InMemorySessionPool()
    for count in (60, 60):
        async for _ in generate(provider, pool, count, batch_size=7):
            pass
    found = await pairs(provider.repository)
    assert len(set(found)) == 120
    assert [Counter(Counter(pair[side] for pair in found).values()) for side in (0, 1)] == [{4: 30}, {4: 30}]

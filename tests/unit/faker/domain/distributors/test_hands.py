"""A hand is so many draws, whatever happens before, inside, between and after."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.distributors.m2o.nulls import Nulls
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.faker.testing.distributor_world import DEEDS, History, LostError, Step, Values
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

ASKED: list[dict[str, Any]] = [
    {"mean": 1},
    {"mean": 3},
    {"skew": 2.0, "mean": 5},
    {"weights": [0.5, 0.3, 0.2], "mean": 6},
    {"mean": 4, "spread": 0.3},
    {"mean": 4, "correlation": 0.6},
    {"histogram": [(0, 5), (1, 4), (3, 2)]},
    {"mean": 4, "within": [(3, [(5, 1)]), (30, [(10, 4)])]},
    {"sequence": True},
]
STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(DEEDS),
        session=st.integers(0, 1),
        scope=st.integers(0, 2),
        number=st.integers(1, 60),
        is_closed=st.booleans(),
        may_be_null=st.booleans(),
        fails=st.booleans(),
        given_up=st.integers(0, 5),
    ),
    max_size=25,
)


@given(
    asked=st.sampled_from(ASKED),
    null_weight=st.sampled_from([0.0, 0.0, 0.3]),
    total=st.sampled_from([0, 300, 2_000]),
    is_exact=st.booleans(),
    there=st.integers(0, 9),
    steps=STEPS,
)
@settings(max_examples=300, deadline=None)
def test_a_hand_is_so_many_draws(
    asked: dict[str, Any], null_weight: float, total: int, is_exact: bool, there: int, steps: list[Step]
) -> None:
    def story(*, is_dealt: bool) -> tuple[list[Any], dict[int, int]]:
        distributor = distributor_factory(**asked, null_weight=null_weight)
        plan = Plan(total) if total else None
        if plan is not None:
            distributor.plan(plan, is_exact=is_exact)
        values = Values(distributor, there)
        told = asyncio.run(History(values, is_dealt=is_dealt, plan=plan).play(steps))
        return told, distributor.uses(values.everything) if isinstance(distributor, LawDistributor) else {}

    assert story(is_dealt=True) == story(is_dealt=False)


class Counted(InMemorySession):
    """Counts what is to be undone."""

    undone = 0

    def on_rollback(self, *args: Any, **kwargs: Any) -> None:
        self.undone += 1
        super().on_rollback(*args, **kwargs)


@pytest.mark.parametrize("is_planned", [False, True])
@pytest.mark.parametrize("null_weight", [0.0, 0.3])
def test_a_hand_is_one_thing_to_undo(is_planned: bool, null_weight: float) -> None:
    distributor = distributor_factory(mean=10, null_weight=null_weight)
    if is_planned:
        distributor.plan(Plan(10_000), is_exact=True)
    values, session = Values(distributor, 50), Counted()
    assert len(distributor.draw_many(session, values.everything, 100, is_closed=True)) == 100
    assert session.undone == 1


def test_what_is_always_new_is_numbered_at_once() -> None:
    distributor = distributor_factory(sequence=True, start=7)
    assert isinstance(distributor, NewDistributor)
    session, scope = InMemorySession(), Pool().everything
    assert list(distributor.take_positions(3)) == [7, 8, 9]
    [place] = distributor.draw_many(session, scope, 5)
    assert place is not None
    assert not isinstance(place, int)
    assert place.position == 10
    assert distributor.take_position() == 11
    assert distributor.draw_nulls(session, 3) == [False] * 3


async def test_nulls_of_a_hand_are_those_of_single_draws() -> None:
    one, many, session = Nulls(0.3), Nulls(0.3), InMemorySession()
    for count, may_be_null in ((1, True), (200, True), (50, False), (77, True)):
        assert many.draw_many(session, count, may_be_null) == [one.draw(session, may_be_null) for _ in range(count)]
    with suppress(LostError):
        async with session.atomic():
            many.draw_many(session, 300)
            raise LostError
    with suppress(LostError):
        async with session.atomic():
            for _ in range(300):
                one.draw(session)
            raise LostError
    assert many.draw_many(session, 300) == one.draw_many(session, 300)


async def test_a_plan_that_was_left_foretells_nothing_of_the_same_moment() -> None:
    """A distributor that is asked less often than its plan counts on plans anew; draws of that moment have no rate yet."""
    distributor = distributor_factory(mean=2)
    plan = Plan(1_000)
    distributor.plan(plan, is_exact=True)
    values, session = Values(distributor), InMemorySession()
    for _ in range(100):
        plan.advance()  # root aggregates without a draw
    for _ in range(50):
        await values.draw(session)
    assert 25 <= values.number <= 50


async def test_draws_beyond_an_exact_plan_are_planned_by_its_total() -> None:
    """However far the run says it is: a hand is drawn before its aggregates are counted."""
    distributor = distributor_factory(mean=5)
    distributor.plan(Plan(1_000), is_exact=True)
    values, session = Values(distributor), InMemorySession()
    for _ in range(1_200):
        await values.draw(session)
    assert 200 <= values.number <= 240

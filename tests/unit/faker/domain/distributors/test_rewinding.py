"""What was drawn since the mark, and rolled back, is drawn again after going back to it, whatever it was."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.distributors.m2o.shares import SharesDistributor
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.stock.population import Population
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

ASKED: list[dict[str, Any]] = [
    {"mean": 3},
    {"skew": 2.0, "mean": 5, "null_weight": 0.2},
    {"weights": [0.5, 0.3, 0.2], "mean": 6},
    {"mean": 4, "spread": 0.3},
    {"mean": 4, "correlation": 0.6},
    {"histogram": [(0, 5), (1, 4), (3, 2)]},
    {"sequence": True, "null_weight": 0.3},
]

Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["draw", "draw", "hand", "hand", "fail", "use", "savepoint", "closed"]), st.integers(0, 2)),
    max_size=40,
)


class RolledBackError(Exception):
    """Ends a transaction."""


class World:
    """A distributor, and a population that it draws from; ids count the values made, as those of a database do not."""

    def __init__(self, asked: dict[str, Any], total: int, there: int) -> None:
        self.distributor: Any = distributor_factory(**asked)
        self.distributor.seed(11)
        self.population = Population("id")
        self.ids = 0
        self.plan = Plan(total) if total else None
        session = InMemorySession()
        for _ in range(there):
            self.born(session, 0)
        if self.plan is not None:
            self.distributor.plan(self.plan, is_exact=True)

    def born(self, session: InMemorySession, kind: int) -> int:
        """Make a value; its id is the number of those that exist, so that it is the same after a rollback."""
        id = len(self.population)
        self.population.stored(session, {"id": id, "kind": kind})
        found = self.population.number_of(id)
        assert found is not None
        return found

    def scope(self, kind: int) -> Scope:
        return self.population.scope(EqualSpecification({"kind": kind}) if kind else None)

    async def take(self, session: InMemorySession, step: Step) -> Any:
        """Do one step, and tell what came of it."""
        deed, kind = step
        scope = self.scope(kind)
        if deed == "use":
            known = list(scope.members)
            if known:
                self.distributor.use(session, scope, known[-1])
            return None
        if deed == "savepoint":
            told: list[Any] = []
            with suppress(RolledBackError):
                async with session.atomic():
                    told = [self.draw(session, scope, is_closed=False, fails=False) for _ in range(3)]
                    raise RolledBackError
            return told
        if deed == "hand":
            return self.hand(session, scope, kind)
        told_one = self.draw(session, scope, is_closed=deed == "closed", fails=deed == "fail")
        if self.plan is not None:
            self.plan.advance()
            session.on_rollback(self.plan.retreat)
        return told_one

    def hand(self, session: InMemorySession, scope: Scope, kind: int) -> list[Any]:
        hand = self.distributor.draw_many(session, scope, 30)
        told: list[Any] = [self.population.id_of(choice) for choice in hand if isinstance(choice, int)]
        last = hand[-1]
        while last is not None and not isinstance(last, int):
            told.append(last.position)
            last = last.fulfil(session, self.born(session, kind) if self.distributor.keeps_values else None)
        return told

    def draw(self, session: InMemorySession, scope: Scope, *, is_closed: bool, fails: bool) -> Any:
        kind = 0 if scope is self.population.everything else next(k for k in (1, 2) if self.scope(k) is scope)
        try:
            choice = self.distributor.draw(session, scope, is_closed=is_closed)
        except UnsatisfiableError:
            return "unsatisfiable"
        made: list[Any] = []
        while choice is not None and not isinstance(choice, int):
            made.append(choice.position)
            if fails:
                choice.cancel()
                return "failed", made
            choice = choice.fulfil(session, self.born(session, kind) if self.distributor.keeps_values else None)
        return made, None if choice is None else self.population.id_of(choice)


async def run(world: World, steps: list[Step], *, rolls_back: bool) -> list[Any]:
    told: list[Any] = []
    session = InMemorySession()
    with suppress(RolledBackError):
        async with session.atomic():
            told += [await world.take(session, step) for step in steps]
            if rolls_back:
                raise RolledBackError
    return told


@given(
    asked=st.sampled_from(ASKED),
    total=st.sampled_from([0, 30, 300]),
    there=st.integers(0, 5),
    before=STEPS,
    batch=STEPS,
    after=STEPS,
    times=st.integers(1, 4),
)
@settings(max_examples=200, deadline=None)
def test_draws_rolled_back_and_rewound_are_drawn_again(
    asked: dict[str, Any], total: int, there: int, before: list[Step], batch: list[Step], after: list[Step], times: int
) -> None:
    stories = (asyncio.run(story(faults, World(asked, total, there), before, batch, after)) for faults in (times, 0))
    assert next(stories) == next(stories)


async def story(faults: int, world: World, before: list[Step], batch: list[Step], after: list[Step]) -> list[Any]:
    """A batch that is rolled back so many times, each time a little earlier, among others; gives what was drawn for good."""
    told = await run(world, before, rolls_back=False)
    world.distributor.mark()
    if world.plan is not None:
        world.plan.mark()
    for length in range(faults):
        await run(world, batch[: len(batch) - length], rolls_back=True)
        world.distributor.rewind()
        if world.plan is not None:
            world.plan.rewind()
    told += await run(world, batch, rolls_back=False)
    world.distributor.unmark()
    return told + await run(world, after, rolls_back=False)


@pytest.mark.parametrize("draws", range(12))
async def test_a_use_that_is_put_off_is_put_off_as_far(draws: int) -> None:
    """What is taken back three times is due later: how much later must not depend on what was rolled back before."""
    for before in range(draws + 1):
        batch = [("draw", 0)] * (draws - before) + [("savepoint", 0)]
        steps = ([("draw", 0)] * before, batch, [("savepoint", 0), ("savepoint", 0), ("draw", 0)])
        told = [await story(faults, World({"histogram": [(0, 5), (1, 4), (3, 2)]}, 0, 0), *steps) for faults in (1, 0)]
        assert told[0] == told[1], before


@given(weights=st.lists(st.integers(1, 9), min_size=1, max_size=5), draws=st.integers(0, 200), again=st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_lists_with_shares_are_dealt_again(weights: list[int], draws: int, again: int) -> None:
    async def story(faults: int) -> list[Any]:
        distributor = SharesDistributor(weights, null_weight=0.1)
        population = Population("id")
        session = InMemorySession()

        async def batch(number: int, *, rolls_back: bool) -> list[Any]:
            told: list[Any] = []
            with suppress(RolledBackError):
                async with session.atomic():
                    told += distributor.draw_many(session, population.everything, number // 2)
                    told += [distributor.draw(session, population.everything) for _ in range(number - number // 2)]
                    if rolls_back:
                        for choice in told[::3]:
                            distributor.undraw(session, population.everything, choice)
                        raise RolledBackError
            return told

        told = await batch(draws, rolls_back=False)
        distributor.mark()
        for _ in range(faults):
            await batch(again, rolls_back=True)
            distributor.rewind()
        return told + await batch(again, rolls_back=False) + await batch(100, rolls_back=False)

    assert asyncio.run(story(2)) == asyncio.run(story(0))


def test_every_distributor_can_go_back() -> None:
    kinds = {type(distributor_factory(**asked)) for asked in ASKED}
    assert kinds == {LawDistributor, NewDistributor}

"""Random histories of picks, appends, updates, commits and rollbacks of two sessions keep what a distributor promises."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import Decision
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.specification.equality import EqualSpecification
from ascetic_ddd.faker.domain.stock.population import Population
from ascetic_ddd.faker.domain.stock.scope import Scope
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

TENANTS = (None, 1, 2, 3)
ASKED: list[dict[str, Any]] = [
    {"mean": 1},
    {"mean": 3},
    {"skew": 2.5, "mean": 4},
    {"weights": [0.6, 0.25, 0.15], "mean": 4},
    {"histogram": [(0, 3), (1, 4), (5, 1)]},
    {"skew": 1.5, "mean": 3, "null_weight": 0.3},
    {"mean": 4, "spread": 0.1},
]
STEP = st.one_of(
    st.tuples(st.just("pick"), st.integers(0, 1), st.sampled_from(TENANTS)),
    st.tuples(st.just("pick"), st.integers(0, 1), st.sampled_from(TENANTS)),
    st.tuples(st.just("add"), st.integers(0, 1), st.sampled_from(TENANTS[1:])),
    st.tuples(st.just("move"), st.integers(0, 1), st.sampled_from(TENANTS[1:])),
    st.tuples(st.sampled_from(["commit", "rollback"]), st.integers(0, 1), st.none()),
)


class Undone(Exception):
    """Rolls back."""


class Model:
    """The world as it should be: what is alive, where it belongs, and how often it was used under each tenant."""

    def __init__(self, asked: dict[str, Any], planned: int) -> None:
        self.distributor = distributor_factory(**asked)
        self.distributor.seed(1)
        self.plan = Plan(planned) if planned else None
        if self.plan is not None:
            self.distributor.plan(self.plan, is_exact=False)
        self.population = Population("id")
        self.tenant_of: dict[int, int] = {}
        self.uses: Counter[tuple[int | None, int]] = Counter()
        self.by_need: set[int] = set()
        self.moved: set[int] = set()
        self.may_be_spare = self.distributor.counts.used_share < 1.0  # type: ignore[union-attr]  # all of ASKED have a shape
        self.made = 0
        self.sessions = [InMemorySession(), InMemorySession()]
        self.open: list[Any] = [None, None]
        self.undo: list[list[Callable[[], object]]] = [[], []]

    def scope(self, tenant: int | None) -> Scope:
        return self.population.scope(None if tenant is None else EqualSpecification({"tenant_id": tenant}))

    async def play(self, steps: list[Any]) -> None:
        for what, lane, tenant in steps:
            if self.open[lane] is None:
                self.open[lane] = self.sessions[lane].atomic()
                await self.open[lane].__aenter__()
            if what in ("commit", "rollback"):
                await self.end(lane, commits=what == "commit")
            else:
                getattr(self, what)(lane, tenant)
                self.check_the_living()
        for lane in (0, 1):
            if self.open[lane] is not None:
                await self.end(lane, commits=True)
        self.check_the_counts()

    async def end(self, lane: int, *, commits: bool) -> None:
        error = None if commits else Undone()
        await self.open[lane].__aexit__(type(error) if error else None, error, None)
        if not commits:
            for undo in reversed(self.undo[lane]):
                undo()
        self.open[lane], self.undo[lane] = None, []

    def store(self, lane: int, number: int, tenant: int) -> None:
        before = self.tenant_of.get(number)
        self.tenant_of[number] = tenant
        self.population.stored(self.sessions[lane], {"id": number, "tenant_id": tenant})
        self.undo[lane].append(
            lambda: self.tenant_of.pop(number) if before is None else self.tenant_of.__setitem__(number, before)
        )

    def add(self, lane: int, tenant: int) -> int:
        self.made += 1
        self.store(lane, self.made, tenant)
        return self.made

    def move(self, lane: int, tenant: int) -> None:
        settled = [n for n in self.tenant_of if self.population.number_of(n) not in self.population.in_flight]
        if settled and self.open[1 - lane] is None:  # two sessions that update one row wait for each other
            number = settled[len(settled) // 2]
            self.moved.add(number)
            self.store(lane, number, tenant)

    def pick(self, lane: int, tenant: int | None) -> None:
        session, scope = self.sessions[lane], self.scope(tenant)
        choice: Decision = self.distributor.draw(session, scope)
        while choice is not None and not isinstance(choice, int):
            number = self.add(lane, tenant or 1)
            at = self.population.number_of(number)
            if not choice.is_for_unused_value:
                self.by_need.add(number)
            choice = choice.fulfil(session, at)
        if self.plan is not None:
            self.plan.advance()
        if choice is None:
            return
        assert not self.population.is_foreign(choice, session), "another session's value is not visible yet"
        number = self.population.id_of(choice)
        assert number in self.tenant_of, "the value is alive"
        assert tenant is None or self.tenant_of[number] == tenant, "the value matches"
        self.uses[tenant, number] += 1
        self.undo[lane].append(lambda: self.uses.subtract([(tenant, number)]))

    def check_the_living(self) -> None:
        everything = {self.population.id_of(number) for number in self.population.everything.members}
        assert everything == set(self.tenant_of)
        for tenant in TENANTS[1:]:
            members = {self.population.id_of(number) for number in self.scope(tenant).members}
            assert members == {number for number, of in self.tenant_of.items() if of == tenant}

    def check_the_counts(self) -> None:
        for tenant in TENANTS:
            counted = {self.population.id_of(at): uses for at, uses in self.distributor.uses(self.scope(tenant)).items()}  # type: ignore[union-attr]
            for (under, number), uses in self.uses.items():
                if under == tenant and number in self.tenant_of and number not in self.moved:
                    assert counted.get(number, 0) == uses, "uses add up"
        used = {number for (_, number), uses in self.uses.items() if uses}
        assert self.by_need & set(self.tenant_of) <= used, "what was made by need is used"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(ASKED), st.sampled_from([0, 10, 60]), st.lists(STEP, max_size=60))
def test_random_histories_keep_the_promises(asked: dict[str, Any], planned: int, steps: list[Any]) -> None:
    asyncio.run(Model(asked, planned).play(steps))

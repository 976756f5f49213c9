"""What every M:1 distributor must do; subclass it for a distributor of your own."""

from collections import Counter
from contextlib import suppress
from random import Random

import pytest

from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import UnsatisfiableError
from ascetic_ddd.faker.testing.distributor_rollback_contract import DistributorRollbackContract, MakeDistributor
from ascetic_ddd.faker.testing.distributor_world import History, LostError, Values, some_steps
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

__all__ = ("DistributorContract", "MakeDistributor", "Values")


class DistributorContract(DistributorRollbackContract):
    """A pytest suite; a subclass overrides the fixture :meth:`make`.

    The distributor may be one of a fixed list of ``fixed`` values that exist beforehand; else it may ask for new ones.

    Example::

        class TestMyDistributor(DistributorContract):
            @pytest.fixture
            def make(self):
                return lambda null_weight: MyDistributor(null_weight=null_weight)
    """

    # what a draw answers

    async def test_a_draw_gives_a_value_of_the_scope(self, make: MakeDistributor) -> None:
        """Of this one, not of another."""
        values, session = self.values(make), InMemorySession()
        one, other = (values.everything, values.everything) if self.fixed else (values.part(), values.part())
        for _ in range(100):
            assert await values.draw(session, one) in one.members
            assert await values.draw(session, other) in other.members

    async def test_a_closed_draw_never_asks_for_a_new_value(self, make: MakeDistributor) -> None:
        """It gives one that exists."""
        self.only_kept(make)
        values, session = self.values(make, existing=3), InMemorySession()
        before = values.number
        drawn = {await values.draw(session, is_closed=True) for _ in range(200)}
        assert values.number == before
        assert drawn <= set(values.everything.members)

    @pytest.mark.parametrize("first", [True, False])
    async def test_closedness_belongs_to_the_draw(self, make: MakeDistributor, first: bool) -> None:
        """Two references may share a distributor, and only one of them may create; whichever asks first."""
        self.only_kept(make)
        values, session = self.values(make, existing=1), InMemorySession()
        is_closed, born = first, 0
        for _ in range(200):
            before = values.number
            assert await values.draw(session, is_closed=is_closed) in values.everything.members
            assert not is_closed or values.number == before
            born += values.number - before
            is_closed = not is_closed
        assert born or self.fixed, "the one that may create does so"

    async def test_a_closed_draw_among_nothing_is_refused(self, make: MakeDistributor) -> None:
        """And nothing is left of it: once there is a value, it is given."""
        if self.fixed:
            pytest.skip("a list always has its values")
        values, session = self.values(make), InMemorySession()
        for _ in range(3):
            with pytest.raises(UnsatisfiableError):
                await values.draw(session, is_closed=True)
        if values.distributor.keeps_values:
            assert await values.draw(session) == 0
            assert await values.draw(session, is_closed=True) == 0

    async def test_what_no_draw_may_see_is_not_given(self, make: MakeDistributor) -> None:
        """A value in flight is its session's own, until that commits."""
        self.only_kept(make)
        if self.fixed:
            pytest.skip("the values of a list are never in flight")
        values, one, other = self.values(make), InMemorySession(), InMemorySession()
        async with one.atomic():
            mine = {await values.draw(one) for _ in range(20)}
            async with other.atomic():
                theirs = {await values.draw(other) for _ in range(20)}
                assert not mine & theirs
                closed = [await values.draw(other, is_closed=True) for _ in range(20)]
                assert not any(values.is_foreign(number, other) for number in closed if number is not None)
        after = {await values.draw(InMemorySession(), is_closed=True) for _ in range(300)}
        assert after & mine

    async def test_the_share_of_null_holds(self, make: MakeDistributor) -> None:
        """400 draws at 0.25: within a block of 128 draws' worth; exact in a planned run. None at all at 0."""
        values, session = self.values(make, 0.25, existing=2), InMemorySession()
        assert values.distributor.is_nullable
        nulls = sum([await values.draw(session) is None for _ in range(400)])
        assert nulls == 100 if self.is_planned else abs(nulls - 100) <= 33
        values = self.values(make, existing=2)
        assert not values.distributor.is_nullable
        assert None not in [await values.draw(session) for _ in range(100)]

    async def test_a_draw_that_must_not_be_null_is_not(self, make: MakeDistributor) -> None:
        values, session = self.values(make, 0.9, existing=2), InMemorySession()
        assert None not in [await values.draw(session, may_be_null=False) for _ in range(200)]

    async def test_a_hand_is_so_many_draws(self, make: MakeDistributor) -> None:
        """Up to the first value to make; whatever else happens, and is rolled back or taken back, between, inside and after."""
        for seed in range(20):
            steps = some_steps(Random(seed), 30)
            for null_weight in (0.0, 0.25):
                told = []
                for is_dealt in (False, True):
                    plan = Plan(1_000) if self.is_planned else None
                    distributor = make(null_weight)
                    if plan is not None:
                        distributor.plan(plan, is_exact=seed % 2 == 0)
                    values = Values(distributor, self.fixed or seed % 4 * 3)
                    history = History(values, is_dealt=is_dealt, plan=plan, has_parts=not self.fixed)
                    told.append(await history.play(steps))
                assert told[0] == told[1]

    @pytest.mark.parametrize("is_taken_back", [False, True])
    async def test_uses_that_are_told_count(self, make: MakeDistributor, is_taken_back: bool) -> None:
        """A value that was told is drawn less often for it; in a plan as often, beside it. Taken back, all is as before."""
        self.only_kept(make)
        values, session = self.values(make, existing=4), InMemorySession()
        plain = self.values(make, existing=4)
        for _ in range(40):
            await values.draw(session, is_closed=True)
            await plain.draw(session, is_closed=True)
        number = max(values.everything.members)
        for _ in range(100):
            values.distributor.use(session, values.everything, number)
            if is_taken_back:
                values.distributor.unuse(session, values.everything, number)
        told = [await values.draw(session, is_closed=True) for _ in range(100)].count(number)
        untold = [await plain.draw(session, is_closed=True) for _ in range(100)].count(number)
        if self.is_planned or self.fixed or is_taken_back:
            assert abs(told - untold) <= (25 if self.fixed else 10)
        else:
            assert told < untold or not untold

    # scopes, seeds, plans, stores

    async def test_scopes_are_independent(self, make: MakeDistributor) -> None:
        """What is drawn in one scope does not count in another."""
        if self.fixed:
            pytest.skip("all scopes of a list are one")
        values, session = self.values(make), InMemorySession()
        one, other = values.part(), values.part()
        for _ in range(150):
            await values.draw(session, one)
        before = len(one.members)
        fresh = self.values(make)
        alone, again = fresh.part(), [await values.draw(session, other) for _ in range(50)]
        expected = [await fresh.draw(session, alone) for _ in range(50)]
        assert len(one.members) == before
        assert abs(len(set(again)) - len(set(expected))) <= (25 if self.is_planned else 1)

    async def test_a_scope_that_was_forgotten_goes_on_from_its_uses(self, make: MakeDistributor) -> None:
        """Its values do not get their uses a second time; uses in flight are taken back where they are now."""
        if self.fixed or self.is_planned:
            pytest.skip("counts are those of a law without a plan here")
        expected = await self._in_a_part(make, forgets=False)
        found = await self._in_a_part(make, forgets=True)
        assert abs(len(found) - len(expected)) <= 1
        assert abs(found[0] - expected[0]) <= 2

    async def _in_a_part(self, make: MakeDistributor, *, forgets: bool) -> list[int]:
        values, session = self.values(make), InMemorySession()
        part = values.part()
        for _ in range(40):
            values.add(session, part)
        uses: Counter[int | None] = Counter()
        for _ in range(40):
            uses.update([await values.draw(session, part) for _ in range(10)])
            if forgets:
                assert values.distributor.forget(part)
            with suppress(LostError):
                async with session.atomic():
                    for _ in range(3):
                        await values.draw(session, part)
                    assert not forgets or values.distributor.forget(part)
                    raise LostError
        return sorted(uses.values(), reverse=True)

    async def test_the_same_seed_gives_the_same_decisions(self, make: MakeDistributor) -> None:
        """In the same order; another seed another order, if there is anything to choose."""

        async def drawn(seed: int) -> list[int | None]:
            distributor = make(0.25)
            distributor.seed(seed)
            values, session = Values(distributor, self.fixed or 5), InMemorySession()
            if self.is_planned:
                distributor.plan(Plan(300), is_exact=True)
            return [await values.draw(session) for _ in range(300)]

        assert await drawn(1) == await drawn(1)
        assert await drawn(1) != await drawn(2)

    async def test_what_is_restored_counts(self, make: MakeDistributor) -> None:
        """A distributor that takes up what another one has done goes on as that one would have; numbers of new values, too."""
        first, session = self.values(make, total=200), InMemorySession()
        counts = Counter([await first.draw(session) for _ in range(200)])
        second = Values(make(0.0), self.fixed or first.number)
        second.distributor.restore({n: c for n, c in counts.items() if n is not None}, first.number)
        if self.is_planned:
            second.distributor.plan(Plan(200), is_exact=True)
        counts.update([await second.draw(session) for _ in range(200)])
        whole = self.values(make)
        expected = Counter([await whole.draw(session) for _ in range(400)])
        assert abs(len(counts) - len(expected)) <= 1
        assert abs(max(counts.values()) - max(expected.values())) <= 2 + max(expected.values()) // 10

    async def test_plans_begin_and_end(self, make: MakeDistributor) -> None:
        """The end of a plan that is not followed any more changes nothing; draws go on after it."""
        distributor = make(0.0)
        values, session = Values(distributor, self.fixed), InMemorySession()
        plan, other = Plan(50), Plan(50)
        distributor.plan(plan, is_exact=True)
        for _ in range(50):
            await values.draw(session)
            plan.advance()
        distributor.end(other)
        distributor.end(plan)
        distributor.plan(None)
        assert None not in [await values.draw(session) for _ in range(50)]

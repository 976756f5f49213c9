"""What a distributor does when sessions roll back, and draws are taken back; a part of the distributor contract."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.testing.distributor_world import LostError, Values
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

__all__ = ("DistributorRollbackContract", "MakeDistributor")

MakeDistributor = Callable[[float], IM2ODistributor]


class DistributorRollbackContract:
    """Comes with :class:`~ascetic_ddd.faker.testing.distributor_contract.DistributorContract`."""

    pytestmark = pytest.mark.asyncio

    fixed = 0
    is_planned = False

    @pytest.fixture
    def make(self) -> MakeDistributor:
        """Give a function that makes a distributor with this probability of null, seeded alike each time; to be overridden."""
        pytest.fail(f"{type(self).__name__} must override the fixture make")

    def values(self, make: MakeDistributor, null_weight: float = 0.0, existing: int = 0, total: int = 400) -> Values:
        """A fresh distributor and its values; in a run of so many draws, if the suite is for planned ones."""
        distributor = make(null_weight)
        if self.is_planned:
            distributor.plan(Plan(total), is_exact=True)
        return Values(distributor, self.fixed or existing)

    def only_kept(self, make: MakeDistributor) -> None:
        """Leave out what makes no sense where every value is new."""
        if not make(0.0).keeps_values:
            pytest.skip("every value is new")

    async def test_what_is_rolled_back_leaves_no_trace(self, make: MakeDistributor) -> None:
        """Neither values nor uses nor nulls, of transactions and of savepoints: all is as in a run without it."""
        expected = await self._run(make, None)
        self._same(await self._run(make, self._lose), expected)
        self._same(await self._run(make, self._lose, is_savepoint=True), expected)

    async def test_a_draw_that_is_taken_back_leaves_no_trace(self, make: MakeDistributor) -> None:
        """If the session rolls back afterwards, it is taken back once."""
        expected = await self._run(make, None)
        self._same(await self._run(make, self._take_back), expected)
        self._same(await self._run(make, self._lose_what_is_taken_back), expected)
        self._same(await self._run(make, self._lose_what_is_taken_back, is_savepoint=True), expected)

    async def test_a_value_that_could_not_be_made_leaves_its_place(self, make: MakeDistributor) -> None:
        """For the next one."""
        expected = await self._run(make, None)
        self._same(await self._run(make, self._fail), expected)

    async def _run(self, make: MakeDistributor, disturb: Any, *, is_savepoint: bool = False) -> tuple[int, int, list[int]]:
        """Values, nulls and histogram of 400 draws, in transactions of ten; something else happens between, or inside."""
        values, session = self.values(make, 0.25), InMemorySession()
        counts: Counter[int | None] = Counter()
        for _ in range(40):
            if disturb is not None and not is_savepoint:
                await disturb(values, session)
            async with session.atomic():
                if disturb is not None and is_savepoint:
                    await disturb(values, session)
                counts.update([await values.draw(session) for _ in range(10)])
        nulls = counts.pop(None, 0)
        return len(values.everything.members), nulls, sorted(counts.values(), reverse=True)

    def _same(self, found: tuple[int, int, list[int]], expected: tuple[int, int, list[int]]) -> None:
        """As near as the order of the draws lets them be: nulls are right to within a block unless they are planned."""
        assert found[1] == expected[1] == 100 if self.is_planned else abs(found[1] - expected[1]) <= 33
        if not self.distinct(expected):
            assert abs(found[0] - expected[0]) <= (1 if self.is_planned else 3 + expected[0] // 20), (found, expected)
            assert abs(found[2][0] - expected[2][0]) <= 2 + expected[2][0] // (50 if self.is_planned else 10)

    def distinct(self, found: tuple[int, int, list[int]]) -> bool:
        """Every value was new, so only nulls can differ."""
        return not found[2] or found[2][0] == 1

    async def _lose(self, values: Values, session: InMemorySession, *, undraws: bool = False) -> None:
        with suppress(LostError):
            async with session.atomic():
                for choice in [await values.draw(session) for _ in range(3)]:
                    if undraws:
                        values.distributor.undraw(session, values.everything, choice)
                async with session.atomic():
                    await values.draw(session)
                raise LostError

    async def _lose_what_is_taken_back(self, values: Values, session: InMemorySession) -> None:
        await self._lose(values, session, undraws=True)

    async def _take_back(self, values: Values, session: InMemorySession) -> None:
        async with session.atomic():
            choice = await values.draw(session)
            values.distributor.undraw(session, values.everything, choice)

    async def _fail(self, values: Values, session: InMemorySession) -> None:
        choice: Any = None
        with suppress(LostError):
            async with session.atomic():
                choice = values.distributor.draw(session, values.everything)
                raise LostError
        if choice is not None and not isinstance(choice, int):
            choice.cancel()

"""Draws from a distributor without providers around it, and reads what came out."""

import math
from collections import Counter
from collections.abc import Sequence
from random import Random

from ascetic_ddd.faker.application.measure import measure
from ascetic_ddd.faker.domain.distributors.counts import WeightsCounts
from ascetic_ddd.faker.domain.distributors.m2o.interfaces import IM2ODistributor
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.stock.scope import Pool, Scope
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession

__all__ = ("Run", "binomial_band", "mean_bound", "moments", "ntile_effect", "weights_bound")

NO_TRANSACTION = InMemorySession()


class Run:
    """Uses of one distributor's values; the values are plain numbers in a pool of their own."""

    def __init__(self, distributor: IM2ODistributor, seed: int, total: int | None = None) -> None:
        self.distributor = distributor
        self.pool = Pool()
        self.values = 0
        self.drawn: list[int | None] = []
        distributor.seed(seed)
        self._plan = None if total is None else Plan(total)
        if self._plan is not None:
            distributor.plan(self._plan, is_exact=True)

    def draw(self, uses: int) -> "Run":
        """Draw so many more."""
        one, session, scope, note = self.one, NO_TRANSACTION, self.pool.everything, self.drawn.append
        for _ in range(uses):
            note(one(session, scope))
            if self._plan is not None:
                self._plan.advance()
        return self

    def one(self, session: ISession, scope: Scope) -> int | None:
        """One use: make what the distributor wants made, as a provider does."""
        choice = self.distributor.draw(session, scope)
        while choice is not None and not isinstance(choice, int):
            number, self.values = self.values, self.values + 1
            scope.enter(number)
            choice = choice.fulfil(session, number)
        return choice

    @property
    def counts(self) -> list[int]:
        """Uses per value, in order of birth; 0 for values that have none."""
        tally = Counter(number for number in self.drawn if number is not None)
        return [tally.get(number, 0) for number in range(self.values)]

    @property
    def nulls(self) -> int:
        return sum(number is None for number in self.drawn)


def ntile_effect(weights: Sequence[float], values: int) -> float:
    """How far ``ntile`` can be from the asked weights where the values do not divide into equal parts.

    With n = q·p + r values the first r parts have q + 1 values, so the j-th cut lies min(j, r) - j·r/p values beyond the place
    j·n/p where the asked parts end. A schedule whose histogram is right at every n cannot follow a cut that jumps with n
    (uses are never taken back), so the law's own curve between the two places is the unavoidable difference.
    """
    law, parts = WeightsCounts(sorted(weights, reverse=True), 1e9), len(weights)
    size, larger = divmod(values, parts)
    cuts = [part * size + min(part, larger) for part in range(parts + 1)]
    held = [law.share(cut / values) for cut in cuts]
    return max(abs(high - low - weight) for low, high, weight in zip(held, held[1:], sorted(weights, reverse=True), strict=False))


def weights_bound(uses: int) -> float:
    """0.01; below 2,000 uses 0.02."""
    return 0.02 if uses < 2_000 else 0.01


def mean_bound(counts: Sequence[int], mean: float) -> float:
    """2 %, from 10,000 uses on 1 %; or one value's worth."""
    uses = sum(counts)
    return max((0.02 if uses < 10_000 else 0.01) * mean, mean**2 / uses * 1.05)


def largest_error(counts: Sequence[int], weights: Sequence[float]) -> float:
    """Largest difference between an asked weight and the measured one."""
    found = measure(counts, parts=len(weights)).weights
    return max(abs(asked - measured) for asked, measured in zip(sorted(weights, reverse=True), found, strict=True))


def binomial_band(draws: int, probability: float) -> float:
    """Half of the width of the band that holds 99.9 % of the binomial shares (normal approximation)."""
    return 3.2905 * math.sqrt(probability * (1.0 - probability) / draws)


def moments(seed: int, number: int, least: int, most: int) -> list[int]:
    """Random moments of stopping, ascending, spread over the orders of magnitude."""
    stream = Random(seed)
    low, high = math.log(least), math.log(most)
    return sorted({round(math.exp(stream.uniform(low, high))) for _ in range(number)})

"""How many children: the distributor, and the one function that makes it."""

import inspect
import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.distributors.counts.factory import counts_of
from ascetic_ddd.faker.domain.distributors.counts.interfaces import ICountDistribution
from ascetic_ddd.faker.domain.distributors.validation import number_fault
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("ChildrenDistributor", "children_factory")

_FIRST_BLOCK, _LARGEST_BLOCK = 64, 65_536


class ChildrenDistributor:
    """Draws numbers of children from a quantile function, stratified, so that shape and average are met closely.

    The ranking is cut into strata, and each stratum is visited once a block, in random order; blocks grow. Fractions are
    carried from one parent to the next, so that the sum of the children is right to within one, block by block.

    Args:
        quantile: number of children, not rounded, of the parent at share ``u`` in (0, 1) of the ranking, most children first.
        strata: the average of each of so many strata of the ranking, where it is known: a heavy top stratum is then met
            as a whole, not by one draw from it.
    """

    def __init__(self, quantile: Callable[[float], float], strata: Callable[[int], list[float]] | None = None) -> None:
        self._quantile = quantile
        self._averages_of = strata
        self._averages: list[float] = []
        self._random = Random(0)
        self._block = _FIRST_BLOCK
        self._strata: list[int] = []
        self._size = self._block
        self._carry = 0.5
        self._returned: list[int] = []

    def draw(self, session: ISession) -> int:
        children = self._returned.pop() if self._returned else self._next()
        session.on_rollback(self._returned.append, children)
        return children

    def seed(self, seed: int) -> None:
        self._random.seed(seed)
        self._strata = []

    def _next(self) -> int:
        if not self._strata:
            self._size = self._block
            self._strata = list(range(self._size))
            self._random.shuffle(self._strata)
            self._block = min(2 * self._block, _LARGEST_BLOCK)
            if self._averages_of is not None:
                self._averages = self._averages_of(self._size)
        stratum = self._strata.pop()
        if self._averages:
            wanted = self._averages[stratum] + self._carry
        else:
            wanted = self._quantile((stratum + self._random.random()) / self._size) + self._carry
        children = max(0, math.floor(wanted))
        self._carry = wanted - children
        return children


class _Drawn:
    """Numbers of children from a ``scipy.stats``-like object, in blocks, by its own ``rvs``."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._random = Random(0)
        self._is_seedable = "random_state" in inspect.signature(source.rvs).parameters
        self._ready: list[int] = []

    def draw(self, session: ISession) -> int:
        if not self._ready:
            state = {"random_state": self._random.getrandbits(32)} if self._is_seedable else {}
            drawn = self._source.rvs(size=256, **state)
            self._ready = [max(0, round(float(number))) for number in drawn]
        children = self._ready.pop()
        session.on_rollback(self._ready.append, children)
        return children

    def seed(self, seed: int) -> None:
        self._random.seed(seed)
        self._ready = []


def children_factory(
    fixed: int | None = None,
    *,
    low: int | None = None,
    high: int | None = None,
    mean: float | None = None,
    skew: float | None = None,
    weights: Sequence[float] | None = None,
    histogram: Iterable[tuple[int, int]] | None = None,
    rvs: Any = None,
) -> ChildrenDistributor | _Drawn:
    """Make a distributor of numbers of children.

    Give one of these:

    * ``fixed``: always that many;
    * ``low`` and ``high``: every number between them, both included; with ``mean``, falling (or rising) exponentially so
      that the average is ``mean``, else equally often;
    * ``mean`` with ``skew`` or ``weights``, or alone: as for references, where each parent has at least one child;
    * ``histogram``: a captured one, pairs ``(children, parents)``, parents without children included;
    * ``rvs``: an object with ``rvs(size=…)``, such as a frozen ``scipy.stats`` distribution; rounded, negative ones are 0.

    Raises:
        ConfigurationError: a parameter is out of range, or parameters contradict each other.

    Example:
        >>> distributor = children_factory(low=1, high=100, mean=8)
    """
    shape = {"skew": skew, "weights": weights, "histogram": histogram}
    given = [
        name
        for name, value in {"fixed": fixed, "rvs": rvs, "low/high": low if low is not None else high, **shape}.items()
        if value is not None
    ]
    if len(given) > 1 or (not given and mean is None) or (mean is not None and given and given[0] in ("fixed", "rvs")):
        raise ConfigurationError(
            f"children_factory was given {', '.join([*given, *(['mean'] if mean is not None else [])]) or 'nothing'}; "
            "expected one of fixed, low with high, mean, skew, weights, histogram, rvs"
        )
    if rvs is not None:
        if not callable(getattr(rvs, "rvs", None)):
            raise ConfigurationError(f"rvs={rvs!r}: expected an object with a method rvs(size=…)")
        return _Drawn(rvs)
    if fixed is not None:
        _check("fixed", fixed, 0)
        return ChildrenDistributor(lambda u: fixed)
    if low is not None or high is not None:
        _check("low", low, 0)
        _check("high", high, low or 0)
        return ChildrenDistributor(_between(low or 0, high or 0, mean))
    counts = counts_of(weights=weights, skew=skew, mean=mean, histogram=histogram)
    if counts is None:
        raise ConfigurationError("children_factory needs a shape; give mean, skew, weights or histogram")
    return ChildrenDistributor(counts.quantile, lambda size: _averages(counts, size))


def _averages(counts: ICountDistribution, size: int) -> list[float]:
    total = counts.mean * counts.used_share * size
    return [total * (high - low) for low, high in pairwise(counts.cumulative(size))]


def _check(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigurationError(f"{name}={value!r}: expected a whole number of children, at least {least}")


def _between(low: int, high: int, mean: float | None) -> Callable[[float], float]:
    """Quantiles of the whole numbers from ``low`` to ``high`` with probabilities in geometric progression."""
    middle = (low + high) / 2.0
    wanted = middle if mean is None else mean
    faults = number_fault("mean", wanted, low, high, "between low and high")
    if faults:
        raise ConfigurationError(faults[0])
    numbers = range(high - low + 1)

    def probabilities(rate: float) -> list[float]:
        top = max(-rate * number for number in numbers)
        found = [math.exp(-rate * number - top) for number in numbers]
        total = math.fsum(found)
        return [part / total for part in found]

    slow, fast = -700.0, 700.0
    for _ in range(200):
        rate = (slow + fast) / 2.0
        if low + math.fsum(number * part for number, part in enumerate(probabilities(rate))) > wanted:
            slow = rate
        else:
            fast = rate
    upto: list[float] = []
    for part in reversed(probabilities((slow + fast) / 2.0)):
        upto.append(part + (upto[-1] if upto else 0.0))

    def quantile(u: float) -> float:
        place = min(bisect_left(upto, u), len(upto) - 1)
        return high - place

    return quantile

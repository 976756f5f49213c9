"""Which columns of a table know something of each other."""

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from random import Random

from ascetic_ddd.faker.application.profile.records import DependentPair

__all__ = ("STRONG", "dependent_pairs", "strength")

STRONG = 0.3
"""Least strength that is reported."""

_LEAST_ROWS = 100
_LEAST_ENTROPY = 0.01  # nats; a column that is nearly constant


def dependent_pairs(columns: Mapping[str, Sequence[Hashable]]) -> tuple[DependentPair, ...]:
    """Find the strongly dependent pairs, strongest first.

    Args:
        columns: values, or numbers that stand for them, row by row; null is a value like others. Fewer than 100 rows tell
            nothing, and neither does a column that is nearly constant, or different in more than half of the rows.
    """
    told = {name: _numbered(values) for name, values in columns.items()}
    told = {name: values for name, values in told.items() if _can_tell(values)}
    found = [
        DependentPair(columns=(first, second), strength=round(tied, 4))
        for (first, a), (second, b) in combinations(told.items(), 2)
        for tied in _strong(a, b)
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.strength, pair.columns)))


def strength(a: Sequence[Hashable], b: Sequence[Hashable]) -> float:
    """Normalised mutual information, I(a;b) / min(H(a), H(b)), chance taken off: 0 independent, 1 determined.

    A sample shows some information by chance, the more the more values there are. As much as one column has of the other
    when it is shuffled is taken off, above and below.

    Source: Vinh, Epps and Bailey (2010), adjusted for chance; the expectation by one shuffle with a fixed seed.

    Example:
        >>> strength([1, 1, 2, 2] * 50, ["a", "a", "b", "b"] * 50)
        1.0
    """
    return _strength(_numbered(a), _numbered(b), 0.0)


def _strong(a: Sequence[int], b: Sequence[int]) -> Iterator[float]:
    found = _strength(a, b, STRONG)
    if found >= STRONG:
        yield found


def _strength(a: Sequence[int], b: Sequence[int], least: float) -> float:
    entropies = _entropy(a), _entropy(b)
    smaller = min(entropies)
    shared = sum(entropies) - _entropy_of_pairs(a, b)
    if smaller <= 0.0 or shared < least * smaller:  # taking chance off makes it less
        return 0.0
    shuffled = list(b)
    Random(0).shuffle(shuffled)
    by_chance = max(0.0, sum(entropies) - _entropy_of_pairs(a, shuffled))
    if smaller - by_chance <= 0.1 * smaller:
        return 0.0
    return min(1.0, max(0.0, (shared - by_chance) / (smaller - by_chance)))


def _numbered(values: Sequence[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]


def _can_tell(values: Sequence[int]) -> bool:
    return len(values) >= _LEAST_ROWS and max(values) < len(values) / 2 and _entropy(values) >= _LEAST_ENTROPY


def _entropy(values: Sequence[int]) -> float:
    return _of_counts(Counter(values), len(values))


def _entropy_of_pairs(a: Sequence[int], b: Sequence[int]) -> float:
    width = max(b) + 1
    return _of_counts(Counter(first * width + second for first, second in zip(a, b, strict=True)), len(a))


def _of_counts(counts: Counter[int], rows: int) -> float:
    return math.log(rows) - math.fsum(count * math.log(count) for count in counts.values()) / rows

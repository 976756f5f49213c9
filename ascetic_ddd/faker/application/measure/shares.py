"""What parts of the values hold which part of the rows, and how many rows a value has."""

from collections import Counter
from collections.abc import Iterable

from ascetic_ddd.faker.application.measure.levels import Levels, levels_of, rows_of, squares_of, values_of
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = (
    "mean",
    "size_biased_mean",
    "top_share",
    "unused_share",
    "weights",
    "weights_in",
)


def weights(counts: Iterable[int], parts: int = 4) -> tuple[float, ...]:
    """Shares of rows held by equal-sized parts of the used values, most used first.

    As ``ntile`` does it, the first ``values % parts`` parts are one value larger; fewer values than parts make fewer parts.

    Source: seed, "Снятие weights для большого диапазона".

    Example:
        >>> weights([1, 6, 2, 1], parts=2)
        (0.8, 0.2)
        >>> weights([1, 4, 2, 1, 2], parts=2)  # three values, then two
        (0.8, 0.2)
    """
    return weights_in(levels_of(Counter(counts)), parts)


def mean(counts: Iterable[int]) -> float:
    """Rows per used value.

    Source: seed, "Снятие mean".

    Example:
        >>> mean([3, 1, 0])
        2.0
    """
    levels = levels_of(Counter(counts))
    return rows_of(levels) / values_of(levels)


def top_share(counts: Iterable[int]) -> float:
    """Share of rows of the most used value: ``most_common_freqs[1]`` without nulls.

    Example:
        >>> top_share([3, 1])
        0.75
    """
    levels = levels_of(Counter(counts))
    return levels[0][0] / rows_of(levels)


def unused_share(counts: Iterable[int], *, unused: int = 0) -> float:
    """Values without a use, as a share of all values.

    Example:
        >>> unused_share([3, 1, 0], unused=1)
        0.5
    """
    tally = Counter(counts)
    return (tally.get(0, 0) + unused) / (values_of(levels_of(tally)) + tally.get(0, 0) + unused)


def size_biased_mean(counts: Iterable[int]) -> float:
    """Rows behind the value of a random row, Σc²/Σc: the expected cost of a lookup.

    Example:
        >>> size_biased_mean([3, 1])
        2.5
    """
    levels = levels_of(Counter(counts))
    return squares_of(levels) / rows_of(levels)


def weights_in(levels: Levels, parts: int) -> tuple[float, ...]:
    """What :func:`weights` finds, from levels."""
    if parts < 1:
        raise ConfigurationError(f"parts={parts!r}: expected a number of parts, at least 1")
    values, rows = values_of(levels), rows_of(levels)
    size, larger = divmod(values, parts)
    held: list[float] = []
    level, left = 0, levels[0][1]
    for part in range(min(parts, values)):
        wanted, sum_of_part = size + (part < larger), 0
        while wanted:
            taken = min(wanted, left)
            sum_of_part += taken * levels[level][0]
            wanted -= taken
            left -= taken
            if not left and level + 1 < len(levels):
                level += 1
                left = levels[level][1]
        held.append(sum_of_part / rows)
    return tuple(held)

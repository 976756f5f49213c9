"""The count of counts: so many values have so many uses."""

from collections import Counter
from collections.abc import Sequence

from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = (
    "Levels",
    "levels_of",
    "rows_of",
    "squares_of",
    "values_of",
)

Levels = Sequence[tuple[int, int]]
"""(uses, values), most used first, only used values."""


def levels_of(tally: Counter[int]) -> Levels:
    """Levels of a count of counts.

    Raises:
        ConfigurationError: a count is negative, or none is above 0.
    """
    if tally and min(tally) < 0:
        raise ConfigurationError(f"counts have {min(tally)!r}; expected numbers of uses, at least 0")
    levels = [(uses, tally[uses]) for uses in sorted(tally, reverse=True) if uses]
    if not levels:
        raise ConfigurationError(f"{sum(tally.values())} counts, none above 0; expected at least one value with a use")
    return levels


def rows_of(levels: Levels) -> int:
    """Uses in all."""
    return sum(uses * values for uses, values in levels)


def values_of(levels: Levels) -> int:
    """Values that have a use."""
    return sum(values for _, values in levels)


def squares_of(levels: Levels) -> int:
    """The sum of the squared uses."""
    return sum(uses * uses * values for uses, values in levels)

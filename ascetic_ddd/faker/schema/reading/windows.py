"""Between which ends values lie: those that the field tells, and by default a window. Pure."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ascetic_ddd.faker.schema.reading.facts import Constraints

__all__ = ("FEWEST", "float_ends", "whole_ends", "window")

FEWEST = 4_096
"""So many different values, at least, has a window whose width nobody told."""


def whole_ends(found: Constraints, read: Callable[[Any], "int | Fraction"]) -> tuple[int | None, int | None]:
    """The least and the greatest whole number that the bounds allow; None where there is no bound. An infinite one is none.

    Args:
        found: constraints of the field.
        read: a bound as a number, perhaps not whole.
    """
    lows = [math.ceil(read(found.ge))] if _is_finite(found.ge) else []
    lows += [math.floor(read(found.gt)) + 1] if _is_finite(found.gt) else []
    highs = [math.floor(read(found.le))] if _is_finite(found.le) else []
    highs += [math.ceil(read(found.lt)) - 1] if _is_finite(found.lt) else []
    return max(lows, default=None), min(highs, default=None)


def float_ends(found: Constraints) -> tuple[float | None, float | None]:
    """The same in floats."""
    lows = [float(found.ge)] if _is_finite(found.ge) else []
    lows += [math.nextafter(found.gt, math.inf)] if _is_finite(found.gt) else []
    highs = [float(found.le)] if _is_finite(found.le) else []
    highs += [math.nextafter(found.lt, -math.inf)] if _is_finite(found.lt) else []
    return max(lows, default=None), min(highs, default=None)


def _is_finite(bound: Any) -> bool:
    return bound is not None and not (isinstance(bound, float) and math.isinf(bound))


def window(low: Any, high: Any, default: tuple[Any, Any], width: Any, kept: float = 1.0) -> tuple[Any, Any]:
    """The least and the greatest value.

    Where one end is told, the other one is the default's if a share ``kept`` of the width lies between the two; else it is as far
    from the told one as the window is wide.

    Args:
        low: the least value that is told; None if none is.
        high: the greatest value that is told; None if none is.
        default: both ends where none is told.
        width: of the window.
        kept: see above.

    Example:
        >>> window(None, None, (0, 100), 100), window(7, None, (0, 100), 100), window(None, -5, (0, 100), 100)
        ((0, 100), (7, 107), (-105, -5))
        >>> window(7, None, (0, 100), 100, kept=0.1), window(95, None, (0, 100), 100, kept=0.1)
        ((7, 100), (95, 195))
    """
    first, last = default
    if low is None and high is None:
        return first, last
    if high is None:
        return low, last if last - low >= kept * width else low + width
    if low is None:
        return first if high - first >= kept * width else high - width, high
    return low, high

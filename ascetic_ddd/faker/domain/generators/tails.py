"""What lies beyond captured quantiles, which for privacy's sake are means of equal parts and not the values of single rows."""

import math
from collections.abc import Sequence
from itertools import accumulate

__all__ = ("quantile_function",)

_HEAVIEST, _EVEN = 0.1, 2.0  # of 1 minus the shape of a generalised Pareto tail; 1 is exponential, 2 an even distribution
_HALVINGS = 40
_GROUPS = 33  # of the parts; a single one may be the mean of a few sampled rows


def quantile_function(points: Sequence[float], rows: int | None = None) -> tuple[list[float], list[float]]:
    """Give shares and the values at them, both ascending; between them the function is a line.

    Args:
        points: the least value, those at equal shares, the greatest; or, with ``rows``, the means of equal parts of the rows.
        rows: number of rows behind the means. The ends are then continued as far as so many rows reach, as steeply as the
            outer parts tell. What is nowhere negative stays so.

    Source: generalised Pareto distribution, the limit of all smooth tails (Pickands, 1975; Balkema and de Haan, 1974).

    Example:
        >>> quantile_function([0.0, 1.0, 4.0])
        ([0.0, 0.5, 1.0], [0.0, 1.0, 4.0])
        >>> shares, values = quantile_function([1.0, 3.0, 5.0, 7.0], rows=400)
        >>> round(values[0], 2), round(values[-1], 2)
        (0.02, 7.98)
    """
    parts = len(points)
    if rows is None or rows < 2 * parts:
        return [number / (parts - 1) for number in range(parts)], list(points)
    outer = math.log2(rows / parts)
    upper = _tail(points[::-1], outer)
    lower = _tail([-value for value in points], outer)
    least = 0.0 if points[0] >= 0.0 else -math.inf
    found = [(step / parts, max(least, -value)) for step, value in reversed(lower) if -value < points[1]] or [(0.0, points[0])]
    inner = range(1 if lower else 0, parts - 1 if upper else parts)
    found += [((part + 0.5) / parts, points[part]) for part in inner]
    found += [(1.0 - step / parts, value) for step, value in upper if value > points[-2]] or [(1.0, points[-1])]
    return [share for share, _ in found], list(accumulate((value for _, value in found), max))


def _tail(means: Sequence[float], outer: float) -> list[tuple[float, float]]:
    """Values at 1, ½, ¼, … of the outermost part, with these shares; ``means`` are of all parts, outermost first."""
    size = max(1, len(means) // _GROUPS)
    groups = [math.fsum(means[start : start + size]) / size for start in (0, size, 2 * size)]
    if len(means) < 3 or means[0] <= means[1]:
        return []
    last, beyond = groups[0] - groups[1], groups[1] - groups[2]
    power = _power(last / beyond) if beyond > 0.0 else 1.0
    scale = last / (_mean(power, 0.0, 1.0) - _mean(power, 1.0, 2.0))
    middle = _mean(power, 0.0, 1.0 / size)
    steps = [*(2.0**-step for step in range(math.ceil(outer))), 2.0**-outer]
    found = [(step, means[0] + scale * (_height(power, step / size) - middle)) for step in steps]
    return [*found, (0.0, found[-1][1])]  # no row is farther out


def _power(ratio: float) -> float:
    """The power whose parts' means are as far apart as that."""
    low, high = _HEAVIEST, _EVEN
    for _ in range(_HALVINGS):
        power = (low + high) / 2.0
        parts = [_mean(power, number, number + 1.0) for number in (0.0, 1.0, 2.0)]
        if (parts[0] - parts[1]) / (parts[1] - parts[2]) > ratio:
            low = power
        else:
            high = power
    return high


def _height(power: float, share: float) -> float:
    """The quantile function of the tail, at a share of the outermost part."""
    shape = 1.0 - power
    if abs(shape) < 1e-9:
        return -math.log(share)
    return float((share**-shape - 1.0) / shape)


def _mean(power: float, low: float, high: float) -> float:
    """Mean of the heights between two shares."""
    shape = 1.0 - power
    if abs(shape) < 1e-9:
        areas = [share * (1.0 - math.log(share)) if share else 0.0 for share in (low, high)]
    else:
        areas = [(share**power / power - share) / shape for share in (low, high)]
    return float((areas[1] - areas[0]) / (high - low))

"""The two curves of a histogram of children per parent, thinned to what a plot can show."""

import math
from collections.abc import Iterable, Sequence

__all__ = ("lorenz", "rank_frequency")

_Histogram = Sequence[tuple[int, int]]
_Points = list[tuple[float, float]]

_MOST = 160


def rank_frequency(histogram: _Histogram) -> _Points:
    """Points (rank, children) of the used parents, from the parent with most children on.

    Example:
        >>> rank_frequency([(0, 5), (1, 2), (7, 1)])
        [(1.0, 7.0), (2.0, 1.0), (3.0, 1.0)]
    """
    points: _Points = []
    rank = 0
    for children, parents in sorted(histogram, reverse=True):
        if not children or not parents:
            continue
        points.append((rank + 1.0, float(children)))
        if parents > 1:
            points.append((float(rank + parents), float(children)))
        rank += parents
    return _thinned(points, [math.log(place) for place, _ in points])


def lorenz(histogram: _Histogram) -> _Points:
    """Points (share of the parents, share of the rows they hold), from the parent with most children on, childless ones last.

    Example:
        >>> lorenz([(0, 2), (1, 1), (3, 1)])
        [(0.0, 0.0), (0.25, 0.75), (0.5, 1.0), (1.0, 1.0)]
    """
    total = sum(parents for _, parents in histogram)
    rows = sum(children * parents for children, parents in histogram)
    if not total or not rows:
        return []
    points: _Points = [(0.0, 0.0)]
    top = held = 0
    for children, parents in sorted(histogram, reverse=True):
        top += parents
        held += children * parents
        points.append((top / total, held / rows))
    return _thinned(points, [place + height for place, height in points])


def _thinned(points: _Points, along: Iterable[float]) -> _Points:
    """At most so many points, about evenly along the axis, the ends always."""
    places = list(along)
    if len(points) <= _MOST:
        return points
    step = (places[-1] - places[0]) / (_MOST - 2)
    kept = [points[0]]
    last = places[0]
    for point, place in zip(points[1:-1], places[1:-1], strict=True):
        if place - last >= step:
            kept.append(point)
            last = place
    return [*kept, points[-1]]

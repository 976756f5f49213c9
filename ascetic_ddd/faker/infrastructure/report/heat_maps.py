"""How rows fall on the ranks of two columns, as SVG that stands in a page: made of numbers and of our own words."""

import math
from collections.abc import Iterator

from ascetic_ddd.faker.application.comparison.joint_counts import Grid

__all__ = ("heat_maps", "heat_words")

_CELL, _LETTER, _GAP = 12, 5, 5
_PIXELS = 1.4  # of the page, for one of the drawing: its text is as large in all of them
_FAINTEST = 1e-5  # of the rows; less is as faint
_LABELS = 13  # of one axis; of more, every second or third is written


def heat_maps(a: Grid, b: Grid) -> tuple[str, str]:
    """Draw both on one scale: the more rows, the stronger the colour, by the logarithm of their share; without rows, none.

    Example:
        >>> grid = Grid(("1", "2"), ("1",), ((0.75,), (0.25,)), 4)
        >>> [svg.count("<rect") for svg in heat_maps(grid, grid)]
        [3, 3]
    """
    shares = [share for grid in (a, b) for line in grid.shares for share in line if share > 0.0]
    least, most = max(_FAINTEST, min(shares, default=1.0)), max(shares, default=1.0)
    return _drawn(a, least, most, "A"), _drawn(b, least, most, "B")


def heat_words(a: Grid, b: Grid, limit: int = 3) -> list[str]:
    """Say where most rows are elsewhere.

    Example:
        >>> one, two = (Grid(("1",), ("1", "2–3"), (shares,), 100) for shares in ((0.5, 0.5), (0.75, 0.25)))
        >>> heat_words(one, two, 1)
        ['rank 1 beside rank 1: 50 % of the rows in A, 75 % in B']
    """
    found = [
        (abs(one - two), f"{_rank(given)} beside {_rank(other)}: {_percent(one)} of the rows in A, {_percent(two)} in B")
        for given, line, of_b in zip(a.given, a.shares, b.shares, strict=True)
        for other, one, two in zip(a.other, line, of_b, strict=True)
    ]
    return [text for moved, text in sorted(found, key=lambda pair: -pair[0])[:limit] if moved > 0.0]


def _drawn(grid: Grid, least: float, most: float, side: str) -> str:
    left, below = (_GAP + _LETTER * max(map(len, names), default=0) for names in (grid.given, grid.other))
    right, bottom = _CELL * len(grid.other), _CELL * len(grid.given)
    width, height = left + right + 1, bottom + below + _GAP
    words = f"Heat map of {side}: rows by rank of the first column, downwards, and of the second one, to the right"
    parts = "".join(_parts(grid, least, most))
    return (
        f'<svg class="heat" role="img" aria-label="{words}" width="{round(_PIXELS * width)}" '
        f'viewBox="{-left} -1 {width} {height}">{parts}</svg>'
    )


def _parts(grid: Grid, least: float, most: float) -> Iterator[str]:
    right, bottom = _CELL * len(grid.other), _CELL * len(grid.given)
    yield f'<rect class="frame" x="0" y="0" width="{right}" height="{bottom}"/>'
    for row, line in enumerate(grid.shares):
        for column, share in enumerate(line):
            if share > 0.0:
                place = f'x="{_CELL * column}" y="{_CELL * row}" width="{_CELL}" height="{_CELL}"'
                yield f'<rect {place} fill-opacity="{_strength(share, least, most)}"/>'
    for row, name in _shown(grid.given):
        yield f'<text x="-3" y="{_CELL * row + 9}" text-anchor="end">{name}</text>'
    for column, name in _shown(grid.other):
        yield f'<text transform="translate({_CELL * column + 9} {bottom + 4}) rotate(-90)" text-anchor="end">{name}</text>'


def _shown(names: tuple[str, ...]) -> list[tuple[int, str]]:
    step = math.ceil(len(names) / _LABELS)
    return [(number, name) for number, name in enumerate(names) if number % step == 0]


def _strength(share: float, least: float, most: float) -> float:
    if most <= least:
        return 1.0
    return round(0.08 + 0.92 * math.log(max(share, least) / least) / math.log(most / least), 3)


def _rank(name: str) -> str:
    return name if name == "null" else f"ranks {name}" if "–" in name else f"rank {name}"


def _percent(share: float) -> str:
    return "none" if share <= 0.0 else "<0.01 %" if share < 1e-4 else f"{100.0 * share:.3g} %"

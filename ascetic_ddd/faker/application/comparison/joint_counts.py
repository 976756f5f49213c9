"""What two decks tell of the same combinations, at equal ranks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ascetic_ddd.faker.domain.distributors.joint.law import ANY, JointLaw, Side, class_of

__all__ = ("Cells", "Grid", "aligned", "grids", "total_variation")

Cells = dict[tuple[int, int], int]
"""Rows by (given place, other place)."""

_MOST_ALONE = 24  # places that are taken one by one; of more, classes that double in width are
_MOST_MATCHED, _MOST_TIED = 32, 256  # places that are tried with each other; more, if they have exactly as many rows
_NEAR = 2.0  # standard deviations between two places whose order may be chance


@dataclass(frozen=True, slots=True)
class Grid:
    """How the rows of a table fall on ranks of two columns.

    Attributes:
        given: the ranks of each line: ``1``, ``2–3``, ``null``.
        other: the ranks of each column.
        shares: of all rows, by line.
        rows: of the table.
    """

    given: tuple[str, ...]
    other: tuple[str, ...]
    shares: tuple[tuple[float, ...], ...]
    rows: int


def aligned(a: JointLaw, b: JointLaw, is_ranked: tuple[bool, bool] = (True, True)) -> tuple[Cells, Cells]:
    """Give the cells that both tell, those of B at the places of A.

    Values with as many rows, or nearly, have their ranks by chance. Of these, the place in B that stands beside the same
    partners takes the place in A, first by what partners are near, then by their places.

    Args:
        a: the law of the original.
        b: that of the copy.
        is_ranked: whether places of the given and of the other column are ranks; classes have their order.

    Example:
        >>> one = JointLaw(given=Side.of([8, 8]), other=Side.of([9, 7]), cells=((0, 1, 6), (1, 0, 8)))
        >>> two = JointLaw(given=Side.of([8, 8]), other=Side.of([9, 7]), cells=((0, 0, 8), (1, 1, 6)))
        >>> aligned(one, two)
        ({(0, 1): 6, (1, 0): 8}, {(1, 0): 8, (0, 1): 6})
    """
    of_a, of_b = ({(one, two): rows for one, two, rows in law.cells} for law in (a, b))
    near = [_near(side) for side in (a.given, a.other)]
    places: list[dict[int, int]] = [{}, {}]  # of B: where it stands in A
    for at, is_first in ((1, True), (0, False), (1, False)):
        if is_ranked[at]:
            labels = dict(enumerate(near[1 - at])) if is_first and is_ranked[1 - at] else {}
            common = _common(of_a, _moved(of_b, places, but=at), at, near[at], labels)
            places[at] = _matched(common, near[at])
    return of_a, _moved(of_b, places)


def grids(a: JointLaw, b: JointLaw, cells: tuple[Cells, Cells]) -> tuple[Grid, Grid]:
    """Give the shares of both by rank: of few places one by one, of many by classes that double in width.

    Args:
        a: the law of the original; it decides which places are taken together.
        b: that of the copy.
        cells: of both, as :func:`aligned` gives them.
    """
    names, bins = [], []
    for one, two in ((a.given, b.given), (a.other, b.other)):
        is_alone = one.places <= _MOST_ALONE
        has_nulls = bool(one.nulls or two.nulls)
        last = one.places if is_alone else class_of(one.places - 1)
        of = [min(last, place + 1 if is_alone else class_of(place)) for place in range(max(one.places, two.places))]
        bins.append([number - (not has_nulls) for number in of] + [0])
        names.append(tuple(_name(number, one.places, is_alone=is_alone) for number in range(not has_nulls, last + 1)))
    found = []
    for law, own in zip((a, b), cells, strict=True):
        shares = [[0.0] * len(names[1]) for _ in names[0]]
        for (line, column), share in _by_bins(law, own, bins):
            shares[line][column] += share
        found.append(Grid(names[0], names[1], tuple(map(tuple, shares)), law.given.rows))
    return found[0], found[1]


def total_variation(a: Grid, b: Grid) -> tuple[float, float]:
    """Give half the sum of the differences between the shares, and the mean of that for two tables drawn from one law.

    Example:
        >>> one, two = (Grid(("1",), ("1", "2"), (shares,), 100) for shares in ((0.5, 0.5), (0.75, 0.25)))
        >>> total_variation(one, two)[0]
        0.25
    """
    distance = chance = 0.0
    for line, other in zip(a.shares, b.shares, strict=True):
        for one, two in zip(line, other, strict=True):
            distance += abs(one - two) / 2.0
            chance += 0.4 * (one / a.rows + two / b.rows) ** 0.5  # E|N(0, 1)| / 2
    return min(1.0, distance), chance


def _near(side: Side) -> list[int]:
    """The number of the group of each place, null last: places in a row whose order may be chance."""
    found: list[int] = []
    number, size, before = 0, 0, 0
    for rows in side.sums()[:-1]:
        is_full = size >= (_MOST_TIED if rows == before else _MOST_MATCHED)
        if found and (is_full or before - rows > _NEAR * before**0.5):
            number, size = number + 1, 0
        found.append(number)
        size, before = size + 1, rows
    return [*found, -1]


def _moved(cells: Cells, places: Sequence[dict[int, int]], but: int | None = None) -> Cells:
    """Cells at other places; not those of the column ``but``."""
    one_by, two_by = ({} if at == but else places[at] for at in (0, 1))
    return {(one_by.get(one, one), two_by.get(two, two)): rows for (one, two), rows in cells.items()}


def _matched(common: Mapping[tuple[int, int], int], near: Sequence[int]) -> dict[int, int]:
    """Where places of B stand in A: those first that have most in common, the others as they come in their group."""
    found: dict[int, int] = {}
    taken: set[int] = set()
    for one, two in sorted(common, key=lambda pair: (-common[pair], abs(pair[0] - pair[1]), pair)):
        if two not in found and one not in taken:
            found[two] = one
            taken.add(one)
    free: dict[int, list[int]] = {}
    for place in range(len(near) - 2, -1, -1):
        if place not in taken:
            free.setdefault(near[place], []).append(place)
    return found | {place: free[near[place]].pop() for place in range(len(near) - 1) if place not in found}


def _common(a: Cells, b: Cells, at: int, near: Sequence[int], labels: Mapping[int, int]) -> dict[tuple[int, int], int]:
    """Rows that two places of a group, one of A and one of B, have beside the same partners."""
    beside: dict[tuple[int, int], tuple[dict[int, int], dict[int, int]]] = {}
    for side, cells in enumerate((a, b)):
        for cell, rows in cells.items():
            place, partner = cell[at], cell[1 - at]
            if 0 <= place < len(near) - 1:  # what B has beyond stays where it is
                here = beside.setdefault((near[place], labels.get(partner, partner)), ({}, {}))[side]
                here[place] = here.get(place, 0) + rows
    common: dict[tuple[int, int], int] = {}
    for of_a, of_b in beside.values():
        for one, rows in of_a.items():
            for two, other in of_b.items():
                common[one, two] = common.get((one, two), 0) + min(rows, other)
    return common


def _name(number: int, places: int, *, is_alone: bool) -> str:
    if not number:
        return "null"
    if is_alone:
        return str(number)
    first, last = 1 << (number - 1), min(places, (1 << number) - 1)
    return str(first) if first == last else f"{first}–{last}"


def _by_bins(law: JointLaw, cells: Cells, bins: Sequence[Sequence[int]]) -> Iterator[tuple[tuple[int, int], float]]:
    """Rows by bins of places, as shares: of told cells, and of blocks, which are spread over what else the places have."""
    rows = law.given.rows or 1
    for (one, two), count in cells.items():
        yield (bins[0][one], bins[1][two]), count / rows
    left = [_left(side, at, cells, bins[at]) for at, side in enumerate((law.given, law.other))]
    blocks = [(block.given, block.other, sum(each * many for each, many in block.levels)) for block in law.blocks]
    told = sum(cells.values()) + sum(count for *_, count in blocks)
    for given, other, count in [*blocks, (ANY, ANY, max(0, law.given.rows - told))]:  # the last are too few to be told
        lines, columns = (
            [(bin_, rest) for (number, bin_), rest in of.items() if wanted in (ANY, number)]
            for of, wanted in zip(left, (given, other), strict=True)
        )
        total = sum(rest for _, rest in lines) * sum(rest for _, rest in columns)
        if total:
            for line, height in lines:
                for column, width in columns:
                    yield (line, column), count * height * width / total / rows


def _left(side: Side, at: int, cells: Cells, bins: Sequence[int]) -> dict[tuple[int, int], float]:
    """Rows that are in no told cell, by class of places and by bin."""
    rest = side.sums()
    for cell, rows in cells.items():
        if cell[at] < side.places:  # where B has fewer, a cell may stand at a place that only A has
            rest[cell[at]] -= rows
    found: dict[tuple[int, int], float] = {}
    for place, rows in enumerate(rest):
        is_null = place == side.places
        key = (0, bins[-1]) if is_null else (class_of(place), bins[place])
        found[key] = found.get(key, 0.0) + rows
    return {key: rows for key, rows in found.items() if rows > 0}

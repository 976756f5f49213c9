"""The commonest combinations of one deck beside those of the same ranks in another."""

from collections.abc import Iterator

from ascetic_ddd.faker.domain.distributors.joint.law import ANY, JointLaw, class_of

__all__ = ("commonest",)

_NEAR = 3.0  # standard deviations between two sums whose ranks may be the same but for chance
_Cell = tuple[int, int]


def commonest(a: JointLaw, b: JointLaw, is_ranked: tuple[bool, bool], number: int) -> Iterator[tuple[int, int]]:
    """Give the rows of A's commonest combinations, and those of their counterparts in B, the commonest first.

    Ranks of values with nearly as many rows are chance, so the counterpart is, of the combinations of values with about as many
    rows, the one whose own number of rows is nearest; each is taken once. One that B does not tell may have as many rows as its
    sums allow.

    Args:
        a: the law of the original.
        b: that of the copy.
        is_ranked: whether places of the given and of the other column are ranks; classes have their order.
        number: how many.

    Example:
        >>> from ascetic_ddd.faker.domain.distributors.joint.law import Side
        >>> one = JointLaw(given=Side.of([9, 8]), other=Side.of([9, 8]), cells=((0, 0, 9), (1, 1, 8)))
        >>> two = JointLaw(given=Side.of([9, 8]), other=Side.of([9, 8]), cells=((0, 1, 8), (1, 0, 8)))
        >>> list(commonest(one, two, (True, True), 2))
        [(9, 8), (8, 8)]
    """
    scale = b.given.rows / a.given.rows
    sums_a, sums_b = ((law.given.sums(), law.other.sums()) for law in (a, b))
    left = {(one, two): rows for one, two, rows in b.cells}
    for one, two, rows in sorted(a.cells, key=lambda cell: (-cell[2], cell))[:number]:
        wanted = scale * rows
        near = [cell for cell in left if all(_is_near(sums_a, sums_b, at, (one, two), cell, is_ranked, scale) for at in (0, 1))]
        best = min(near, key=lambda cell: (abs(left[cell] - wanted), cell), default=None)
        untold = min(_untold(b, (one, two)), round(wanted))
        if best is None or abs(left[best] - wanted) > abs(untold - wanted):
            yield rows, untold
        else:
            yield rows, left.pop(best)


def _is_near(
    sums_a: tuple[list[int], list[int]],
    sums_b: tuple[list[int], list[int]],
    at: int,
    one: _Cell,
    two: _Cell,
    is_ranked: tuple[bool, bool],
    scale: float,
) -> bool:
    """Tell whether a column's value in a combination of A may be that in one of B: null is only null."""
    places = one[at], two[at]
    if places[0] == places[1]:
        return True
    if min(places) < 0 or not is_ranked[at]:
        return False
    of_a, of_b = scale * sums_a[at][places[0]], sums_b[at][places[1]]
    return bool(abs(of_a - of_b) <= _NEAR * max(of_a, of_b) ** 0.5)


def _untold(law: JointLaw, cell: _Cell) -> int:
    """The most rows that a combination which is not told may have."""
    one, two = cell
    levels = [
        each.levels[0][0]
        for each in law.blocks
        if each.levels and each.given in (class_of(one), ANY) and each.other in (class_of(two), ANY)
    ]
    return max(levels, default=0)

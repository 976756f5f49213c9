"""The commonest combinations of one deck beside those of the same ranks in another."""

from collections.abc import Collection, Iterator

from ascetic_ddd.faker.domain.distributors.joint.law import ANY, JointLaw, Side, class_of

__all__ = ("commonest",)

_NEAR = 3.0  # standard deviations between two sums whose ranks may be the same but for chance


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
        >>> one = JointLaw(given=Side.of([9, 8]), other=Side.of([9, 8]), cells=((0, 0, 9), (1, 1, 8)))
        >>> two = JointLaw(given=Side.of([9, 8]), other=Side.of([9, 8]), cells=((0, 1, 8), (1, 0, 8)))
        >>> list(commonest(one, two, (True, True), 2))
        [(9, 8), (8, 8)]
    """
    scale = b.given.rows / a.given.rows
    near_given, near_other = (
        _Near(own, other, scale, is_ranked=ranked)
        for own, other, ranked in ((a.given, b.given, is_ranked[0]), (a.other, b.other, is_ranked[1]))
    )
    left = {(one, two): rows for one, two, rows in b.cells}
    for one, two, rows in sorted(a.cells, key=lambda cell: (-cell[2], cell))[:number]:
        given, other = near_given.places(one), near_other.places(two)
        wanted = scale * rows
        near = [cell for cell in left if cell[0] in given and cell[1] in other]
        best = min(near, key=lambda cell: (abs(left[cell] - wanted), cell), default=None)
        untold = min(_untold(b, given, other), round(wanted))
        if best is None or abs(left[best] - wanted) > abs(untold - wanted):
            yield rows, untold
        else:
            yield rows, left.pop(best)


class _Near:
    """Which places of a column of B may be one of A."""

    def __init__(self, a: Side, b: Side, scale: float, *, is_ranked: bool) -> None:
        self._a = [scale * rows for rows in a.sums()]
        self._b = b.sums()[:-1]
        self._is_ranked = is_ranked

    def places(self, place: int) -> Collection[int]:
        """Those with about as many rows; null is only null."""
        if place < 0 or not self._is_ranked:
            return {place}
        rows = self._a[place]
        near = {each for each, other in enumerate(self._b) if abs(rows - other) <= _NEAR * max(rows, other) ** 0.5}
        return near | {place}


def _untold(law: JointLaw, given: Collection[int], other: Collection[int]) -> int:
    """The most rows that a combination of these places may have which is not told: in a block, or left out of all of them."""
    classes = [{class_of(place) for place in places} | {ANY} for places in (given, other)]
    levels = [each.levels[0][0] for each in law.blocks if each.levels and each.given in classes[0] and each.other in classes[1]]
    told = sum(rows for *_, rows in law.cells) + sum(rows * many for each in law.blocks for rows, many in each.levels)
    return max([*levels, law.given.rows - told])

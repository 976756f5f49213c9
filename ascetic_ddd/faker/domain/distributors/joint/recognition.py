"""Which value of an earlier run stood at which place: the one whose rows are like the place's deck."""

from collections import Counter
from collections.abc import Mapping

from ascetic_ddd.faker.domain.distributors.joint.law import JointLaw
from ascetic_ddd.faker.domain.distributors.joint.places import Places
from ascetic_ddd.faker.domain.distributors.joint.replay import like

__all__ = ("recognised",)

_LOOKED_AT = 64  # values with about as many rows
_UNKNOWN = 0.3  # how alike a value is of which nothing is known

_Shares = dict[int, float]


def recognised(source: Places, other: Places, held: Mapping[tuple[int, int], int], law: JointLaw) -> Places:
    """Put the ranks of a column in another order, so that what they had fits the decks of their places.

    Ranks of about as many rows are told apart by what they had beside them; how many rows each of them gets does not change. The
    other column's order stays, so it should be the one with fewer places.

    Args:
        source: the column that is put in order, one rank a place.
        other: the other one.
        held: rows that are stored, by rank of both.
        law: of these columns.
    """
    had: dict[int, Counter[int]] = {}
    for (rank, beside), rows in held.items():
        had.setdefault(rank, Counter())[other.place_of(beside) if beside >= 0 else beside] += rows
    known = {rank: _shares(rows) for rank, rows in had.items()}
    decks: dict[int, Counter[int]] = {}
    places = like(len(other.sums) - 1, law.other.places)
    for one, two, rows in law.cells:
        for place in places.get(two, ()):
            decks.setdefault(one, Counter())[place] += rows
    wanted = {place: _shares(rows) for place, rows in decks.items()}
    sources = {place: each for each, copies in like(len(source.ranks), law.given.places).items() for place in copies}
    left = [ranks[0] for ranks in source.ranks]
    order = [_taken(left, wanted.get(sources[place], {}), known) for place in range(len(left))]
    return Places([(rank,) for rank in order], source.rows, source.sums[-1])


def _taken(left: list[int], wanted: _Shares, known: Mapping[int, _Shares]) -> int:
    """Take the first rank that fits best."""
    at = max(range(min(_LOOKED_AT, len(left))), key=lambda each: (_likeness(wanted, known.get(left[each])), -each))
    return left.pop(at)


def _likeness(wanted: _Shares, had: _Shares | None) -> float:
    if had is None or not wanted:
        return _UNKNOWN
    return sum(min(share, had.get(place, 0.0)) for place, share in wanted.items())


def _shares(rows: Mapping[int, int]) -> _Shares:
    total = sum(rows.values())
    return {place: each / total for place, each in rows.items()}

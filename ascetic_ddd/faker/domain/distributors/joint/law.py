"""What two columns of a table have to do with each other, in ranks and without values."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ascetic_ddd.faker.domain.distributors.joint.suppression import tellable
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("ANY", "NULL", "Block", "JointLaw", "Side", "class_of", "read_off")

NULL = -1
"""The place of null. It is the last one of every list of sums, so that ``sums[NULL]`` is its sum."""

ANY = -1
"""Instead of a class: all classes that are not told by themselves."""

_LEVELS = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two columns: its values by place. A place is a rank, most rows first, or a class of values in their order.

    Attributes:
        runs: pairs (rows, how many places in a row have so many), from place 0 on.
        nulls: rows that are null.
    """

    runs: tuple[tuple[int, int], ...]
    nulls: int = 0

    @classmethod
    def of(cls, rows: Iterable[int], nulls: int = 0) -> "Side":
        """Give the side with so many rows at each place.

        Example:
            >>> Side.of([5, 2, 2], nulls=1)
            Side(runs=((5, 1), (2, 2)), nulls=1)
        """
        runs: list[list[int]] = []
        for each in rows:
            if runs and runs[-1][0] == each:
                runs[-1][1] += 1
            else:
                runs.append([each, 1])
        return cls(tuple((each, places) for each, places in runs), nulls)

    @property
    def places(self) -> int:
        """Number of places, null not counted."""
        return sum(places for _, places in self.runs)

    @property
    def rows(self) -> int:
        """Number of rows, nulls counted."""
        return sum(rows * places for rows, places in self.runs) + self.nulls

    def sums(self) -> list[int]:
        """Rows of each place; the last are the nulls."""
        return [rows for rows, places in self.runs for _ in range(places)] + [self.nulls]


@dataclass(frozen=True, slots=True)
class Block:
    """The cells of a class of given places and a class of the other ones that are not told one by one.

    Attributes:
        given: class of the given places, see :func:`class_of`, or :data:`ANY`.
        other: class of the other places, or :data:`ANY`.
        levels: pairs (rows, cells): how many cells have about so many rows, most rows first, at most 8 pairs.
    """

    given: int
    other: int
    levels: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JointLaw:
    """The decks of two columns: for each place of the given column, the places that the other one takes beside it.

    A function of the given column is the law whose decks have one card each.

    Attributes:
        given: the given column.
        other: the other one; it has as many rows.
        cells: (given place, other place, rows) of the combinations that are told exactly, by place.
        blocks: the others, in sums.

    Raises:
        ConfigurationError: a number contradicts another.
    """

    given: Side
    other: Side
    cells: tuple[tuple[int, int, int], ...] = ()
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        faults = []
        if self.given.rows != self.other.rows:
            faults.append(f"the given column has {self.given.rows} rows and the other one {self.other.rows}; expected as many")
        for name, side, at in (("given", self.given, 0), ("other", self.other, 1)):
            sums, places = side.sums(), side.places
            held = [0] * (places + 1)
            for cell in self.cells:
                if not NULL <= cell[at] < places or cell[2] < 1:
                    faults.append(f"the cell {cell} is not in a table of {places} {name} places")
                else:
                    held[cell[at]] += cell[2]
            faults += [
                f"the cells of {name} place {place} have {found} rows, the place has {rows}"
                for place, (found, rows) in enumerate(zip(held, sums, strict=True))
                if found > rows
            ]
        if faults:
            raise ConfigurationError("; ".join(faults[:10]))

    def turned(self) -> "JointLaw":
        """The same with the other column given."""
        cells = tuple(sorted((two, one, rows) for one, two, rows in self.cells))
        blocks = tuple(Block(each.other, each.given, each.levels) for each in self.blocks)
        return JointLaw(given=self.other, other=self.given, cells=cells, blocks=blocks)


def class_of(place: int) -> int:
    """The class of a place: null, the first, the next two, the next four and so on.

    Example:
        >>> [class_of(place) for place in (NULL, 0, 1, 2, 3, 6, 7)]
        [0, 1, 2, 2, 3, 3, 4]
    """
    return (place + 1).bit_length()


def read_off(rows: Mapping[tuple[int, int], int], given: Side, other: Side, *, least: int = 5, most: int = 4_000) -> JointLaw:
    """Keep of a table what may be kept.

    Combinations with fewer than ``least`` rows are only kept in sums, and so are those from which such a one would follow. A
    block of fewer than ``least`` rows goes to its neighbours', and so does one that would tell a single small combination apart
    all the same: one where all combinations occur, all equally often. What is too little even then is left out.

    Args:
        rows: rows by (given place, other place).
        given: the given column.
        other: the other one.
        least: rows of a combination that may be told exactly.
        most: how many combinations are told exactly, the ones with most rows.
    """
    ranked = sorted(((count, cell) for cell, count in rows.items() if count >= least), key=lambda pair: (-pair[0], pair[1]))
    heavy = tellable(rows, {cell: count for count, cell in ranked[:most]}, least)
    blocks: dict[tuple[int, int], Counter[int]] = {}
    for cell, count in rows.items():
        if cell not in heavy and count:
            blocks.setdefault((class_of(cell[0]), class_of(cell[1])), Counter())[count] += 1
    kept = [Block(*classes, _levels(counts)) for classes, counts in _pooled(blocks, heavy, given, other, least)]
    cells = tuple((one, two, count) for (one, two), count in sorted(heavy.items()))
    return JointLaw(given=given, other=other, cells=cells, blocks=tuple(kept))


def _pooled(
    blocks: dict[tuple[int, int], Counter[int]], heavy: Collection[tuple[int, int]], given: Side, other: Side, least: int
) -> list[tuple[tuple[int, int], Counter[int]]]:
    """Blocks that may be told; those that may not are added up, first by class of the given column, then all in one."""
    told = Counter((class_of(one), class_of(two)) for one, two in heavy)
    places = [{number: _width(number, side) for number in range(class_of(side.places) + 1)} for side in (given, other)]
    kept = []
    for turn in range(3):
        merged: dict[tuple[int, int], Counter[int]] = {}
        for (one, two), counts in sorted(blocks.items()):
            rows = sum(count * cells for count, cells in counts.items())
            room = sum(
                width * height - told[left, right]
                for left, width in places[0].items()
                for right, height in places[1].items()
                if one in (left, ANY) and two in (right, ANY)
            )
            if rows >= least and (len(counts) > 1 or counts.total() < room):
                kept.append(((one, two), counts))
            elif turn < 2:
                merged.setdefault((ANY if turn else one, ANY), Counter()).update(counts)
        blocks = merged
    return sorted(kept)


def _width(number: int, side: Side) -> int:
    """Places of a class."""
    return 1 if not number else max(0, min(side.places, (1 << number) - 1) - ((1 << (number - 1)) - 1))


def _levels(counts: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    """Neighbouring counts are pooled until few are left, those first that are nearest to each other in proportion."""
    levels = sorted(counts.items(), reverse=True)
    while len(levels) > _LEVELS:
        at = min(range(len(levels) - 1), key=lambda each: levels[each][0] / levels[each + 1][0])
        (high, many), (low, more) = levels[at : at + 2]
        levels[at : at + 2] = [(max(1, round((high * many + low * more) / (many + more))), many + more)]
    return tuple(levels)

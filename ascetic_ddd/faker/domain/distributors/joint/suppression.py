"""Cells that must not be told, since small ones would follow from them and from the sums."""

from collections.abc import Iterator, Mapping

__all__ = ("tellable",)

_Cell = tuple[int, int]


def tellable(rows: Mapping[_Cell, int], told: Mapping[_Cell, int], least: int) -> dict[_Cell, int]:
    """Leave cells out until no small one can be reckoned as what is left of a row or of a column, or of several in turn.

    Sums of all rows and columns are known to who reads the cells. A place of which nothing is left tells that all other cells are
    empty; one with a single cell that is not known tells this one. What follows from the sums alone cannot be helped.

    Args:
        rows: the whole table.
        told: the cells that shall be told.
        least: cells with fewer rows are small.

    Source: complementary suppression, as in Cox, Suppression methodology and statistical disclosure control, JASA 75 (1980).

    Example:
        >>> table = {(0, 0): 6, (0, 1): 1, (1, 0): 50, (1, 1): 50}
        >>> tellable(table, {cell: rows for cell, rows in table.items() if rows >= 5}, 5)
        {}
    """
    kept = dict(told)
    by_sums = set(_followed(rows, {}))
    while kept:
        found = [cell for cell in _followed(rows, kept) if 0 < rows.get(cell, 0) < least and cell not in by_sums]
        if not found:
            break
        beside = {cell for one, two in found for cell in (_least(kept, 0, one), _least(kept, 1, two)) if cell is not None}
        for cell in beside or {min(kept, key=lambda each: (kept[each], each))}:  # it may follow from what stands farther away
            del kept[cell]
    return kept


def _least(kept: Mapping[_Cell, int], at: int, place: int) -> _Cell | None:
    """The kept cell with the fewest rows of a row or a column."""
    return min((cell for cell in kept if cell[at] == place), key=lambda cell: (kept[cell], cell), default=None)


def _followed(rows: Mapping[_Cell, int], told: Mapping[_Cell, int]) -> Iterator[_Cell]:
    """Cells that are not told and follow from those that are."""
    left: list[dict[int, int]] = [{}, {}]
    known: list[dict[int, set[int]]] = [{}, {}]
    for cell, count in rows.items():
        for at in (0, 1):
            left[at][cell[at]] = left[at].get(cell[at], 0) + count
            known[at].setdefault(cell[at], set())
    opened = [set(left[0]), set(left[1])]
    news: list[_Cell] = list(told)
    while news or any(not left[at][place] for at in (0, 1) for place in opened[at]):
        for cell in news:
            for at in (0, 1):
                left[at][cell[at]] -= rows.get(cell, 0)
                known[at][cell[at]].add(cell[1 - at])
        closed = [(at, place) for at in (0, 1) for place in opened[at] if not left[at][place]]
        for at, place in closed:
            opened[at].discard(place)
            for other in known[at][place]:
                known[1 - at][other].discard(place)
        news = list(dict.fromkeys(_last_unknown(known, opened)))
        yield from news


def _last_unknown(known: list[dict[int, set[int]]], opened: list[set[int]]) -> Iterator[_Cell]:
    """Cells that are the only ones not known of their row or column."""
    for at in (0, 1):
        for place in opened[at]:
            here = known[at][place] & opened[1 - at]
            if len(opened[1 - at]) - len(here) == 1:
                (other,) = opened[1 - at] - here
                yield (place, other) if at == 0 else (other, place)

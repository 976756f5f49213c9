"""Controlled rounding: every cell goes to one of its two whole neighbours, and the sums stay."""

from collections.abc import Mapping, Sequence
from random import Random

__all__ = ("rounded",)

_UNIT = 1 << 30  # a row, in the whole numbers that shares are reckoned in: sums are exact, whatever the order


def rounded(table: Sequence[Mapping[int, float]], sums: Sequence[int], stream: Random) -> list[dict[int, int]]:
    """Round each cell up or down, so that row sums are those given, and column sums are theirs rounded up or down.

    Each cell is right in the mean: one of 0.3 rows is a row in three of ten streams. A row without a cell stays empty.

    Args:
        table: shares, by row; each row's sum is that given, but for what floating point makes of it.
        sums: of the rows.
        stream: decides.

    Source: Cox, A constructive procedure for unbiased controlled rounding, JASA 82 (1987).

    Example:
        >>> rounded([{0: 0.5, 1: 0.5}, {0: 0.5, 1: 0.5}], [1, 1], Random(1))
        [{0: 1, 1: 0}, {0: 0, 1: 1}]
    """
    cells = [_in_units(row, wanted) for row, wanted in zip(table, sums, strict=True)]
    cells.append(_slack(cells))
    _Rounding(cells, stream).run()
    return [{column: value // _UNIT for column, value in row.items()} for row in cells[:-1]]


def _in_units(row: Mapping[int, float], wanted: int) -> dict[int, int]:
    cells = {column: round(value * _UNIT) for column, value in row.items()}
    if cells:
        largest = max(cells, key=cells.__getitem__)
        cells[largest] += wanted * _UNIT - sum(cells.values())
    return cells


def _slack(cells: Sequence[Mapping[int, int]]) -> dict[int, int]:
    """One more row, that makes the column sums whole."""
    sums: dict[int, int] = {}
    for row in cells:
        for column, value in row.items():
            sums[column] = sums.get(column, 0) + value
    return {column: -value % _UNIT for column, value in sums.items()}


class _Rounding:
    """Cells with a fraction are the edges of a graph of rows and columns. Each node's sum is whole, so it has none or two and
    more of them: a walk never ends but in a circle. Along a circle, cells are raised and lowered by turns until one is whole."""

    def __init__(self, cells: Sequence[dict[int, int]], stream: Random) -> None:
        self._cells = cells
        self._random = stream
        self._rows = [{column: None for column, value in row.items() if value % _UNIT} for row in cells]
        self._columns: dict[int, dict[int, None]] = {}
        for number, row in enumerate(self._rows):
            for column in row:
                self._columns.setdefault(column, {})[number] = None

    def run(self) -> None:
        for number, row in enumerate(self._rows):
            while row:
                self._walk(number)

    def _walk(self, start: int) -> None:
        """Go from row to column to row, until all that is reached from here is whole."""
        nodes: list[tuple[bool, int]] = [(True, start)]
        places = {nodes[0]: 0}
        while nodes:
            is_row, number = nodes[-1]
            edges = self._rows[number] if is_row else self._columns[number]
            before = nodes[-2][1] if len(nodes) > 1 else None
            following = next((each for each in edges if each != before), None)
            if following is None:
                return  # nothing is left here: a circle took the last edge of the path with it
            node = (not is_row, following)
            if node not in places:
                places[node] = len(nodes)
                nodes.append(node)
                continue
            circle = nodes[places[node] :]
            self._turn(circle)
            for gone in circle[1:]:
                del places[gone]
            del nodes[places[node] + 1 :]

    def _turn(self, circle: Sequence[tuple[bool, int]]) -> None:
        edges = [
            (number, following) if is_row else (following, number)
            for (is_row, number), (_, following) in zip(circle, [*circle[1:], circle[0]], strict=True)
        ]
        fractions = [self._cells[row][column] % _UNIT for row, column in edges]
        up = min(_UNIT - each if turn % 2 == 0 else each for turn, each in enumerate(fractions))
        down = min(each if turn % 2 == 0 else _UNIT - each for turn, each in enumerate(fractions))
        step = up if self._random.random() * (up + down) < down else -down
        for turn, (row, column) in enumerate(edges):
            self._cells[row][column] += step if turn % 2 == 0 else -step
            if not self._cells[row][column] % _UNIT:
                del self._rows[row][column]
                del self._columns[column][row]

"""Moves rows between the columns of a table until its sums are right: a flow through the table's own cells."""

from collections import deque
from collections.abc import Mapping, Sequence
from math import ceil

__all__ = ("balance",)

_Edge = tuple[int, int]

_BOUND = 1.25  # how much a cell may be changed, as long as there are other ways
_SMALL = 5  # rows


def balance(
    table: Sequence[dict[int, int]], weights: Sequence[Mapping[int, float]], given: Sequence[int], other: Sequence[int]
) -> None:
    """Change the table in place until row sums and column sums are those asked for.

    What there is too much of goes along the shortest ways through cells that the weights have, and none of these is changed by
    more than a quarter. Where there is no such way, small cells go elsewhere as a whole; then bounds are dropped; at last larger
    cells are split. So combinations that are common stay as common as they are, and few new ones come up.

    Args:
        table: by row; its row sums are right, or the row is empty.
        weights: by row, the cells that may get rows, and how many they should have.
        given: sums of the rows.
        other: sums of the columns; in all as many.
    """
    _Balance(table, weights, given, other).run()


class _Balance:
    def __init__(
        self, table: Sequence[dict[int, int]], weights: Sequence[Mapping[int, float]], given: Sequence[int], other: Sequence[int]
    ) -> None:
        self._table = table
        self._weights = weights
        self._given = given
        self._over = [-wanted for wanted in other]
        self._holders: list[dict[int, None]] = [{} for _ in other]
        self._owed = {number: wanted - sum(row.values()) for number, (row, wanted) in enumerate(zip(table, given, strict=True))}
        for number, row in enumerate(table):
            for column, rows in row.items():
                self._over[column] += rows
                if rows:
                    self._holders[column][number] = None

    def run(self) -> None:
        for number, owed in self._owed.items():
            if owed:
                self._fill(number, owed)
        for is_bound, most in ((True, _SMALL), (False, None)):
            while any(over > 0 for over in self._over) and self._along(is_bound):
                pass
            self._anew(most)

    def _fill(self, row: int, owed: int) -> None:
        """A row without cells takes what its weights have, then what the others lack."""
        weights = self._weights[row]
        for column in [*sorted(weights, key=lambda each: -weights[each]), *range(len(self._over))]:
            moved = min(owed, max(0, -self._over[column]))
            if moved:
                self._add(row, column, moved)
                self._over[column] += moved
                owed -= moved

    def _along(self, is_bound: bool) -> bool:
        """Search from all columns that have too much; move what the ways found can take."""
        way: dict[int, _Edge | None] = {column: None for column, over in enumerate(self._over) if over > 0}
        queue = deque(way)
        seen: set[int] = set()
        found = []
        while queue:
            column = queue.popleft()
            for row in self._holders[column]:
                if row in seen or self._spare(row, column, is_bound) <= 0:
                    continue
                seen.add(row)
                for following in self._weights[row]:
                    if following not in way and self._room(row, following, is_bound) > 0:
                        way[following] = (column, row)
                        queue.append(following)
                        if self._over[following] < 0:
                            found.append(following)
        return sum(self._move(column, way, is_bound) for column in found) > 0

    def _move(self, last: int, way: Mapping[int, _Edge | None], is_bound: bool) -> int:
        steps: list[tuple[int, int, int]] = []
        column = last
        while (edge := way[column]) is not None:
            steps.append((edge[0], edge[1], column))
            column = edge[0]
        room = min(min(self._spare(row, before, is_bound), self._room(row, after, is_bound)) for before, row, after in steps)
        moved = min(room, self._over[column], -self._over[last])
        if moved <= 0:
            return 0
        for before, row, after in steps:
            self._add(row, before, -moved)
            self._add(row, after, moved)
        self._over[column] -= moved
        self._over[last] += moved
        return moved

    def _spare(self, row: int, column: int, is_bound: bool) -> int:
        """Rows that a cell may give away."""
        least = int(self._weights[row].get(column, 0.0) / _BOUND) if is_bound else 0
        return self._table[row].get(column, 0) - least

    def _room(self, row: int, column: int, is_bound: bool) -> int:
        """Rows that a cell may get."""
        wanted = self._weights[row][column]
        return ceil(wanted * _BOUND) - self._table[row].get(column, 0) if is_bound else self._given[row]

    def _anew(self, most: int | None) -> None:
        """Open cells. Whole ones go there, smallest first, and a deck has as many cards as before; only if cells of any size may
        go, the rest is taken from the largest one."""
        lacking = sorted((column for column, over in enumerate(self._over) if over < 0), key=lambda each: self._over[each])
        for column, over in enumerate(self._over):
            cells = deque(sorted((self._table[row][column], row) for row in self._holders[column])) if over > 0 else deque()
            while over > 0 and cells and (most is None or cells[0][0] <= min(over, most)):
                rows, row = cells.popleft() if cells[0][0] <= over else cells.pop()
                over -= min(rows, over)
                self._send(row, column, min(rows, self._over[column]), lacking)

    def _send(self, row: int, column: int, rows: int, lacking: list[int]) -> None:
        """Move rows of a cell to where most are lacking, together if they find room."""
        self._over[column] -= rows
        while rows:
            target = next((each for each in lacking if -self._over[each] >= rows), lacking[0])
            moved = min(rows, -self._over[target])
            self._add(row, column, -moved)
            self._add(row, target, moved)
            rows -= moved
            self._over[target] += moved
            if not self._over[target]:
                lacking.remove(target)

    def _add(self, row: int, column: int, rows: int) -> None:
        left = self._table[row].get(column, 0) + rows
        self._table[row][column] = left
        if left:
            self._holders[column][row] = None
        else:
            self._holders[column].pop(row, None)

"""From a law to a table of rows, at the size and with the sums that are asked for."""

import heapq
from collections.abc import Iterator, Sequence
from random import Random

from ascetic_ddd.faker.domain.distributors.joint.law import ANY, NULL, JointLaw, class_of
from ascetic_ddd.faker.domain.distributors.joint.table import Table, fitted, proportional

__all__ = ("like", "replayed")


def replayed(
    law: JointLaw, given: Sequence[int], other: Sequence[int], stream: Random, *, held: Sequence[dict[int, int]] | None = None
) -> Table:
    """Give the rows of each combination.

    Both columns keep the sums that are asked for, exactly. Where a column has more or fewer places than in the law, each place is
    like the one that lies at the same share of the ranking.

    Args:
        law: what was captured, or told.
        given: rows of each place of the given column; the last are the nulls.
        other: rows of each place of the other one; the last are the nulls.
        stream: decides what the law leaves open. The same stream gives the same table.
        held: rows that exist already. None of them is taken back; only what the sums have above them is dealt.

    Returns:
        All rows by place, those held included; nulls are place -1, in the last deck and in every deck.

    Raises:
        ConfigurationError: the sums do not agree, or what is held is more than they are.
    """
    if law.other.places > law.given.places:  # many short decks are dealt better than few long ones
        turned = None if held is None else _turned(held, len(other))
        return _turned(replayed(law.turned(), other, given, stream, held=turned), len(given))
    weights = _Weights(law, given, other).all()
    if held is None:
        return _with_nulls(fitted(weights, given, other, stream), len(other))
    left = [rows - sum(deck.values()) for rows, deck in zip(given, held, strict=True)]
    left_other = list(other)
    for deck in held:
        for place, rows in deck.items():
            left_other[place] -= rows
    last = len(other) - 1
    aimed = proportional(weights, given, other)
    missing = [
        {place: rows - before.get(NULL if place == last else place, 0) for place, rows in deck.items()}
        for deck, before in zip(aimed, held, strict=True)
    ]
    found = _with_nulls(fitted(missing, left, left_other, stream), len(other))
    for deck, before in zip(found, held, strict=True):
        for place, rows in before.items():
            deck[place] = deck.get(place, 0) + rows
    return found


def _with_nulls(table: Table, places: int) -> Table:
    return [{NULL if place == places - 1 else place: rows for place, rows in deck.items()} for deck in table]


def _turned(table: Sequence[dict[int, int]], places: int) -> Table:
    found: Table = [{} for _ in range(places)]
    for number, deck in enumerate(table):
        for place, rows in deck.items():
            found[place][NULL if number == len(table) - 1 else number] = rows
    return found


class _Weights:
    """The cells that a table of these sums shall have, and how heavy they are: exact cells first, then the blocks' cells, the
    heaviest where most rows are left."""

    def __init__(self, law: JointLaw, given: Sequence[int], other: Sequence[int]) -> None:
        self._law = law
        self._given = given
        self._other = other
        self._sources = _sources(law.given.places, len(given) - 1)
        self._targets = _copies(law.other.places, len(other) - 1)
        self._decks: list[dict[int, float]] = [{} for _ in given]
        self._left: list[float] = [float(rows) for rows in other]

    def all(self) -> list[dict[int, float]]:
        self._exact()
        self._pooled()
        return self._decks

    def _exact(self) -> None:
        cells: dict[int, list[tuple[int, int]]] = {}
        for one, two, rows in self._law.cells:
            cells.setdefault(one, []).append((two, rows))
        sums = self._law.given.sums()
        turns: dict[int, int] = {}
        for place, source in enumerate(self._sources):
            turn = turns[source] = turns.get(source, -1) + 1
            for two, rows in cells.get(source, ()):
                copies = self._targets[two]
                target = copies[turn % len(copies)]
                weight = rows * self._given[place] / sums[source]
                self._decks[place][target] = self._decks[place].get(target, 0.0) + weight
                self._left[target] -= weight

    def _pooled(self) -> None:
        rows_left: dict[int, list[tuple[float, int]]] = {}
        told = self._law.given.sums()
        exact = [0] * len(told)
        for one, _, rows in self._law.cells:
            exact[one] += rows
        for place, source in enumerate(self._sources):
            left = self._given[place] * (1.0 - exact[source] / told[source]) if told[source] else float(self._given[place])
            if left > 0.0:
                rows_left.setdefault(class_of(source), []).append((-left, place))
        columns: dict[int, list[int]] = {ANY: list(range(len(self._other)))}
        for source, copies in enumerate(self._targets):
            number = 0 if source == self._law.other.places else class_of(source)
            columns.setdefault(number, []).extend(copies)
        rest: list[tuple[float, int]] = []
        for number, hungry in [*sorted(rows_left.items()), (ANY, rest)]:
            heapq.heapify(hungry)
            heaps = {each: self._heap(set(places)) for each, places in columns.items()}
            for card, block in self._cards(number):
                self._deal(card, hungry, heaps.get(block, []))
            rest += [each for each in hungry if each[0] < 0.0]

    def _heap(self, places: set[int]) -> list[tuple[float, int]]:
        heap = [(-self._left[place], place) for place in places if self._other[place]]
        heapq.heapify(heap)
        return heap

    def _cards(self, number: int) -> Iterator[tuple[float, int]]:
        """The cells of a class of given places, heaviest first, as many and as heavy as they are at this size."""
        blocks = [each for each in self._law.blocks if each.given == number]
        here = sum(1 for place in self._sources if number in (ANY, class_of(place)))
        there = sum(1 for place in range(NULL, self._law.given.places) if number in (ANY, class_of(place)))
        more = here / there
        heavier = sum(self._given) / self._law.given.rows / more if here else 0.0
        cards = sorted((-rows * heavier, each.other, cells) for each in blocks for rows, cells in each.levels)
        owed = 0.0
        for light, other, cells in cards:
            owed += cells * more
            for _ in range(int(owed)):
                yield -light, other
            owed -= int(owed)

    def _deal(self, rows: float, hungry: list[tuple[float, int]], places: list[tuple[float, int]]) -> None:
        """Give a card to the deck that lacks most rows, from the place that has most left and is not in the deck yet."""
        if not places or not hungry:
            return
        left, place = hungry[0]
        passed = []
        while places:
            lacking, target = places[0]
            if lacking != -self._left[target]:  # a card of another heap went there
                heapq.heapreplace(places, (-self._left[target], target))
            elif target in self._decks[place]:
                passed.append(heapq.heappop(places))
            else:
                self._decks[place][target] = rows
                self._left[target] -= rows
                break
        for each in passed:
            heapq.heappush(places, each)
        heapq.heapreplace(hungry, (left + rows, place))


def like(places: int, known: int) -> dict[int, list[int]]:
    """By place of the law, the places that are like it."""
    found: dict[int, list[int]] = {}
    for place, source in enumerate(_sources(known, places)):
        found.setdefault(source, []).append(place if place < places else NULL)
    return found


def _sources(known: int, wanted: int) -> list[int]:
    """For each place, null last, the place of the law that it is like.

    Example:
        >>> _sources(4, 2), _sources(2, 4)
        ([1, 3, -1], [0, 0, 1, 1, -1])
    """
    return [min(known - 1, int((place + 0.5) * known / wanted)) if known else NULL for place in range(wanted)] + [NULL]


def _copies(known: int, wanted: int) -> list[list[int]]:
    """For each place of the law, null last, the places that are like it, or the nearest one.

    Example:
        >>> _copies(4, 2), _copies(2, 4)
        ([[0], [0], [1], [1], [2]], [[0, 1], [2, 3], [4]])
    """
    if not wanted:
        return [[0] for _ in range(known + 1)]
    found: list[list[int]] = [[] for _ in range(known)]
    for place, source in enumerate(_sources(known, wanted)[:-1]):
        if known:
            found[source].append(place)
    return [each or [min(wanted - 1, int((place + 0.5) * wanted / known))] for place, each in enumerate(found)] + [[wanted]]

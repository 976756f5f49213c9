"""Which columns are told to depend on which, and what is kept of two of them."""

import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from ascetic_ddd.faker.application.profile.records import (
    ColumnRecord,
    DeckBlock,
    DeckRecord,
    DeckSide,
    DependentPair,
    Method,
)
from ascetic_ddd.faker.domain.distributors.joint.law import NULL, Block, JointLaw, Side, read_off

__all__ = ("LEAST", "deck_record", "entropy", "law_of", "most_telling_first", "spanning_forest", "strongest_first")

LEAST = 5
"""Rows of a combination that may be told exactly."""

_NEAR_FUNCTION = 0.95


def entropy(column: ColumnRecord) -> float:
    """Entropy of a column in nats, nulls counted; where its histogram is not known, as if all values were equally frequent."""
    if column.histogram is None:
        return math.log(max(1, column.distinct or 1))
    counts = [*column.histogram, (round(column.rows * column.null_share), 1)]
    total = sum(rows * values for rows, values in counts) or 1
    return math.fsum(values * rows / total * math.log(total / rows) for rows, values in counts if rows)


def most_telling_first(
    pairs: Iterable[DependentPair], columns: Iterable[ColumnRecord], references: Collection[str] = ()
) -> list[DependentPair]:
    """Order pairs by what is lost without them: first of each column the one that it is nearly a function of, then pairs of
    references, by which queries join, then others.

    Equals are ordered by what one column tells of the other in all (mutual information), not by its share of what there is to
    tell: a column of two values is soon known, and little is known with it.

    Args:
        pairs: with their strength, which is that share.
        columns: those of the pairs.
        references: columns that refer to another table.
    """
    entropies = {column.name: entropy(column) for column in columns}

    def determined(pair: DependentPair) -> str:
        return min(pair.columns, key=lambda name: entropies.get(name, 0.0))

    def told(pair: DependentPair) -> float:
        return pair.strength * entropies.get(determined(pair), 0.0)

    pairs = sorted(pairs, key=lambda pair: (-pair.strength, -told(pair)))
    functions: dict[str, DependentPair] = {}
    for pair in pairs:
        if pair.strength >= _NEAR_FUNCTION:
            functions.setdefault(determined(pair), pair)

    def place(pair: DependentPair) -> tuple[int, float]:
        if functions.get(determined(pair)) is pair:
            return 0, -told(pair)
        return (1 if all(name in references for name in pair.columns) else 2), -told(pair)

    return sorted(pairs, key=place)


def spanning_forest(pairs: Iterable[DependentPair], distinct: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """Choose of each column the one that it depends on: the first pairs that make no circle.

    Each tree begins at its column with most different values, since a column of few values is often a function of one of many.

    Args:
        pairs: those first that shall be chosen if they can, see :func:`most_telling_first`.
        distinct: values by column.

    Returns:
        Pairs (given, other), those that are drawn first before those that are given by them.

    Source: Chow and Liu (1968).

    Example:
        >>> of = DependentPair
        >>> pairs = [of(columns=("city", "country"), strength=1.0), of(columns=("country", "tax"), strength=0.9)]
        >>> spanning_forest([*pairs, of(columns=("city", "tax"), strength=0.8)], {"city": 50, "country": 5, "tax": 3})
        (('city', 'country'), ('country', 'tax'))
    """
    trees: dict[str, set[str]] = {}
    near: dict[str, list[str]] = {}
    for pair in pairs:
        one, two = pair.columns
        first, second = trees.setdefault(one, {one}), trees.setdefault(two, {two})
        if first is second:
            continue
        first |= second
        trees.update(dict.fromkeys(second, first))
        near.setdefault(one, []).append(two)
        near.setdefault(two, []).append(one)
    found: list[tuple[str, str]] = []
    reached: set[str] = set()
    for root in sorted(near, key=lambda name: (-distinct.get(name, 0), name)):
        ways = [root] if root not in reached else []
        reached.add(root)
        for given in ways:
            following = [other for other in near[given] if other not in reached]
            reached.update(following)
            ways += following
            found += [(given, other) for other in following]
    return tuple(found)


def strongest_first(pairs: Iterable[DependentPair], distinct: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """All pairs as (given, other): given is the column with more different values."""
    found = []
    for pair in pairs:
        one, two = pair.columns
        found.append((one, two) if distinct.get(one, 0) >= distinct.get(two, 0) else (two, one))
    return tuple(found)


def deck_record(
    names: tuple[str, str],
    counts: Sequence[tuple[Hashable, Hashable, int]],
    *,
    classes: Iterable[str] = (),
    most: int = 4_000,
    method: Method = "exact",
) -> DeckRecord:
    """Give what is kept of two columns.

    Args:
        names: the given column, and the other one.
        counts: (code, code, rows) by combination; None is null. Equal values have equal codes. The order of codes tells which of
            two values with as many rows is first, so that a column has the same ranks in all of its decks.
        classes: columns whose codes are numbers of classes.
        most: how many combinations are told exactly.
        method: how the rows were counted.
    """
    found = [_side(name, [(each[at], each[2]) for each in counts], name in classes) for at, name in enumerate(names)]
    (given, places), (other, other_places) = found
    rows = {(places[one], other_places[two]): count for one, two, count in counts}
    law = read_off(rows, Side(given.runs, given.nulls), Side(other.runs, other.nulls), least=LEAST, most=most)
    largest: dict[int, int] = {}
    for (place, _), count in rows.items():
        largest[place] = max(count, largest.get(place, 0))
    total = sum(rows.values())
    return DeckRecord(
        given=given,
        other=other,
        rows=total,
        combinations=len(rows),
        determined=round(sum(largest.values()) / total, 6) if total else 0.0,
        cells=law.cells,
        blocks=tuple(DeckBlock(given=each.given, other=each.other, levels=each.levels) for each in law.blocks),
        method=method,
    )


def law_of(deck: DeckRecord) -> JointLaw:
    """Give the law that a deck can be dealt by.

    Raises:
        ConfigurationError: its numbers contradict each other.
    """
    return JointLaw(
        given=Side(deck.given.runs, deck.given.nulls),
        other=Side(deck.other.runs, deck.other.nulls),
        cells=deck.cells,
        blocks=tuple(Block(each.given, each.other, each.levels) for each in deck.blocks),
    )


def _side(name: str, codes: Iterable[tuple[Hashable, int]], is_classed: bool) -> tuple[DeckSide, dict[Hashable, int]]:
    counts: Counter[Hashable] = Counter()
    for code, rows in codes:
        counts[code] += rows
    nulls = counts.pop(None, 0)
    ranked = sorted(counts.items(), key=lambda pair: (0 if is_classed else -pair[1], pair[0]))
    side = Side.of((rows for _, rows in ranked), nulls)
    places = {code: place for place, (code, _) in enumerate(ranked)} | {None: NULL}
    return DeckSide(column=name, by="class" if is_classed else "rank", runs=side.runs, nulls=nulls), places

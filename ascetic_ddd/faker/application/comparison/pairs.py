"""The measures of two columns that depend on each other, from their decks."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from ascetic_ddd.faker.application.comparison.commonest import commonest
from ascetic_ddd.faker.application.comparison.joint_counts import Grid, aligned, grids, total_variation
from ascetic_ddd.faker.application.comparison.judging import Judge, Slack
from ascetic_ddd.faker.application.comparison.measures import Measure
from ascetic_ddd.faker.application.comparison.names import Names
from ascetic_ddd.faker.application.profile.model import DeckProfile, TableProfile
from ascetic_ddd.faker.domain.distributors.joint.law import JointLaw

__all__ = ("Pair", "measures_of_pair", "pairs_of")

_COMMONEST = 20
_SAME_SIZE = 0.05
_MEDIAN_SCATTER, _WORST_SCATTER = 1.96, 3.0  # standard deviations of one figure, and of the worst of twenty


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns of A whose combinations are in its profile.

    Attributes:
        name: ``flights(plane, carrier)``, the column that is drawn first before the other.
        name_b: its name in B.
        a: the deck of A.
        b: that of the same columns in B; None if there is none.
        is_turned: whether B's has them the other way round.
    """

    name: str
    name_b: str
    a: DeckProfile
    b: DeckProfile | None
    is_turned: bool = False

    def laws(self) -> tuple[JointLaw, JointLaw]:
        """Both laws, with the same column given.

        Raises:
            ConfigurationError: numbers of a deck contradict each other, or B has none.
        """
        assert self.b is not None
        law = self.b.law()
        return self.a.law(), law.turned() if self.is_turned else law


def pairs_of(a: TableProfile, b: TableProfile, names: Names) -> Iterator[Pair]:
    """Give A's decks of columns that both tables have, each with its counterpart in B."""
    there = {(deck.given.column, deck.other.column): deck for deck in b.decks}
    columns = {column.name for column in b.columns}
    for deck in a.decks:
        given, other = (names.column(a.name, side.column) for side in (deck.given, deck.other))
        if {given, other} <= columns:
            straight, turned = there.get((given, other)), there.get((other, given))
            name = f"{a.name}({deck.given.column}, {deck.other.column})"
            yield Pair(name, f"{b.name}({given}, {other})", deck, straight or turned, is_turned=straight is None)


def measures_of_pair(
    pair: Pair, judge: Judge, *, is_scaled: bool = False
) -> tuple[tuple[Measure, ...], tuple[Grid, Grid] | None]:
    """Compare two decks.

    Args:
        pair: of the same columns.
        judge: knows the thresholds.
        is_scaled: whether B has another size on purpose; then only what does not change with it is compared.

    Returns:
        The measures, and both as heat maps.
    """
    a, b = pair.a, pair.b
    fault = _fault(pair)
    if b is None or fault:
        return (judge.not_comparable("combinations", fault, a.combinations, b.combinations if b else None),), None
    found = []
    if not is_scaled:
        grain = Slack(grain=1.0 / max(1, min(a.combinations, b.combinations)))
        found.append(judge.of_figures("combinations", a.combinations, b.combinations, grain))
    if not pair.is_turned:
        found.append(judge.of_figures("determined", a.determined, b.determined, Slack(grain=1.0 / max(1, min(a.rows, b.rows)))))
    laws = pair.laws()
    is_ranked = a.given.by == "rank", a.other.by == "rank"
    cells = aligned(*laws, is_ranked)
    shown = grids(*laws, cells)
    if not (is_scaled and _have_other_places(laws)):
        distance, chance = total_variation(*shown)
        found += [*_commonest(laws, is_ranked, judge), judge.of_distance("joint", distance, slack=Slack(scatter=chance))]
    return tuple(found), shown


def _fault(pair: Pair) -> str:
    """Why the decks cannot be compared; empty if they can."""
    a, b = pair.a, pair.b
    if b is None:
        return "B's profile does not tell their combinations; of a database they are counted, and --dependence all keeps more"
    if a.method != b.method:
        return f"A's combinations are counted by {a.method}, B's by {b.method}"
    if a.method == "sample" and abs(a.rows - b.rows) > _SAME_SIZE * max(a.rows, b.rows):
        return f"of A {a.rows:,} rows were sampled, of B {b.rows:,}"
    sides = (a.given, b.other if pair.is_turned else b.given), (a.other, b.given if pair.is_turned else b.other)
    for one, two in sides:
        if one.by != two.by:
            return f"{one.column} is told by {one.by} in A, by {two.by} in B"
    return "" if a.rows and b.rows else "one of the tables is empty"


def _have_other_places(laws: tuple[JointLaw, JointLaw]) -> bool:
    sizes = [(one.places, two.places) for one, two in ((laws[0].given, laws[1].given), (laws[0].other, laws[1].other))]
    return any(abs(one - two) > _SAME_SIZE * max(one, two) for one, two in sizes)


def _commonest(laws: tuple[JointLaw, JointLaw], is_ranked: tuple[bool, bool], judge: Judge) -> Iterator[Measure]:
    """A's commonest combinations beside those of the same ranks in B, as shares."""
    rows = laws[0].given.rows, laws[1].given.rows
    found = []
    for of_a, of_b in commonest(*laws, is_ranked, _COMMONEST):
        shares = of_a / rows[0], max(of_b, 1) / rows[1]
        found.append((max(shares) / min(shares), (1.0 / of_a + 1.0 / max(of_b, 1)) ** 0.5, (shares[0], of_b / rows[1])))
    if not found:
        return
    number = f"of {len(found)}"
    scatter = _MEDIAN_SCATTER * statistics.median(each[1] for each in found)
    median = statistics.median(each[0] for each in found)
    yield judge.of_distance("commonest", median - 1.0, slack=Slack(scatter=scatter), detail=number)
    worst = max(found)
    slack = Slack(scatter=_WORST_SCATTER * worst[1])
    yield judge.of_distance("commonest_worst", worst[0] - 1.0, *worst[2], slack, detail=number)

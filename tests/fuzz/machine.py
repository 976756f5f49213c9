"""The state machine: random graphs, random steps, all invariants after each."""

from contextlib import closing
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.fuzz.checks import check
from tests.fuzz.faults import Fault
from tests.fuzz.graphs import Graph, graphs
from tests.fuzz.stage import LANES
from tests.fuzz.tellings import wishes
from tests.fuzz.ways import check_ways
from tests.fuzz.world import World

__all__ = ("CompositeHistories", "Histories")

_lanes = st.integers(0, LANES - 1)
_kinds = st.integers(0, 3)
_faults = st.one_of(
    st.none(),
    st.none(),
    st.builds(Fault, st.integers(0, 25)),
    st.builds(Fault, st.integers(0, 12), st.just("cancellation")),
)


class Histories(RuleBasedStateMachine):
    """Histories in memory."""

    is_composite = False
    largest = 4

    world: World | None = None

    @initialize(data=st.data(), seed=st.integers(0, 3), repeats=st.booleans())
    def start(self, data: Any, seed: int, repeats: bool) -> None:
        self.graph: Graph = data.draw(graphs(self.largest))
        self.seed, self.repeats = seed, repeats
        self.steps: list[tuple[str, tuple[Any, ...]]] = []
        self.world = self._fresh()

    def _fresh(self) -> World:
        return World(self.graph, self.seed, is_composite=self.is_composite)

    def play(self, step: str, *args: Any) -> None:
        assert self.world is not None
        self.steps.append((step, args))
        getattr(self.world, step)(*args)

    def _kind(self, kind: int) -> int:
        return kind % len(self.graph)

    @rule(lane=_lanes, kind=_kinds, wishes=wishes, fault=_faults)
    def make(self, lane: int, kind: int, wishes: Any, fault: Fault | None) -> None:
        self.play("make", lane, self._kind(kind), wishes, fault)

    @rule(lane=_lanes, kind=_kinds, number=st.integers(2, 6))
    def make_many(self, lane: int, kind: int, number: int) -> None:
        for _ in range(number):
            self.play("make", lane, self._kind(kind), (), None)

    @rule(lanes=st.permutations(range(LANES)), first=_kinds, second=_kinds, told=st.tuples(wishes, wishes), fault=_faults)
    def both(self, lanes: Any, first: int, second: int, told: Any, fault: Fault | None) -> None:
        self.play("both", (lanes[0], self._kind(first), told[0]), (lanes[1], self._kind(second), told[1]), fault)

    @rule(lane=_lanes, kind=_kinds, wishes=wishes, fault=_faults)
    def populate(self, lane: int, kind: int, wishes: Any, fault: Fault | None) -> None:
        self.play("populate", lane, self._kind(kind), wishes, fault)

    @rule(lane=_lanes, fault=_faults)
    def create(self, lane: int, fault: Fault | None) -> None:
        self.play("create", lane, fault)

    @rule(lane=_lanes)
    def reset(self, lane: int) -> None:
        self.play("reset", lane)

    @rule(lane=_lanes)
    def begin(self, lane: int) -> None:
        self.play("begin", lane)

    @rule(lane=_lanes, fault=_faults)
    def commit(self, lane: int, fault: Fault | None) -> None:
        self.play("commit", lane, fault)

    @rule(lane=_lanes)
    def rollback(self, lane: int) -> None:
        self.play("rollback", lane)

    @rule(lane=_lanes)
    def cancel(self, lane: int) -> None:
        self.play("cancel", lane)

    @rule(lane=_lanes, kind=_kinds)
    def clone(self, lane: int, kind: int) -> None:
        self.play("clone", lane, self._kind(kind))

    @rule(lane=_lanes, kind=_kinds, row=st.integers(0, 5), value=st.integers(0, 2))
    def update(self, lane: int, kind: int, row: int, value: int) -> None:
        self.play("update", lane, self._kind(kind), row, value)

    @rule(lane=_lanes, kind=_kinds)
    def share(self, lane: int, kind: int) -> None:
        self.play("share", lane, self._kind(kind))

    @rule(
        lane=_lanes,
        kind=_kinds,
        count=st.integers(1, 9),
        batch_size=st.integers(1, 4),
        lanes=st.sampled_from((1, 1, 3)),
        on_error=st.sampled_from(("stop", "skip")),
        leave_after=st.one_of(st.none(), st.integers(1, 6)),
        drops=st.booleans(),
        fault=_faults,
    )
    def run(self, lane: int, kind: int, fault: Fault | None, **options: Any) -> None:
        order = ("count", "batch_size", "lanes", "on_error", "leave_after", "drops")
        self.play("run", lane, self._kind(kind), *(options[name] for name in order), fault)

    @rule()
    def restore(self) -> None:
        self.play("restore")

    @rule(kind=_kinds, count=st.integers(1, 30), batch_size=st.integers(1, 12))
    def ways(self, kind: int, count: int, batch_size: int) -> None:
        """The same plan, one by one and in batches, in worlds of its own."""
        check_ways(self.graph, self._fresh, self._kind(kind), count, batch_size)

    @invariant()
    def holds(self) -> None:
        if self.world is not None:
            check(self.world)

    def teardown(self) -> None:
        if self.world is None:
            return
        with closing(self.world):
            self.world.end_lanes()
            check(self.world)
        if self.repeats:
            with closing(self._fresh()) as again:
                for step, args in self.steps:
                    getattr(again, step)(*args)
                again.end_lanes()
            committed = self.world.ledger.committed
            assert again.ledger.committed == committed, "the same seed and the same steps gave other rows"


class CompositeHistories(Histories):
    """Histories in which each kind has an external and an internal repository."""

    is_composite = True
    largest = 3

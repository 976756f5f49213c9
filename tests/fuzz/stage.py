"""What a history happens in: a graph, its stores and lanes, and how a step is judged."""

import asyncio
from typing import Any

from ascetic_ddd.faker.domain.errors import FakerError
from ascetic_ddd.faker.infrastructure.repositories.composite_repository import CompositeAutoPkRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from tests.fuzz.building import Item, build
from tests.fuzz.faults import BoomError, BulkStore, Fault, Store, Switch
from tests.fuzz.graphs import Graph, Kind, can_fail, never_made
from tests.fuzz.lanes import Lane
from tests.fuzz.loop import QuietLoop
from tests.fuzz.model import Ledger
from tests.fuzz.sessions import WatchedPool
from tests.fuzz.tellings import Wish, contradicts, input_of

__all__ = ("LANES", "Stage")

LANES = 3


class Stage:
    """Holds the stores, the providers and the lanes. A step ends when nobody can go on: done, or waiting for another lane.

    Args:
        graph: the kinds.
        seed: of the providers.
        is_composite: each kind has an external and an internal repository, with sessions of their own.
    """

    def __init__(self, graph: Graph, seed: int, *, is_composite: bool = False) -> None:
        self.graph, self.seed, self.is_composite = graph, seed, is_composite
        self.loop = QuietLoop()
        self.switch = Switch()
        self.ledger = Ledger()  # of the application's store
        self.memory = Ledger() if is_composite else self.ledger  # of what is remembered
        self.pool: Any = WatchedPool(self.ledger, self.switch)
        if is_composite:
            self.pool = CompositeSessionPool(self.pool, WatchedPool(self.memory, self.switch))
        self.repositories = {kind.name: self._repository(kind) for kind in graph}
        self.told: set[str] = set()  # kinds of which something was told, so that a law does not foretell their uses
        self.unheard: set[str] = set()  # kinds that were changed before anybody listened
        self._furnish()

    def _furnish(self) -> None:
        self.providers = build(self.graph, self.repositories, self.switch)
        for provider in self.providers.values():
            provider.seed(self.seed)
        self.lanes = [Lane(self.loop, self.pool, self.providers) for _ in range(LANES)]
        self.loop.run_until_quiet()  # all wait for work, whoever comes first

    def _repository(self, kind: Kind) -> Any:
        cls = BulkStore if kind.bulk else Store
        inner = cls(self._in_memory(), kind.name, self.switch, self.memory)
        if not self.is_composite:
            return inner
        outer = cls(self._in_memory(), kind.name, self.switch, self.ledger, "external")
        return CompositeAutoPkRepository(external_repository=outer, internal_repository=inner)

    def _in_memory(self) -> Any:
        def export(item: Item) -> dict[str, Any]:
            self.switch.pass_by("an exporter")
            return item.state()

        return InMemoryRepository(agg_exporter=export)

    @property
    def is_quiet(self) -> bool:
        """True if no transaction is open."""
        return not any(lane.depth or lane.is_busy for lane in self.lanes)

    def rows(self, session: Any) -> Any:
        """The rows of a kind that a session may see, as a function."""
        part = None if session is None else self.known(session)
        return lambda kind: self.memory.seen_by(part, kind)

    def known(self, session: Any) -> Any:
        """The session of which the ledger of what is remembered hears."""
        return session.internal if self.is_composite else session

    def _do(self, lane: int, work: Any, fault: Fault | None = None, *, may_fail: bool = False, work_resets: bool = False) -> None:
        if self.lanes[lane].is_busy or (work_resets and self.lanes[lane].is_nested):
            return
        self.switch.arm(fault)
        if may_fail:
            self.lanes[lane].excuse = "a closed reference"
        self._submit(lane, work)
        self._run()

    def _submit(self, lane: int, work: Any) -> None:
        own = self.lanes[lane]
        if not own.is_busy:
            own.submit(lambda: work(own))

    def _run(self) -> None:
        busy = [lane for lane in self.lanes if lane.is_busy]
        self.loop.run_until_quiet()
        for lane in busy:
            if self.switch.tripped:
                lane.excuse = self.switch.tripped[0]
            if not lane.is_busy:
                self._judge(lane)
                lane.excuse, lane.error = "", None
        self.switch.arm(None)

    def _judge(self, lane: Lane) -> None:
        """An error must be ours, or one of the library's where something was asked that may be impossible."""
        error = lane.error
        if error is None:
            return
        if isinstance(error, (BoomError, asyncio.CancelledError)) and lane.excuse:
            return
        if isinstance(error, FakerError) and lane.excuse:
            return
        raise AssertionError(f"{error!r}, and nothing was wrong") from error

    async def _populate(self, own: Lane, kind: Kind, wishes: tuple[Wish, ...]) -> None:
        if not own.depth:
            await own.begin()
        provider = own.provider(kind.name)
        own.give_up()
        provider.reset()
        own.is_lost, own.depth_at_hand = False, own.depth
        input = input_of(self.graph, kind, wishes, self.rows(own.session))
        if input:
            self.told.add(kind.name)
            own.excuse = own.excuse or f"told {input!r}"
            provider.set(input)
        if can_fail(self.graph, self.graph.index(kind)):
            own.excuse = own.excuse or "a closed reference"
        own.at_hand = (kind.name, input)
        try:
            await provider.populate(own.session)
        except BaseException as error:
            await own.rollback(error)
            raise

    async def _make(self, own: Lane, kind: Kind, wishes: tuple[Wish, ...]) -> None:
        own.give_up()  # before the savepoint: what is given back in one that rolls back is counted again
        await own.begin()
        session = self.known(own.session)
        closed = never_made(self.graph, self.graph.index(kind))
        before = {name: self.memory.stored_by(session, name) for name in closed}
        await self._populate(own, kind, wishes)
        try:
            await self._create(own)
        except BaseException as error:
            await own.rollback(error)
            raise
        for name in closed:
            made = self.memory.stored_by(session, name) - before[name]
            assert not made, f"{kind.name}: {name} {made} were made, and may not be created"
        await own.commit()

    async def _create(self, own: Lane) -> None:
        assert own.at_hand is not None
        name, input = own.at_hand
        own.excuse = own.excuse or ("rolled back" if own.is_lost else "")
        provider = own.provider(name)
        item = await provider.create(own.session)
        assert await provider.create(own.session) is item
        wrong = contradicts(self.graph, self._kind(name), input, item.state(), self.rows(own.session))
        assert not wrong, f"{name} told {input!r} is {item.state()!r}: {wrong}"
        own.at_hand = None
        provider.reset()

    async def _in_savepoint(self, own: Lane, work: Any) -> None:
        if not own.depth:
            await own.begin()
        await own.begin()
        try:
            await work(own)
        except BaseException as error:
            await own.rollback(error)
            raise
        await own.commit()

    def _check_given(self, kind: Kind, given: list[Any]) -> None:
        stored = self.ledger.committed.get(kind.name, {})
        for item in given:
            assert item.state() in stored.values(), f"{item.state()!r} was given out, and is not committed"

    def _kind(self, name: str) -> Kind:
        return next(kind for kind in self.graph if kind.name == name)

    def end_lanes(self) -> None:
        """Let go of the lanes; what they have open is rolled back."""
        for _ in range(LANES):
            for lane in self.lanes:
                if not lane.is_busy:
                    lane.submit(lane.end)
            self._run()
        assert not any(lane.is_busy for lane in self.lanes), "a lane waits for nobody"
        for lane in self.lanes:
            lane.task.cancel()
        self.loop.run_until_quiet()

    def close(self) -> None:
        """Let go of everything, as it stands."""
        for lane in self.lanes:
            lane.task.cancel()
        self.loop.run_forever()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

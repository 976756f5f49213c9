"""The steps of a history."""

import asyncio
import gc
from contextlib import aclosing
from functools import partial
from typing import Any

from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.application.runs.restoration import restore
from ascetic_ddd.faker.domain.errors import FakerError
from tests.fuzz.building import Item
from tests.fuzz.faults import Fault
from tests.fuzz.graphs import Listed, can_fail, leads_back
from tests.fuzz.hooks import LISTED
from tests.fuzz.lanes import Lane
from tests.fuzz.stage import Stage
from tests.fuzz.tellings import Wish

__all__ = ("World",)


class World(Stage):
    """Takes steps; all that a step needs is plain data, so that it can be taken again."""

    def begin(self, lane: int) -> None:
        self._do(lane, lambda own: own.begin())

    def commit(self, lane: int, fault: Fault | None = None) -> None:
        if self.lanes[lane].depth:
            self._do(lane, lambda own: own.commit(), fault)

    def rollback(self, lane: int) -> None:
        if self.lanes[lane].depth:
            self._do(lane, lambda own: own.rollback())

    def make(self, lane: int, kind: int, wishes: tuple[Wish, ...], fault: Fault | None = None) -> None:
        self._do(lane, lambda own: self._make(own, self.graph[kind], wishes), fault, work_resets=True)

    def both(self, first: tuple[Any, ...], second: tuple[Any, ...], fault: Fault | None = None) -> None:
        """Two lanes make something at the same time."""
        self.switch.arm(fault)
        for lane, kind, wishes in (first, second):
            if not self.lanes[lane].is_nested:
                self._submit(lane, partial(self._make, kind=self.graph[kind], wishes=wishes))
        self._run()

    def populate(self, lane: int, kind: int, wishes: tuple[Wish, ...], fault: Fault | None = None) -> None:
        self._do(lane, lambda own: self._populate(own, self.graph[kind], wishes), fault, work_resets=True)

    def create(self, lane: int, fault: Fault | None = None) -> None:
        if self.lanes[lane].at_hand is not None:
            self._do(lane, lambda own: self._in_savepoint(own, self._create), fault)

    def reset(self, lane: int) -> None:
        async def reset(own: Lane) -> None:
            own.give_up()

        self._do(lane, reset, work_resets=True)

    def clone(self, lane: int, kind: int) -> None:
        own = self.lanes[lane]
        if not own.is_busy and own.at_hand is None:
            own.renew(self.graph[kind].name)

    def cancel(self, lane: int) -> None:
        """The task that a lane works in is cancelled while it waits."""
        own = self.lanes[lane]
        if own.is_busy:
            own.excuse = "cancelled"
            own.task.cancel()
            self._run()

    def update(self, lane: int, kind: int, row: int, value: int) -> None:
        """The application changes a row that nobody else is changing."""
        found = self.graph[kind]
        names = [part.name for part in found.parts if isinstance(part, Listed) and (part.name,) not in found.unique]
        own = self.lanes[lane]
        if not names or not own.depth or own.is_busy:
            return
        seen = self.rows(own.session)(found.name)
        others = [lane.session for lane in self.lanes if lane is not own and lane.session is not None]
        busy = {id for other in others for id in self.memory.stored_by(self.known(other), found.name)}
        seen = {id: state for id, state in seen.items() if id not in busy}
        if seen:
            state = dict(list(seen.values())[row % len(seen)])
            if not self.providers[found.name].memory.has_readers:
                self.unheard.add(found.name)
            state[names[0]] = LISTED[value % len(LISTED)]
            self._do(lane, lambda own: self.repositories[found.name].update(own.session, Item(**state)))

    def share(self, lane: int, kind: int) -> None:
        """Two tasks use one provider: each makes what it was told, or is refused."""
        found = self.graph[kind]
        names = [part.name for part in found.parts if isinstance(part, Listed)]
        if not names or self.lanes[lane].depth or self.lanes[lane].at_hand:
            return

        async def one(provider: Any, told: str) -> None:
            async with self.pool.session() as session, session.atomic():
                provider.reset()
                provider.set({names[0]: told})
                await asyncio.sleep(0)
                await provider.populate(session)
                state = (await provider.create(session)).state()
                assert state[names[0]] == told, f"{found.name} was told {told!r} in one of two tasks, and is {state}"

        async def work(own: Lane) -> None:
            provider = own.provider(found.name).clone()
            outcomes = await asyncio.gather(one(provider, "x"), one(provider, "y"), return_exceptions=True)
            for error in outcomes:
                if error is not None and not isinstance(error, FakerError):
                    raise error

        self.told.add(found.name)
        self._do(lane, work)

    def run(
        self,
        lane: int,
        kind: int,
        count: int,
        batch_size: int,
        lanes: int,
        on_error: Any,
        leave_after: int | None,
        drops: bool,
        fault: Fault | None = None,
    ) -> None:
        if self.lanes[lane].depth or self.lanes[lane].at_hand:
            return

        async def work(own: Lane) -> None:
            iterator: Any = generate(
                own.provider(self.graph[kind].name), self.pool, count, batch_size=batch_size, lanes=lanes, on_error=on_error
            )
            if lanes > 1:
                own.excuse = own.excuse or ("cancelled" if fault is not None and fault.effect == "cancellation" else "")
            given = []
            if leave_after is not None and drops:
                async for item in iterator:
                    given.append(item)
                    if len(given) == leave_after:
                        break
                del iterator
            else:
                async with aclosing(iterator):
                    async for item in iterator:
                        given.append(item)
                        if len(given) == leave_after:
                            break
            self._check_given(self.graph[kind], given)
            if leave_after is None and not own.excuse and not leads_back(self.graph, kind):
                assert len(given) == count, f"{len(given)} given for {count}"

        self._do(lane, work, fault, may_fail=can_fail(self.graph, kind))
        gc.collect(0)
        self._run()

    def restore(self) -> None:
        """Another process takes up what is stored."""
        if not self.is_quiet:
            return
        self.end_lanes()
        self._furnish()

        async def work(own: Lane) -> None:
            async with self.pool.session() as session, session.atomic():
                await restore(self.providers[self.graph[-1].name], session)

        self._do(0, work)
        self.told.clear()

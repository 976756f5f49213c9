"""A run: a number of aggregates, in batches of one transaction each, on one lane or several."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager, nullcontext, suppress
from typing import Any, Generic, Literal, TypeVar

from ascetic_ddd.faker.application.runs.batch import Batch, BatchError, Made, Quota
from ascetic_ddd.faker.application.runs.collector import frozen_heap
from ascetic_ddd.faker.application.runs.pace import Pace
from ascetic_ddd.faker.application.runs.progress import Clock, Failure, Progress, Repetition
from ascetic_ddd.faker.application.runs.reservations import NumberReservations
from ascetic_ddd.faker.application.runs.retries import Repeats
from ascetic_ddd.faker.application.runs.same_kind import SameKindCounter
from ascetic_ddd.faker.application.runs.start import BatchStart
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import ConfigurationError, GenerationError
from ascetic_ddd.faker.domain.providers import graph, use
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.feasible import check_rows
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.seedwork.domain.session.faults import Fault, IJudge, fault_of
from ascetic_ddd.seedwork.domain.session.interfaces import ISessionPool

__all__ = ("generate", "planned_run")

A = TypeVar("A")

_IN_A_ROW = 100  # failures without a success that end a run which skips failures
_BATCHES_OF_A_LANE = 8  # at least, in a run of several lanes
_ATTEMPTS, _FAILING = 1_000, 0.9  # from so many attempts on, a larger share of failures ends it, too


@contextmanager
def planned_run(provider: AggregateProvider[Any, Any], total: int) -> Iterator[Plan]:
    """Let the distributors of a graph plan for ``total`` aggregates of ``provider``; on leaving they grow again.

    Whoever makes the aggregates calls ``advance()`` of the plan after each. Distributors asked for once per aggregate are
    exact at the end of the run, and their uses come in random order, independent of each other.

    Args:
        provider: the root of the graph.
        total: aggregates of the root that will be made in the run, beside those that exist.

    Raises:
        ConfigurationError: the total is not a positive whole number, or more than there are combinations where some are unique.
    """
    plan = Plan(_positive("total", total))
    check_rows(provider, total)
    graph.plan(provider, plan)
    try:
        yield plan
    finally:
        graph.end(provider, plan)


async def generate(
    provider: AggregateProvider[Any, A],
    session_pool: ISessionPool,
    count: int | None = None,
    *,
    until: Callable[[A], bool] | None = None,
    batch_size: int = 100,
    lanes: int = 1,
    seed: int | None = None,
    on_error: Literal["stop", "skip"] = "stop",
    on_progress: Callable[[Progress], object] | None = None,
    on_failure: Callable[[Failure], object] | None = None,
    retries: int = 10,
    patience_s: float = 30.0,
    on_repeat: Callable[[Repetition], object] | None = None,
) -> AsyncIterator[A]:
    """Create aggregates, and give each one after the commit of its batch.

    Memory does not grow with ``count`` beyond what the distributors remember. A run that is left before its end has made its
    part of a plan for the whole: fewer uses per value than asked, made good by the next run or by growing on.

    Args:
        provider: the root of the graph; it, and nothing else, is in use while the iteration lasts.
        session_pool: where sessions come from; one session a batch.
        count: number of aggregates of the root's kind to be stored: a planned run. One that a reference makes (an employee's
            boss) counts like one that the run makes, though it is not given out. One that fails and is skipped does not count:
            its uses go back to the schedules, and another one is made.
        until: without ``count``: the run ends with the batch in which this is true of an aggregate; a growing run.
        batch_size: aggregates in one transaction; with several lanes never more than an eighth of a lane's share, since what a
            lane has not committed the others cannot use, and would make once more.
        lanes: batches under way at the same time, each on a clone of the graph and a session of its own; worth it where the
            external repository waits for somebody else. The order of the aggregates is then not repeatable.
        seed: seed of the run; None leaves the streams as they are. A run after others, also restored ones, draws other values
            with the same seed.
        on_error: ``"stop"`` ends the run at the first aggregate that fails; ``"skip"`` leaves it out and goes on, until 100 in
            a row fail, or more than nine in ten of at least 1,000. Only what is the data's own fault is left out: a store
            that stays away, or is full, ends the run in any case.
        on_progress: called after each batch.
        on_failure: called for each aggregate that is skipped.
        retries: how often a batch is repeated that was rolled back because others were in its way (deadlock, serialization,
            a time limit), or because its connection was lost. With one lane it draws the same again, so that the rows are
            those of a run without the fault; see ADR 16 for what cannot be drawn again.
        patience_s: how long a batch waits for a connection, as while the server restarts, in seconds.
        on_repeat: called before each repetition.

    Raises:
        ConfigurationError: an argument is out of range, neither or both of ``count`` and ``until`` are given, or another task
            uses the provider.
        GenerationError: an aggregate failed; its batch is rolled back, earlier ones stay. The cause is attached.

    Example::

        async for book in generate(book_provider, session_pool, 10_000, batch_size=500, seed=7):
            ...
    """
    _positive("batch_size", batch_size)
    _positive("lanes", lanes)
    if (count is None) == (until is None):
        raise ConfigurationError("generate needs either count, or until, the condition that ends the run")
    if count is not None:
        _positive("count", count)
    if on_error not in ("stop", "skip"):
        raise ConfigurationError(f"on_error={on_error!r}: expected 'stop' or 'skip'")
    repeats = Repeats(retries, patience_s, on_repeat)
    with use.one_run(provider):
        if seed is not None:
            made = provider.memory.made  # a run after others must not draw the same values again
            provider.seed(seed_of(seed, f"after {made}") if made else seed)
        with _planned_if_known(provider, count) as plan:
            run = _Run(provider, session_pool, count, plan, batch_size, lanes, on_error, on_progress, on_failure, repeats)
            async with aclosing(run.all()) as batches:
                async for batch in batches:
                    for aggregate in batch:
                        yield aggregate
                        if until is not None and until(aggregate):
                            run.finish()


def _planned_if_known(provider: AggregateProvider[Any, Any], total: int | None) -> AbstractContextManager[Plan | None]:
    return nullcontext() if total is None else planned_run(provider, total)


class _Run(Generic[A]):
    """Hands out the work of one run to its lanes, and keeps the account."""

    def __init__(
        self,
        provider: AggregateProvider[Any, A],
        session_pool: ISessionPool,
        total: int | None,
        plan: Plan | None,
        batch_size: int,
        lanes: int,
        on_error: str,
        on_progress: Callable[[Progress], object] | None,
        on_failure: Callable[[Failure], object] | None,
        repeats: Repeats,
    ) -> None:
        self._provider = provider
        self._pool = session_pool
        self._total = total
        self._batch_size = batch_size = _shared(batch_size, total, lanes)
        self._lanes = lanes
        self._skips = on_error == "skip"
        self._on_progress = on_progress
        self._on_failure = on_failure
        self._repeats = repeats
        repeats.hear(self._heard)
        self._same_kind = SameKindCounter(provider, plan)
        self._reservations = NumberReservations(provider, batch_size, lanes)
        may_repeat = isinstance(session_pool, IJudge) or self._reservations.is_needed
        self._start = BatchStart(provider, plan) if lanes == 1 and may_repeat else BatchStart()
        self._pace = Pace()
        self._clock = Clock()
        self._assigned = self._done = self._failed = self._in_a_row = 0
        self._is_finished = False
        self._has_lost_the_store = False

    def finish(self) -> None:
        """Begin no more batches."""
        self._is_finished = True

    async def all(self) -> AsyncGenerator[list[A]]:
        """The aggregates of the whole run, a batch as soon as it is committed."""
        if self._reservations.is_needed:
            await self._begin_reservations()
        results = self._results(self._lanes)
        try:
            with self._same_kind.watched(), frozen_heap():
                async for batch in results:
                    yield batch
        except BatchError as error:  # what is stored is known now that all lanes have ended
            stored = f"{self._done:,} aggregates of other batches are stored"
            raise GenerationError(f"{error} ({stored})", error.failure) from error.__cause__
        except _HopelessError as error:
            of = "" if self._total is None else f" of {self._total:,}"
            words = f"{error}, so the run ends after {self._done:,}{of}; the last: {error.last}"
            raise GenerationError(words, error.last) from error.last.cause
        finally:
            await results.aclose()
            self._start.end()
            if self._reservations.is_needed and not self._has_lost_the_store:
                with suppress(Exception):  # what is not given back is a gap, and no more
                    async with self._pool.session() as session:
                        await self._reservations.settle(session)

    async def _begin_reservations(self) -> None:
        tries = self._repeats.of_batch()
        while True:
            try:
                async with self._pool.session() as session:
                    return await self._reservations.begin(session)
            except Exception as error:  # noqa: BLE001  # raised again, if the store does not come back
                failed = error
            if not await tries.again(fault_of(self._pool, failed), failed, has_begun=False):
                raise failed

    async def _results(self, lanes: int) -> AsyncGenerator[list[A]]:
        if lanes == 1:
            batch = self._batch(self._provider)
            while size := self._next_size():
                yield await self._one_batch(batch, size)
            return
        ready: asyncio.Queue[list[A] | None] = asyncio.Queue()
        ahead = asyncio.Semaphore(2 * lanes)  # batches made and not taken yet
        workers = [asyncio.create_task(self._work(self._provider.clone(), ready, ahead)) for _ in range(lanes)]
        try:
            ended = 0
            while ended < lanes:
                made = await ready.get()
                ahead.release()
                if made is None:
                    ended += 1
                else:
                    yield made
        finally:
            for worker in workers:
                worker.cancel()
            outcomes = await asyncio.gather(*workers, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
                raise outcome

    async def _work(
        self, lane: AggregateProvider[Any, A], ready: "asyncio.Queue[list[A] | None]", ahead: asyncio.Semaphore
    ) -> None:
        batch = self._batch(lane)
        place = self._pace.enter()
        try:
            while size := self._next_size():
                await self._pace.begin(place)
                await ahead.acquire()
                ready.put_nowait(await self._one_batch(batch, size))
                self._pace.end(place)
        except BaseException:
            self.finish()
            raise
        finally:
            self._pace.leave(place)
            ready.put_nowait(None)

    def _next_size(self) -> int:
        if self._is_finished:
            return 0
        size = self._batch_size if self._total is None else max(0, min(self._batch_size, self._total - self._assigned))
        self._assigned += size
        return size

    def _batch(self, lane: AggregateProvider[Any, A]) -> Batch[A]:
        return Batch(
            lane, self._pool, self._same_kind, self._reservations, self._repeats, self._start, is_thorough=not self._skips
        )

    def _may_grow(self) -> bool:
        """One more than was assigned, if the run has not assigned all."""
        if self._total is not None and self._assigned >= self._total:
            return False
        self._assigned += 1
        return True

    async def _one_batch(self, batch: Batch[A], size: int) -> list[A]:
        quota = Quota(size, self._may_grow)
        try:
            made = await self._all_or_none(batch, quota) or await batch.make_skipping_failures(quota, self._tell)
        except BatchError as error:
            self.finish()
            self._has_lost_the_store = error.fault is not Fault.DATA
            raise
        self._account(made, quota.size + quota.spare)
        return made.aggregates

    async def _all_or_none(self, batch: Batch[A], quota: Quota) -> Made[A] | None:
        """A batch as a whole; None if that fails, and what fails shall be left out."""
        try:
            return await batch.make(quota)
        except BatchError as error:
            if not self._skips or error.fault is not Fault.DATA:
                raise
            if not error.is_half_stored:  # the same draws: what commands have done outside already, they need not do again
                self._start.rewind()
            return None

    def _heard(self, repetition: Repetition) -> None:
        self._in_a_row = 0  # what failed in the batch will fail again

    def _tell(self, failure: Failure | None) -> bool:
        """Hear of an attempt; tell whether it is worth going on."""
        self._in_a_row = self._in_a_row + 1 if failure is not None else 0
        return self._in_a_row < _IN_A_ROW

    def _account(self, made: Made[A], size: int) -> None:
        self._assigned += made.number - size  # what was left out is to be made by the next batch
        self._done += made.number
        self._failed += len(made.failures)
        if self._on_failure is not None:
            for failure in made.failures:
                self._on_failure(failure)
        if self._on_progress is not None:
            self._on_progress(Progress(self._done, self._failed, self._total, self._clock.seconds))
        if made.failures:
            self._check_hope(made.failures[-1])

    def _check_hope(self, last: Failure) -> None:
        attempts = self._done + self._failed
        if self._in_a_row >= _IN_A_ROW:
            reason = f"the last {self._in_a_row} aggregates failed"
        elif attempts >= _ATTEMPTS and self._failed > _FAILING * attempts:
            reason = f"{self._failed:,} of {attempts:,} aggregates failed, more than nine in ten"
        else:
            return
        self.finish()
        raise _HopelessError(reason, last)


def _shared(batch_size: int, total: int | None, lanes: int) -> int:
    """The size of a batch with which the lanes of a short run still hear of each other's parents in time."""
    return batch_size if lanes == 1 or total is None else min(batch_size, max(1, total // (lanes * _BATCHES_OF_A_LANE)))


class _HopelessError(Exception):
    """Too much fails; never leaves this module."""

    def __init__(self, reason: str, last: Failure) -> None:
        super().__init__(reason)
        self.last = last


def _positive(name: str, value: int) -> int:
    if type(value) is not int or value < 1:
        raise ConfigurationError(f"{name}={value!r}: expected a whole number, at least 1")
    return value

"""One batch of a run: one transaction, all or none; or, once it has failed, one by one to leave out what fails."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.application.runs.progress import Failure
from ascetic_ddd.faker.application.runs.reservations import NumberReservations
from ascetic_ddd.faker.application.runs.retries import BatchRepeats, Repeats
from ascetic_ddd.faker.application.runs.same_kind import SameKindCounter
from ascetic_ddd.faker.application.runs.start import BatchStart
from ascetic_ddd.faker.domain.errors import DeadlockError, GenerationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.compiling import BatchMaker
from ascetic_ddd.faker.domain.providers.failures import placed
from ascetic_ddd.faker.domain.providers.waiting import until_resolved
from ascetic_ddd.faker.domain.repositories import IDeferring, offers
from ascetic_ddd.seedwork.domain.errors import SessionError
from ascetic_ddd.seedwork.domain.session.faults import Fault, chain_of, fault_of
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("Batch", "BatchError", "Made", "Quota")

A = TypeVar("A")

_FEW = 4
_TRIES = 100  # to make one aggregate without another of its kind, where only one is wanted


class BatchError(GenerationError):
    """A batch failed and is rolled back.

    Attributes:
        fault: whose fault it is; only if it is the data's, leaving an aggregate out helps.
        has_begun: there was a session, and a transaction in it.
        is_half_stored: the application's store has committed it, and our own has not.
    """

    def __init__(self, failure: Failure, fault: Fault, *, has_begun: bool) -> None:
        super().__init__(f"the batch was rolled back: {failure}", failure)
        self.failure: Failure = failure
        self.fault = fault
        self.has_begun = has_begun
        self.is_half_stored = any(isinstance(each, SessionError) and each.is_half_stored for each in chain_of(failure.cause))


@dataclass
class Made(Generic[A]):
    """What came of a batch.

    Attributes:
        aggregates: the roots, in order.
        number: how many of the root's kind are stored: the roots, and those that references made.
        failures: what was left out.
    """

    aggregates: list[A] = field(default_factory=list)
    number: int = 0
    failures: list[Failure] = field(default_factory=list)


@dataclass
class Quota:
    """How many of the root's kind a batch shall store.

    Attributes:
        size: so many.
        may_grow: asked when the last one needs another of its kind; True allows one more.
        spare: allowed already, and not used.
    """

    size: int
    may_grow: Callable[[], bool]
    spare: int = 0

    def grow(self) -> bool:
        """Ask for one more."""
        if self.spare:
            self.spare -= 1
        elif not self.may_grow():
            return False
        self.size += 1
        return True

    def begin_again(self, size: int) -> None:
        """The batch is made once more; what it had been allowed beyond ``size`` it may have again."""
        self.spare += self.size - size
        self.size = size


class Batch(Generic[A]):
    """Makes batches on one lane.

    Aggregates that nobody refers to are built first and stored together at the end of the batch, if their repository can;
    otherwise each is stored when it is made.

    Args:
        provider: the lane: the root provider, or a clone of it.
        session_pool: one session a batch.
        same_kind: counts aggregates of the root's kind, whoever makes them.
        reservations: reserves running numbers.
        repeats: when to make a batch again that failed by no fault of its data.
        start: goes back to where the batch began.
        is_thorough: find out which aggregate it is that was refused among many stored together.
    """

    def __init__(
        self,
        provider: AggregateProvider[Any, A],
        session_pool: ISessionPool,
        same_kind: SameKindCounter,
        reservations: NumberReservations,
        repeats: Repeats,
        start: BatchStart,
        *,
        is_thorough: bool,
    ) -> None:
        self._provider = provider
        self._pool = session_pool
        self._largest = _FEW  # of its kind that making one root has brought with it
        self._same_kind = same_kind
        self._reservations = reservations
        self._repeats = repeats
        self._start = start
        self._is_thorough = is_thorough
        self._deferring = [each for each in provider.repositories() if offers(each, IDeferring)]
        self._maker = BatchMaker(provider)

    async def make(self, quota: Quota) -> Made[A]:
        """Make a batch, all or none.

        Raises:
            BatchError: one failed; the batch is rolled back, the error names it.
        """
        return await self._repeated(quota, lambda tries: self._make(quota))

    async def make_skipping_failures(self, quota: Quota, tell: Callable[[Failure | None], bool]) -> Made[A]:
        """Make as many attempts as the batch is large, each under a savepoint; leave out what fails.

        What is refused only at the commit, as by a deferred constraint, is found by halving the batch.

        Args:
            quota: how many.
            tell: called with each failure, and with None for each success; False ends the batch early.

        Raises:
            BatchError: the session failed; what is not stored of the batch is rolled back.
        """
        try:
            return await self._repeated(quota, lambda tries: self._make_skipping_failures(quota, tell, tries))
        except BatchError as error:
            if error.fault is not Fault.DATA or not isinstance(error.failure, Failure):
                raise
            refused = error.failure
        if quota.size == 1:
            tell(refused)
            return Made(failures=[refused])
        found = Made[A]()
        for size in (quota.size // 2, quota.size - quota.size // 2):
            half = Quota(size, quota.grow)
            part = await self.make_skipping_failures(half, tell)
            found.aggregates += part.aggregates
            found.number += part.number
            found.failures += part.failures
        return found

    async def _repeated(self, quota: Quota, attempt: Callable[[BatchRepeats], Awaitable[Made[A]]]) -> Made[A]:
        """Make one transaction, again and again while that may help; with the same draws, where nobody else draws meanwhile."""
        tries = self._repeats.of_batch()
        size = quota.size
        self._start.mark()
        largest = self._largest
        last: BatchError | None = None
        while True:
            try:
                return await attempt(tries)
            except _UncoveredError:
                self._reservations.taken_again()
                self._go_back(quota, size, largest)
                continue
            except BatchError as error:
                failed = error
            if isinstance(failed.__cause__, DeadlockError):  # with another lane of this run, which goes on meanwhile
                await until_resolved(failed.__cause__)
                quota.begin_again(size)
                continue
            if not await tries.again(failed.fault, failed.failure.cause, has_begun=failed.has_begun):
                if failed.fault is Fault.SNAPSHOT:
                    failed.fault = Fault.DATA
                raise failed if failed.has_begun or last is None else last  # what happened, not that there is no session since
            last = failed if failed.has_begun else last
            if failed.is_half_stored:  # what the application has stored already must not be made once more
                quota.begin_again(size)
            else:
                self._go_back(quota, size, largest)

    def _go_back(self, quota: Quota, size: int, largest: int) -> None:
        self._start.rewind()
        self._largest = largest
        quota.begin_again(size)

    async def _make(self, quota: Quota) -> Made[A]:
        provider = self._provider
        together = provider.can_store_many
        made = Made[A]()
        work = _Work()
        async with self._transaction(work) as session:
            deferring = self._deferring if together else []
            for repository in deferring:
                repository.defer(session)
            try:
                if together and provider.can_make_many and not self._same_kind.exists:
                    count = self._same_kind.root_counter(session)
                    made.aggregates = await self._maker.make(session, quota.size, self._same_kind.plan, count)
                while self._same_kind.number(session, len(made.aggregates)) < quota.size:
                    made.aggregates.append(await self._one(session, quota, len(made.aggregates), together))
                await self._maker.write_out(session)
            except Exception as error:
                work.place = placed(error, provider)
                raise
            if together:
                failure = await self._store(session, made.aggregates)
                if failure is not None:
                    work.place = (failure.path, failure.input)
                    raise failure.cause
            for repository in deferring:
                await repository.settle(session)
            made.number = self._same_kind.number(session, len(made.aggregates))
        return made

    async def _make_skipping_failures(self, quota: Quota, tell: Callable[[Failure | None], bool], tries: BatchRepeats) -> Made[A]:
        made = Made[A]()
        work = _Work()
        async with self._transaction(work) as session:
            for _ in range(quota.size):
                if self._same_kind.number(session, len(made.aggregates)) >= quota.size:
                    break
                try:
                    async with session.atomic():
                        agg = await self._one(session, quota, len(made.aggregates), together=False)
                except Exception as error:
                    if isinstance(error, DeadlockError) or not tries.is_of_the_data(fault_of(session, error)):
                        raise
                    made.failures.append(Failure(*placed(error, self._provider), error))
                    if not tell(made.failures[-1]):
                        break
                else:  # leaving a savepoint can fail, too
                    made.aggregates.append(agg)
                    tell(None)
            made.number = self._same_kind.number(session, len(made.aggregates))
            if quota.size == 1:  # if the commit is refused, it was this one
                work.place = (self._provider.path, self._provider.get())
        return made

    @asynccontextmanager
    async def _transaction(self, work: "_Work") -> AsyncIterator[ISession]:
        """Open a session and a transaction for a batch; what goes wrong comes out as a BatchError."""
        session: ISession | None = None
        try:
            async with self._pool.session() as session:
                await self._reservations.ensure(session)
                self._same_kind.begin(session)
                try:
                    async with session.atomic():
                        work.has_begun = True
                        session.on_commit(setattr, work, "is_committed", True)
                        yield session
                        if not self._reservations.is_covered:
                            raise _UncoveredError
                except Exception as error:  # noqa: BLE001  # raised again, with the place
                    work.failed(session, error)
                finally:
                    self._same_kind.end(session)
            if work.error is not None:
                raise work.error
        except _UncoveredError:
            raise
        except Exception as error:  # noqa: BLE001  # raised again, with the place
            first = work.error or error
            fault = work.fault
            if work.is_committed or (not work.has_begun and (fault := fault_of(session or self._pool, first)) is Fault.DATA):
                fault = Fault.STORE  # what is committed is not made again; what cannot begin is nobody's data
            path, input = work.place or (self._provider.path, None)
            if fault > Fault.SNAPSHOT:
                input = None  # it is not at fault
            raise BatchError(Failure(path, input, first), fault, has_begun=work.has_begun) from first

    async def _one(self, session: ISession, quota: Quota, roots: int, together: bool) -> A:
        """Make one root. References may make others of its kind; that is one too many where only one is wanted."""
        same_kind = self._same_kind
        before = same_kind.number(session, roots)
        if not same_kind.exists or quota.size - before > 2 * self._largest:
            agg = await self._create(session, together)
            self._largest = max(self._largest, same_kind.number(session, roots + 1) - before)
            return agg
        for _ in range(_TRIES):
            try:
                async with session.atomic():
                    agg = await self._create(session, together)
                    while same_kind.number(session, roots + 1) > quota.size:
                        if not quota.grow():
                            raise _OneTooManyError
                    return agg
            except _OneTooManyError:
                continue
        return await self._create(session, together)  # it cannot be without another one

    async def _create(self, session: ISession, together: bool) -> A:
        provider = self._provider
        provider.reset()
        await provider.populate(session)
        agg = await (provider.build(session) if together else provider.create(session))
        self._same_kind.root_made(session)
        return agg

    async def _store(self, session: ISession, aggs: Sequence[A]) -> Failure | None:
        """Store the built aggregates; if one is refused, say which."""
        provider = self._provider
        try:
            async with session.atomic():
                await provider.store_many(session, aggs)
        except Exception as error:  # noqa: BLE001  # the caller raises it, with the place
            if fault_of(session, error) is not Fault.DATA or not self._is_thorough:
                return Failure(provider.path, None, error)
            if len(aggs) == 1:
                return Failure(provider.path, provider.export(aggs[0]), error)
            middle = len(aggs) // 2
            for half in (aggs[:middle], aggs[middle:]):
                failure = await self._store(session, half)
                if failure is not None:
                    return failure
            return Failure(provider.path, f"{len(aggs)} aggregates, refused together though not singly", error)
        return None


class _Work:
    """What is known of a batch that goes wrong."""

    def __init__(self) -> None:
        self.has_begun = self.is_committed = False
        self.place: tuple[str, Any] | None = None
        self.error: Exception | None = None
        self.fault = Fault.DATA

    def failed(self, session: ISession, error: Exception) -> None:
        """Keep the first error, before leaving the session can add others."""
        self.error = error
        self.fault = fault_of(session, error)


class _UncoveredError(Exception):
    """More numbers were taken than reserved; never leaves this module."""


class _OneTooManyError(Exception):
    """Rolls back a savepoint; never leaves this module."""

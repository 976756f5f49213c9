"""One batch of a run: one transaction, all or none; or, once it has failed, one by one to leave out what fails."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.application.progress import Failure
from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.errors import GenerationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.provider import placed
from ascetic_ddd.seedwork.domain.session.interfaces import ISession, ISessionPool

__all__ = ("Batch",)

A = TypeVar("A")


class Batch(Generic[A]):
    """Makes batches on one lane.

    Aggregates that nobody refers to are built first and stored together at the end of the batch, if their repository can;
    otherwise each is stored when it is made.

    Args:
        provider: the lane: the root provider, or a clone of it.
        session_pool: one session a batch.
        plan: the plan of the run, told of each aggregate; None in a run without a total.
    """

    def __init__(self, provider: AggregateProvider[Any, A], session_pool: ISessionPool, plan: Plan | None) -> None:
        self._provider = provider
        self._pool = session_pool
        self._plan = plan

    async def make(self, size: int) -> list[A]:
        """Make a batch, all or none.

        Raises:
            GenerationError: one failed; the batch is rolled back, the error names it.
        """
        provider = self._provider
        together = provider.can_store_many
        made: list[A] = []
        failure: Failure | None = None
        try:
            async with self._pool.session() as session, session.atomic():
                for _ in range(size):
                    try:
                        made.append(await self._one(session, together))
                    except Exception as error:
                        failure = Failure(*placed(error, provider), error)
                        raise
                if together:
                    failure = await self._store(session, made)
                    if failure is not None:
                        raise failure.cause
        except Exception as error:  # noqa: BLE001  # raised again, with the place
            if failure is None:  # the session itself, or the commit
                failure = Failure(provider.path, None, error)
            raise GenerationError(f"the batch was rolled back: {failure}", failure) from failure.cause
        return made

    async def make_what_works(self, size: int) -> tuple[list[A], list[Failure]]:
        """Make a batch one by one, each under a savepoint; leave out what fails.

        Raises:
            Exception: the session or the commit failed; nothing of the batch is stored.
        """
        provider = self._provider
        made: list[A] = []
        failures: list[Failure] = []
        async with self._pool.session() as session, session.atomic():
            for _ in range(size):
                try:
                    async with session.atomic():
                        made.append(await self._one(session, together=False))
                except Exception as error:  # noqa: BLE001  # it is reported, and the run goes on
                    failures.append(Failure(*placed(error, provider), error))
        return made, failures

    async def _one(self, session: ISession, together: bool) -> A:
        provider = self._provider
        provider.reset()
        await provider.populate(session)
        agg = await (provider.build(session) if together else provider.create(session))
        if self._plan is not None:
            self._plan.advance()
            session.on_rollback(self._plan.retreat)
        return agg

    async def _store(self, session: ISession, aggs: Sequence[A]) -> Failure | None:
        """Store the built aggregates; if one is refused, say which."""
        try:
            async with session.atomic():
                await self._provider.store_many(session, aggs)
        except Exception as error:  # noqa: BLE001  # the caller raises it, with the place
            if len(aggs) == 1:
                return Failure(self._provider.path, self._provider.export(aggs[0]), error)
            middle = len(aggs) // 2
            for half in (aggs[:middle], aggs[middle:]):
                failure = await self._store(session, half)
                if failure is not None:
                    return failure
            return Failure(self._provider.path, f"{len(aggs)} aggregates, refused together though not singly", error)
        return None

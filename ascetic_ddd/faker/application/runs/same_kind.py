"""Aggregates of the root's own kind that something else than the run makes: a reference to it, or a list of children."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.stock.aggregate_stock import AggregateStock
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("SameKindCounter",)


class SameKindCounter:
    """Counts what is stored in the root's repository during a run, by session, whoever makes it.

    An employee's boss is an employee: made because somebody needs one, it counts as one of those that were asked for. A root that
    nothing leads to is not watched, and costs nothing.

    Args:
        provider: the root of the graph.
        plan: the plan of the run, told of each aggregate; None in a run without a total.
    """

    def __init__(self, provider: AggregateProvider[Any, Any], plan: Plan | None) -> None:
        self._root = provider.memory
        self.plan = plan
        self._memories: dict[int, AggregateStock] = {}
        for found in provider.walk():
            for target in found.leads_to():
                if isinstance(target, AggregateProvider) and target.repository is provider.repository:
                    self._memories[id(target.memory)] = target.memory
        self._stored: dict[ISession, int] = {}

    @property
    def exists(self) -> bool:
        """True if aggregates of the root's kind may be made by others."""
        return bool(self._memories)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count in this block."""
        for memory in self._memories.values():
            memory.watch(self._count)
        try:
            yield
        finally:
            for memory in self._memories.values():
                memory.unwatch(self._count)

    def begin(self, session: ISession) -> None:
        """A batch begins."""
        if self._memories:
            self._stored[session] = 0

    def end(self, session: ISession) -> None:
        """It is over."""
        self._stored.pop(session, None)

    def root_made(self, session: ISession) -> None:
        """The run made a root, which may have been counted already."""
        if id(self._root) not in self._memories:
            self._advance(session)

    def root_counter(self, session: ISession) -> Callable[[], object]:
        """What to call for each root of a batch, where nobody else makes some: one entry for the rollback of all."""
        plan, roots = self.plan, 0

        def count() -> None:
            nonlocal roots
            if plan is not None:
                plan.advance()
                roots += 1

        def discount() -> None:
            if plan is not None:
                plan.retreat(roots)

        session.on_rollback(discount)
        return count

    def number(self, session: ISession, roots: int) -> int:
        """How many the batch of this session has stored so far, with so many as roots."""
        if not self._memories:
            return roots
        return self._stored[session] + (0 if id(self._root) in self._memories else roots)

    def _count(self, session: ISession) -> None:
        if session in self._stored:
            self._stored[session] += 1
            session.on_rollback(self._discount, session)
            self._advance(session)

    def _discount(self, session: ISession) -> None:
        if session in self._stored:
            self._stored[session] -= 1

    def _advance(self, session: ISession) -> None:
        if self.plan is not None:
            self.plan.advance()
            session.on_rollback(self.plan.retreat)

"""Where a batch began: all that is drawn from goes back there, so that the batch can be made again as it was."""

from typing import Any

from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.providers import graph
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.rewinding import IRewindable

__all__ = ("BatchStart",)


class BatchStart:
    """The distributors, generators and counters of a graph, as they were when a batch began.

    Made without a graph it does nothing: several lanes draw from the same distributors, so none of them can go back.

    Args:
        provider: the root of the graph.
        plan: of the run, if there is one.
    """

    def __init__(self, provider: Provider[Any, Any] | None = None, plan: Plan | None = None) -> None:
        self._parts: list[IRewindable] = [] if provider is None else graph.rewindable(provider)
        if provider is not None and plan is not None:
            self._parts.append(plan)

    def mark(self) -> None:
        """A batch begins."""
        for part in self._parts:
            part.mark()

    def rewind(self) -> None:
        """It is rolled back, and will be made again."""
        for part in self._parts:
            part.rewind()

    def end(self) -> None:
        """The run is over."""
        for part in self._parts:
            part.unmark()

"""The methods that lead an aggregate of the domain model to a state."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.infrastructure.transports.ways import AT, IWays, Step, Ways

__all__ = ("DomainJourney",)

A = TypeVar("A")

_SELF = "self"


class DomainJourney(Generic[A]):
    """An ``output_factory`` of aggregates that are led to the state that was drawn for them, by their own methods.

    The first step of a way makes the aggregate; the others are its methods, ``Step(Order.pay, amount=…)``, or functions that take
    it, ``Step(pay, order="self")``. A method that returns another aggregate of the class is taken at its word, as in a model that
    does not change. The repository stores the aggregate once, as it is after the last step: a step that raises leaves nothing.

    Args:
        part, ways, steps, begins: as for :class:`.Journey`; the ways may be the same ones.

    Raises:
        ConfigurationError: a way is empty or names no step; a step is async, or takes no aggregate.
        WiringError: when an aggregate is made, there is no way to its state.

    Example::

        WAYS = {"placed": ["place"], "paid": ["place", "pay"]}
        DomainJourney("status", WAYS, {
            "place": Order,
            "pay": Step(Order.pay, amount=lambda known: known["self"].total),
        })
    """

    def __init__(
        self, part: str, ways: IWays, steps: Mapping[str, Callable[..., Any] | Step] | None = None, *, begins: str | None = None
    ) -> None:
        self._ways = Ways(part, ways, steps or {}, begins, f"DomainJourney({part!r})")
        for step in self._ways.steps():
            if inspect.iscoroutinefunction(step.command_class):
                raise ConfigurationError(f"{step.fill.words} is async, and nobody would await it; lead there by commands instead")
        for step in self._ways.further():
            if not step.fill.may_take(_SELF):
                raise ConfigurationError(
                    f"{step.fill.words} takes no aggregate, as far as its signature tells; expected a method, as Order.pay, or "
                    "Step(function, order='self'), also where a decorator hides the method's parameters"
                )

    def __call__(self, **parts: Any) -> A:
        """Make an aggregate, and lead it to the state among its parts."""
        way = self._ways.to(parts)
        times = self._ways.times(way, parts)
        known = {**parts, AT: times[0]} if times else parts
        agg: A = way[0].fill(known)
        for number, step in enumerate(way[1:], start=1):
            known = {**parts, _SELF: agg}
            if times:
                known[AT] = times[number]
            said = step.fill(known)
            agg = said if isinstance(said, type(agg)) else agg
        return agg

    def without_way(self, states: Iterable[Any]) -> list[Any]:
        """Give those of the states that no way leads to."""
        return self._ways.without_way(states)

    def findings(self, provider: AggregateProvider[Any, Any]) -> Iterator[Finding]:
        """Find states without a way, and steps that name what there is not."""
        return self._ways.findings(provider, (_SELF,))

"""The ways that lead to states: which steps, made of what, and when."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.transports.errors import WiringError
from ascetic_ddd.faker.infrastructure.transports.filling import FieldSource, Filling, unfilled
from ascetic_ddd.faker.infrastructure.transports.plain import plain

__all__ = ("AT", "Delay", "IWays", "Step", "Ways")

AT = "at"
"""The name under which a step knows when it is due."""

Delay = timedelta | str | Callable[[Mapping[str, Any]], timedelta]
"""How long after the step before: so long; the name of the part that says it; or a function of all that is known by name."""

IWays = Mapping[Any, Sequence["str | Callable[..., Any] | Step"]]
"""State → the steps that lead to it, the first one first: names of steps, steps, or what they call alone, filled by name."""


class Step:
    """A step on the way: a command, or a method of the aggregate, filled by name with what is known by then.

    Known are the parts, ``at`` where the journey has times, and what came of the steps before: of commands ``id``, ``version``
    and what the application has told; of methods the aggregate, ``self``.

    Args:
        command_class: the command's class, or the aggregate's method, as ``Order.pay``; any callable with named parameters.
        after: how long after the step before it is due, see :data:`Delay`; at once by default.
        fields: as for :func:`.draft_of`: ``Step(PayOrder, order_id="id", amount=lambda known: known["total"])``.

    Raises:
        ConfigurationError: there is no such field, or the delay is negative.
    """

    def __init__(self, command_class: Callable[..., Any], *, after: Delay = timedelta(0), **fields: FieldSource) -> None:
        if isinstance(after, timedelta) and after < timedelta(0):
            raise ConfigurationError(f"Step({command_class!r}, after={after!r}): no step is due before the one before it")
        self.command_class = command_class
        self.fill = Filling(command_class, fields, "Step")
        self.after = after

    @property
    def is_delayed(self) -> bool:
        """True if it has a time of its own."""
        return self.after != timedelta(0)

    def due(self, before: datetime, known: Mapping[str, Any]) -> datetime:
        """Tell when it is due after the step before.

        Raises:
            WiringError: the delay is none, or is negative.
        """
        after = self.after
        if isinstance(after, str):
            after = plain(known.get(after))
        elif callable(after):
            after = after(known)
        if not isinstance(after, timedelta) or after < timedelta(0):
            raise WiringError(f"{self.fill.words}: after={self.after!r} gives {after!r}; expected a timedelta of at least 0")
        return before + after


class Ways:
    """State → the steps that lead to it, and when they are due.

    Args:
        part: the name of the part that is the state.
        ways: see :data:`IWays`.
        steps: name → the step, where ``ways`` has names.
        begins: the name of the part that says when the first step is due; None: the steps have no times.
        words: who has them, for messages.

    Raises:
        ConfigurationError: a way is empty, names no step, or has delays and no beginning.
    """

    def __init__(
        self, part: str, ways: IWays, steps: Mapping[str, Callable[..., Any] | Step], begins: str | None, words: str
    ) -> None:
        self.words = words
        if not ways or not all(ways.values()):
            raise ConfigurationError(f"{words}: expected states, and for each at least one step; not {ways!r}")
        made = {name: each if isinstance(each, Step) else Step(each) for name, each in steps.items()}
        unknown = [each for way in ways.values() for each in way if isinstance(each, str) and each not in made]
        if unknown:
            raise ConfigurationError(f"{words}: no step {unknown[0]!r}, only {', '.join(map(repr, made)) or 'none by name'}")
        self._part = part
        self._begins = begins
        self._ways = {
            state: [made[each] if isinstance(each, str) else each if isinstance(each, Step) else Step(each) for each in way]
            for state, way in ways.items()
        }
        if begins is None and any(step.is_delayed for step in self.steps()):
            raise ConfigurationError(f"{words}: steps have after=, and nothing begins; say begins= which part is the first time")

    def steps(self) -> list[Step]:
        """Give all steps, each once."""
        return list({id(step): step for way in self._ways.values() for step in way}.values())

    def further(self) -> list[Step]:
        """Give the steps that come after others, each once."""
        return list({id(step): step for way in self._ways.values() for step in way[1:]}.values())

    def to(self, parts: Mapping[str, Any]) -> list[Step]:
        """Give the steps that lead to the state among the parts.

        Raises:
            WiringError: there is no way to it.
        """
        state = plain(parts.get(self._part))
        way = self._ways.get(state)
        if way is None:
            raise WiringError(f"{self.words} has no way to {state!r}, only to {', '.join(map(repr, self._ways))}")
        return way

    def times(self, way: Sequence[Step], parts: Mapping[str, Any]) -> list[datetime]:
        """Give when each step is due; empty if nothing begins.

        Raises:
            WiringError: the beginning is no time, or a delay is none.
        """
        if self._begins is None:
            return []
        time = plain(parts.get(self._begins))
        if not isinstance(time, datetime):
            raise WiringError(f"{self.words}: begins={self._begins!r} gives {time!r}; expected a datetime")
        return [time := step.due(time, parts) for step in way]

    def without_way(self, states: Iterable[Any]) -> list[Any]:
        """Give those of the states that no way leads to."""
        return [state for state in states if state not in self._ways]

    def findings(self, provider: AggregateProvider[Any, Any], told: Iterable[str]) -> Iterator[Finding]:
        """Find states without a way, ways to no state, and steps that name what there is not.

        Args:
            provider: whose factory this is.
            told: what steps after the first one know beside the parts.
        """
        parts = provider.parts()
        names = [self._part, *([] if self._begins is None else [self._begins])]
        names += [step.after for step in self.steps() if isinstance(step.after, str)]
        for name in dict.fromkeys(names):
            if name not in parts:
                yield Finding(provider.path, f"{self.words} with {name!r}", f"the parts are {', '.join(parts)}", "Add this one")
        yield from self._unreached(provider)
        firsts = [*parts, *([] if self._begins is None else [AT])]
        found = [unfilled(way[0].fill, provider, firsts) for way in self._ways.values()]
        found += [unfilled(step.fill, provider, [*firsts, *told]) for way in self._ways.values() for step in way[1:]]
        yield from dict.fromkeys(finding for each in found for finding in each)

    def _unreached(self, provider: AggregateProvider[Any, Any]) -> Iterator[Finding]:
        part = provider.parts().get(self._part)
        if not isinstance(part, ValueProvider) or not part.pool.is_fixed:
            return
        for state in self.without_way(states := part.pool.inputs):
            ways = ", ".join(map(repr, self._ways))
            yield Finding(part.path, f"{state!r}", f"{self.words} has ways only to {ways}", "Add the way, or leave the state out")
        for state in self._ways:
            if state not in states:
                implies = f"{self.words} has a way to {state!r}, too"
                yield Finding(part.path, f"only {', '.join(map(repr, states))}", implies, "Add the state, or leave the way out")

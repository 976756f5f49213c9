"""The commands that lead an aggregate to a state."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft
from ascetic_ddd.faker.infrastructure.transports.filling import Filling
from ascetic_ddd.faker.infrastructure.transports.ways import AT, IWays, Step, Ways

__all__ = ("Journey", "Step")

_ANSWERED = ("id", "version")


class Journey:
    """An ``output_factory`` of drafts whose aggregates reach the state that was drawn for them.

    The state is a part like any other: its shares are those of its distributor, among what succeeded, and it can be told and be a
    pattern, ``{"status": "shipped"}``. The repository sends the commands one after the other; if one of them is refused, the
    aggregate is not remembered, and what was done of it is counted among the orphans.

    Args:
        part: the name of the part that is the state.
        ways: state → the commands that lead to it, the first one first; a class alone is filled by name; a text names a step.
        steps: name → step: so several journeys, by commands and by methods, share their ways.
        begins: the name of the part that says when the first command is due, a datetime; then each step knows by ``at`` when it
            is due, and the draft has the :attr:`~.Draft.times`. None: nothing has a time.
        told: names of what the application tells beside id and version (``Receipt.state``), for :func:`.lint`.

    Raises:
        ConfigurationError: a way is empty or names no step.
        WiringError: when a draft is made, there is no way to its state.

    Example::

        journey = Journey("status", {
            "placed": [PlaceOrder],
            "paid": [PlaceOrder, Step(PayOrder, order_id="id")],
        })
        super().__init__(repository, output_factory=journey, output_exporter=Draft.export)
    """

    def __init__(
        self,
        part: str,
        ways: IWays,
        steps: Mapping[str, Callable[..., Any] | Step] | None = None,
        *,
        begins: str | None = None,
        told: Sequence[str] = (),
    ) -> None:
        self._ways = Ways(part, ways, steps or {}, begins, f"Journey({part!r})")
        self._told = told

    def __call__(self, **parts: Any) -> Draft[Any]:
        """Make the draft of an aggregate that shall reach the state among its parts."""
        way = self._ways.to(parts)
        times = self._ways.times(way, parts)
        if not times:
            return Draft(way[0].fill(parts), parts, [_following(step, parts) for step in way[1:]])
        known = [{**parts, AT: time} for time in times]
        following = [_following(step, each) for step, each in zip(way[1:], known[1:], strict=True)]
        return Draft(way[0].fill(known[0]), parts, following, times)

    def fillings(self) -> list[Filling[Any]]:
        """Give how each command is made."""
        return [step.fill for step in self._ways.steps()]

    def without_way(self, states: Iterable[Any]) -> list[Any]:
        """Give those of the states that no way leads to: of a measured column's values, to be known before a run."""
        return self._ways.without_way(states)

    def findings(self, provider: AggregateProvider[Any, Any]) -> Iterator[Finding]:
        """Find states without a way, and steps that name what there is not."""
        return self._ways.findings(provider, (*_ANSWERED, *self._told))


def _following(step: Step, known: Mapping[str, Any]) -> Callable[[Draft[Any]], Any]:
    fill = step.fill
    return lambda draft: fill(draft.with_given(known))

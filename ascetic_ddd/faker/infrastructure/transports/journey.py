"""The commands that lead an aggregate to a state."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.infrastructure.transports.drafts import Draft
from ascetic_ddd.faker.infrastructure.transports.filling import FieldSource, filled
from ascetic_ddd.faker.infrastructure.transports.plain import plain

__all__ = ("Journey", "Step")


class Step:
    """A command on the way, made of the parts and of what the application has told by then: ``id``, ``version``, what it decided.

    Args:
        command_class: as for :func:`.draft_of`.
        fields: as for :func:`.draft_of`: ``Step(PayOrder, order_id="id", amount=lambda known: known["total"])``.
    """

    def __init__(self, command_class: Callable[..., Any], **fields: FieldSource) -> None:
        self.command_class = command_class
        self.fill = filled(command_class, fields, "Step")


class Journey:
    """An ``output_factory`` of drafts whose aggregates reach the state that was drawn for them.

    The state is a part like any other: its shares are those of its distributor, among what succeeded, and it can be told and be a
    pattern, ``{"status": "shipped"}``. The repository sends the commands one after the other; if one of them is refused, the
    aggregate is not remembered, and what was done of it is counted among the orphans.

    Args:
        part: the name of the part that is the state.
        ways: state → the commands that lead to it, the first one first; a class alone is filled by name.

    Raises:
        ConfigurationError: a way is empty; or, when a draft is made, there is none to its state.

    Example::

        journey = Journey("status", {
            "placed": [PlaceOrder],
            "paid": [PlaceOrder, Step(PayOrder, order_id="id")],
        })
        super().__init__(repository, output_factory=journey, output_exporter=Draft.export)
    """

    def __init__(self, part: str, ways: Mapping[Any, Sequence[Callable[..., Any] | Step]]) -> None:
        if not ways or not all(ways.values()):
            raise ConfigurationError(f"Journey({part!r}, {ways!r}): expected states, and for each at least one command")
        self._part = part
        self._ways = {state: [each if isinstance(each, Step) else Step(each) for each in way] for state, way in ways.items()}

    def __call__(self, **parts: Any) -> Draft[Any]:
        """Make the draft of an aggregate that shall reach the state among its parts."""
        state = plain(parts.get(self._part))
        way = self._ways.get(state)
        if way is None:
            raise ConfigurationError(
                f"Journey({self._part!r}) has no way to {state!r}, only to {', '.join(map(repr, self._ways))}"
            )
        first, *others = way
        return Draft(first.fill(parts), parts, [_following(step, parts) for step in others])

    def without_way(self, states: Iterable[Any]) -> list[Any]:
        """Give those of the states that no way leads to: of a measured column's values, to be known before a run."""
        return [state for state in states if state not in self._ways]


def _following(step: Step, parts: Mapping[str, Any]) -> Callable[[Draft[Any]], Any]:
    return lambda draft: step.fill({**parts, **draft.given})

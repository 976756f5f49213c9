"""Values that a column does not take: of its enum, of its length, of its checks."""

from collections.abc import AsyncIterator, Iterator, Sequence
from enum import Enum
from typing import Any

from ascetic_ddd.faker.application.linting.tables import Held, Stored
from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.generators.space import examples_of, longest_of
from ascetic_ddd.faker.domain.providers.facts import listed_inputs
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories.rules import IRuled
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("column_values", "refused_by_checks")

_SHOWN = 3


def column_values(stored: Stored) -> Iterator[Finding]:
    """Find values beyond the labels of an enum, and texts that are too long.

    Known are fixed lists, and generators that say what they give. They are taken for what is exported.
    """
    for held in stored.all_held():
        texts = [value for value in _inputs(held) if isinstance(value, str)]
        column = held.column
        strange = [text for text in texts if column.labels and text not in column.labels]
        if strange:
            yield Finding(
                path=held.part.path,
                asked=_listed(strange),
                implies=f"the enum of {stored.words(column.name)} has only {_listed(column.labels, len(column.labels))}",
                advice="Leave out what it has not, or add it to the type",
            )
        longest = max([*map(len, texts), _longest(held)])
        if column.longest is not None and longest > column.longest:
            yield Finding(
                path=held.part.path,
                asked=f"texts of up to {longest} letters",
                implies=f"{stored.words(column.name)} is {column.type}",
                advice="Give shorter ones, or let the column be longer",
            )


async def refused_by_checks(stored: Stored, repository: IRuled, session: ISession) -> AsyncIterator[Finding]:
    """Find values that a check of the table refuses: the store is asked, with fixed lists and with ends of ranges."""
    for check in stored.rules.checks:
        held = stored.held(check.column)
        values = [] if held is None else [value for value in _inputs(held) if value is not None]
        if held is None or not values:
            continue
        refused = await repository.refused(session, held.column, check, values)
        if refused:
            yield Finding(
                path=held.part.path,
                asked=_listed([values[number] for number in refused]),
                implies=f"{check.name} of {stored.words(check.column)} refuses that: {check.text}",
                advice="Leave out what it refuses, or tell other bounds",
            )


def _inputs(held: Held) -> Sequence[Any]:
    """What the part is known to draw, as it is written."""
    if not isinstance(held.part, ValueProvider):
        return ()
    inputs = listed_inputs(held.part)
    found = examples_of(held.part.input_generator) if inputs is None else inputs
    return [value.value if isinstance(value, Enum) else value for value in found]


def _longest(held: Held) -> int:
    return (longest_of(held.part.input_generator) or 0) if isinstance(held.part, ValueProvider) else 0


def _listed(values: Sequence[Any], limit: int = _SHOWN) -> str:
    more = f" and {len(values) - limit} more" if len(values) > limit else ""
    return ", ".join(map(repr, values[:limit])) + more

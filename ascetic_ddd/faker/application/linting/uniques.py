"""Unique constraints of which the parts don't promise that no value comes again."""

from collections.abc import Iterator

from ascetic_ddd.faker.application.linting.tables import Held, Stored
from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.distributors.m2o.facts import is_unique
from ascetic_ddd.faker.domain.generators.space import is_practically_unique
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

__all__ = ("uniques",)

_SAY_SO = "Say unique_together of them, or give one of them distributor_factory(mean=1) or sequence=True"


def uniques(stored: Stored, *, has_repeated_id: bool) -> Iterator[Finding]:
    """Find them; of the id only where it was not told already that it comes again."""
    id_part = stored.aggregate.id_provider
    for rule in stored.rules.uniques:
        found = [stored.held(name) for name in rule.columns]
        held = [each for each in found if each is not None]
        if len(held) < len(found) or any(_is_promised(each) or stored.is_told(each) for each in held):
            continue
        if any({*parts}.issubset(each.part for each in held) for parts in stored.aggregate.unique_parts):
            continue
        if has_repeated_id and all(each.parts[0] is id_part for each in held):
            continue
        parts = " and ".join(dict.fromkeys(each.part.path for each in held))
        yield Finding(
            path=held[0].part.path,
            asked="values that may come again" if len(held) == 1 else f"combinations that may come again, of {parts}",
            implies=f"{rule.name} of {stored.words(*rule.columns)} takes each once",
            advice=_SAY_SO if len(held) > 1 else _advice(held[0]),
        )


def _advice(held: Held) -> str:
    if isinstance(held.part, ReferenceProvider):
        return "Give the reference distributor_factory(mean=1), so that each is referred to once"
    return "Give it distributor_factory(mean=1), or sequence=True and make the value of its number"


def _is_promised(held: Held) -> bool:
    part = held.part
    if isinstance(part, ValueProvider):
        return part.is_unique or part.is_given or is_practically_unique(part.input_generator)
    return isinstance(part, ReferenceProvider) and is_unique(part.distributor)

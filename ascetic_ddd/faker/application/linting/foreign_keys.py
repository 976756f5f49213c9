"""Foreign keys of the table that no reference of the provider follows."""

from collections.abc import Iterator, Mapping

from ascetic_ddd.faker.application.linting.graph import target_of
from ascetic_ddd.faker.application.linting.tables import Held, Stored
from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

__all__ = ("foreign_keys",)


def foreign_keys(stored: Stored, tables: Mapping[int, str]) -> Iterator[Finding]:
    """Find values that are drawn by themselves though they refer to rows, and references to another table.

    Args:
        stored: the aggregate.
        tables: of all aggregates of the graph whose store says so, by memory.
    """
    for rule in stored.rules.references:
        held = [each for name in rule.columns if (each := stored.held(name)) is not None]
        if not held or any(stored.is_told(each) for each in held):
            continue
        targets = {_table(each, tables) for each in held if isinstance(each.part, ReferenceProvider)}
        if rule.table in targets or None in targets:
            continue
        drawn = [each for each in held if isinstance(each.part, ValueProvider)]
        blamed = (drawn or held)[0].part
        yield Finding(
            path=blamed.path,
            asked="values of its own" if drawn else f"ids of {', '.join(sorted(filter(None, targets)))}",
            implies=f"{rule.name} of {stored.words(*rule.columns)} takes only what {rule.table} has",
            advice=f"Make it a ReferenceProvider to the provider of {rule.table}, or tell it in do_populate",
        )


def _table(held: Held, tables: Mapping[int, str]) -> str | None:
    """The table that a reference leads to; None if nobody knows."""
    return tables.get(id(target_of(held.part).memory)) if isinstance(held.part, ReferenceProvider) else None

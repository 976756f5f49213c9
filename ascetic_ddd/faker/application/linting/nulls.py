"""Columns that need a value, or take none, and parts that see it otherwise."""

from collections.abc import Iterator

from ascetic_ddd.faker.application.linting.tables import Held, Stored
from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.distributors.m2o.facts import null_weight
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider

__all__ = ("nulls",)


def nulls(stored: Stored) -> Iterator[Finding]:
    """Find nulls and values that the table refuses, columns that nobody fills, and values that nobody gives."""
    for column in stored.rules.columns:
        if column.path is None and column.is_required and not column.has_default:
            yield Finding(
                path=stored.aggregate.path,
                asked=f"rows without a value of {column.name}",
                implies=f"{stored.words(column.name)} is NOT NULL and has no default",
                advice=f"Name it in the repository's columns={{'{column.name}': …}}, or give it a default",
            )
    for held in stored.all_held():
        if not stored.is_told(held):
            yield from _of_column(stored, held)


def _of_column(stored: Stored, held: Held) -> Iterator[Finding]:
    column, part = held.column, held.part
    is_given = isinstance(part, ValueProvider) and part.is_given
    share = max(null_weight(getattr(each, "distributor", None)) for each in held.parts)
    if column.is_required and share > 0.0:
        yield Finding(
            path=part.path,
            asked=f"a share of {share:g} nulls",
            implies=f"{stored.words(column.name)} is NOT NULL",
            advice="Leave null_weight out, or let the column be null",
        )
    if is_given and column.is_required and not column.has_default:
        yield Finding(
            path=part.path,
            asked="a value of the database",
            implies=f"{stored.words(column.name)} is NOT NULL and has no default",
            advice="Give it an input_generator, values or sequence=True, or give the column a default",
        )
    if column.is_always and not is_given:
        yield Finding(
            path=part.path,
            asked="to tell a value",
            implies=f"{stored.words(column.name)} is GENERATED ALWAYS, and takes none",
            advice="Leave input_generator and values out, so that the database gives it",
        )

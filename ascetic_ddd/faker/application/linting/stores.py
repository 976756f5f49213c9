"""What the tables of the application declare, and the providers don't promise to keep."""

from typing import Any

from ascetic_ddd.faker.application.linting.column_values import column_values, refused_by_checks
from ascetic_ddd.faker.application.linting.foreign_keys import foreign_keys
from ascetic_ddd.faker.application.linting.graph import USUAL, Aggregate, aggregates_of, rows_of
from ascetic_ddd.faker.application.linting.ids import repeated_ids
from ascetic_ddd.faker.application.linting.lint import lint
from ascetic_ddd.faker.application.linting.nulls import nulls
from ascetic_ddd.faker.application.linting.tables import Stored, told_by_parents
from ascetic_ddd.faker.application.linting.uniques import uniques
from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.repositories import offers
from ascetic_ddd.faker.domain.repositories.offering import sides_of
from ascetic_ddd.faker.domain.repositories.rules import IRuled
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = ("lint_stores", "refused_by_stores")


async def lint_stores(provider: Provider[Any, Any], session: ISession, count: int | None = None) -> list[Finding]:
    """Find all that :func:`~.lint.lint` finds, and what the tables of the application would refuse; nothing is written.

    Asked are repositories that know their table (:class:`.IRuled`), such as ``PgRepository``. Told are:

    * **Unique constraints**, whose parts may come again: none of them is unique, sequential, or left to the database.
    * **NOT NULL** beside a share of nulls, and columns without a default that nobody fills.
    * **Enums and lengths** beside fixed lists and generators that say what they give.
    * **CHECK** of one column: the server says which of these values it refuses.
    * **Foreign keys** whose columns are drawn by themselves, or refer to another table.
    * Tables that are not there.

    What the code around a part names, or a parent tells its children, is not known, and not told.

    Args:
        provider: the root of the graph.
        session: on the application's database.
        count: as for ``lint``.

    Returns:
        Findings with the path of the part and the name of the constraint; those of ``lint`` first.

    Raises:
        PersistenceError: a catalogue cannot be read.
    """
    ruled = await _ruled(provider, session)
    missing = [_missing(stored) for _, stored in ruled if not stored.rules.columns]
    return list(dict.fromkeys([*lint(provider, count), *missing, *await _refused(provider, ruled, session, count)]))


async def refused_by_stores(provider: Provider[Any, Any], session: ISession, count: int | None = None) -> list[Finding]:
    """Find what the tables of the application would refuse, as :func:`lint_stores`, and nothing else."""
    return await _refused(provider, await _ruled(provider, session), session, count)


async def _ruled(provider: Provider[Any, Any], session: ISession) -> list[tuple[IRuled, Stored]]:
    """The aggregates whose store says what it accepts."""
    told = told_by_parents(provider)
    found: list[tuple[IRuled, Stored]] = []
    for aggregate in aggregates_of(provider):
        repository = _external(aggregate)
        if offers(repository, IRuled):
            by_parents = told.get(id(aggregate.memory), frozenset())
            found.append((repository, Stored(aggregate, await repository.rules(session), by_parents)))
    return found


async def _refused(
    provider: Provider[Any, Any], ruled: list[tuple[IRuled, Stored]], session: ISession, count: int | None
) -> list[Finding]:
    aggregates = aggregates_of(provider)
    rows = rows_of(aggregates[0], count or USUAL) if aggregates else {}
    tables = {id(stored.aggregate.memory): stored.rules.table for _, stored in ruled}
    findings: list[Finding] = []
    for repository, stored in ruled:
        if stored.rules.columns:
            expected = rows.get(id(stored.aggregate.memory), count or USUAL)
            findings += uniques(stored, has_repeated_id=any(repeated_ids(stored.aggregate, expected)))
            findings += nulls(stored)
            findings += column_values(stored)
            findings += [each async for each in refused_by_checks(stored, repository, session)]
            findings += foreign_keys(stored, tables)
    return list(dict.fromkeys(findings))


def _external(aggregate: Aggregate) -> object:
    external, repository = sides_of(aggregate.repository)
    return repository if external is None else external


def _missing(stored: Stored) -> Finding:
    return Finding(
        path=stored.aggregate.path,
        asked=f"rows in {stored.rules.table}",
        implies="there is no such table, or this role may not see it",
        advice="Create it before the run, or tell its schema: table=('schema', 'name')",
    )

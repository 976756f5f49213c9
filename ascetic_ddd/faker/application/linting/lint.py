"""Requests in a provider graph that contradict each other, found before anything is generated."""

from typing import Any

from ascetic_ddd.faker.application.linting.circles import circles
from ascetic_ddd.faker.application.linting.graph import USUAL, aggregates_of, rows_of
from ascetic_ddd.faker.application.linting.ids import repeated_ids
from ascetic_ddd.faker.application.linting.parts import forgotten, loose_computations, loose_ties, narrow_parts
from ascetic_ddd.faker.application.linting.triangles import TOLERANCE, triangles
from ascetic_ddd.faker.application.runs.finding import Finding, ILinted
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.facts import factory_of
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.repositories import offers
from ascetic_ddd.faker.domain.repositories.offering import sides_of

__all__ = ("TOLERANCE", "Finding", "lint", "linted")


def lint(provider: Provider[Any, Any], count: int | None = None) -> list[Finding]:
    """Find what cannot hold together in the graph of a provider; an empty list if nothing is known to be wrong.

    * **Triangles.** If B refers to T, and to A which refers to T, and the two meet (a book's author is of the book's tenant),
      then rows of B per T are rows of B per A times rows of A per T. Whether they meet is decided in the user's code, so
      a triangle counts only where one is tied to the other, where a ``do_populate`` (or ``populate``) of B mentions both
      references, or where T is part of both ids. Chains may be of any length. References without a shape, and those that never
      create, ask for no number.
    * **Scopes** of such a triangle that hold fewer values than the weights have parts.
    * **Ties**, and what parts are computed of, that are declared and lead nowhere.
    * **Circles** of references that may not be null: the first aggregate cannot be made, unless the code tells it.
    * **Ids that come again**: all parts of an id are reused (an enrolment is of a student and a course), so nothing keeps two
      rows from having the same, unless it is said that they are unique together; with the number of rows to expect so, if the
      parts know nothing of each other.
    * **Attributes that are no parts**: a provider is set, and the class does not annotate it, so nothing is made of it.
    * **Unique parts** that cannot have as many values as there will be rows, where it is known how many they can have.
    * What the factory and the repository of an aggregate find themselves (:class:`.ILinted`): journeys without a way to a state,
      commands without a route, and the like.

    Shares of null and of unused values are taken into account; differences up to :data:`TOLERANCE` are let pass.

    Args:
        provider: the root of the graph.
        count: aggregates of the root that are planned; None: repeated ids are reckoned for 10,000, unique parts not at all.

    Returns:
        Findings in the order of the graph, each contradiction once.

    Example::

        >>> for finding in lint(book_provider):  # doctest: +SKIP
        ...     print(finding)
        BookProvider.id.tenant_id: asked 50 rows per TenantProvider; but 50 per AuthorProvider (BookProvider.author_id) × 10 …
    """
    aggregates = aggregates_of(provider)
    findings: list[Finding] = []
    for aggregate in aggregates:
        findings += loose_ties(aggregate)
        findings += loose_computations(aggregate)
        findings += triangles(aggregate)
        findings += linted(aggregate)
    findings += circles(aggregates)
    findings += forgotten(provider)
    rows = rows_of(aggregates[0], count or USUAL) if aggregates else {}
    for aggregate in aggregates:
        findings += repeated_ids(aggregate, rows.get(id(aggregate.memory), count or USUAL))
        if count is not None and id(aggregate.memory) in rows:
            findings += narrow_parts(aggregate, rows[id(aggregate.memory)])
    return list(dict.fromkeys(findings))


def linted(aggregate: AggregateProvider[Any, Any]) -> list[Finding]:
    """Ask the factory and the repository of an aggregate what they find themselves."""
    external, repository = sides_of(aggregate.repository)
    asked = (factory_of(aggregate), repository if external is None else external)
    objects = [each for each in asked if not isinstance(each, type)]  # a class of the user's may mean something else by that name
    return [finding for each in objects if offers(each, ILinted) for finding in each.findings(aggregate)]

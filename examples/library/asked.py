"""What was asked of the library, as a profile: the shape that the parameters of the distributors promise."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from ascetic_ddd.faker.application.profile.model import Profile, ReferenceProfile, TableProfile, Within, WithinClass
from ascetic_ddd.faker.application.profile.summary import summarised
from ascetic_ddd.faker.domain.distributors.counts import ICountDistribution, SkewCounts, WeightsCounts
from examples.library.providers import AUTHOR_WEIGHTS, AUTHORS_PER_TENANT, BOOKS_PER_AUTHOR, BOOKS_PER_TENANT, TENANT_SKEW

__all__ = ("allowed", "asked_profile", "without_columns")

_ENOUGH = 10_000


def allowed(books: int) -> tuple[str, ...]:
    """Thresholds for so many books: with few authors, one book more or less is a large step of the distribution."""
    if books >= _ENOUGH:
        return ()
    return ("books(tenant_id, author_id).ks=0.1", "books(tenant_id, author_id).within_ks=0.25")


_CLASSES = 4


def asked_profile(books: int) -> Profile:
    """The references of so many books, and the rows of the tables.

    Tenants and authors are as many as the means ask for. A tenant's authors and books are tied: the tenant with most books has
    most authors.
    """
    tenants = max(1, round(books / BOOKS_PER_TENANT))
    authors = max(tenants, round(books / BOOKS_PER_AUTHOR))
    of_tenants = _counts(SkewCounts(TENANT_SKEW, BOOKS_PER_TENANT), tenants, books)
    authors_of_tenants = _counts(SkewCounts(TENANT_SKEW, AUTHORS_PER_TENANT), tenants, authors)
    law = WeightsCounts(AUTHOR_WEIGHTS, BOOKS_PER_AUTHOR)
    groups = [_counts(law, own, rows) for own, rows in zip(authors_of_tenants, of_tenants, strict=True) if own]
    return Profile(
        tables=tuple(_table(name, rows) for name, rows in (("tenants", tenants), ("authors", authors), ("books", books))),
        references=(
            _reference("authors", ("tenant_id",), "tenants", authors_of_tenants),
            _reference("books", ("tenant_id",), "tenants", of_tenants),
            _reference("books", ("tenant_id", "author_id"), "authors", [count for group in groups for count in group], groups),
        ),
    )


def without_columns(profile: Profile) -> Profile:
    """The part of a captured profile that was asked for: no distributor was asked for a column's width or order."""
    tables = tuple(replace(table, columns=(), dependent_pairs=(), bytes_per_row=None) for table in profile.tables)
    return replace(profile, tables=tables)


def _counts(law: ICountDistribution, values: int, rows: int) -> list[int]:
    """Rows of each value, most used first; together exactly ``rows``."""
    held = [round(rows * share) for share in law.cumulative(values)]
    return [after - before for before, after in pairwise(held)]


def _table(name: str, rows: int) -> TableProfile:
    return TableProfile(name=name, rows=rows, primary_key=(), columns=())


def _reference(
    table: str, columns: tuple[str, ...], parent: str, counts: Sequence[int], groups: Sequence[Sequence[int]] = ()
) -> ReferenceProfile:
    return summarised(
        table=table,
        columns=columns,
        references_table=parent,
        references_columns=columns,
        name=f"{table}_{'_'.join(columns)}_fkey",
        rows=sum(counts),
        null_weight=0.0,
        histogram=_histogram(counts),
        within=_within(groups) if groups else None,
    )


def _within(groups: Sequence[Sequence[int]]) -> Within:
    """Tenants by their books, in four classes."""
    order = sorted(groups, key=sum, reverse=True)
    number = min(_CLASSES, len(order))
    size, larger = divmod(len(order), number)
    classes, place = [], 0
    for index in range(number):
        part = order[place : place + size + (index < larger)]
        place += len(part)
        counts = [count for group in part for count in group]
        classes.append(WithinClass(groups=len(part), rows=sum(counts), parents=len(counts), histogram=_histogram(counts)))
    return Within(columns=("tenant_id",), groups=len(order), classes=tuple(classes))


def _histogram(counts: Iterable[int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(Counter(counts).items()))

"""A scope that another reference of the same object leads to knows its total: it is exact, also on top of what exists."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import measure
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from examples.library.providers import AUTHOR_WEIGHTS, AuthorProvider, BookProvider, TenantProvider, export


def library() -> BookProvider:
    tenants = TenantProvider(InMemoryRepository(agg_exporter=export))
    authors = AuthorProvider(InMemoryRepository(agg_exporter=export), tenants, input_generator=lambda: "x")
    return BookProvider(InMemoryRepository(agg_exporter=export), tenants, authors, input_generator=lambda: "y")


async def grown(book: BookProvider, count: int, seed: int, **options: Any) -> list[Mapping[str, Any]]:
    return [export(made) async for made in generate(book, InMemorySessionPool(), count, seed=seed, batch_size=500, **options)]


def scopes_of(rows: list[Mapping[str, Any]]) -> list[Counter[int]]:
    scopes: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for row in rows:
        scopes[row["author_id"]["tenant_id"]][row["author_id"]["author_id"]] += 1
    return list(scopes.values())


def check(rows: list[Mapping[str, Any]], *, within: float, slack: float) -> None:
    """Authors are as many as the books of their tenant ask for, to the half; weights where the four parts are equal."""
    scopes = scopes_of(rows)
    for scope in scopes:
        assert abs(len(scope) - sum(scope.values()) / 50) <= 0.5 + slack
    equal = [scope for scope in scopes if len(scope) % 4 == 0 and len(scope) >= 8]
    assert len(equal) >= 3
    for scope in equal:
        found = measure(scope.values())
        bound = within + 1.0 / (4.0 * sum(scope.values()) / len(scope))
        assert all(abs(a - b) <= bound for a, b in zip(found.weights, AUTHOR_WEIGHTS, strict=True)), found.weights


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_authors_of_a_tenant_are_as_exact_as_if_the_tenant_had_a_run_of_its_own(seed: int) -> None:
    """20,000 books of 40 tenants in a planned run: the number of authors rounds that of the books / 50, weights within .006."""
    check(await grown(library(), 20_000, seed), within=0.001, slack=0.0)


async def test_a_run_on_top_of_another_is_as_exact() -> None:
    """8,000 books, then 12,000: authors within one, weights within .02; what was used cannot be taken back."""
    book = library()
    rows = await grown(book, 8_000, 5)
    rows += await grown(book, 12_000, 5)
    check(rows, within=0.015, slack=1.0)


async def test_several_lanes_are_nearly_as_exact() -> None:
    """Lanes that wait between tenant and author differ by what is under way: authors within one, weights within .01."""
    check(await grown(library(), 20_000, 4, lanes=4), within=0.005, slack=1.0)

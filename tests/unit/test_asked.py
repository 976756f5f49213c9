"""The profile that the demo compares with has the shape that its distributors were asked for."""

from dataclasses import replace

import pytest

from ascetic_ddd.faker.application.comparison.compare import compare
from ascetic_ddd.faker.application.comparison.thresholds import Thresholds
from examples.library.asked import allowed, asked_profile
from examples.library.providers import AUTHOR_WEIGHTS, BOOKS_PER_AUTHOR, BOOKS_PER_TENANT, TENANT_SKEW


@pytest.mark.parametrize("books", [1, 100, 1_000, 10_000, 100_000])
def test_every_row_has_its_place(books: int) -> None:
    found = asked_profile(books)
    by_author = found.reference("books", "tenant_id", "author_id")
    by_tenant = found.reference("books", "tenant_id")
    assert by_author.rows == by_tenant.rows == found.table("books").rows == books
    assert by_author.within is not None
    assert sum(each.rows for each in by_author.within.classes) == books
    assert sum(each.parents for each in by_author.within.classes) == by_author.parents == found.table("authors").rows
    assert sum(each.groups for each in by_author.within.classes) == found.table("tenants").rows


def test_the_shape_is_the_one_that_was_asked_for() -> None:
    found = asked_profile(500_000)
    assert found.reference("books", "tenant_id").skew == pytest.approx(TENANT_SKEW, abs=0.02)
    assert found.reference("books", "tenant_id").mean == BOOKS_PER_TENANT
    assert found.reference("books", "tenant_id", "author_id").mean == BOOKS_PER_AUTHOR
    one_tenant = asked_profile(BOOKS_PER_TENANT).reference("books", "tenant_id", "author_id")
    assert one_tenant.weights == pytest.approx(AUTHOR_WEIGHTS, abs=0.01)


def test_the_demo_as_it_comes_allows_nothing_beyond_the_usual() -> None:
    assert allowed(10_000) == ()


def test_what_a_small_demo_allows_is_not_everything() -> None:
    asked = asked_profile(5_000)
    uniform = tuple(replace(each, histogram=((each.rows // each.parents, each.parents),)) for each in asked.references)
    thresholds = Thresholds.parse(allowed(5_000))
    assert compare(asked, asked, thresholds=thresholds).is_equal
    found = compare(asked, replace(asked, references=uniform), thresholds=thresholds)
    assert {subject.name for subject in found.failed} == {"authors.tenant_id", "books.tenant_id", "books(tenant_id, author_id)"}

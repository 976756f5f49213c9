"""Where nothing can be rolled back: deletion by the application, and a tenant for each test."""

from typing import Any, NamedTuple

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError, PersistenceError
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.faker.testing.deleting import deleted_afterwards
from ascetic_ddd.faker.testing.tenants import fresh_tenant
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from examples.library.providers import AuthorProvider, BookProvider, TenantProvider, export
from tests.unit.faker.testing.staff import Staff, make_staff


class Library(NamedTuple):
    tenants: TenantProvider
    authors: AuthorProvider
    books: BookProvider


def make_library(*, tenants: Any, authors: Any, books: Any) -> Library:
    tenant_provider = TenantProvider(tenants)
    author_provider = AuthorProvider(authors, tenant_provider)
    return Library(tenant_provider, author_provider, BookProvider(books, tenant_provider, author_provider))


async def test_each_test_has_a_tenant_of_its_own() -> None:
    """The store is one for all of them, as that of an application elsewhere is."""
    stores = {name: InMemoryRepository[Any](agg_exporter=export) for name in ("tenants", "authors", "books")}
    for number in range(3):
        library = make_library(**stores)
        async with InMemorySessionPool().session() as session, session.atomic():
            tenant = await fresh_tenant(session, library.tenants, library, name=f"Tenant of test {number}")
            assert export(tenant)["name"] == f"Tenant of test {number}"
            books = await library.books.create_batch(session, 20)
            author = export(await library.authors.create(session))
        own = export(tenant)["id"]
        assert {export(book)["id"]["tenant_id"] for book in books} == {own}
        assert {export(book)["author_id"]["tenant_id"] for book in books} == {own}
        assert author["id"]["tenant_id"] == own
    async with InMemorySessionPool().session() as session:
        assert await stores["tenants"].count(session) == 3


async def test_graphs_without_a_tenant_or_already_at_work_are_refused() -> None:
    stores = {name: InMemoryRepository[Any](agg_exporter=export) for name in ("tenants", "authors", "books")}
    library = make_library(**stores)
    async with InMemorySessionPool().session() as session, session.atomic():
        with pytest.raises(ConfigurationError, match="refers to TenantProvider; give the graphs that are wired with it"):
            await fresh_tenant(session, library.tenants, make_staff())
        await library.books.create(session)
        with pytest.raises(ConfigurationError, match="have made something already; make graphs for each test"):
            await fresh_tenant(session, library.tenants, library)


class Deleted:
    def __init__(self) -> None:
        self.ids: list[tuple[str, int]] = []

    def of(self, name: str) -> Any:
        async def delete(id: int) -> None:
            self.ids.append((name, id))

        return delete


async def test_the_newest_is_deleted_first_whatever_made_it_and_once() -> None:
    staff, deleted = make_staff(), Deleted()
    async with InMemorySessionPool().session() as session, session.atomic():
        async with deleted_afterwards((staff.employees, deleted.of("employee")), (staff.companies, deleted.of("company"))):
            made = [await _employee(staff, session, name) for name in ("Acme", "Ajax", "Acme")]
            company = await staff.companies.create(session, name="Aeon")
            company.city = "Rome"
            await staff.companies.repository.update(session, company)  # type: ignore[attr-defined]
        assert [name for name, _ in deleted.ids] == ["company", *["employee"], *["employee", "company"], *["employee", "company"]]
        assert [id for name, id in deleted.ids if name == "employee"] == [each.id.value for each in reversed(made)]
        await staff.companies.create(session)  # nobody deletes it any more
        assert len(deleted.ids) == 6


async def _employee(staff: Staff, session: Any, company: str) -> Any:
    return await staff.employees.create(session, company_id__name=company)


async def test_who_refers_to_what_nobody_deletes_is_refused() -> None:
    staff, deleted = make_staff(), Deleted()
    with pytest.raises(ConfigurationError, match="EmployeeProvider makes CompanyProvider, too, of which nobody has told how"):
        async with deleted_afterwards((staff.employees, deleted.of("employee"))):
            raise AssertionError
    async with InMemorySessionPool().session() as session, session.atomic():
        async with deleted_afterwards((staff.employees, deleted.of("employee")), (staff.companies, None)):
            await staff.employees.create(session)
        assert [name for name, _ in deleted.ids] == ["employee"]


async def test_what_cannot_be_deleted_is_told_after_the_rest() -> None:
    staff, deleted = make_staff(), Deleted()

    async def refuse(id: int) -> None:
        raise LookupError(f"no company {id}")

    async with InMemorySessionPool().session() as session, session.atomic():
        with pytest.raises(PersistenceError, match="1 of 2 aggregates were not deleted, first: LookupError") as failure:
            async with deleted_afterwards((staff.employees, deleted.of("employee")), (staff.companies, refuse)):
                await staff.employees.create(session)
        assert failure.value.__cause__ is not None
        assert failure.value.__cause__.__notes__[0].startswith("CompanyProvider ")
        assert len(deleted.ids) == 1

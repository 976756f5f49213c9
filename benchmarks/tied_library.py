"""The example's library with the tie of a book's author to its tenant declared, instead of told by a hook."""

from collections.abc import Callable
from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.interfaces import IReferenceProvider, IValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import IExternalRepository
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from examples.library.domain import Author, AuthorId, Book, BookTitle, Tenant
from examples.library.providers import (
    AUTHOR_WEIGHTS,
    BOOKS_PER_AUTHOR,
    AuthorProvider,
    BookIdProvider,
    TenantProvider,
    export,
)

__all__ = ("BookProvider", "tied_provider")

Repositories = tuple[IExternalRepository[Tenant], IExternalRepository[Author], IExternalRepository[Book]]


class BookProvider(AggregateProvider[dict[str, Any], Book]):
    """Provides a book, whose author is of its own tenant."""

    _id_attr = "id"

    id: BookIdProvider
    author_id: IReferenceProvider[dict[str, Any], Author, AuthorId]
    title: IValueProvider[str, BookTitle]

    def __init__(
        self,
        repository: IExternalRepository[Book],
        tenant_provider: TenantProvider,
        author_provider: AuthorProvider,
        input_generator: Any,
    ) -> None:
        self.id = BookIdProvider(tenant_provider=tenant_provider)
        self.author_id = ReferenceProvider[dict[str, Any], Author, AuthorId](
            distributor=distributor_factory(weights=AUTHOR_WEIGHTS, mean=BOOKS_PER_AUTHOR),
            aggregate_provider=author_provider,
            tied={"tenant_id": "id.tenant_id"},
        )
        self.title = ValueProvider[str, BookTitle](output_factory=BookTitle, input_generator=input_generator)
        super().__init__(repository=repository, output_factory=Book, output_exporter=export)


def tied_provider(repositories: Repositories | None = None) -> BookProvider:
    """That graph without Faker, on repositories of tenants, authors and books; on in-memory ones if none are given."""
    of_tenants, of_authors, of_books = repositories or (
        InMemoryRepository[Tenant](agg_exporter=export),
        InMemoryRepository[Author](agg_exporter=export),
        InMemoryRepository[Book](agg_exporter=export),
    )
    tenants = TenantProvider(of_tenants)
    return BookProvider(of_books, tenants, AuthorProvider(of_authors, tenants, _constant("Jane Austen")), _constant("Emma"))


def _constant(value: str) -> Callable[[], Any]:
    return lambda: value

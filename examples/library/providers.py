"""The providers of the example: how tenants, authors and books come to be, and along which distributions."""

from typing import Any

from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.interfaces import ICompositeValueProvider, IReferenceProvider, IValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import IExternalRepository
from ascetic_ddd.faker.domain.specification.interfaces import ISpecification
from ascetic_ddd.seedwork.domain.session.interfaces import ISession
from examples.library.domain import (
    Author,
    AuthorId,
    AuthorName,
    Book,
    BookId,
    BookTitle,
    InternalAuthorId,
    InternalBookId,
    Tenant,
    TenantId,
    TenantName,
)

__all__ = (
    "AUTHORS_PER_TENANT",
    "AUTHOR_WEIGHTS",
    "BOOKS_PER_AUTHOR",
    "BOOKS_PER_TENANT",
    "TENANT_SKEW",
    "AuthorProvider",
    "BookProvider",
    "TenantProvider",
    "export",
)

# A book's author is of the book's own tenant, so the three references are tied: the means must agree, and the tenants with
# most books are those with most authors.
AUTHORS_PER_TENANT = 10
BOOKS_PER_AUTHOR = 50
BOOKS_PER_TENANT = AUTHORS_PER_TENANT * BOOKS_PER_AUTHOR
TENANT_SKEW = 2.0
AUTHOR_WEIGHTS = (0.7, 0.2, 0.07, 0.03)


def export(agg: Tenant | Author | Book) -> dict[str, Any]:
    """The state of an aggregate as a fresh dict."""
    exporter: dict[str, Any] = {}
    agg.export(exporter)
    return exporter


class TenantProvider(AggregateProvider[dict[str, Any], Tenant]):
    _id_attr = "id"

    id: IValueProvider[int, TenantId]
    name: IValueProvider[str, TenantName]

    def __init__(self, repository: IExternalRepository[Tenant]) -> None:
        self.id = ValueProvider[int, TenantId](
            distributor=distributor_factory(),  # given by the database
            output_factory=TenantId,
            output_exporter=lambda x: x.value or 0,
        )
        self.name = ValueProvider[str, TenantName](
            distributor=distributor_factory(sequence=True),
            output_factory=TenantName,
            input_generator=lambda session, position: f"Tenant {position}",
        )
        super().__init__(repository=repository, output_factory=Tenant, output_exporter=export)


class AuthorIdProvider(CompositeValueProvider[dict[str, Any], AuthorId]):
    author_id: IValueProvider[int, InternalAuthorId]
    tenant_id: IReferenceProvider[int, Tenant, TenantId]

    def __init__(self, tenant_provider: TenantProvider) -> None:
        self.author_id = ValueProvider[int, InternalAuthorId](output_factory=InternalAuthorId)
        self.tenant_id = ReferenceProvider[int, Tenant, TenantId](
            distributor=distributor_factory(skew=TENANT_SKEW, mean=AUTHORS_PER_TENANT),
            aggregate_provider=tenant_provider,
        )
        super().__init__(output_factory=AuthorId, output_exporter=lambda result: result.value)


class AuthorProvider(AggregateProvider[dict[str, Any], Author]):
    _id_attr = "id"

    id: ICompositeValueProvider[dict[str, Any], AuthorId]
    name: IValueProvider[str, AuthorName]

    def __init__(
        self, repository: IExternalRepository[Author], tenant_provider: TenantProvider, input_generator: Any = None
    ) -> None:
        self.id = AuthorIdProvider(tenant_provider=tenant_provider)
        self.name = ValueProvider[str, AuthorName](
            output_factory=AuthorName,
            input_generator=input_generator or FakerGenerator("name"),
        )
        super().__init__(repository=repository, output_factory=Author, output_exporter=export)


class BookIdProvider(CompositeValueProvider[dict[str, Any], BookId]):
    book_id: IValueProvider[int, InternalBookId]
    tenant_id: IReferenceProvider[int, Tenant, TenantId]

    def __init__(self, tenant_provider: TenantProvider) -> None:
        self.book_id = ValueProvider[int, InternalBookId](output_factory=InternalBookId)
        self.tenant_id = ReferenceProvider[int, Tenant, TenantId](
            distributor=distributor_factory(skew=TENANT_SKEW, mean=BOOKS_PER_TENANT),
            aggregate_provider=tenant_provider,
        )
        super().__init__(output_factory=BookId, output_exporter=lambda result: result.value)


class BookProvider(AggregateProvider[dict[str, Any], Book]):
    _id_attr = "id"

    id: BookIdProvider
    author_id: IReferenceProvider[dict[str, Any], Author, AuthorId]
    title: IValueProvider[str, BookTitle]

    def __init__(
        self,
        repository: IExternalRepository[Book],
        tenant_provider: TenantProvider,
        author_provider: AuthorProvider,
        input_generator: Any = None,
    ) -> None:
        self.id = BookIdProvider(tenant_provider=tenant_provider)
        self.author_id = ReferenceProvider[dict[str, Any], Author, AuthorId](
            distributor=distributor_factory(weights=AUTHOR_WEIGHTS, mean=BOOKS_PER_AUTHOR),
            aggregate_provider=author_provider,
        )
        self.title = ValueProvider[str, BookTitle](
            output_factory=BookTitle,
            input_generator=input_generator or FakerGenerator("sentence", nb_words=3),
        )
        super().__init__(repository=repository, output_factory=Book, output_exporter=export)

    async def do_populate(self, session: ISession, specification: ISpecification | None = None) -> None:
        """Take an author of the book's own tenant."""
        await self.id.populate(session)
        self.author_id.set({"tenant_id": self.id.tenant_id.get()})
        await super().do_populate(session)

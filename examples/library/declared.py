"""The library in the short way: at the same seed it has the rows of ``providers.py`` and ``wiring.py``."""

from ascetic_ddd.faker import Aggregate, Composite, Providers, Target, given, pg_repositories, reference, value
from examples.library.domain import Author, AuthorId, Book, BookId, Tenant
from examples.library.wiring import create_application_schema


class TenantProvider(Aggregate[Tenant]):
    id = given()
    name = value(lambda session, position: f"Tenant {position}", sequence=True)


class AuthorProvider(Aggregate[Author]):
    class id(Composite[AuthorId]):
        author_id = given()
        tenant_id = reference(TenantProvider, skew=2.0, mean=10)

    name = value("name")


class BookProvider(Aggregate[Book]):
    class id(Composite[BookId]):
        book_id = given()
        tenant_id = reference(TenantProvider, skew=2.0, mean=500)

    author_id = reference(AuthorProvider, weights=[0.7, 0.2, 0.07, 0.03], mean=50, tied={"tenant_id": "id.tenant_id"})
    title = value("sentence", nb_words=3)


def target() -> Target:
    """What ``ascetic-ddd generate examples.library.declared:target`` is given."""
    tenant = {"tenant_id": "id.tenant_id"}
    repositories = pg_repositories(
        {
            Tenant: ("tenants", {"tenant_id": "id", "name": "name"}),
            Author: ("authors", {**tenant, "author_id": "id.author_id", "name": "name"}),
            Book: ("books", {**tenant, "book_id": "id.book_id", "author_id": "author_id.author_id", "title": "title"}),
        }
    )
    return Target(Providers(repositories)[BookProvider], create_schema=create_application_schema)

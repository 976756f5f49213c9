"""What is told, against two databases: ties are followed back, and told ids are looked up in the application's tables."""

from typing import Any

import psycopg
import pytest

from ascetic_ddd.faker.domain.errors import ContradictionError, UnsatisfiableError
from ascetic_ddd.seedwork.infrastructure.session.composite_session import CompositeSessionPool
from examples.library.providers import export
from examples.library.wiring import create_application_schema, make_book_provider

FIXTURES = """
    INSERT INTO tenants (name) SELECT 'Fixture ' || n FROM generate_series(1, 4) n;
    INSERT INTO authors (tenant_id, name) SELECT 1 + n % 4, 'Author ' || n FROM generate_series(1, 8) n;
"""


async def test_told_authors_of_the_application_are_found_and_followed(
    pg_session_pool: CompositeSessionPool, external_dsn: str
) -> None:
    create_application_schema(external_dsn)
    with psycopg.connect(external_dsn) as connection:
        connection.execute(FIXTURES.encode())
        authors = connection.execute("SELECT tenant_id, author_id FROM authors ORDER BY author_id").fetchall()
    books = make_book_provider()
    told: list[Any] = [{"author_id": {"tenant_id": tenant, "author_id": author}} for tenant, author in authors]
    async with pg_session_pool.session() as session:
        await books.setup(session)
        async with session.atomic():
            made = [export(book) for book in await books.create_batch(session, input=told * 2)]
        assert [book["author_id"] for book in made] == [each["author_id"] for each in told * 2]
        assert all(book["id"]["tenant_id"] == book["author_id"]["tenant_id"] for book in made)

        async with session.atomic():
            of_tenant_3 = await books.create_batch(session, 4, {"author_id": {"tenant_id": 3}})
        assert {export(book)["id"]["tenant_id"] for book in of_tenant_3} == {3}

        for wrong, error in (
            ({"author_id": {"tenant_id": 1, "author_id": 1}}, UnsatisfiableError),  # author 1 is tenant 2's
            ({"id": {"tenant_id": 99}}, UnsatisfiableError),
            ({"id": {"tenant_id": 1}, **told[0]}, ContradictionError),
        ):
            with pytest.raises(error, match=r"BookProvider\.(author_id|id\.tenant_id) was told"):
                await books.create_batch(session, 1, wrong)
    with psycopg.connect(external_dsn) as connection:
        assert connection.execute("SELECT count(*) FROM books").fetchone() == (20,)
        tenants = "SELECT count(*) FROM tenants t WHERE NOT EXISTS (SELECT FROM authors a WHERE a.tenant_id = t.tenant_id)"
        assert connection.execute(tenants).fetchone() == (0,), "what was drawn in vain was given back"
